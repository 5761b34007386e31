import { describe, expect, it } from "vitest";
import { findMatches, matchesMax } from "./find";

const texts = (...all: string[]) => all.map((text) => ({ text }));

describe("finding in a document", () => {
  it("takes letters of any case, inside words too", () => {
    expect(findMatches(texts("Rent, rental", "none", "the RENT"), "rent")).toEqual([{ block: 0, nth: 0 }, { block: 0, nth: 1 }, { block: 2, nth: 0 }]);
  });
  it("takes what is typed literally, and any space for a space", () => {
    expect(findMatches(texts("a+b (c)", "aab"), "a+b (")).toEqual([{ block: 0, nth: 0 }]);
    expect(findMatches(texts("notice\n  period"), "notice period")).toHaveLength(1);
  });
  it("counts from where the texts begin, and not without end", () => {
    expect(findMatches(texts("x"), "x", 300)).toEqual([{ block: 300, nth: 0 }]);
    expect(findMatches(texts("a".repeat(matchesMax + 5)), "a")).toHaveLength(matchesMax);
  });
  it("finds nothing for nothing", () => {
    expect([findMatches(texts("a b"), ""), findMatches(texts("a b"), "  ")]).toEqual([[], []]);
  });
});
