/** The query's own signs, as the server reads them: filters that can be added and taken out again. */

/** A title as plain words: its quotation marks, colons and dashes would be read as signs of the query. */
export const wordsOfTitle = (title: string): string =>
  title.replace(/["“”„«»「」():|*?]+/gu, " ").replace(/(^|\s)-+/gu, "$1").replace(/\s+/gu, " ").trim();
