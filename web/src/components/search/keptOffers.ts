import { IconHistory, IconStar } from "@tabler/icons-react";
import type { RecentSearch, SavedSearch, SearchQuestion } from "../../services/searches";
import { questionOf } from "../../stores/searches";
import { strings } from "../../strings";
import type { Offer } from "./OfferList";

/** Lines of either kind; the list scrolls, and what was asked longer ago is rarely asked again. */
const shownMax = 12;

interface Actions {
  onAsk: (question: SearchQuestion) => void;
  onForget: (id: number) => void;
}

/** "by meaning, newest first": how it is searched, where that is not the usual way. */
export function mannerText({ mode, sort }: SearchQuestion): string {
  const parts = [mode === "hybrid" ? "" : strings.search.modes[mode], sort === "relevance" ? "" : strings.search.sorts[sort]];
  return parts.filter((part) => part !== "").join(" · ");
}

/** What an empty search field offers: saved searches, then what was asked last and is not among them. */
export function keptOffers(saved: readonly SavedSearch[], recent: readonly RecentSearch[], { onAsk, onForget }: Actions): Offer[] {
  const known = new Set(saved.map(keyOf));
  return [
    ...saved.slice(0, shownMax).map((one): Offer => ({
      key: `saved ${String(one.id)}`,
      Icon: IconStar,
      text: one.name,
      hint: [one.name === one.query ? "" : one.query, mannerText(one)].filter((part) => part !== "").join(" · "),
      choose: () => { onAsk(questionOf(one)); },
    })),
    ...recent.filter((one) => !known.has(keyOf(one))).slice(0, shownMax).map((one): Offer => ({
      key: `recent ${String(one.id)}`,
      Icon: IconHistory,
      text: one.query,
      hint: mannerText(one),
      choose: () => { onAsk(questionOf(one)); },
      remove: () => { onForget(one.id); },
    })),
  ];
}

const keyOf = (question: SearchQuestion): string => JSON.stringify(questionOf(question));
