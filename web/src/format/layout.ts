/** How extracted blocks are laid out: sections (page, sheet, slide, part), and in them tables, lists, lines and single blocks. */
import type { Schemas } from "../services/client";
import { sectionOf } from "./place";

export type Block = Schemas["Block"];

export interface NumberedBlock {
  block: Block;
  /** Position in the whole text; the key of its element. */
  index: number;
}

export interface Group {
  kind: "table" | "list" | "lines" | "times" | "fields" | "paragraph" | "single";
  blocks: NumberedBlock[];
}

export interface Section {
  key: string;
  place: Block["place"];
  groups: Group[];
}

export function layOut(blocks: readonly NumberedBlock[]): Section[] {
  const sections: Section[] = [];
  blocks.forEach((numbered) => {
    const { block } = numbered;
    const key = sectionOf(block.place);
    let section = sections.at(-1);
    if (section?.key !== key) {
      section = { key, place: block.place, groups: [] };
      sections.push(section);
    }
    const last = section.groups.at(-1);
    if (last && continues(last, block)) last.blocks.push(numbered);
    else section.groups.push({ kind: groupKind(block), blocks: [numbered] });
  });
  return sections;
}

function groupKind(block: Block): Group["kind"] {
  switch (block.kind) {
    case "table_row": return "table";
    case "list_item": return "list";
    case "line":
    case "code": return block.place.kind === "time" ? "times" : "lines";
    case "form_field": return "fields";
    case "paragraph": return "paragraph";
    default: return "single";
  }
}

function continues(group: Group, block: Block): boolean {
  if (group.kind === "single" || groupKind(block) !== group.kind) return false;
  return group.kind !== "paragraph" || !block.starts_paragraph;
}
