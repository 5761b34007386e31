/** Sentences for the server's remarks: one for each code that the contract lists, made of the values that it names. */
import type { Schemas } from "../services/client";

/** Empty where the server's own sentence stands. */
export type Sentence = (...values: string[]) => string;

export interface Remarks {
  /** What is to be known of a document that was read. */
  notes: Record<Schemas["NoteCode"], Sentence>;
  /** Why a step was not done, or a file inside another not read. */
  reasons: Record<Schemas["ReasonCode"], Sentence>;
  /** What the server says of itself, its libraries and its workers. */
  notices: Record<Schemas["NoticeCode"], Sentence>;
  /** Remarks on a search. */
  search: Record<Schemas["SearchNote"]["code"], Sentence>;
}
