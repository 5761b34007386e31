/** The search in progress. Old results stay until the new ones are there; an older request never overwrites a newer. */
import { create } from "zustand";
import { isAbort } from "../services/errors";
import { hitKey, limitMax, offsetMax, queryLengthMax, search, type Hit, type SearchMode, type SearchResponse } from "../services/search";

const pageSize = 20;
/** Files change while a person reads: an older answer is asked for anew when the person comes back to it. */
const freshMs = 5_000;

export interface SearchStore {
  /** What `response` answers, or is being asked for. */
  query: string;
  mode: SearchMode;
  /** What is shown; may still belong to the query before while `pending`. */
  response: SearchResponse | undefined;
  hits: Hit[];
  /** When the shown answer came; 0 when there is none. */
  answeredAt: number;
  pending: boolean;
  loadingMore: boolean;
  error: unknown;
  /** Of the next page alone; the hits already there stay. */
  moreError: unknown;
  /** Which hit was last opened or focused, so that coming back lands there. */
  selected: number;
  /** Asks unless a fresh answer to the same question is there or on its way; "again" asks in any case. */
  run: (query: string, mode: SearchMode, force?: "again") => Promise<void>;
  loadMore: () => Promise<void>;
  select: (index: number) => void;
}

let running: AbortController | undefined;

const unanswered = { response: undefined, hits: [], answeredAt: 0, pending: false, loadingMore: false, error: undefined, moreError: undefined, selected: -1 };

export const useSearch = create<SearchStore>((set, get) => ({
  query: "",
  mode: "hybrid",
  ...unanswered,

  run: async (typed, mode, force) => {
    const query = typed.trim().slice(0, queryLengthMax);
    const { query: before, mode: modeBefore, error, pending, answeredAt } = get();
    const same = query === before && mode === modeBefore;
    if (same && error === undefined && !force && (query === "" || pending || Date.now() - answeredAt < freshMs)) return;
    running?.abort();
    running = undefined;
    if (query === "") {
      set({ query, mode, ...unanswered });
      return;
    }
    const own = new AbortController();
    running = own;
    set({ query, mode, pending: true, loadingMore: false, error: undefined, moreError: undefined });
    // The same question again: as many as were listed, so that nothing the person has seen disappears.
    const limit = same ? Math.min(limitMax, Math.max(pageSize, get().hits.length)) : pageSize;
    try {
      const response = await search({ query, mode, limit, offset: 0 }, own.signal);
      if (running !== own) return;
      const { hits, selected } = get();
      const last = same ? hits[selected] : undefined;
      set({
        response, hits: response.hits, pending: false, answeredAt: Date.now(),
        selected: last === undefined ? -1 : response.hits.findIndex((hit) => hitKey(hit) === hitKey(last)),
      });
    } catch (failure) {
      if (running === own && !isAbort(failure)) set({ error: failure, pending: false });
    }
  },

  loadMore: async () => {
    const store = get();
    const { query, mode, hits, loadingMore, pending } = store;
    if (loadingMore || pending || !canLoadMore(store)) return;
    const own = running ?? new AbortController();
    running = own;
    set({ loadingMore: true, moreError: undefined });
    try {
      const next = await search({ query, mode, limit: pageSize, offset: hits.length }, own.signal);
      if (running !== own) return;
      const known = new Set(hits.map(hitKey));
      // The index may have moved between two pages; a file or part is listed once.
      set({ response: next, hits: [...hits, ...next.hits.filter((hit) => !known.has(hitKey(hit)))], loadingMore: false });
    } catch (failure) {
      if (running === own && !isAbort(failure)) set({ moreError: failure, loadingMore: false });
    }
  },

  select: (index) => { set({ selected: index }); },
}));

/** Whether there are further hits and the contract lets them be asked for. */
export const canLoadMore = ({ response, hits }: Pick<SearchStore, "response" | "hits">): boolean =>
  response?.more === true && hits.length <= offsetMax;
