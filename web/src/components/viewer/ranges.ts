/** A document's visible text as one string, and where in the page each stretch of it stands. */
import { occurrences } from "../../format/find";

export interface DomText {
  text: string;
  rangeAt: (start: number, end: number) => Range | undefined;
}

/** What is no part of the document: numbers of lines, words for screen readers. */
const skipped = ".alcove-hidden, [data-skip]";

/** `breaks`: elements that no word reaches across. */
export function textOf(root: Element, breaks: string): DomText {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes: { node: Node; start: number }[] = [];
  let text = "";
  let box: Element | null | undefined;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || parent.closest(skipped)) continue;
    const own = parent.closest(breaks);
    if (box !== undefined && own !== box) text += "\n\n";
    box = own;
    nodes.push({ node, start: text.length });
    text += node.nodeValue ?? "";
    // A new line of a page is a new word.
    if (parent.nextElementSibling?.tagName === "BR") text += "\n";
  }
  const position = (at: number) => {
    const found = lastAtOrBefore(nodes, at);
    return found && { node: found.node, offset: Math.min(at - found.start, found.node.nodeValue?.length ?? 0) };
  };
  return {
    text,
    rangeAt: (start, end) => {
      const from = position(start);
      const to = position(end - 1);
      if (!from || !to) return undefined;
      const range = document.createRange();
      range.setStart(from.node, from.offset);
      range.setEnd(to.node, Math.min(to.offset + 1, to.node.nodeValue?.length ?? 0));
      return range;
    },
  };
}

function lastAtOrBefore<T extends { start: number }>(sorted: readonly T[], at: number): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.start ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}

/** All occurrences under an element. */
export function rangesOf(root: Element, pattern: RegExp, breaks: string): Range[] {
  const dom = textOf(root, breaks);
  return occurrences(dom.text, pattern).flatMap(({ start, end }) => dom.rangeAt(start, end) ?? []);
}
