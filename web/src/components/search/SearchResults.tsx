import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconMoodEmpty } from "@tabler/icons-react";
import { useEffect, useState, type RefObject } from "react";
import { sameSearch, type SearchAddress } from "../../format/address";
import { hitKey, type Hit, type SearchMode, type Sort } from "../../services/search";
import { canLoadMore, useSearch } from "../../stores/search";
import { questionOf, useSearches } from "../../stores/searches";
import { activeTasks, useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState, errorText } from "../ErrorState";
import { Facets } from "./Facets";
import { FacetSheet } from "./FacetSheet";
import { HitCard } from "./HitCard";
import { Remarks } from "./Remarks";
import { ResultsHead } from "./ResultsHead";
import { useFocusKept, useListKeys } from "./useListKeys";
import { useNoteSearch } from "./useNoteSearch";
import classes from "./SearchResults.module.css";

interface Props {
  ref: RefObject<HTMLDivElement | null>;
  address: SearchAddress;
  sort: Sort;
  /** The facets stand beside the hits. */
  wide: boolean;
  onAsk: (change: Partial<SearchAddress>) => void;
}

export function SearchResults({ ref, address, sort, wide, onAsk }: Props) {
  const { response, hits, pending, error, selected, asked, run, wantFacets } = useSearch();
  const [sheet, setSheet] = useState(false);
  const words = strings.search;
  useListKeys(ref);
  useFocusKept(ref);
  useEffect(() => {
    // Coming back from a file: on where the person left.
    const links = ref.current?.querySelectorAll<HTMLElement>("a[data-hit]");
    if (selected >= 0) links?.[selected]?.focus();
    // Once, when the list appears.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useNoteSearch(questionOf(address), !pending && response !== undefined && sameSearch(asked, address));
  const openSheet = (open: boolean) => {
    setSheet(open);
    wantFacets(open);
  };

  if (error !== undefined) return <ErrorState error={error} title={words.failed} onRetry={() => void run(address, "again")} />;
  if (!response) return <Stack gap="sm" mt="md" aria-hidden="true">{[0, 1, 2].map((row) => <Skeleton key={row} h={112} radius="md" />)}</Stack>;
  const stale = pending && response.query !== asked.query;
  /** The query that the hits answer. */
  const query = response.searched_for ?? address.query;
  const setQuery = (next: string) => { onAsk({ query: next }); };
  return (
    <div className={classes.layout}>
      <section aria-label={words.results} className={classes.results}>
        <ResultsHead {...{ response, query, stale, sort }} count={hits.length} onSort={(next) => { onAsk({ sort: next }); }} onQuery={setQuery} onFilters={wide ? undefined : () => { openSheet(true); }} />
        <Remarks response={response} address={address} stale={stale} />
        {hits.length === 0 && !pending && <Nothing address={address} onMode={(mode) => { onAsk({ mode }); }} />}
        <div ref={ref} data-stale={stale || undefined} className={classes.lists}>
          <Hits address={address} lineAfter={response.nothing_fits ? hits.length : lastFitting(hits)} />
        </div>
        <More />
      </section>
      {wide
        ? <aside className={classes.side} aria-label={words.facets.title}>{(hits.length > 0 || pending) && <><Facets query={query} onQuery={setQuery} /><p className={classes.keys} aria-hidden="true">{words.keys}</p></>}</aside>
        : <FacetSheet open={sheet} onClose={() => { openSheet(false); }}><Facets query={query} onQuery={setQuery} /></FacetSheet>}
    </div>
  );
}

/** How many hits come before the line below which all are weak. */
function lastFitting(hits: readonly Hit[]): number {
  let fitting = hits.length;
  while (fitting > 0 && hits[fitting - 1]?.weak === true) fitting -= 1;
  return fitting;
}

/** The hits; those that hardly fit come below a line. */
function Hits({ address, lineAfter }: { address: SearchAddress; lineAfter: number }) {
  const { hits, select } = useSearch();
  const note = useSearches((store) => store.note);
  const items = (from: number, to: number) => hits.slice(from, to).map((hit, index) => (
    <li key={hitKey(hit)}>
      <HitCard hit={hit} address={address} onSelect={() => { select(from + index); }} onOpen={() => void note(questionOf(address))} />
    </li>
  ));
  return (
    <>
      <ol className={classes.list}>{items(0, lineAfter)}</ol>
      {lineAfter < hits.length && (
        <>
          <h2 className={classes.line} id="weak-hits">{strings.search.weakTitle}</h2>
          <ol className={classes.list} aria-labelledby="weak-hits">{items(lineAfter, hits.length)}</ol>
        </>
      )}
    </>
  );
}

function More() {
  const { response, loadingMore, moreError, loadMore } = useSearch();
  const words = strings.search;
  if (!canLoadMore({ response })) return null;
  return (
    <Stack align="center" gap="sm" mt="lg">
      {moreError !== undefined && <Text role="alert" fz="sm">{words.moreFailed(errorText(moreError))}</Text>}
      <Button variant="default" loading={loadingMore} onClick={() => void loadMore()}>{moreError === undefined ? words.loadMore : strings.app.retry}</Button>
    </Stack>
  );
}

function Nothing({ address, onMode }: { address: SearchAddress; onMode: (mode: SearchMode) => void }) {
  const status = useStatus((store) => store.status);
  const words = strings.search;
  const open = status ? activeTasks(status) : 0;
  const other: SearchMode = address.mode === "meaning" ? "hybrid" : "meaning";
  return (
    <EmptyState title={words.nothingTitle} icon={<IconMoodEmpty size={40} stroke={1.4} aria-hidden="true" />}>
      <Text c="dimmed">{words.nothing(address.query)}{open > 0 && ` ${words.nothingPending(open)}`}</Text>
      <Stack component="ul" gap={4} ta="start" c="dimmed" fz="sm">{words.nothingHints.map((hint) => <li key={hint}>{hint}</li>)}</Stack>
      <Button variant="default" onClick={() => { onMode(other); }}>{words.tryMode(words.modes[other])}</Button>
    </EmptyState>
  );
}
