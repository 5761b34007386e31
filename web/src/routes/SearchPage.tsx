import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ModelNotice } from "../components/search/ModelNotice";
import { SearchBox } from "../components/search/SearchBox";
import { SearchResults } from "../components/search/SearchResults";
import { StartState } from "../components/search/StartState";
import { usePageTitle } from "../components/usePageTitle";
import { fileAddress, readSearch, sameSearch, searchAddress, type SearchAddress } from "../format/address";
import { useSearch } from "../stores/search";
import { questionOf, useSearches } from "../stores/searches";
import { settledState, useStatus } from "../stores/status";
import { strings } from "../strings";

/** Between the last key and the request; below it a fast typist would ask once per letter. */
const debounceMs = 130;
/** From this width on the facets stand beside the hits; below, a sheet holds them. */
const wideQuery = "(min-width: 64em)";

export function SearchPage() {
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const { query, mode, sort, asTyped } = readSearch(parameters);
  const address = useMemo(() => ({ query, mode, sort, asTyped }), [query, mode, sort, asTyped]);
  const [typed, setTyped] = useState(query);
  // Shown at once: the address follows a moment later.
  const [chosen, setChosen] = useState({ mode, sort });
  const run = useSearch((store) => store.run);
  const wantFacets = useSearch((store) => store.wantFacets);
  const note = useSearches((store) => store.note);
  const wide = useMediaQuery(wideQuery, false, { getInitialValueInEffect: false });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const written = useRef(address);
  const list = useRef<HTMLDivElement>(null);
  const focusFirst = useFocusAfterEnter(list, address);
  usePageTitle(query === "" ? strings.search.pageTitle : query);
  useAskAgainWhenSettled(address);

  // Before the first question is asked.
  useLayoutEffect(() => {
    wantFacets(wide);
    return () => { wantFacets(false); };
  }, [wide, wantFacets]);

  // The address is the truth: typing writes it, the back button and links change it, and it starts the search.
  useEffect(() => {
    if (!sameSearch(address, written.current)) {
      written.current = address;
      setTyped(address.query);
      setChosen({ mode: address.mode, sort: address.sort });
    }
    void run(address);
  }, [address, run]);
  useEffect(() => () => { clearTimeout(timer.current); }, []);

  const write = useCallback((next: SearchAddress, how: "replace" | "push") => {
    clearTimeout(timer.current);
    written.current = next;
    const target = new URL(searchAddress(next), window.location.origin);
    setParameters(target.searchParams, { replace: how === "replace", preventScrollReset: true });
  }, [setParameters]);

  /** What is typed and chosen; words that are typed anew may be corrected again. */
  const current = (): SearchAddress => ({ query: typed.trim(), ...chosen, asTyped: asTyped && typed.trim() === query.trim() });
  const type = (text: string) => {
    setTyped(text);
    focusFirst.forget();
    clearTimeout(timer.current);
    // The first letters make a history entry of their own, so that "back" leads to the empty start page.
    const how = query === "" ? "push" : "replace";
    const next = { query: text.trim(), ...chosen, asTyped: false };
    timer.current = setTimeout(() => { write(next, how); }, next.query === "" ? 0 : debounceMs);
  };
  const submit = () => {
    const asked = current();
    write(asked, "replace");
    if (asked.query === "") return;
    void note(questionOf(asked));
    focusFirst.remember(asked);
    void run(asked, "again");
  };
  const ask = (change: Partial<SearchAddress>) => {
    const next = { ...current(), ...(change.query === undefined ? {} : { asTyped: false }), ...change };
    if (change.query !== undefined) setTyped(change.query);
    setChosen({ mode: next.mode, sort: next.sort });
    write(next, "push");
  };
  const open = (file: number) => {
    clearTimeout(timer.current);
    void navigate(fileAddress({ file }), { state: { fromSearch: true } });
  };

  return (
    <>
      <h1 className="alcove-hidden">{strings.search.label}</h1>
      <SearchBox
        value={typed}
        question={questionOf(current())}
        onType={type}
        onSubmit={submit}
        onMode={(next) => { ask({ mode: next }); }}
        onComplete={(completed) => { ask({ query: completed }); }}
        onOpen={open}
        onAsk={ask}
        onDown={() => list.current?.querySelector<HTMLElement>("a[data-hit]")?.focus()}
      />
      <ModelNotice />
      {query === ""
        ? <StartState onExample={(example) => { ask({ query: example }); }} />
        : <SearchResults ref={list} address={address} sort={chosen.sort} wide={wide} onAsk={ask} />}
    </>
  );
}

/** Enter leads to the first hit of the question that was asked, once its answer is shown: never to a hit of the one before. */
function useFocusAfterEnter(list: React.RefObject<HTMLElement | null>, address: SearchAddress) {
  const { asked, pending, response } = useSearch();
  const awaited = useRef<SearchAddress>(undefined);
  useLayoutEffect(() => {
    const wanted = awaited.current;
    // The address follows a moment after the store; before it, the hits are not drawn.
    if (!wanted || pending || !sameSearch(wanted, asked) || !sameSearch(wanted, address)) return;
    awaited.current = undefined;
    // Not out of anything else that the person has turned to meanwhile.
    if (document.activeElement?.matches("input[type=search]")) list.current?.querySelector<HTMLElement>("a[data-hit]")?.focus();
  }, [asked, pending, response, address, list]);
  const remember = useCallback((wanted: SearchAddress) => { awaited.current = wanted; }, []);
  const forget = useCallback(() => { awaited.current = undefined; }, []);
  return { remember, forget };
}

/** An answer that may have lacked something (nothing found, or with a note) is asked for anew when the work is done. */
function useAskAgainWhenSettled(address: SearchAddress) {
  const state = useStatus((store) => store.status && settledState(store.status));
  const before = useRef(state);
  useEffect(() => {
    const news = before.current !== undefined && state !== before.current && state !== "";
    before.current = state;
    const { hits, response, run } = useSearch.getState();
    if (news && address.query !== "" && (hits.length === 0 || (response?.notes.length ?? 0) > 0)) void run(address, "again");
  }, [state, address]);
}
