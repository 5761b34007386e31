import { Button, Group, Skeleton, Tabs, Text, Title } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { Link } from "react-router";
import { fileAddress } from "../../format/address";
import { groupProblems, type ProblemGroup } from "../../format/problems";
import { ago, count } from "../../format/quantity";
import { reasonText } from "../../format/reasons";
import { loadProblems, retryFile, retryWork, type ProblemItem } from "../../services/work";
import { useResource } from "../../stores/resource";
import { useSession } from "../../stores/session";
import { useStatus } from "../../stores/status";
import { strings, word } from "../../strings";
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
  const again = async (ask: Promise<unknown>, told: string) => {
    setError(undefined);
    try {
      await ask;
      await refresh();
      setMessage(told);
    } catch (failure) {
      setError(failure);
    }
  };
  const retryAll = async () => {
    setBusy(true);
    await again(retryWork(), words.retried);
    setBusy(false);
  };
  const retryOne = isOwner ? (problem: ProblemItem) => again(retryFile(problem.file_id ?? 0, problem.part), words.retriedOne(nameOf(problem))) : undefined;
  return (
    <section aria-labelledby="problems-title">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="problems-title">{words.problems}</Title>
        {isOwner && failed + skipped > 0 && <Button variant="default" size="xs" loading={busy} onClick={() => void retryAll()}>{words.retryAll}</Button>}
      </Group>
      <p role="status" className={message === "" ? "alcove-hidden" : classes.quiet}>{message}</p>
      {error !== undefined && <ErrorState error={error} />}
      <Tabs value={tab} onChange={(value) => { setTab(value === "skipped" ? "skipped" : "failed"); }} keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="failed">{words.failedTab(count(failed))}</Tabs.Tab>
          <Tabs.Tab value="skipped">{words.skippedTab(count(skipped))}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="failed"><ProblemItems key={failed} state="failed" onRetry={retryOne} /></Tabs.Panel>
        <Tabs.Panel value="skipped"><ProblemItems key={skipped} state="skipped" onRetry={retryOne} /></Tabs.Panel>
      </Tabs>
    </section>
  );
}

/** Absent for those who may not. */
type Retry = ((problem: ProblemItem) => Promise<void>) | undefined;

const nameOf = (problem: ProblemItem): string => (problem.part_path ?? problem.path).split("/").at(-1) ?? problem.path;

/** So many files of one reason are listed at first. */
const firstItems = 8;

/** Made anew when the number changes: the list is then another. */
function ProblemItems({ state, onRetry }: { state: State; onRetry: Retry }) {
  const { data, error, reload } = useResource(state, (signal) => loadProblems(state, signal));
  const words = strings.activity;
  if (error !== undefined) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Skeleton h={120} radius="lg" />;
  if (data.problems.length === 0) return <Text c="dimmed">{words.problemsNone[state]}</Text>;
  return (
    <>
      <ul className={classes.problems}>
        {groupProblems(data.problems, reasonText).map((group) => <li key={group.key}><ReasonGroup group={group} onRetry={onRetry} /></li>)}
      </ul>
      {data.more && <Text fz="sm" c="dimmed" mt="sm">{words.problemsCut(count(data.problems.length), count(data.total))}</Text>}
    </>
  );
}

function ReasonGroup({ group, onRetry }: { group: ProblemGroup; onRetry: Retry }) {
  const [open, setOpen] = useState(false);
  const [all, setAll] = useState(false);
  const id = useId();
  const words = strings.activity;
  const items = all ? group.items : group.items.slice(0, firstItems);
  return (
    <article className={classes.problem}>
      <button type="button" className={classes.problemHead} aria-expanded={open} aria-controls={id} onClick={() => { setOpen(!open); }}>
        <IconChevronRight size={17} aria-hidden="true" className={classes.chevron ?? ""} data-open={open || undefined} />
        <span className={classes.problemReason}>{group.reason || words.noReason}<span className={classes.quiet}>{word(strings.stages, group.stage) ?? group.stage}</span></span>
        <span className={classes.problemCount}>{words.filesCount(group.items.length)}</span>
      </button>
      <div id={id} hidden={!open}>
        {open && (
          <ul className={classes.problemFiles}>
            {items.map((problem) => (
              <li key={`${problem.library}/${problem.path_base64 ?? problem.path} ${problem.part ?? ""}`}>
                <div className={classes.problemFile}>
                  {problem.file_id === undefined ? <bdi>{problem.path}</bdi> : <Link to={fileAddress({ file: problem.file_id, part: problem.part })}><bdi>{problem.part_path ?? problem.path}</bdi></Link>}
                  <span className={classes.quiet}>
                    {[problem.part_path !== undefined && words.inside(problem.path), problem.library, problem.attempts > 1 && words.attempts(problem.attempts), ago(problem.changed)].filter(Boolean).join(" · ")}
                  </span>
                </div>
                {onRetry && problem.file_id !== undefined && <RetryButton problem={problem} onRetry={onRetry} />}
              </li>
            ))}
          </ul>
        )}
        {open && !all && group.items.length > firstItems && <Button variant="subtle" size="compact-sm" onClick={() => { setAll(true); }}>{words.showAll(group.items.length)}</Button>}
      </div>
    </article>
  );
}

function RetryButton({ problem, onRetry }: { problem: ProblemItem; onRetry: NonNullable<Retry> }) {
  const [busy, setBusy] = useState(false);
  const words = strings.activity;
  const retry = async () => {
    setBusy(true);
    await onRetry(problem);
    setBusy(false);
  };
  return <Button variant="default" size="compact-sm" loading={busy} aria-label={words.retryLabel(nameOf(problem))} onClick={() => void retry()}>{words.retryOne}</Button>;
}
