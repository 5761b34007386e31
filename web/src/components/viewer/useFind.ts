import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { findMatches, type FindTarget } from "../../format/find";

/** What is typed into "find", its matches, and at which of them the view stands. */
export function useFind(texts: readonly { text: string }[]) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState({ index: 0, step: 0 });
  // Typing stays fluent in a long document.
  const deferred = useDeferredValue(query);
  const matches = useMemo(() => findMatches(texts, deferred), [texts, deferred]);
  const index = Math.min(at.index, matches.length - 1);
  const match = matches[index];
  const block = match?.block;
  const nth = match?.nth;
  const target = useMemo<FindTarget | undefined>(
    () => (deferred.trim() === "" ? undefined : { query: deferred, match: block === undefined || nth === undefined ? undefined : { block, nth }, step: at.step }),
    [deferred, block, nth, at.step],
  );
  const type = useCallback((text: string) => {
    setQuery(text);
    setAt((before) => ({ index: 0, step: before.step + 1 }));
  }, []);
  const step = (by: 1 | -1) => {
    if (matches.length === 0) return;
    setAt((before) => ({ index: (index + by + matches.length) % matches.length, step: before.step + 1 }));
  };
  return { query, target, index, total: matches.length, type, step };
}
