import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { IconMoodEmpty } from "@tabler/icons-react";
import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import type { SearchAddress } from "../../format/address";
import { count, elapsed } from "../../format/quantity";
import { hitKey, type SearchMode } from "../../services/search";
import { canLoadMore, useSearch } from "../../stores/search";
import { activeTasks, useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState, errorText } from "../ErrorState";
import { isTyping } from "../keys";
import { HitCard } from "./HitCard";
import classes from "./SearchResults.module.css";

interface Props {
  ref: RefObject<HTMLOListElement | null>;
  address: SearchAddress;
  onMode: (mode: SearchMode) => void;
}

export function SearchResults({ ref, address, onMode }: Props) {
  const { response, hits, pending, loadingMore, error, moreError, selected, query, run, loadMore, select } = useSearch();
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

  if (error !== undefined) return <ErrorState error={error} title={words.failed} onRetry={() => void run(address.query, address.mode, "again")} />;
  if (!response) return <Stack gap="sm" mt="md" aria-hidden="true">{[0, 1, 2].map((row) => <Skeleton key={row} h={112} radius="md" />)}</Stack>;
  const answered = response.query === query || !pending;
  return (
    <section aria-label={words.results}>
      <div className={classes.summary}>
        <span role="status" aria-live="polite">
          {pending && !answered ? words.busy : `${words.count(hits.length, response.more)} ${words.took(elapsed(response.took_ms))}`}
        </span>
        {hits.length > 0 && <span className={classes.keys} aria-hidden="true">{words.keys}</span>}
      </div>
      {response.notes.length > 0 && (
        <ul className={classes.notes} aria-label={words.notes}>{response.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
      {hits.length === 0 && !pending && <Nothing address={address} onMode={onMode} />}
      <ol ref={ref} className={classes.list} data-stale={!answered || undefined}>
        {hits.map((hit, index) => (
          <li key={hitKey(hit)}>
            <HitCard hit={hit} address={address} onSelect={() => { select(index); }} />
          </li>
        ))}
      </ol>
      {response.more && (
        <Stack align="center" gap="sm" mt="lg">
          {moreError !== undefined && <Text role="alert" fz="sm">{words.moreFailed(errorText(moreError))}</Text>}
          {canLoadMore({ response, hits })
            ? <Button variant="default" loading={loadingMore} onClick={() => void loadMore()}>{moreError === undefined ? words.loadMore : strings.app.retry}</Button>
            : <Text c="dimmed" fz="sm">{words.limitReached(count(hits.length))}</Text>}
        </Stack>
      )}
    </section>
  );
}

const searchField = () => document.querySelector<HTMLElement>("input[type=search]");

/** When the hit that had the focus is gone from a new list, the focus goes to the first hit, or to the search field. */
function useFocusKept(list: RefObject<HTMLOListElement | null>) {
  const { hits, error } = useSearch();
  const held = useRef(false);
  useEffect(() => useSearch.subscribe((next, before) => {
    // Told before the list is drawn anew.
    if (next.hits !== before.hits || next.error !== before.error) held.current = list.current?.contains(document.activeElement) ?? false;
  }), [list]);
  useLayoutEffect(() => {
    if (!held.current) return;
    held.current = false;
    if (document.activeElement === document.body) (list.current?.querySelector<HTMLElement>("a[data-hit]") ?? searchField())?.focus();
  }, [hits, error, list]);
}

/** Arrows and j/k move through the hits, Escape leads back to the search field; Enter opens by being a link's own key. */
function useListKeys(list: RefObject<HTMLOListElement | null>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event)) return;
      if (event.key === "Escape" && list.current?.contains(document.activeElement)) {
        event.preventDefault();
        searchField()?.focus();
        return;
      }
      const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
      if (step === undefined) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-hit]") ?? [])];
      const focused = document.activeElement;
      const within = links.findIndex((link) => link === focused || link.closest("li")?.contains(focused));
      // Arrows scroll as usual until the list is entered.
      if (within < 0 && event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const next = within + step;
      if (next < 0) searchField()?.focus();
      else links[Math.min(next, links.length - 1)]?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [list]);
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
