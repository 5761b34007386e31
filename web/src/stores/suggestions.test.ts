import { describe, expect, it } from "vitest";
import { worthOffering } from "./suggestions";

describe("suggestions", () => {
  it("leave out what is already typed, but never a file", () => {
    const offered = worthOffering(
      [{ kind: "name", text: "Rent", file_id: 1 }, { kind: "title", text: "Rent" }, { kind: "word", text: "rent" }, { kind: "word", text: "rental" }],
      "Rent ",
    );
    expect(offered.map(({ kind, text }) => `${kind} ${text}`)).toEqual(["name Rent", "word rental"]);
  });
});
