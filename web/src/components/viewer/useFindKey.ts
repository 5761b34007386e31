/** The keys that lead to the field in which one finds something in the open document: / and Ctrl+F. */
import { useEffect, type RefObject } from "react";
import { isTyping } from "../keys";

export function useFindKey(input: RefObject<HTMLInputElement | null>, onOpen?: () => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector("[role=dialog]")) return;
      const slash = event.key === "/" && !isTyping(event);
      // A second Ctrl+F is the browser's own.
      const ctrlF = event.key.toLowerCase() === "f" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && document.activeElement !== input.current;
      if (!slash && !ctrlF) return;
      event.preventDefault();
      onOpen?.();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [input, onOpen]);
}
