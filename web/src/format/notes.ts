/** Remarks on a search: the server's sentence, or ours for its code in the page's language. */
import type { SearchNote } from "../services/search";
import { strings } from "../strings";
import { sentenceOf } from "./reasons";

/** What is shown of the query around the place of a remark. */
const aroundMax = 14;

export const noteText = (note: SearchNote): string => sentenceOf(strings.remarks.search, note);

export interface NotePlace {
  start: number;
  end: number;
  before: string;
  after: string;
}

/** The word at a place that counts characters, and what stands around it; nothing where the query has no such place. */
export function notePlace(query: string, position: number | undefined): NotePlace | undefined {
  if (position === undefined) return undefined;
  const start = [...query].slice(0, position).join("").length;
  const word = /^(?:\s*)([^\s]+)/u.exec(query.slice(start));
  if (!word?.[1]) return undefined;
  const first = start + word[0].length - word[1].length;
  const end = first + word[1].length;
  const before = query.slice(0, first);
  const after = query.slice(end);
  return {
    start: first,
    end,
    before: before.length > aroundMax ? `…${before.slice(-aroundMax)}` : before,
    after: after.length > aroundMax ? `${after.slice(0, aroundMax)}…` : after,
  };
}
