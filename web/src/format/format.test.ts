import { describe, expect, it } from "vitest";
import { fileAddress, folderAddress, inFilter, newSearch, readNumber, readSearch, readSetupToken, safeNext, sameSearch, searchAddress } from "./address";
import { findTerms, splitByTerms, termsOfHit } from "./highlight";
import { partText, placeText, rangeInBlock, rowsOf, sectionOf } from "./place";
import { ago, bytes, clock, duration, elapsed } from "./quantity";

describe("a place in plain words", () => {
  it("names the page, the sheet with its cells, the slide and the lines", () => {
    expect(placeText({ kind: "page", page: 3 })).toBe("page 3");
    expect(placeText({ kind: "cell", sheet: "Budget", cells: "B3:D9" })).toBe("sheet Budget, B3:D9");
    expect(placeText({ kind: "slide", slide: 7 })).toBe("slide 7");
    expect(placeText({ kind: "line", line_first: 12, line_last: 20 })).toBe("lines 12–20");
    expect(placeText({ kind: "line", line_first: 12, line_last: 12 })).toBe("line 12");
    expect(placeText({ kind: "time", start_ms: 65_000 })).toBe("1:05");
    expect(placeText({ kind: "time", start_ms: 65_000, end_ms: 70_000 })).toBe("1:05–1:10");
    expect(placeText({ kind: "chapter", chapter: 2, heading: "The Lighthouse" })).toBe("chapter “The Lighthouse”");
    expect(placeText({ kind: "cell", sheet: "Old", cells: "A1", hidden: true })).toBe("sheet Old, A1, hidden");
  });
  it("names the attachment in front of the place inside it", () => {
    expect(placeText({ kind: "page", page: 2, part: "bill.pdf" })).toBe("attachment bill.pdf, page 2");
    expect(placeText({ kind: "part", part: "subject" })).toBe("subject");
  });
  it("has a word for each part of a message", () => {
    expect(["subject", "from", "to", "cc", "date", "body"].map(partText)).toEqual(["subject", "sender", "recipients", "copied to", "date", "message"]);
    expect(partText("inner.eml/subject")).toBe("attachment inner.eml, subject");
    expect(partText("inner.eml/bill.pdf")).toBe("attachment inner.eml/bill.pdf");
  });
  it("says when only the name matched", () => {
    expect(placeText({ kind: "document" }, "name")).toBe("file name");
  });
});

type Placed = Parameters<typeof rangeInBlock>[0];
const belongsTo = (block: Placed, passage: Placed) => rangeInBlock(block, passage) !== undefined;

describe("blocks of a passage", () => {
  const line = (first: number, last = first) => ({ kind: "line" as const, line_first: first, line_last: last });
  it("are those whose lines meet the passage's", () => {
    const passage = { text: "x", place: line(10, 20) };
    expect([9, 10, 20, 21].map((at) => belongsTo({ text: "y", place: line(at) }, passage))).toEqual([false, true, true, false]);
  });
  it("are the rows inside the cells of the same sheet", () => {
    const passage = { text: "", place: { kind: "cell" as const, sheet: "A", cells: "A3:D9" } };
    const row = (sheet: string, cells: string) => belongsTo({ text: "t", place: { kind: "cell", sheet, cells } }, passage);
    expect([row("A", "B3:D3"), row("A", "A10:D10"), row("B", "B3:D3")]).toEqual([true, false, false]);
    expect(rowsOf("AA12")).toEqual({ first: 12, last: 12 });
    expect(rowsOf("")).toBeUndefined();
  });
  it("are settled by the words where the place is coarse", () => {
    const passage = { text: "Costs\nHosting is cheap", place: { kind: "slide" as const, slide: 2 } };
    const block = (text: string, slide: number) => belongsTo({ text, place: { kind: "slide", slide } }, passage);
    expect([block("Hosting  is cheap", 2), block("Something else", 2), block("Costs", 3)]).toEqual([true, false, false]);
  });
  it("are stretches of a line that holds several passages", () => {
    const text = "The first sentence stands here. The second one is  looked for. The third one follows.";
    const place = line(1);
    const marked = (passage: string) => {
      const range = rangeInBlock({ text, place }, { text: passage, place });
      return range && text.slice(range.start, range.end);
    };
    expect(marked("The second one is looked for.")).toBe("The second one is  looked for.");
    expect(marked("The third one follows.\nAnother line begins.")).toBe("The third one follows.");
    expect(marked("A line before.\nThe first sentence stands here.")).toBe("The first sentence stands here.");
    expect(marked("Something that cannot be located")).toBe(text);
  });
  it("are found although a hyphen at a line's end was taken out", () => {
    const page = { kind: "page" as const, page: 1 };
    const passage = { text: "It is an example of care.", place: page };
    expect(["It is an exam-", "ple of care.", "Other words"].map((text) => belongsTo({ text, place: page }, passage))).toEqual([true, true, false]);
  });
  it("are all headers of a message, and none of another one's", () => {
    const part = (name: string) => ({ kind: "part" as const, part: name });
    const passage = { text: "Chimney\nFrom: Ada", place: part("subject") };
    expect([part("from"), part("body"), part("inner.eml/from")].map((place) => belongsTo({ text: "From: Ada", place }, passage))).toEqual([true, false, false]);
    expect(sectionOf(part("from"))).toBe(sectionOf(part("subject")));
  });
  it("never come from another attachment", () => {
    expect(belongsTo({ text: "a", place: { kind: "part", part: "body" } }, { text: "a", place: { kind: "part", part: "x.txt" } })).toBe(false);
  });
  it("are grouped by page, sheet, slide and part", () => {
    expect(sectionOf({ kind: "slide", slide: 2 })).not.toBe(sectionOf({ kind: "slide", slide: 3 }));
    expect(sectionOf({ kind: "line", line_first: 1 })).toBe("");
  });
});

describe("highlighting", () => {
  it("marks whole words without regard to case", () => {
    expect(splitByTerms("The Lease, leased; LEASE.", ["lease"]).filter((span) => span.match).map((span) => span.text)).toEqual(["Lease", "LEASE"]);
  });
  it("keeps every character", () => {
    const text = "ab cd AB";
    expect(splitByTerms(text, ["ab", "cd"]).map((span) => span.text).join("")).toBe(text);
  });
  it("finds words inside runs of scripts that have no spaces", () => {
    expect(findTerms("租赁合同到期", ["合同"])).toEqual([{ start: 2, end: 4 }]);
  });
  it("prefers the longer of two overlapping terms and survives empty ones", () => {
    expect(findTerms("notice period", ["notice", "notice period", " "])).toEqual([{ start: 0, end: 13 }]);
    expect(findTerms("İstanbul", ["stanbul"])).toEqual([]);
  });
  it("takes the words of a hit from its reasons and its snippet, not from the file's name", () => {
    const hit = { snippet: [{ text: "rent", match: true }], reasons: [{ kind: "terms", terms: ["rent", "due"] }, { kind: "name", terms: ["pdf"] }] };
    expect(termsOfHit(hit)).toEqual(["rent", "due"]);
  });
});

describe("addresses", () => {
  it("hold the whole question and can be read back", () => {
    const address = { query: '"a b" type:pdf', mode: "keyword" as const, sort: "newest" as const, asTyped: true };
    expect(readSearch(new URLSearchParams(searchAddress(address).split("?")[1]))).toEqual(address);
    expect(searchAddress(newSearch(""))).toBe("/");
    expect(readSearch(new URLSearchParams("q=x&mode=nonsense&sort=best&correct=maybe"))).toEqual(newSearch("x"));
    expect(sameSearch(newSearch("a "), newSearch("a"))).toBe(true);
    expect(sameSearch(newSearch("a"), { ...newSearch("a"), sort: "size" })).toBe(false);
  });
  it("of a file hold the passage and the search it came from", () => {
    expect(fileAddress({ file: 7, passage: 0, search: newSearch("a&b") })).toBe("/file/7?q=a%26b&passage=0");
    expect(folderAddress(3, "a b")).toBe("/libraries/3?path=a+b");
  });
  it("of a folder's search name its library, too", () => {
    expect([inFilter("Papers", ""), inFilter("Papers", "a b/c")]).toEqual(['in:"Papers"', 'in:"Papers/a b/c"']);
  });
  it("accept whole numbers only", () => {
    expect([readNumber("12", 1), readNumber("0", 1), readNumber("-1", 0), readNumber("1e3", 0), readNumber(null, 0)]).toEqual([12, undefined, undefined, undefined, undefined]);
  });
  it("carry the set-up token in the fragment or the query", () => {
    expect(readSetupToken({ search: "", hash: "#abc-1" })).toBe("abc-1");
    expect(readSetupToken({ search: "", hash: "#token=abc" })).toBe("abc");
    expect(readSetupToken({ search: "?token=q", hash: "" })).toBe("q");
  });
  it("never lead to another origin after signing in", () => {
    expect(["/file/1?q=a", "//evil.example", "https://evil.example", "/\\evil.example", null].map(safeNext)).toEqual(["/file/1?q=a", "/", "/", "/", "/"]);
  });
});

describe("quantities", () => {
  it("are short", () => {
    expect([bytes(999), bytes(1500), bytes(123_456_789)]).toEqual(["999 B", "1.5 kB", "123 MB"]);
    expect([duration(30), duration(120), duration(7200), duration(200_000)]).toEqual(["less than a minute", "2 minutes", "2 hours", "2 days"]);
    expect([elapsed(3.14), elapsed(45.6), elapsed(1500)]).toEqual(["3.1 ms", "46 ms", "1.5 s"]);
    expect([clock(65_000), clock(3_723_000)]).toEqual(["1:05", "1:02:03"]);
  });
  it("of time are told from now", () => {
    const now = Date.parse("2026-01-10T12:00:00Z");
    expect(ago("2026-01-10T11:59:40Z", now)).toBe("just now");
    expect(ago("2026-01-10T11:55:00Z", now)).toBe("5 minutes ago");
    expect(ago("2025-11-10T11:55:00Z", now)).toContain("2025");
  });
});
