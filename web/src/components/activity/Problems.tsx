import { Button, Group, Tabs, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { fileAddress } from "../../format/address";
import { ago } from "../../format/quantity";
import { listProblems, retryWork, type ProblemList } from "../../services/work";
import { useResource } from "../../stores/resource";
import { useSession } from "../../stores/session";
import { useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import classes from "./Activity.module.css";

type State = "failed" | "skipped";

export function Problems({ failed, skipped }: { failed: number; skipped: number }) {
  const isOwner = useSession((store) => store.state?.user?.is_owner === true);
  const refresh = useStatus((store) => store.refresh);
  const [tab, setTab] = useState<State>(failed === 0 && skipped > 0 ? "skipped" : "failed");
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState("");
  const [error, setError] = useState<unknown>();
  const words = strings.activity;
  const retry = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await retryWork();
      await refresh();
      setMessage(words.retried);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-labelledby="problems-title">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="problems-title">{words.problems}</Title>
        {isOwner && failed + skipped > 0 && <Button variant="default" size="xs" loading={busy} onClick={() => void retry()}>{words.retryAll}</Button>}
      </Group>
      <p role="status" className={message === "" ? "alcove-hidden" : classes.quiet}>{message}</p>
      {error !== undefined && <ErrorState error={error} />}
      <Tabs value={tab} onChange={(value) => { setTab(value === "skipped" ? "skipped" : "failed"); }} keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="failed">{words.failedTab(failed)}</Tabs.Tab>
          <Tabs.Tab value="skipped">{words.skippedTab(skipped)}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="failed"><ProblemItems key={failed} state="failed" /></Tabs.Panel>
        <Tabs.Panel value="skipped"><ProblemItems key={skipped} state="skipped" /></Tabs.Panel>
      </Tabs>
    </section>
  );
}

/** Made anew when the number changes: the list is then another. */
function ProblemItems({ state }: { state: State }) {
  const first = useResource(state, (signal) => listProblems(state, 0, signal));
  const [more, setMore] = useState<ProblemList[]>([]);
  const [busy, setBusy] = useState(false);
  const words = strings.activity;
  if (first.error !== undefined) return <ErrorState error={first.error} onRetry={first.reload} />;
  if (!first.data) return null;
  const pages = [first.data, ...more];
  const problems = pages.flatMap((page) => page.problems);
  const loadMore = async () => {
    setBusy(true);
    try {
      const next = await listProblems(state, problems.length);
      setMore((before) => [...before, next]);
    } catch {
      first.reload();  // Shows why.
    } finally {
      setBusy(false);
    }
  };
  if (problems.length === 0) return <Text c="dimmed">{words.problemsNone[state]}</Text>;
  return (
    <>
      <ul className={classes.problems}>
        {problems.map((problem) => (
          <li key={`${problem.library}/${problem.path_base64 ?? problem.path} ${problem.part ?? ""} ${problem.stage}`} className={classes.problem}>
            {problem.file_id === undefined ? <bdi>{problem.path}</bdi> : <Link to={fileAddress({ file: problem.file_id, part: problem.part })}><bdi>{problem.part_path ?? problem.path}</bdi></Link>}
            {problem.part_path !== undefined && <span className={classes.quiet}> {words.inside(problem.path)}</span>}
            <p>{problem.reason}</p>
            <p className={classes.quiet}>{[problem.library, strings.stages[problem.stage] ?? problem.stage, words.attempts(problem.attempts), ago(problem.changed)].join(" · ")}</p>
          </li>
        ))}
      </ul>
      {pages.at(-1)?.more && <Group justify="center" mt="md"><Button variant="default" loading={busy} onClick={() => void loadMore()}>{strings.app.more}</Button></Group>}
    </>
  );
}
