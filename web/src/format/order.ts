/** The order of a folder's entries, as a person would put them. */

export type Order = "name" | "modified" | "size" | "type";
export type Direction = "up" | "down";

export interface Ordered {
  name: string;
  size: number;
  modified: string;
  type: string;
}

/** As the page's language sorts, numbers by their value: "Scan 9" before "Scan 10". */
export function sortEntries<T extends Ordered>(entries: readonly T[], order: Order, direction: Direction, locale: string): T[] {
  const { compare } = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  const by: Record<Order, (a: T, b: T) => number> = {
    name: (a, b) => compare(a.name, b.name),
    modified: (a, b) => (a.modified < b.modified ? -1 : a.modified > b.modified ? 1 : 0),
    size: (a, b) => a.size - b.size,
    type: (a, b) => compare(a.type, b.type),
  };
  const sign = direction === "up" ? 1 : -1;
  return [...entries].sort((a, b) => sign * by[order](a, b) || compare(a.name, b.name));
}
