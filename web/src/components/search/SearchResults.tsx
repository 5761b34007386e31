import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconMoodEmpty } from "@tabler/icons-react";
import { useEffect, type RefObject } from "react";
import type { SearchAddress } from "../../format/address";
import { elapsed } from "../../format/quantity";
import type { SearchMode } from "../../services/search";
import { useSearch } from "../../stores/search";
import { openTasks, useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState } from "../ErrorState";
import { isTyping } from "../keys";
import { HitCard } from "./HitCard";
import classes from "./SearchResults.module.css";

interface Props {
  ref: RefObject<HTMLOListElement | null>;
  address: SearchAddress;
  onMode: (mode: SearchMode) => void;
}

export function SearchResults({ ref, address, onMode }: Props) {
  const { response, hits, pending, loadingMore, error, selected, query, run, loadMore, select } = useSearch();
  const words = strings.search;
  useListKeys(ref);
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
          <li key={hit.file_id}>
            <HitCard hit={hit} address={address} onSelect={() => { select(index); }} />
          </li>
        ))}
      </ol>
      {response.more && (
        <Group justify="center" mt="lg">
          <Button variant="default" loading={loadingMore} onClick={() => void loadMore()}>{words.loadMore}</Button>
        </Group>
      )}
    </section>
  );
}

/** Arrows and j/k move through the hits; Enter opens by being a link's own key. */
function useListKeys(list: RefObject<HTMLOListElement | null>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
      if (step === undefined || isTyping(event)) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-hit]") ?? [])];
      const focused = document.activeElement;
      const within = links.findIndex((link) => link === focused || link.closest("li")?.contains(focused));
      // Arrows scroll as usual until the list is entered.
      if (within < 0 && event.key.startsWith("Arrow")) return;
      event.preventDefault();
      const next = within + step;
      if (next < 0) document.querySelector<HTMLElement>("input[type=search]")?.focus();
      else links[Math.min(next, links.length - 1)]?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [list]);
}

function Nothing({ address, onMode }: { address: SearchAddress; onMode: (mode: SearchMode) => void }) {
  const status = useStatus((store) => store.status);
  const words = strings.search;
  const open = status ? openTasks(status) : 0;
  const other: SearchMode = address.mode === "meaning" ? "hybrid" : "meaning";
  return (
    <EmptyState title={words.nothingTitle} icon={<IconMoodEmpty size={40} stroke={1.4} aria-hidden="true" />}>
      <Text c="dimmed">{words.nothing(address.query)}{open > 0 && ` ${words.nothingPending(open)}`}</Text>
      <Stack component="ul" gap={4} ta="start" c="dimmed" fz="sm">{words.nothingHints.map((hint) => <li key={hint}>{hint}</li>)}</Stack>
      <Button variant="default" onClick={() => { onMode(other); }}>{words.tryMode(words.modes[other])}</Button>
    </EmptyState>
  );
}
