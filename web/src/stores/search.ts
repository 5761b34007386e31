/** The search in progress. Old results stay until the new ones are there; an older request never overwrites a newer. */
import { create } from "zustand";
import { newSearch, sameSearch, type SearchAddress } from "../format/address";
import { ApiError, isAbort } from "../services/errors";
import { hitKey, limitMax, queryLengthMax, search, searchFurther, type Facets, type Hit, type SearchResponse } from "../services/search";

const pageSize = 20;
/** Files change while a person reads: an older answer is asked for anew when the person comes back to it. */
const freshMs = 5_000;

export interface SearchStore {
  /** What `response` answers, or is being asked for. */
  asked: SearchAddress;
  /** What is shown; may still belong to the question before while `pending`. */
  response: SearchResponse | undefined;
  hits: Hit[];
  /** Of the answer's first page, when they were wanted. */
  facets: Facets | undefined;
  /** Whether they are shown: counting takes the server a moment. */
  wantsFacets: boolean;
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
  run: (address: SearchAddress, force?: "again") => Promise<void>;
  loadMore: () => Promise<void>;
  select: (index: number) => void;
  /** Facets come with the next answers; and at once when the one that is there lacks them. */
  wantFacets: (wanted: boolean) => void;
}

let running: AbortController | undefined;

const unanswered = { response: undefined, hits: [], facets: undefined, answeredAt: 0, pending: false, loadingMore: false, error: undefined, moreError: undefined, selected: -1 };

export const useSearch = create<SearchStore>((set, get) => ({
  asked: newSearch(""),
  wantsFacets: false,
  ...unanswered,

  run: async (address, force) => {
    const asked = { ...address, query: address.query.trim().slice(0, queryLengthMax) };
    const { asked: before, error, pending, answeredAt, wantsFacets } = get();
    const same = sameSearch(asked, before);
    if (same && error === undefined && !force && (asked.query === "" || pending || Date.now() - answeredAt < freshMs)) return;
    running?.abort();
    running = undefined;
    if (asked.query === "") {
      set({ asked, ...unanswered });
      return;
    }
    const own = new AbortController();
    running = own;
    set({ asked, pending: true, loadingMore: false, error: undefined, moreError: undefined });
    // The same question again: as many as were listed, so that nothing the person has seen disappears.
    const limit = same ? Math.min(limitMax, Math.max(pageSize, get().hits.length)) : pageSize;
    try {
      const response = await search({ ...asked, limit, facets: wantsFacets }, own.signal);
      if (running !== own) return;
      const last = same ? get().hits[get().selected] : undefined;
      const hits = arranged(response.hits, asked);
      set({ response, hits, facets: response.facets, pending: false, answeredAt: Date.now(), selected: indexOf(hits, last) });
    } catch (failure) {
      if (running === own && !isAbort(failure)) set({ error: failure, pending: false });
    }
  },

  loadMore: async () => {
    const store = get();
    const { asked, hits, loadingMore, pending, response } = store;
    if (loadingMore || pending || response?.cursor === undefined) return;
    const own = running ?? new AbortController();
    running = own;
    set({ loadingMore: true, moreError: undefined });
    try {
      const { next, added } = await pageAfter(response.cursor, asked, hits, own.signal);
      if (running !== own) return;
      const all = arranged([...hits, ...added], asked);
      set({ response: next, hits: all, loadingMore: false, selected: indexOf(all, hits[get().selected]) });
    } catch (failure) {
      if (running === own && !isAbort(failure)) set({ moreError: failure, loadingMore: false });
    }
  },

  select: (index) => { set({ selected: index }); },

  wantFacets: (wanted) => {
    set({ wantsFacets: wanted });
    const { asked, response, pending, facets, run } = get();
    if (wanted && facets === undefined && (response !== undefined || pending)) void run(asked, "again");
  },
}));

/**
 * By relevance the server's order stands. In any other, what hardly fits comes below what does: the newest of all that is
 * merely near would hide what was meant.
 */
const arranged = (hits: Hit[], { sort }: SearchAddress): Hit[] =>
  sort === "relevance" ? hits : [...hits.filter((hit) => !hit.weak), ...hits.filter((hit) => hit.weak)];

const indexOf = (hits: readonly Hit[], wanted: Hit | undefined): number =>
  wanted === undefined ? -1 : hits.findIndex((hit) => hitKey(hit) === hitKey(wanted));

/** The next page, and its hits that are not listed yet. When its list is not kept any more, the question is asked anew. */
async function pageAfter(cursor: string, asked: SearchAddress, hits: readonly Hit[], signal: AbortSignal): Promise<{ next: SearchResponse; added: Hit[] }> {
  const known = new Set(hits.map(hitKey));
  const unknown = (page: SearchResponse) => page.hits.filter((hit) => !known.has(hitKey(hit)));
  let next: SearchResponse;
  try {
    next = await searchFurther(cursor, pageSize, signal);
  } catch (failure) {
    if (!(failure instanceof ApiError) || failure.status !== 404) throw failure;
    next = await search({ ...asked, limit: Math.min(limitMax, hits.length + pageSize), facets: false }, signal);
    while (unknown(next).length === 0 && next.cursor !== undefined) next = await searchFurther(next.cursor, limitMax, signal);
  }
  return { next, added: unknown(next) };
}

/** Whether further hits can be asked for. */
export const canLoadMore = ({ response }: Pick<SearchStore, "response">): boolean => response?.cursor !== undefined;
