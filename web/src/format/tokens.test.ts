import { describe, expect, it } from "vitest";
import { cutTokens } from "./tokens";

const show = (tokens: [string, string][], matches: [number, number][]) =>
  cutTokens(tokens.map(([text, kind]) => ({ text, kind })), matches.map(([start, end]) => ({ start, end }))).map(({ text, kind, match }) => `${kind}${match ? "!" : ":"}${text}`);

describe("coloured stretches of a line", () => {
  it("are cut where a word that was looked for begins and ends, also inside and across them", () => {
    expect(show([["def ", "keyword"], ["price_of", "title"], ["()", ""]], [[4, 9]])).toEqual(["keyword:def ", "title!price", "title:_of", ":()"]);
    expect(show([["ab", "a"], ["cd", "b"], ["ef", "c"]], [[1, 5]])).toEqual(["a:a", "a!b", "b!cd", "c!e", "c:f"]);
  });
  it("stay whole without words", () => {
    expect(show([["x = ", ""], ["1", "number"]], [])).toEqual([":x = ", "number:1"]);
  });
});
