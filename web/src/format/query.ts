/** The query's own signs, as the server reads them: filters that can be added and taken out again. */

/** A title as plain words: its quotation marks, colons and dashes would be read as signs of the query. */
export const wordsOfTitle = (title: string): string =>
  title.replace(/["“”„«»「」():|*?]+/gu, " ").replace(/(^|\s)-+/gu, "$1").replace(/\s+/gu, " ").trim();

/** The server's names of filters; anything else before a colon is a word. */
const filterName = /^-?(?:type|in|name|path|date|before|after|lang|language|size|is):/iu;
const quoted = /^(?:"[^"]*"|“[^”“]*[”“]|„[^“”]*[“”]|«[^»]*»|「[^」]*」)/u;
/** Dates may be of several words, which only the server can tell from what follows: those without are left to the text. */
const wordyDate = /^-?(?:date|before|after):(?!\d{4}|\d+[-./]|["“„«「])/iu;

export interface QueryFilter {
  /** As it stands in the query. */
  text: string;
  start: number;
  end: number;
}

/** The filters that hold for the whole query, in order; those inside groups and phrases are part of something else. */
export function filtersIn(query: string): QueryFilter[] {
  const filters: QueryFilter[] = [];
  let depth = 0;
  let at = 0;
  while (at < query.length) {
    const rest = query.slice(at);
    const name = filterName.exec(rest)?.[0];
    const phrase = quoted.exec(rest)?.[0];
    if (name !== undefined) {
      const value = rest.slice(name.length);
      const length = (quoted.exec(value)?.[0] ?? /^[^\s|)]*/u.exec(value)?.[0] ?? "").length;
      const end = at + name.length + length;
      if (depth === 0 && length > 0 && !wordyDate.test(rest)) filters.push({ text: query.slice(at, end), start: at, end });
      at = end;
    } else if (phrase !== undefined) {
      at += phrase.length;
    } else if (rest.startsWith("(") || rest.startsWith("-(")) {
      depth += 1;
      at += rest.startsWith("(") ? 1 : 2;
    } else if (rest.startsWith(")")) {
      depth = Math.max(0, depth - 1);
      at += 1;
    } else {
      at += /^\s/u.test(rest) ? 1 : (/^[^\s()]+/u.exec(rest)?.[0].length ?? 1);
    }
  }
  return filters;
}

const meaning = (filter: string) => filter.toLowerCase().replace(/["“”„«»「」]/gu, "");

export const hasFilter = (query: string, filter: string): boolean => filtersIn(query).some(({ text }) => meaning(text) === meaning(filter));

/** The query within this filter, too. */
export function withFilter(query: string, filter: string): string {
  const rest = query.trim();
  if (rest === "") return filter;
  // Behind a quotation mark that nobody closed it would be part of the phrase.
  return (rest.split('"').length - 1) % 2 === 1 ? `${filter} ${rest}` : `${rest} ${filter}`;
}

export function withoutFilter(query: string, filter: string): string {
  let rest = query;
  for (const { text, start, end } of filtersIn(query).reverse()) {
    if (meaning(text) === meaning(filter)) rest = `${rest.slice(0, start).trimEnd()} ${rest.slice(end).trimStart()}`;
  }
  return rest.trim();
}
