import { useLayoutEffect, useRef, type RefObject } from "react";
import { findPattern, type FindTarget } from "../../format/find";
import { rangesOf } from "./ranges";
import { markRanges } from "./termHighlights";

/** Between them no match is looked for. */
const breaks = "[data-block], td, dd, li";

/**
 * Marks what is found in a document that is drawn, and scrolls to the one asked for once its block is there.
 * `drawn` changes whenever the document is drawn anew.
 */
export function useFindMarks(root: RefObject<HTMLElement | null>, find: FindTarget | undefined, drawn: unknown) {
  const arrived = useRef("");
  useLayoutEffect(() => {
    const element = root.current;
    const pattern = find && findPattern(find.query);
    if (!element || !pattern) return;
    const undo = [markRanges(rangesOf(element, pattern, breaks), "alcove-find")];
    const block = find.match && element.querySelector(`[data-block="${String(find.match.block)}"]`);
    if (block && find.match) {
      const here = rangesOf(block, pattern, breaks)[find.match.nth];
      if (here) undo.push(markRanges([here], "alcove-find-here"));
      const wanted = [find.step, find.query, find.match.block, find.match.nth].join(" ");
      if (arrived.current !== wanted) {
        arrived.current = wanted;
        reveal(element, here?.getBoundingClientRect() ?? block.getBoundingClientRect());
      }
    }
    return () => { for (const clear of undo) clear?.(); };
  }, [root, find, drawn]);
}

/** Scrolls only when it is out of view or at its edge; sideways, too. */
function reveal(scroller: HTMLElement, place: DOMRect) {
  const view = scroller.getBoundingClientRect();
  const margin = 60;
  if (place.top < view.top + margin || place.bottom > view.bottom - margin) scroller.scrollTop += place.top - view.top - view.height / 3;
  if (place.left < view.left + margin || place.right > view.right - margin) scroller.scrollLeft += place.left - view.left - view.width / 3;
}
