import { describe, expect, it } from "vitest";
import { readableSource } from "./source";

describe("source text", () => {
  it("is cut at any kind of line end, without a mark at its beginning", () => {
    expect(readableSource("\uFEFFa\r\nb\rc\n\nd\n", "code")).toEqual(["a", "b", "c", "", "d"]);
  });
  it("that stands in one long line is spread out when it is JSON, else left to the extracted text", () => {
    const long = JSON.stringify(Array.from({ length: 2000 }, (_, at) => at));
    expect(readableSource(long, "json")).toHaveLength(2002);
    expect(readableSource(long, "xml")).toBeUndefined();
    expect(readableSource(`[${long}`, "json")).toBeUndefined();
  });
});
