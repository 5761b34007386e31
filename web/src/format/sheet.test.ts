import { describe, expect, it } from "vitest";
import { columnName, columnNumber, columnWidths, firstCell, isNumeric, sheetsOf } from "./sheet";
import type { Block } from "./layout";

const block = (kind: Block["kind"], text: string, place: Block["place"]): Block => ({ kind, level: 0, text, place, starts_paragraph: true });
const numbered = (blocks: Block[]) => blocks.map((one, index) => ({ block: one, index }));

describe("columns", () => {
  it("are named as in a spreadsheet, and back", () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    for (let column = 0; column < 2000; column += 7) expect(columnNumber(columnName(column))).toBe(column);
    expect(firstCell("B3:D9")).toEqual({ column: 1, row: 3, name: "B3" });
    expect(firstCell("Sheet")).toBeUndefined();
  });
  it("are as wide as their cells, within bounds", () => {
    const [sheet] = sheetsOf(numbered([block("table_row", `a\t${"x".repeat(90)}`, { kind: "line", line_first: 1 })]));
    expect(sheet && columnWidths(sheet, 3)).toEqual([6, 38, 6]);
  });
});

describe("sheets", () => {
  const sheets = sheetsOf(numbered([
    block("heading", "Plan", { kind: "cell", sheet: "Plan" }),
    block("table_row", "x\ty", { kind: "cell", sheet: "Plan", cells: "B2:C2" }),
    block("comment", "Why?", { kind: "cell", sheet: "Plan", cells: "B2" }),
    block("table_row", "old", { kind: "cell", sheet: "Drafts", cells: "A1", hidden: true }),
  ]));
  it("keep their rows' numbers and where the first cell stands", () => {
    expect(sheets.map(({ name, columns, hidden }) => [name, columns, hidden])).toEqual([["Plan", 3, false], ["Drafts", 1, true]]);
    expect(sheets[0]?.rows[0]).toMatchObject({ index: 1, number: 2, column: 1, cells: ["x", "y"] });
  });
  it("keep remarks with their cell", () => {
    expect(sheets[0]?.comments.get("B2")).toBe("Why?");
    expect(sheets[0]?.rest).toHaveLength(1);
  });
  it("tell numbers from words", () => {
    expect(["12", "-3,5", "1.250,00 €", "7 %", "B12", "", "n/a"].map(isNumeric)).toEqual([true, true, true, true, false, false, false]);
  });
});
