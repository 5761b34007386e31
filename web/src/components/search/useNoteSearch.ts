/** Notes what a person asked, once the answer was looked at: half-typed words are nobody's question. */
import { useEffect } from "react";
import type { SearchQuestion } from "../../services/searches";
import { useSearches } from "../../stores/searches";

/** Longer than a pause between two keys, shorter than it takes to read a page of hits. */
const dwellMs = 4_000;

/** `isAnswered`: the answer to just this question is shown. */
export function useNoteSearch({ query, mode, sort }: SearchQuestion, isAnswered: boolean) {
  const note = useSearches((store) => store.note);
  useEffect(() => {
    if (query === "" || !isAnswered) return;
    const timer = setTimeout(() => {
      if (document.visibilityState === "visible") void note({ query, mode, sort });
    }, dwellMs);
    return () => { clearTimeout(timer); };
  }, [query, mode, sort, isAnswered, note]);
}
