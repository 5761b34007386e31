import { useCallback, useEffect } from "react";
import { useLocation, useNavigate } from "react-router";
import { fileAddress, sameSearch, type SearchAddress } from "../../format/address";
import { refKey, type FileRef } from "../../services/files";
import { hitKey, refOfHit, type Hit } from "../../services/search";
import { canLoadMore, useSearch } from "../../stores/search";

const none: Hit[] = [];

/** The search's list of hits, in which this file is one: the way to the next and the one before. */
export function useHits(ref: FileRef, search: SearchAddress) {
  const { hits, asked, response, run, loadMore, select } = useSearch();
  const navigate = useNavigate();
  const location = useLocation();
  const same = sameSearch(asked, search);
  // A shared address, or a reload: the list is not there yet.
  useEffect(() => { if (search.query.trim() !== "" && !same) void run(search); }, [search, same, run]);
  const list = same && search.query.trim() !== "" ? hits : none;
  const index = list.findIndex((hit) => hitKey(hit) === refKey(ref));
  const more = canLoadMore({ response });

  const step = useCallback(async (by: 1 | -1) => {
    if (index < 0) return;
    if (index + by >= list.length && more) await loadMore();
    const next = useSearch.getState().hits[index + by];
    if (!next) return;
    select(index + by);
    // The way through the hits is one step of history: "back" leads to the results.
    void navigate(fileAddress({ ...refOfHit(next), passage: next.passage, search }), { replace: true, state: location.state });
  }, [index, list.length, more, loadMore, select, navigate, search, location.state]);
  return { index, total: list.length, more, step };
}
