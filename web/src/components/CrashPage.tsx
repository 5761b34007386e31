import { Button, Center, Text } from "@mantine/core";
import { strings } from "../strings";
import { EmptyState } from "./EmptyState";

/** Shown when drawing a page failed: a defect of ours, or a part of the page that could not be fetched. */
export function CrashPage() {
  return (
    <Center component="main" mih="100dvh">
      <EmptyState title={strings.app.crashTitle}>
        <Text c="dimmed">{strings.app.crashText}</Text>
        <Button mt="sm" onClick={() => { window.location.reload(); }}>{strings.app.reload}</Button>
      </EmptyState>
    </Center>
  );
}
