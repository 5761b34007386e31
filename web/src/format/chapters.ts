/** A book's chapters, in its order. */
import type { Block, NumberedBlock } from "./layout";

export interface Chapter {
  key: string;
  /** Empty where the book gives none. */
  title: string;
  items: NumberedBlock[];
}

export function chaptersOf(blocks: readonly Block[]): Chapter[] {
  const chapters = new Map<number, Chapter>();
  blocks.forEach((block, index) => {
    // What stands before the first chapter, and has no number, belongs to it.
    const number = block.place.chapter ?? [...chapters.keys()].at(-1) ?? 0;
    const chapter = chapters.get(number) ?? { key: String(number), title: "", items: [] };
    chapters.set(number, chapter);
    if (chapter.title === "") chapter.title = block.place.kind === "chapter" ? (block.place.heading ?? "") : "";
    if (chapter.title === "" && block.kind === "heading") chapter.title = block.text;
    chapter.items.push({ block, index });
  });
  return [...chapters.values()];
}
