import { useCallback, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { SearchBox } from "../components/search/SearchBox";
import { SearchResults } from "../components/search/SearchResults";
import { StartState } from "../components/search/StartState";
import { usePageTitle } from "../components/usePageTitle";
import { readSearch, searchAddress, type SearchAddress } from "../format/address";
import { useSearch } from "../stores/search";
import { strings } from "../strings";

/** Between the last key and the request; below it a fast typist would ask once per letter. */
const debounceMs = 130;

export function SearchPage() {
  const [parameters, setParameters] = useSearchParams();
  const address = readSearch(parameters);
  const [typed, setTyped] = useState(address.query);
  const run = useSearch((store) => store.run);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const written = useRef(address.query);
  const list = useRef<HTMLOListElement>(null);
  usePageTitle(address.query === "" ? strings.search.pageTitle : address.query);

  // The address is the truth: typing writes it, the back button and links change it, and it starts the search.
  useEffect(() => {
    if (address.query !== written.current) {
      written.current = address.query;
      setTyped(address.query);
    }
    void run(address.query, address.mode);
  }, [address.query, address.mode, run]);
  useEffect(() => () => { clearTimeout(timer.current); }, []);

  const write = useCallback((next: SearchAddress, how: "replace" | "push") => {
    clearTimeout(timer.current);
    written.current = next.query;
    const target = new URL(searchAddress(next), window.location.origin);
    setParameters(target.searchParams, { replace: how === "replace", preventScrollReset: true });
  }, [setParameters]);

  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    // The first letters make a history entry of their own, so that "back" leads to the empty start page.
    const how = address.query === "" ? "push" : "replace";
    timer.current = setTimeout(() => { write({ query: text.trim(), mode: address.mode }, how); }, text.trim() === "" ? 0 : debounceMs);
  };
  const choose = (query: string) => { setTyped(query); write({ query, mode: address.mode }, "push"); };
  const submit = () => {
    write({ query: typed.trim(), mode: address.mode }, "replace");
    list.current?.querySelector<HTMLElement>("a[data-hit]")?.focus();
  };

  return (
    <>
      <h1 className="alcove-hidden">{strings.search.label}</h1>
      <SearchBox
        value={typed}
        mode={address.mode}
        onType={type}
        onSubmit={submit}
        onMode={(mode) => { write({ query: typed.trim(), mode }, "push"); }}
        onDown={() => list.current?.querySelector<HTMLElement>("a[data-hit]")?.focus()}
      />
      {address.query === "" ? <StartState onExample={choose} /> : <SearchResults ref={list} address={address} onMode={(mode) => { write({ ...address, mode }, "push"); }} />}
    </>
  );
}
