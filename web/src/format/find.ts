/** Finding a stretch of text in a document, as "find in page" does: any letters, whatever their case. */

export interface Match {
  /** Position of the block in the whole text. */
  block: number;
  /** Which occurrence within the block, from 0. */
  nth: number;
}

/** Beyond these nobody steps through them one by one. */
export const matchesMax = 10_000;

/** Nothing for an empty query. */
export function findPattern(query: string): RegExp | undefined {
  const text = query.trim();
  if (text === "") return undefined;
  // Words may be wrapped onto the next line.
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace(/\s+/g, "\\s+"), "giu");
}

export function occurrences(text: string, pattern: RegExp): { start: number; end: number }[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Every occurrence in the texts, in order. `from`: the position of the first text. */
export function findMatches(texts: readonly { text: string }[], query: string, from = 0): Match[] {
  const pattern = findPattern(query);
  const found: Match[] = [];
  if (!pattern) return found;
  for (const [at, { text }] of texts.entries()) {
    const count = occurrences(text, pattern).length;
    for (let nth = 0; nth < count; nth += 1) found.push({ block: from + at, nth });
    if (found.length >= matchesMax) return found.slice(0, matchesMax);
  }
  return found;
}

/** What a view is told: mark all of these, and show this one. */
export interface FindTarget {
  query: string;
  match: Match | undefined;
  /** Another one for every step, also to the same place. */
  step: number;
}
