import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { useSearch } from "../../stores/search";
import { isTyping } from "../keys";

/** The one field of the page. */
export const searchField = () => document.querySelector<HTMLInputElement>("input[type=search]");

/** When the hit that had the focus is gone from a new list, the focus goes to the first hit, or to the search field. */
export function useFocusKept(list: RefObject<HTMLElement | null>) {
  const { hits, error } = useSearch();
  const held = useRef(false);
  useEffect(() => useSearch.subscribe((next, before) => {
    // Told before the list is drawn anew.
    if (next.hits !== before.hits || next.error !== before.error) held.current = list.current?.contains(document.activeElement) ?? false;
  }), [list]);
  useLayoutEffect(() => {
    if (!held.current) return;
    held.current = false;
    if (document.activeElement === document.body) (list.current?.querySelector<HTMLElement>("a[data-hit]") ?? searchField())?.focus();
  }, [hits, error, list]);
}

/** Arrows and j/k move through the hits, Escape leads back to the search field; Enter opens by being a link's own key. */
export function useListKeys(list: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event)) return;
      if (event.key === "Escape" && list.current?.contains(document.activeElement)) {
        event.preventDefault();
        searchField()?.focus();
        return;
      }
      const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
      if (step === undefined) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-hit]") ?? [])];
      const focused = document.activeElement;
      const within = links.findIndex((link) => link === focused || link.closest("li")?.contains(focused));
      // Arrows scroll as usual until the list is entered.
      if (within < 0 && event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const next = within + step;
      if (next < 0) searchField()?.focus();
      else links[Math.min(next, links.length - 1)]?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [list]);
}
