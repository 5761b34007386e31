/** Marks words without changing the document's elements (CSS Custom Highlight API); does nothing where it is absent. */
const name = "alcove-terms";

/** Marks the ranges until the returned function is called. */
export function markRanges(ranges: Range[]): (() => void) | undefined {
  if (!("highlights" in CSS) || ranges.length === 0) return undefined;
  const highlight = CSS.highlights.get(name) ?? new Highlight();
  CSS.highlights.set(name, highlight);
  for (const range of ranges) highlight.add(range);
  return () => { for (const range of ranges) highlight.delete(range); };
}
