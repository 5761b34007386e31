/** Places in plain words, and which stretches of a text belong to one. */
import type { Schemas } from "../services/client";
import { strings, word } from "../strings";
import { clock } from "./quantity";

type Place = Schemas["Place"];

/** "page 3", "sheet Budget, B3:D9", "lines 12–20"; the attachment is named when the text lies in one. */
export function placeText(place: Place | undefined, matched: "passage" | "name" = "passage"): string {
  const words = strings.place;
  if (matched === "name" || place === undefined) return words.name;
  const own = ownPlaceText(place);
  const inAttachment = place.part !== undefined && place.part !== "" && place.kind !== "part";
  const whole = inAttachment ? `${partText(place.part ?? "")}, ${own}` : own;
  return place.hidden === true ? `${whole}, ${words.hidden}` : whole;
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
      return timeText(place);
    case "chapter":
      return place.heading ? words.chapterNamed(place.heading) : place.chapter === undefined ? words.document : words.chapter(place.chapter);
    case "document":
      return words.document;
  }
}

/** "1:05–1:09" */
export function timeText({ start_ms: start = 0, end_ms: end }: Place): string {
  return end !== undefined && end > start && clock(end) !== clock(start) ? `${clock(start)}–${clock(end)}` : clock(start);
}

function range(first: number | undefined, last: number | undefined, one: (n: number) => string, many: (a: number, b: number) => string): string {
  if (first === undefined) return strings.place.document;
  return last === undefined || last <= first ? one(first) : many(first, last);
}

/** "attachment forwarded.eml, subject" for `forwarded.eml/subject`: the decoder's own parts have words of their own. */
export function partText(part: string): string {
  if (part === "") return strings.place.document;
  const { within, name } = splitPart(part);
  const own = word(strings.place.parts, name);
  if (own === undefined) return strings.place.attachment(part);
  return within === "" ? own : `${strings.place.attachment(within)}, ${own}`;
}

/** Of a message within a message, the path of the inner one comes first. */
export function splitPart(part: string): { within: string; name: string } {
  const slash = part.lastIndexOf("/");
  return { within: part.slice(0, Math.max(slash, 0)), name: part.slice(slash + 1) };
}

/** The decoder's parts that are lines of a message's header. */
export const headerParts: ReadonlySet<string> = new Set(["subject", "from", "to", "cc", "date"]);

/** What belongs together in the text view: a page, a sheet, a slide, a part. "" where the format has no such thing. */
export function sectionOf(place: Place): string {
  const part = placedPart(place);
  switch (place.kind) {
    case "page": return `${part}|page|${String(place.page ?? 0)}`;
    case "cell": return `${part}|sheet|${place.sheet ?? ""}`;
    case "slide": return `${part}|slide|${String(place.slide ?? 0)}`;
    case "chapter": return `${part}|chapter|${String(place.chapter ?? 0)}`;
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

interface Placed { text: string; place: Place }

/**
 * The stretch of a block's text that is the passage; nothing where the block is no part of it. Coarse places (a slide, a
 * page) are settled by the words, and so is a long line that holds several passages.
 */
export function rangeInBlock(block: Placed, passage: Placed): Range | undefined {
  const meets = placeMeets(block, passage);
  if (meets === false) return undefined;
  return sharedRange(block.text, passage.text) ?? (meets ? { start: 0, end: block.text.length } : undefined);
}

/** Nothing: the places are too coarse to tell. */
function placeMeets({ place: a }: Placed, { place: b }: Placed): boolean | undefined {
  if (placedPart(a) !== placedPart(b)) return false;
  if (a.kind !== b.kind) return b.kind === "document" ? undefined : false;
  switch (b.kind) {
    case "line": return overlaps(a.line_first, a.line_last, b.line_first, b.line_last);
    case "paragraph": return overlaps(a.paragraph_first, a.paragraph_last, b.paragraph_first, b.paragraph_last);
    case "cell": {
      if (a.sheet !== b.sheet) return false;
      const mine = rowsOf(a.cells);
      const theirs = rowsOf(b.cells);
      return mine && theirs ? overlaps(mine.first, mine.last, theirs.first, theirs.last) : undefined;
    }
    case "slide": return a.slide === b.slide ? undefined : false;
    case "chapter": return a.chapter === b.chapter ? undefined : false;
    case "time": return overlaps((a.start_ms ?? 0) + 1, (a.end_ms ?? a.start_ms ?? 0) + 1, (b.start_ms ?? 0) + 1, (b.end_ms ?? b.start_ms ?? 0) + 1);
    // A passage may run on from its first page to the next; its words tell.
    case "page": return a.page !== undefined && b.page !== undefined && a.page >= b.page && a.page <= b.page + 1 ? undefined : false;
    default: return undefined;
  }
}

/** The headers of a message make one passage although each is a part of its own. */
function placedPart({ part = "" }: Place): string {
  const { within, name } = splitPart(part);
  return headerParts.has(name) ? `${within}/headers` : part;
}

export interface Range { start: number; end: number }

const spacing = new Set(["-", "\u00a0", "\u00ad", "\u2028", "\u2029", "\u3000"]);

/** A text without what line ends change (spaces, hyphens), and where each of its characters stood. */
function bare(text: string): { text: string; at: number[] } {
  const at: number[] = [];
  let kept = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character <= " " || spacing.has(character)) continue;
    kept += character;
    at.push(index);
  }
  return { text: kept, at };
}

/** Fewer letters than these at the edge of a block say nothing about whether a passage begins or ends there. */
const edgeMin = 12;

/** Where the passage's text stands in the block's: all of it, a stretch, its beginning or its end. */
function sharedRange(blockText: string, passageText: string): Range | undefined {
  const block = bare(blockText);
  const passage = bare(passageText).text;
  if (block.text === "" || passage === "") return undefined;
  const range = (first: number, length: number) => ({ start: block.at[first] ?? 0, end: (block.at[first + length - 1] ?? 0) + 1 });
  if (passage.includes(block.text)) return { start: 0, end: blockText.length };
  const inside = block.text.indexOf(passage);
  if (inside >= 0) return range(inside, passage.length);
  // Cut at a sentence's end, a passage begins or ends in the middle of a block.
  const longest = Math.min(block.text.length, passage.length) - 1;
  for (let length = longest; length >= edgeMin; length -= 1) {
    if (block.text.endsWith(passage.slice(0, length))) return range(block.text.length - length, length);
    if (block.text.startsWith(passage.slice(-length))) return range(0, length);
  }
  return undefined;
}

function overlaps(aFirst = 0, aLast = aFirst, bFirst = 0, bLast = bFirst): boolean {
  return aFirst > 0 && bFirst > 0 && aFirst <= Math.max(bLast, bFirst) && bFirst <= Math.max(aLast, aFirst);
}
