import { Button, Center, Text } from "@mantine/core";
import { useRouteError } from "react-router";
import { strings } from "../strings";
import { EmptyState } from "./EmptyState";

/** Instead of a page that threw, or whose code could not be fetched. */
export function CrashPage({ within = "window" }: { within?: "window" | "frame" }) {
  // What browsers throw when a part of the page that is loaded on demand does not come.
  const error = useRouteError();
  const offline = error instanceof TypeError && /dynamically imported|importing a module/i.test(error.message);
  return (
    <Center {...(within === "window" ? { component: "main" as const, mih: "100dvh" } : { mih: "60dvh" })}>
      <EmptyState title={offline ? strings.app.offlineTitle : strings.app.crashTitle}>
        <Text c="dimmed">{offline ? strings.errors.offline : strings.app.crashText}</Text>
        <Button mt="sm" onClick={() => { window.location.reload(); }}>{offline ? strings.app.retry : strings.app.reload}</Button>
      </EmptyState>
    </Center>
  );
}
