/** What may be typed or opened next. A help, never in the way: a failure offers nothing, an older answer is dropped. */
import { useCallback, useEffect, useRef, useState } from "react";
import { suggest, suggestLengthMax, type Suggestion } from "../services/search";

/** Between the last key and the request; a little less than a search waits, so that both come together. */
const debounceMs = 110;
/** As many lines as leave the results below in sight. */
const suggestionsMax = 7;

export interface Suggestions {
  offered: Suggestion[];
  /** Asks for what follows `typed`, a moment after the last call. */
  ask: (typed: string) => void;
  /** Offers nothing any more, also not what was asked for. */
  stop: () => void;
}

export function useSuggestions(): Suggestions {
  const [offered, setOffered] = useState<Suggestion[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const running = useRef<AbortController>(undefined);

  const forget = useCallback(() => {
    clearTimeout(timer.current);
    running.current?.abort();
    running.current = undefined;
  }, []);
  useEffect(() => forget, [forget]);

  const stop = useCallback(() => {
    forget();
    setOffered([]);
  }, [forget]);

  const ask = useCallback((typed: string) => {
    if (typed.trim() === "" || typed.length > suggestLengthMax) {
      stop();
      return;
    }
    forget();
    const own = new AbortController();
    running.current = own;
    timer.current = setTimeout(() => {
      suggest(typed, suggestionsMax, own.signal).then(
        (suggestions) => { if (!own.signal.aborted) setOffered(worthOffering(suggestions, typed)); },
        () => { if (!own.signal.aborted) setOffered([]); },
      );
    }, debounceMs);
  }, [forget, stop]);

  return { offered, ask, stop };
}

/** Without what is already typed: choosing it would change nothing. */
export function worthOffering(suggestions: readonly Suggestion[], typed: string): Suggestion[] {
  const bare = (text: string) => text.trim().toLowerCase();
  return suggestions.filter(({ kind, text }) => kind === "name" || bare(text) !== bare(typed));
}
