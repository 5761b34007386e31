/** Coloured stretches of a line, cut where words of the search begin and end. */

export interface Piece {
  text: string;
  kind: string;
  match: boolean;
}

/** `matches`: in order, not overlapping, as positions in the line. */
export function cutTokens(tokens: readonly { text: string; kind: string }[], matches: readonly { start: number; end: number }[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let next = 0;
  for (const { text, kind } of tokens) {
    let from = 0;
    while (from < text.length) {
      while ((matches[next]?.end ?? Infinity) <= at + from) next += 1;
      const match = matches[next];
      const inside = match !== undefined && match.start <= at + from;
      const until = match === undefined ? text.length : Math.min(text.length, (inside ? match.end : match.start) - at);
      pieces.push({ text: text.slice(from, until), kind, match: inside });
      from = until;
    }
    at += text.length;
  }
  return pieces;
}
