import { en, type Strings } from "./en";

/** The table in use. One language so far; a second one is chosen here by `navigator.languages`. */
export const strings: Strings = en;
