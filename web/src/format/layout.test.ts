import { describe, expect, it } from "vitest";
import { layOut as layOutNumbered, type Block } from "./layout";

const layOut = (blocks: Block[], from: number) => layOutNumbered(blocks.map((block, at) => ({ block, index: from + at })));

const block = (kind: Block["kind"], place: Block["place"] = { kind: "document" }, starts_paragraph = true): Block => ({ kind, level: 0, text: kind, place, starts_paragraph });

describe("the layout of extracted text", () => {
  it("puts neighbouring rows, list items and lines together and keeps headings apart", () => {
    const kinds = layOut([block("heading"), block("table_row"), block("table_row"), block("list_item"), block("line"), block("line"), block("heading")], 0)[0]?.groups;
    expect(kinds?.map((group) => [group.kind, group.blocks.length])).toEqual([["single", 1], ["table", 2], ["list", 1], ["lines", 2], ["single", 1]]);
  });
  it("joins the lines of a PDF's paragraph and starts the next one anew", () => {
    const page = { kind: "page" as const, page: 1 };
    const groups = layOut([block("paragraph", page), block("paragraph", page, false), block("paragraph", page)], 0)[0]?.groups;
    expect(groups?.map((group) => group.blocks.length)).toEqual([2, 1]);
  });
  it("keeps lines with times and form fields apart from other lines", () => {
    const groups = layOut([block("line", { kind: "time", start_ms: 5 }), block("line", { kind: "time", start_ms: 9 }), block("form_field"), block("form_field")], 0).flatMap((section) => section.groups);
    expect(groups.map((group) => [group.kind, group.blocks.length])).toEqual([["times", 2], ["fields", 2]]);
  });
  it("makes a section of each chapter", () => {
    expect(layOut([block("heading", { kind: "chapter", chapter: 1 }), block("paragraph", { kind: "chapter", chapter: 1 }), block("heading", { kind: "chapter", chapter: 2 })], 0)).toHaveLength(2);
  });
  it("makes a section of each sheet and numbers blocks from the window's start", () => {
    const sections = layOut([block("table_row", { kind: "cell", sheet: "A" }), block("table_row", { kind: "cell", sheet: "B" })], 40);
    expect(sections.map((section) => section.groups[0]?.blocks[0]?.index)).toEqual([40, 41]);
  });
});
