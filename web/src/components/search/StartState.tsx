import { Button, Text, Title } from "@mantine/core";
import { IconFolderPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import { useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import classes from "./StartState.module.css";

/** Before anything was asked: what can be asked. */
export function StartState({ onExample }: { onExample: (query: string) => void }) {
  const status = useStatus((store) => store.status);
  const words = strings.search;
  if (status?.libraries.length === 0) {
    return (
      <EmptyState title={words.noLibrariesTitle} icon={<IconFolderPlus size={40} stroke={1.4} aria-hidden="true" />}>
        <Text c="dimmed">{words.noLibraries}</Text>
        <Button component={Link} to="/libraries?add" mt="sm">{words.addLibrary}</Button>
      </EmptyState>
    );
  }
  const files = status?.libraries.reduce((sum, library) => sum + library.file_count, 0);
  return (
    <section className={classes.start} aria-labelledby="start-title">
      <Title order={2} id="start-title" fz="1.6rem">{words.startTitle}</Title>
      <Text c="dimmed" mt={6}>{words.startText}{files !== undefined && ` ${words.searchable(files)}.`}</Text>
      <Text fw={560} mt={32} fz="sm" component="h3">{words.examplesTitle}</Text>
      <ul className={classes.examples}>
        {words.examples.map(({ query, meaning }) => (
          <li key={query}>
            <button type="button" className={classes.example} onClick={() => { onExample(query); }}>
              <span className={classes.query}>{query}</span>
              <span className={classes.meaning}>{meaning}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
