import { Alert, Button, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../services/errors";
import { strings, word } from "../strings";

/** The sentence for the person that an error carries. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.code === "offline") return strings.errors.offline;
    const own = word(strings.errors.codes, error.code);
    if (own) return own;
    if (error.detail !== "") return error.detail;
  }
  return strings.errors.unexpected;
}

export function ErrorState({ error, onRetry, title }: { error: unknown; onRetry?: () => void; title?: string }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden="true" />} title={title ?? strings.errors.title} role="alert">
      <Stack gap="sm" align="flex-start">
        <span>{errorText(error)}</span>
        {onRetry && <Button size="xs" variant="default" onClick={onRetry}>{strings.app.retry}</Button>}
      </Stack>
    </Alert>
  );
}
