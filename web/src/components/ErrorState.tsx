import { Alert, Button, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../services/errors";
import { strings } from "../strings";

/** The sentence for the person that an error carries. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.code === "offline") return strings.errors.offline;
    if (error.detail !== "") return error.detail;
  }
  return strings.errors.unexpected;
}

export function ErrorState({ error, onRetry, title = strings.errors.title }: { error: unknown; onRetry?: () => void; title?: string }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden="true" />} title={title} role="alert">
      <Stack gap="sm" align="flex-start">
        <span>{errorText(error)}</span>
        {onRetry && <Button size="xs" variant="default" onClick={onRetry}>{strings.app.retry}</Button>}
      </Stack>
    </Alert>
  );
}
