import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../services/errors";
import type { SearchRequest, SearchResponse } from "../services/search";

/** Requests that wait for the test to answer them; the server itself is exercised by the browser tests. */
interface Asked { request: Partial<SearchRequest> & { cursor?: string }; signal: AbortSignal | undefined; answer: (files: number[], more?: boolean) => void; fail: (status?: number) => void }
const asked: Asked[] = [];
const wait = vi.hoisted(() => (request: Asked["request"], signal?: AbortSignal) =>
  new Promise<SearchResponse>((resolve, reject) => {
    asked.push({
      request,
      signal,
      answer: (files, more = false) => {
        resolve({
          query: request.query ?? "", mode: request.mode ?? "hybrid", took_ms: 1, notes: [], nothing_fits: false, more,
          // Below zero: a weak hit.
          hits: files.map((file_id) => ({ file_id, weak: file_id < 0 })) as SearchResponse["hits"],
          ...(more ? { cursor: `after ${String(files.at(-1))}` } : {}),
        });
      },
      fail: (status = 503) => { reject(new ApiError(status, "code", "no")); },
    });
  }));
vi.mock("../services/search", () => ({
  hitKey: (hit: { file_id: number; part?: string }) => `${String(hit.file_id)}:${hit.part ?? ""}`,
  queryLengthMax: 1000,
  limitMax: 200,
  search: (request: SearchRequest, signal?: AbortSignal) => wait(request, signal),
  searchFurther: (cursor: string, limit: number, signal?: AbortSignal) => wait({ cursor, limit }, signal),
}));
const { canLoadMore, useSearch } = await import("./search");
const { newSearch } = await import("../format/address");
const shown = () => useSearch.getState().hits.map((hit) => hit.file_id);
const request = (index: number) => {
  const found = asked[index];
  if (!found) throw new Error(`request ${String(index)} was not made`);
  return found;
};

describe("the search store", () => {
  afterEach(() => { vi.restoreAllMocks(); });
  beforeEach(async () => {
    asked.length = 0;
    await useSearch.getState().run(newSearch(""));
  });

  it("aborts the older request and ignores its late answer", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    const second = useSearch.getState().run(newSearch("ab"));
    expect(request(0).signal?.aborted).toBe(true);
    request(1).answer([2]);
    request(0).answer([1]);
    await Promise.all([first, second]);
    expect(shown()).toEqual([2]);
  });

  it("keeps the old results until the new ones are there", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer([1]);
    await first;
    const second = useSearch.getState().run(newSearch("b"));
    expect(shown()).toEqual([1]);
    expect(useSearch.getState().pending).toBe(true);
    request(1).answer([]);
    await second;
    expect(shown()).toEqual([]);
  });

  it("asks nothing twice while the answer is fresh, but again after a failure", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).fail();
    await first;
    expect(useSearch.getState().error).toBeInstanceOf(Error);
    const second = useSearch.getState().run(newSearch("a"));
    request(1).answer([1]);
    await second;
    await useSearch.getState().run(newSearch(" a "));
    expect(asked.length).toBe(2);
  });

  it("adds the next page without listing a file twice", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer([1, 2], true);
    await first;
    const more = useSearch.getState().loadMore();
    expect(request(1).request).toEqual({ cursor: "after 2", limit: 20 });
    request(1).answer([2, 3]);
    await more;
    expect(shown()).toEqual([1, 2, 3]);
  });

  it("asks anew when the list is not kept any more, and goes on where new hits are", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer([1, 2], true);
    await first;
    const more = useSearch.getState().loadMore();
    request(1).fail(404);
    await vi.waitFor(() => { expect(asked.length).toBe(3); });
    expect(request(2).request).toMatchObject({ query: "a", limit: 22, facets: false });
    request(2).answer([2, 1], true);
    await vi.waitFor(() => { expect(asked.length).toBe(4); });
    expect(request(3).request).toEqual({ cursor: "after 1", limit: 200 });
    request(3).answer([1, 3]);
    await more;
    expect(shown()).toEqual([1, 2, 3]);
    expect(canLoadMore(useSearch.getState())).toBe(false);
  });

  it("asks for facets only while they are shown, and at once when the answer lacks them", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    expect(request(0).request.facets).toBe(false);
    request(0).answer([1]);
    await first;
    useSearch.getState().wantFacets(true);
    expect(request(1).request.facets).toBe(true);
    request(1).answer([1], true);
    await vi.waitFor(() => { expect(useSearch.getState().pending).toBe(false); });
    void useSearch.getState().loadMore();
    expect(request(2).request.facets).toBeUndefined();
    useSearch.getState().wantFacets(false);
  });

  it("puts what hardly fits below in any order but that of relevance, over all pages", async () => {
    const byDate = { ...newSearch("a"), sort: "newest" as const };
    const first = useSearch.getState().run(byDate);
    request(0).answer([-1, 2], true);
    await first;
    expect(shown()).toEqual([2, -1]);
    useSearch.getState().select(1);
    const more = useSearch.getState().loadMore();
    request(1).answer([3, -4]);
    await more;
    expect(shown()).toEqual([2, 3, -1, -4]);
    expect(useSearch.getState().selected).toBe(2);
    const best = useSearch.getState().run(newSearch("a"));
    request(2).answer([-1, 2]);
    await best;
    expect(shown()).toEqual([-1, 2]);
  });

  it("asks the same question again when told to, and when the answer has grown old", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer([]);
    await first;
    const second = useSearch.getState().run(newSearch("a"), "again");
    request(1).answer([7]);
    await second;
    expect(shown()).toEqual([7]);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 60_000);
    const third = useSearch.getState().run(newSearch("a"));
    request(2).answer([7, 8]);
    await third;
    expect(shown()).toEqual([7, 8]);
  });

  it("keeps the place in the list when the same question is answered anew", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer(Array.from({ length: 30 }, (_, file) => file));
    await first;
    useSearch.getState().select(25);
    const again = useSearch.getState().run(newSearch("a"), "again");
    expect(request(1).request.limit).toBe(30);
    request(1).answer([99, ...Array.from({ length: 29 }, (_, file) => file)]);
    await again;
    expect(useSearch.getState().selected).toBe(26);
    const other = useSearch.getState().run(newSearch("b"));
    expect(request(2).request.limit).toBe(20);
    request(2).answer([25]);
    await other;
    expect(useSearch.getState().selected).toBe(-1);
  });

  it("keeps the hits when the next page fails, and can try it again", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer([1], true);
    await first;
    const more = useSearch.getState().loadMore();
    request(1).fail();
    await more;
    expect(shown()).toEqual([1]);
    expect(useSearch.getState().error).toBeUndefined();
    expect(useSearch.getState().moreError).toBeInstanceOf(Error);
    const retry = useSearch.getState().loadMore();
    request(2).answer([2]);
    await retry;
    expect(shown()).toEqual([1, 2]);
    expect(useSearch.getState().moreError).toBeUndefined();
  });

  it("asks for no page after the last one", async () => {
    const first = useSearch.getState().run(newSearch("a"));
    request(0).answer([1, 2]);
    await first;
    expect(canLoadMore(useSearch.getState())).toBe(false);
    await useSearch.getState().loadMore();
    expect(asked.length).toBe(1);
  });

  it("is empty for an empty query and asks nothing", async () => {
    await useSearch.getState().run(newSearch("   "));
    expect(asked.length).toBe(0);
    expect(useSearch.getState().response).toBeUndefined();
  });
});
