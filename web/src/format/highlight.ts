/** Which stretches of a text are the words that were looked for. */

export interface Span {
  text: string;
  match: boolean;
}

const wordCharacter = /[\p{L}\p{N}\p{M}]/u;
/** Scripts written without spaces: a term may stand inside a longer run of letters. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Positions of whole-word occurrences of the terms, in order, not overlapping. Case does not matter. */
export function findTerms(text: string, terms: readonly string[]): { start: number; end: number }[] {
  const lower = text.toLowerCase();
  // A few letters change length when lowered (İ); positions would then be wrong.
  if (lower.length !== text.length) return [];
  const wanted = [...new Set(terms.map((term) => term.trim().toLowerCase()))].filter((term) => term !== "").sort((a, b) => b.length - a.length);
  const found: { start: number; end: number }[] = [];
  for (const term of wanted) {
    for (let start = lower.indexOf(term); start >= 0; start = lower.indexOf(term, start + 1)) {
      const end = start + term.length;
      if (!unspaced.test(term) && (isWord(lower, start - 1) || isWord(lower, end))) continue;
      if (found.some((other) => start < other.end && other.start < end)) continue;
      found.push({ start, end });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

const isWord = (text: string, at: number) => at >= 0 && at < text.length && wordCharacter.test(text.charAt(at));

/** The whole text as stretches that match and stretches that do not. */
export function splitByTerms(text: string, terms: readonly string[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const { start, end } of findTerms(text, terms)) {
    if (start > at) spans.push({ text: text.slice(at, start), match: false });
    spans.push({ text: text.slice(start, end), match: true });
    at = end;
  }
  if (at < text.length) spans.push({ text: text.slice(at), match: false });
  return spans;
}

/** The words of a hit as they stand in the document: from its reasons, and from what its snippet marks. */
export function termsOfHit(hit: { snippet: Span[]; reasons: { kind: string; terms?: string[] }[] } | undefined): string[] {
  if (!hit) return [];
  const terms = hit.reasons.filter((reason) => reason.kind !== "name").flatMap((reason) => reason.terms ?? []);
  const marked = hit.snippet.filter((span) => span.match).map((span) => span.text);
  return [...new Set([...terms, ...marked])];
}

/** The plain words of a query, for when no hit says which words matched. */
export function termsOfQuery(query: string): string[] {
  return query
    .split(/\s+/)
    .filter((word) => word !== "" && !word.startsWith("-") && !/^(type|in|name):/i.test(word))
    .map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
    .filter((word) => word.length > 1 || unspaced.test(word));
}
