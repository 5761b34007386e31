/** Rows of extracted text as sheets with columns and rows of their own numbers. */
import type { NumberedBlock } from "./layout";

export interface SheetRow {
  /** Of the block in the whole text. */
  index: number;
  /** As the sheet or the file counts it; nothing when it does not say. */
  number: number | undefined;
  /** Column of the first cell, from 0. */
  column: number;
  cells: string[];
  block: NumberedBlock["block"];
}

export interface Sheet {
  name: string;
  hidden: boolean;
  rows: SheetRow[];
  columns: number;
  /** By cell ("B3"): what was remarked on it. */
  comments: Map<string, string>;
  /** What is neither a row nor the sheet's name: headers, comments, fields. */
  rest: NumberedBlock[];
}

/** 0 → "A", 26 → "AA". */
export function columnName(column: number): string {
  let name = "";
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** "AA" → 26. */
export const columnNumber = (name: string): number => [...name.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;

/** The first cell of "B3:D9". */
export function firstCell(cells: string | undefined): { column: number; row: number; name: string } | undefined {
  const found = /^\$?([A-Za-z]{1,3})\$?(\d+)/.exec(cells ?? "");
  return found ? { column: columnNumber(found[1] ?? "A"), row: Number(found[2]), name: `${(found[1] ?? "").toUpperCase()}${found[2] ?? ""}` } : undefined;
}

export function sheetsOf(blocks: readonly NumberedBlock[]): Sheet[] {
  const sheets = new Map<string, Sheet>();
  for (const item of blocks) {
    const { block, index } = item;
    const { place } = block;
    const name = place.sheet ?? "";
    const sheet = sheets.get(name) ?? { name, hidden: false, rows: [], columns: 0, comments: new Map<string, string>(), rest: [] };
    sheets.set(name, sheet);
    if (block.kind === "table_row") {
      const at = firstCell(place.cells);
      const cells = block.text.split("\t");
      const row = { index, number: at?.row ?? place.line_first, column: at?.column ?? 0, cells, block };
      sheet.rows.push(row);
      sheet.columns = Math.max(sheet.columns, row.column + cells.length);
    } else if (block.kind !== "heading" || block.text !== name) {
      const at = block.kind === "comment" ? firstCell(place.cells) : undefined;
      if (at) sheet.comments.set(at.name, [sheet.comments.get(at.name), block.text].filter(Boolean).join("\n"));
      sheet.rest.push(item);
    }
    // A row of its own may be hidden; the sheet is when its name or all of it is.
    if (block.kind === "heading" && block.text === name && place.hidden === true) sheet.hidden = true;
  }
  for (const sheet of sheets.values()) sheet.hidden ||= sheet.rows.length > 0 && sheet.rows.every((row) => row.block.place.hidden === true);
  return [...sheets.values()];
}

/** How wide each column is, in characters: as its longer cells among the first rows, within bounds. */
export function columnWidths(sheet: Sheet, columns: number): number[] {
  const widths = Array.from({ length: columns }, () => 6);
  for (const row of sheet.rows.slice(0, 200)) {
    row.cells.forEach((cell, at) => {
      const column = row.column + at;
      if (column < columns) widths[column] = Math.min(38, Math.max(widths[column] ?? 6, cell.length + 3));
    });
  }
  return widths;
}

/** Whether a cell reads like a number, which stands at its right edge. */
export const isNumeric = (cell: string): boolean => /^[-+−]?[\d.,'\s]*\d\s?[%€$£]?$/.test(cell.trim()) && /\d/.test(cell);
