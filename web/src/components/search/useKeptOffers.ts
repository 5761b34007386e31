/** The saved and recent searches below the empty field: shown when a person turns to it, not when a page merely focuses it. */
import { useCallback, useState } from "react";
import type { SearchQuestion } from "../../services/searches";
import { useSearches } from "../../stores/searches";
import { keptOffers } from "./keptOffers";
import type { Offer } from "./OfferList";

interface KeptOffers {
  offers: Offer[];
  open: () => void;
  close: () => void;
}

export function useKeptOffers({ onAsk }: { onAsk: (question: SearchQuestion) => void }): KeptOffers {
  const { saved, recent, load, forget } = useSearches();
  const [opened, setOpened] = useState(false);
  const open = useCallback(() => {
    setOpened(true);
    // What was known is shown at once. A help, never in the way: a failure offers what is there.
    load().catch(() => undefined);
  }, [load]);
  const close = useCallback(() => { setOpened(false); }, []);
  const onForget = (id: number) => { forget(id).catch(() => undefined); };
  return { offers: opened ? keptOffers(saved, recent, { onAsk, onForget }) : [], open, close };
}
