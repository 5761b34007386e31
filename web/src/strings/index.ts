/** The table in use: the language that was chosen, or the first of the browser's that we speak. */
import { de } from "./de";
import { en, type Strings } from "./en";

export type Language = "en" | "de";
export type LanguageChoice = Language | "auto";

const tables: Record<Language, Strings> = { en, de };
/** Each in its own language: whoever looks for it reads that one. */
export const languageNames: Record<Language, string> = { en: "English", de: "Deutsch" };
const storageKey = "alcove-language";

const isLanguage = (text: string | null | undefined): text is Language => text === "en" || text === "de";

/** The first of the browser's languages that we speak; English when there is none. */
export function preferred(languages: readonly string[]): Language {
  return languages.map((language) => language.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

function stored(): LanguageChoice {
  try {
    const kept = window.localStorage.getItem(storageKey);
    return isLanguage(kept) ? kept : "auto";
  } catch {
    return "auto";  // Not in a browser, or one that keeps nothing.
  }
}

let choice: LanguageChoice = stored();
const languageOf = (chosen: LanguageChoice): Language => (chosen === "auto" ? preferred(typeof window === "undefined" ? [] : window.navigator.languages) : chosen);

/** Read it where something is drawn, never once for all: it is another table after the language was changed. */
export let strings: Strings = tables[languageOf(choice)];

const listeners = new Set<() => void>();

export const languageChoice = (): LanguageChoice => choice;
export const language = (): Language => languageOf(choice);

/** Chooses and keeps a language; everything is drawn anew. */
export function chooseLanguage(next: LanguageChoice): void {
  choice = next;
  strings = tables[languageOf(next)];
  try {
    if (next === "auto") window.localStorage.removeItem(storageKey);
    else window.localStorage.setItem(storageKey, next);
  } catch {
    // It then lasts as long as the page.
  }
  listeners.forEach((listener) => { listener(); });
}

export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/** A word of a table by a name that comes from the server; nothing where the table has none. */
export function word(table: Readonly<Record<string, string>>, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
