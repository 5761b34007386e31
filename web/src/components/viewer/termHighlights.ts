/** Marks words without changing the document's elements (CSS Custom Highlight API); does nothing where it is absent. */

/** Words of the search one came from; all that "find" finds; the one it stands at. */
export type HighlightName = "alcove-terms" | "alcove-find" | "alcove-find-here";

const priority: Record<HighlightName, number> = { "alcove-terms": 0, "alcove-find": 1, "alcove-find-here": 2 };

/** Marks the ranges until the returned function is called. */
export function markRanges(ranges: Range[], name: HighlightName = "alcove-terms"): (() => void) | undefined {
  if (!("highlights" in CSS) || ranges.length === 0) return undefined;
  const highlight = CSS.highlights.get(name) ?? new Highlight();
  highlight.priority = priority[name];
  CSS.highlights.set(name, highlight);
  for (const range of ranges) highlight.add(range);
  return () => { for (const range of ranges) highlight.delete(range); };
}
