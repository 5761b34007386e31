import { Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { browserName } from "../../format/browser";
import { ago } from "../../format/quantity";
import { endSession, listSessions, type Session } from "../../services/session";
import { useResource } from "../../stores/resource";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import classes from "../activity/Activity.module.css";

export function Sessions({ onEndedOwn }: { onEndedOwn: () => void }) {
  const sessions = useResource("sessions", listSessions);
  const [error, setError] = useState<unknown>();
  const words = strings.settings;
  const end = async (session: Session) => {
    if (session.current) {
      onEndedOwn();
      return;
    }
    setError(undefined);
    try {
      await endSession(session.id);
      sessions.reload();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <section className={classes.card} aria-labelledby="sessions-title">
      <Title order={2} id="sessions-title">{words.sessions}</Title>
      <Text c="dimmed" fz="sm" mb="sm">{words.sessionsIntro}</Text>
      {error !== undefined && <ErrorState error={error} />}
      {sessions.error !== undefined && <ErrorState error={sessions.error} onRetry={sessions.reload} />}
      {!sessions.data && sessions.error === undefined && <Skeleton h={60} />}
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {sessions.data?.map((session) => {
          const name = browserName(session.user_agent) || words.unknownBrowser;
          return (
            <li key={session.id} className={classes.problem}>
              <div style={{ display: "flex", justifyContent: "space-between", gap: "1rem", alignItems: "center" }}>
                <div>
                  <Text fw={560}>{name}{session.current && ` · ${words.current}`}</Text>
                  <Text fz="sm" c="dimmed">{[session.address, words.since(ago(session.created)), words.lastSeen(ago(session.last_seen))].join(" · ")}</Text>
                </div>
                <Button size="xs" variant="default" flex="none" aria-label={words.endLabel(name)} onClick={() => void end(session)}>{words.end}</Button>
              </div>
            </li>
          );
        })}
      </Stack>
    </section>
  );
}
