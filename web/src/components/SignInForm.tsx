import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { ApiError } from "../services/errors";
import { useSession } from "../stores/session";
import { strings } from "../strings";
import { errorText } from "./ErrorState";

export function SignInForm() {
  const signIn = useSession((store) => store.signIn);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState("");

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim() === "" || password === "") return;
    setBusy(true);
    setMessage("");
    try {
      await signIn(name.trim(), password);
    } catch (error) {
      setMessage(signInError(error));
      setPassword("");
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label={strings.signIn.name} value={name} onChange={(event) => { setName(event.currentTarget.value); }} autoComplete="username" maxLength={64} required withAsterisk={false} />
        <PasswordInput label={strings.signIn.password} value={password} onChange={(event) => { setPassword(event.currentTarget.value); }} autoComplete="current-password" maxLength={512} required withAsterisk={false} />
        {message !== "" && <Alert color="red" variant="light" role="alert">{message}</Alert>}
        <Button type="submit" loading={busy} fullWidth mt="xs">{strings.signIn.submit}</Button>
      </Stack>
    </form>
  );
}

function signInError(error: unknown): string {
  if (error instanceof ApiError && error.status === 429) return strings.signIn.slow(error.retryAfterSeconds ?? 60);
  if (error instanceof ApiError && error.status === 401) return strings.signIn.wrong;
  return errorText(error);
}
