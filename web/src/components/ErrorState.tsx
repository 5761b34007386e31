import { Alert, Button, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../services/errors";
import { strings, word } from "../strings";

/** The sentence for the person that an error carries; `own` has those that are about one action, by the error's code. */
export function errorText(error: unknown, own: Readonly<Record<string, string>> = {}): string {
  if (error instanceof ApiError) {
    if (error.code === "offline") return strings.errors.offline;
    const ours = word(own, error.code) || word(strings.errors.codes, error.code);
    if (ours) return ours;
    if (error.detail !== "") return error.detail;
  }
  return strings.errors.unexpected;
}

interface Props {
  error: unknown;
  onRetry?: () => void;
  title?: string;
  own?: Readonly<Record<string, string>>;
}

export function ErrorState({ error, onRetry, title, own }: Props) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden="true" />} title={title ?? strings.errors.title} role="alert">
      <Stack gap="sm" align="flex-start">
        <span>{errorText(error, own)}</span>
        {onRetry && <Button size="xs" variant="default" onClick={onRetry}>{strings.app.retry}</Button>}
      </Stack>
    </Alert>
  );
}
