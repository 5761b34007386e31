import { Button, Group, Text, Title } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { count, duration } from "../../format/quantity";
import { pauseWork, resumeWork, type Connection, type Status } from "../../services/work";
import { useSession } from "../../stores/session";
import { activeTasks, lacksModel, openTasks, useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import classes from "./Activity.module.css";

export function Overview({ status, connection }: { status: Status; connection: Connection }) {
  const words = strings.activity;
  const open = openTasks(status);
  const done = status.stages.reduce((sum, stage) => sum + stage.done, 0);
  const total = done + open;
  const undone = status.tasks.failed + status.tasks.skipped;
  const share = total === 0 ? 100 : Math.floor((100 * done) / total);
  const stalled = open > 0 && activeTasks(status) === 0 && lacksModel(status);
  const title = status.paused ? words.paused : stalled ? words.stalled : open > 0 ? words.working : words.idle;
  const pace = stalled ? "" : [
    open > 0 && status.rate >= 0.1 && words.rate(status.rate.toLocaleString(strings.locale, { maximumFractionDigits: 1 })),
    open > 0 && !status.paused && (status.seconds_left === undefined ? words.leftUnknown : words.left(duration(status.seconds_left))),
  ].filter(Boolean).join(" · ");
  return (
    <section className={classes.card} aria-labelledby="overview-title">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} id="overview-title">{title}</Title>
          <Text c="dimmed" fz="sm">{status.paused ? words.pausedText : stalled ? words.stalledText : open > 0 ? words.done(count(done), count(total)) : undone > 0 ? words.idleBut(undone) : words.idleText}{pace !== "" && ` · ${pace}`}</Text>
        </div>
        <PauseButton paused={status.paused} />
      </Group>
      <div className={classes.bar} role="progressbar" aria-label={words.title} aria-valuenow={share} aria-valuemin={0} aria-valuemax={100}><div style={{ width: `${String(share)}%` }} /></div>
      <dl className={classes.numbers}>
        {(["waiting", "running", "failed", "skipped"] as const).map((kind) => (
          <div key={kind} className={classes.number} data-tasks={kind}><dt>{words[kind]}</dt><dd>{count(status.tasks[kind])}</dd></div>
        ))}
      </dl>
      <Text fz="xs" c="dimmed" mt="sm">{{ live: words.live, polling: words.polling, disconnected: words.disconnected }[connection]}</Text>
    </section>
  );
}

function PauseButton({ paused }: { paused: boolean }) {
  const isOwner = useSession((store) => store.state?.user?.is_owner === true);
  const refresh = useStatus((store) => store.refresh);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  if (!isOwner) return null;
  const toggle = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await (paused ? resumeWork() : pauseWork());
      await refresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button variant={paused ? "filled" : "default"} loading={busy} leftSection={paused ? <IconPlayerPlay size={16} aria-hidden="true" /> : <IconPlayerPause size={16} aria-hidden="true" />} onClick={() => void toggle()}>
        {paused ? strings.activity.resume : strings.activity.pause}
      </Button>
      {error !== undefined && <ErrorState error={error} />}
    </>
  );
}
