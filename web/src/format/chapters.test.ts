import { describe, expect, it } from "vitest";
import { chaptersOf } from "./chapters";
import type { Block } from "./layout";

const block = (kind: Block["kind"], text: string, place: Block["place"]): Block => ({ kind, level: 1, text, place, starts_paragraph: true });

describe("a book's chapters", () => {
  it("are named by the book, by their first heading, or not at all", () => {
    const chapters = chaptersOf([
      block("paragraph", "a", { kind: "chapter", chapter: 1, heading: "Start" }),
      block("heading", "The lamp", { kind: "chapter", chapter: 2 }), block("paragraph", "b", { kind: "chapter", chapter: 2 }),
      block("paragraph", "c", { kind: "chapter", chapter: 3 }),
    ]);
    expect(chapters.map(({ title, items }) => [title, items.map(({ index }) => index)])).toEqual([["Start", [0]], ["The lamp", [1, 2]], ["", [3]]]);
  });
  it("keep what has no number with the one before", () => {
    expect(chaptersOf([block("metadata", "By Ada", { kind: "document" }), block("paragraph", "a", { kind: "chapter", chapter: 1 }), block("note", "n", { kind: "document" })]).map(({ items }) => items.length)).toEqual([1, 2]);
  });
});
