import { Button, Group, Skeleton, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useEffect, useState } from "react";
import { savedNameLengthMax, type SavedSearch } from "../../services/searches";
import { useSearches } from "../../stores/searches";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import { mannerText } from "../search/keptOffers";
import classes from "../activity/Activity.module.css";

/** What is kept of this account's searches, and the ways to erase it. */
export function Searches() {
  const { saved, recent, remember, load, setRemember, forgetAll } = useSearches();
  const [error, setError] = useState<unknown>();
  const [erased, setErased] = useState(false);
  const words = strings.searches;
  useEffect(() => { load().catch(setError); }, [load]);
  const attempt = async (action: Promise<void>) => {
    setError(undefined);
    try {
      await action;
      return true;
    } catch (failure) {
      setError(failure);
      return false;
    }
  };
  const erase = async () => { setErased(await attempt(forgetAll())); };

  return (
    <section className={classes.card} aria-labelledby="searches-title">
      <Title order={2} id="searches-title">{words.title}</Title>
      <Text c="dimmed" fz="sm" mb="sm">{words.intro}</Text>
      {error !== undefined && <ErrorState error={error} onRetry={() => void attempt(load())} />}
      {remember === undefined && error === undefined && <Skeleton h={60} />}
      {remember !== undefined && (
        <Group justify="space-between">
          <Switch
            label={words.remember}
            description={words.rememberHint}
            checked={remember}
            onChange={(event) => { setErased(false); void attempt(setRemember(event.currentTarget.checked)); }}
          />
          <Button variant="default" disabled={recent.length === 0} onClick={() => void erase()}>{words.forgetAll}</Button>
        </Group>
      )}
      <Text role="status" fz="sm" mt="xs">{erased && words.forgotten}</Text>
      {saved.length > 0 && (
        <>
          <Title order={3} fz="sm" mt="sm" mb="xs">{words.saved}</Title>
          <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
            {saved.map((one) => <li key={one.id} className={classes.problem}><Saved search={one} attempt={attempt} /></li>)}
          </Stack>
        </>
      )}
    </section>
  );
}

function Saved({ search, attempt }: { search: SavedSearch; attempt: (action: Promise<void>) => Promise<boolean> }) {
  const { rename, remove } = useSearches();
  const [name, setName] = useState<string>();
  const words = strings.searches;
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    if (await attempt(rename(search.id, (name ?? "").trim()))) setName(undefined);
  };
  if (name !== undefined) {
    return (
      <form onSubmit={(event) => void submit(event)}>
        <Group align="flex-end">
          <TextInput flex={1} label={words.name} value={name} maxLength={savedNameLengthMax} onChange={(event) => { setName(event.currentTarget.value); }} data-autofocus />
          <Button type="submit" disabled={name.trim() === ""}>{words.saveButton}</Button>
          <Button variant="default" onClick={() => { setName(undefined); }}>{strings.app.cancel}</Button>
        </Group>
      </form>
    );
  }
  return (
    <Group justify="space-between" wrap="nowrap">
      <div style={{ minWidth: 0 }}>
        <Text fw={560} truncate dir="auto">{search.name}</Text>
        <Text fz="sm" c="dimmed" truncate dir="auto">{[search.query, mannerText(search)].filter((part) => part !== "").join(" · ")}</Text>
      </div>
      <Group gap="xs" wrap="nowrap">
        <Button size="xs" variant="default" aria-label={words.renameLabel(search.name)} onClick={() => { setName(search.name); }}>{words.rename}</Button>
        <Button size="xs" variant="default" aria-label={words.removeLabel(search.name)} onClick={() => void attempt(remove(search.id))}>{words.remove}</Button>
      </Group>
    </Group>
  );
}
