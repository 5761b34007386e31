/** The search in progress. Old results stay until the new ones are there; an older request never overwrites a newer. */
import { create } from "zustand";
import { isAbort } from "../services/errors";
import { offsetMax, queryLengthMax, search, type Hit, type SearchMode, type SearchResponse } from "../services/search";

const pageSize = 20;

export interface SearchStore {
  /** What `response` answers, or is being asked for. */
  query: string;
  mode: SearchMode;
  /** What is shown; may still belong to the query before while `pending`. */
  response: SearchResponse | undefined;
  hits: Hit[];
  pending: boolean;
  loadingMore: boolean;
  error: unknown;
  /** Which hit was last opened or focused, so that coming back lands there. */
  selected: number;
  run: (query: string, mode: SearchMode, force?: "again") => Promise<void>;
  loadMore: () => Promise<void>;
  select: (index: number) => void;
}

let running: AbortController | undefined;

export const useSearch = create<SearchStore>((set, get) => ({
  query: "",
  mode: "hybrid",
  response: undefined,
  hits: [],
  pending: false,
  loadingMore: false,
  error: undefined,
  selected: -1,

  run: async (typed, mode, force) => {
    const query = typed.trim().slice(0, queryLengthMax);
    const { query: before, mode: modeBefore, error } = get();
    if (query === before && mode === modeBefore && error === undefined && !force) return;
    running?.abort();
    running = undefined;
    if (query === "") {
      set({ query, mode, response: undefined, hits: [], pending: false, loadingMore: false, error: undefined, selected: -1 });
      return;
    }
    const own = new AbortController();
    running = own;
    set({ query, mode, pending: true, loadingMore: false, error: undefined });
    try {
      const response = await search({ query, mode, limit: pageSize, offset: 0 }, own.signal);
      if (running === own) set({ response, hits: response.hits, pending: false, selected: -1 });
    } catch (failure) {
      if (running === own && !isAbort(failure)) set({ error: failure, pending: false });
    }
  },

  loadMore: async () => {
    const { query, mode, hits, response, loadingMore, pending } = get();
    if (loadingMore || pending || !response?.more || hits.length > offsetMax) return;
    const own = running ?? new AbortController();
    running = own;
    set({ loadingMore: true });
    try {
      const next = await search({ query, mode, limit: pageSize, offset: hits.length }, own.signal);
      if (running !== own) return;
      const known = new Set(hits.map((hit) => hit.file_id));
      // The index may have moved between two pages; a file is listed once.
      set({ response: next, hits: [...hits, ...next.hits.filter((hit) => !known.has(hit.file_id))], loadingMore: false });
    } catch (failure) {
      if (running === own && !isAbort(failure)) set({ error: failure, loadingMore: false });
    }
  },

  select: (index) => { set({ selected: index }); },
}));
