/** Places in plain words, and which blocks of a text belong to one. */
import type { Schemas } from "../services/client";
import { strings } from "../strings";
import { clock } from "./quantity";

type Place = Schemas["Place"];

/** "page 3", "sheet Budget, B3:D9", "lines 12–20"; the attachment is named when the text lies in one. */
export function placeText(place: Place | undefined, matched: "passage" | "name" = "passage"): string {
  const words = strings.place;
  if (matched === "name" || place === undefined) return words.name;
  const own = ownPlaceText(place);
  const inAttachment = place.part !== undefined && place.part !== "" && place.kind !== "part";
  return inAttachment ? `${partText(place.part ?? "")}, ${own}` : own;
}

function ownPlaceText(place: Place): string {
  const words = strings.place;
  switch (place.kind) {
    case "page":
      return place.page === undefined ? words.document : words.page(place.page);
    case "line":
      return range(place.line_first, place.line_last, words.line, words.lines);
    case "paragraph":
      return range(place.paragraph_first, place.paragraph_last, words.paragraph, words.paragraphs);
    case "cell":
      return place.cells ? words.cells(place.sheet ?? "", place.cells) : words.sheet(place.sheet ?? "");
    case "slide":
      return place.slide === undefined ? words.document : words.slide(place.slide);
    case "part":
      return partText(place.part ?? "");
    case "time":
      return words.time(clock(place.start_ms ?? 0));
    case "document":
      return words.document;
  }
}

function range(first: number | undefined, last: number | undefined, one: (n: number) => string, many: (a: number, b: number) => string): string {
  if (first === undefined) return strings.place.document;
  return last === undefined || last <= first ? one(first) : many(first, last);
}

export function partText(part: string): string {
  return strings.place.parts[part] ?? (part === "" ? strings.place.document : strings.place.attachment(part));
}

/** What belongs together in the text view: a page, a sheet, a slide, a part. "" where the format has no such thing. */
export function sectionOf(place: Place): string {
  const part = place.part ?? "";
  switch (place.kind) {
    case "page": return `${part}|page|${String(place.page ?? 0)}`;
    case "cell": return `${part}|sheet|${place.sheet ?? ""}`;
    case "slide": return `${part}|slide|${String(place.slide ?? 0)}`;
    default: return part === "" ? "" : `${part}|part`;
  }
}

interface Rows { first: number; last: number }

/** First and last row of "B3:D9" or "A1"; nothing when it names no rows. */
export function rowsOf(cells: string | undefined): Rows | undefined {
  const rows = [...(cells ?? "").matchAll(/[A-Za-z]+(\d+)/g)].map((match) => Number(match[1]));
  const first = rows[0];
  return first === undefined ? undefined : { first, last: rows.at(-1) ?? first };
}

const flat = (text: string) => text.replace(/\s+/g, " ").trim();

/** Whether a block of the extracted text is part of the passage. Coarse places (a slide, a page) are settled by the words. */
export function belongsTo(block: { text: string; place: Place }, passage: { text: string; place: Place }): boolean {
  const a = block.place;
  const b = passage.place;
  if ((a.part ?? "") !== (b.part ?? "")) return false;
  const words = () => {
    const inner = flat(block.text);
    const outer = flat(passage.text);
    return inner !== "" && (outer.includes(inner) || inner.includes(outer));
  };
  if (a.kind !== b.kind) return b.kind === "document" && words();
  switch (b.kind) {
    case "line": return overlaps(a.line_first, a.line_last, b.line_first, b.line_last);
    case "paragraph": return overlaps(a.paragraph_first, a.paragraph_last, b.paragraph_first, b.paragraph_last);
    case "cell": {
      if (a.sheet !== b.sheet) return false;
      const mine = rowsOf(a.cells);
      const theirs = rowsOf(b.cells);
      return mine && theirs ? overlaps(mine.first, mine.last, theirs.first, theirs.last) : words();
    }
    case "slide": return a.slide === b.slide && words();
    // A passage may run on from its first page to the next; its words tell.
    case "page": return a.page !== undefined && b.page !== undefined && a.page >= b.page && a.page <= b.page + 1 && words();
    default: return words();
  }
}

function overlaps(aFirst = 0, aLast = aFirst, bFirst = 0, bLast = bFirst): boolean {
  return aFirst > 0 && bFirst > 0 && aFirst <= Math.max(bLast, bFirst) && bFirst <= Math.max(aLast, aFirst);
}
