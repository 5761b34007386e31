import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ModelNotice } from "../components/search/ModelNotice";
import { SearchBox } from "../components/search/SearchBox";
import { SearchResults } from "../components/search/SearchResults";
import { StartState } from "../components/search/StartState";
import { usePageTitle } from "../components/usePageTitle";
import { fileAddress, readSearch, searchAddress, type SearchAddress } from "../format/address";
import type { SearchMode } from "../services/search";
import { useSearch } from "../stores/search";
import { settledState, useStatus } from "../stores/status";
import { strings } from "../strings";

/** Between the last key and the request; below it a fast typist would ask once per letter. */
const debounceMs = 130;

export function SearchPage() {
  const [parameters, setParameters] = useSearchParams();
  const navigate = useNavigate();
  const address = readSearch(parameters);
  const [typed, setTyped] = useState(address.query);
  const [mode, setMode] = useState(address.mode);
  const run = useSearch((store) => store.run);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const written = useRef(address);
  const list = useRef<HTMLOListElement>(null);
  const focusFirst = useFocusAfterEnter(list);
  usePageTitle(address.query === "" ? strings.search.pageTitle : address.query);
  useAskAgainWhenSettled(address);

  // The address is the truth: typing writes it, the back button and links change it, and it starts the search.
  useEffect(() => {
    const { query, mode } = address;
    if (query !== written.current.query || mode !== written.current.mode) {
      written.current = address;
      setTyped(query);
      setMode(mode);
    }
    void run(query, mode);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the address is read anew at every drawing; its parts say when it changed
  }, [address.query, address.mode, run]);
  useEffect(() => () => { clearTimeout(timer.current); }, []);

  const write = useCallback((next: SearchAddress, how: "replace" | "push") => {
    clearTimeout(timer.current);
    written.current = next;
    const target = new URL(searchAddress(next), window.location.origin);
    setParameters(target.searchParams, { replace: how === "replace", preventScrollReset: true });
  }, [setParameters]);

  const type = (text: string) => {
    setTyped(text);
    focusFirst.forget();
    clearTimeout(timer.current);
    // The first letters make a history entry of their own, so that "back" leads to the empty start page.
    const how = address.query === "" ? "push" : "replace";
    timer.current = setTimeout(() => { write({ query: text.trim(), mode }, how); }, text.trim() === "" ? 0 : debounceMs);
  };
  const choose = (query: string) => { setTyped(query); write({ query, mode }, "push"); };
  const submit = () => {
    const query = typed.trim();
    write({ query, mode }, "replace");
    if (query === "") return;
    focusFirst.remember({ query, mode });
    void run(query, mode, "again");
  };
  // Shown at once: the address follows a moment later.
  const change = (next: SearchMode) => { setMode(next); write({ query: typed.trim(), mode: next }, "push"); };

  return (
    <>
      <h1 className="alcove-hidden">{strings.search.label}</h1>
      <SearchBox
        value={typed}
        mode={mode}
        onType={type}
        onSubmit={submit}
        onMode={change}
        onComplete={choose}
        onOpen={(file) => {
          clearTimeout(timer.current);
          void navigate(fileAddress({ file }), { state: { fromSearch: true } });
        }}
        onDown={() => list.current?.querySelector<HTMLElement>("a[data-hit]")?.focus()}
      />
      <ModelNotice />
      {address.query === "" ? <StartState onExample={choose} /> : <SearchResults ref={list} address={address} onMode={change} />}
    </>
  );
}

/** Enter leads to the first hit of the question that was asked, once its answer is shown: never to a hit of the one before. */
function useFocusAfterEnter(list: React.RefObject<HTMLOListElement | null>) {
  const { query, mode, pending, response } = useSearch();
  const awaited = useRef<SearchAddress>(undefined);
  useLayoutEffect(() => {
    const wanted = awaited.current;
    if (!wanted || pending || wanted.query !== query || wanted.mode !== mode) return;
    awaited.current = undefined;
    // Not out of anything else that the person has turned to meanwhile.
    if (document.activeElement?.matches("input[type=search]")) list.current?.querySelector<HTMLElement>("a[data-hit]")?.focus();
  }, [query, mode, pending, response, list]);
  const remember = useCallback((wanted: SearchAddress) => { awaited.current = wanted; }, []);
  const forget = useCallback(() => { awaited.current = undefined; }, []);
  return { remember, forget };
}

/** An answer that may have lacked something (nothing found, or with a note) is asked for anew when the work is done. */
function useAskAgainWhenSettled({ query, mode }: SearchAddress) {
  const state = useStatus((store) => store.status && settledState(store.status));
  const before = useRef(state);
  useEffect(() => {
    const news = before.current !== undefined && state !== before.current && state !== "";
    before.current = state;
    const { hits, response, run } = useSearch.getState();
    if (news && query !== "" && (hits.length === 0 || (response?.notes.length ?? 0) > 0)) void run(query, mode, "again");
  }, [state, query, mode]);
}
