/** Long lists of which only the rows near the view exist. */
import { useEffect, useLayoutEffect, useState, type RefObject } from "react";

/** Rows drawn beyond either edge of the view, so that none is missed while scrolling. */
const overscan = 8;

export interface Range {
  first: number;
  /** Not included. */
  end: number;
}

/** The rows of `count` that are near the window when the list's upper edge stands at `top`. */
export function rowsInView(top: number, viewHeight: number, rowHeight: number, count: number): Range {
  const first = Math.max(0, Math.floor(-top / rowHeight) - overscan);
  const end = Math.min(count, Math.ceil((viewHeight - top) / rowHeight) + overscan);
  return { first: Math.min(first, count), end: Math.max(end, Math.min(first, count)) };
}

/** Follows every scroll that moves the list, of the window or of a box around it. */
export function useRowsInView(list: RefObject<HTMLElement | null>, rowHeight: number, count: number): Range {
  const [range, setRange] = useState<Range>({ first: 0, end: Math.min(count, 40) });
  useLayoutEffect(() => {
    const measure = () => {
      if (!list.current) return;
      const next = rowsInView(list.current.getBoundingClientRect().top, window.innerHeight, rowHeight, count);
      setRange((before) => (before.first === next.first && before.end === next.end ? before : next));
    };
    measure();
    window.addEventListener("scroll", measure, { capture: true, passive: true });
    window.addEventListener("resize", measure, { passive: true });
    return () => {
      window.removeEventListener("scroll", measure, { capture: true });
      window.removeEventListener("resize", measure);
    };
  }, [list, rowHeight, count]);
  return range;
}

/** An element's width as it changes; 0 before it is known. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => { if (entry) setWidth(Math.floor(entry.contentRect.width)); });
    observer.observe(element.current);
    return () => { observer.disconnect(); };
  }, [element]);
  return width;
}
