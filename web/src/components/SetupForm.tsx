import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { useSession } from "../stores/session";
import { strings } from "../strings";
import { ErrorState } from "./ErrorState";

/** The contract's bound on a new password. */
const passwordLengthMin = 10;

export function SetupForm({ token, onDone }: { token: string; onDone: () => void }) {
  const setUp = useSession((store) => store.setUp);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [repeat, setRepeat] = useState("");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const words = strings.setup;
  const wrong = {
    name: name.trim() === "" ? words.nameMissing : "",
    password: password.length < passwordLengthMin ? words.tooShort : "",
    repeat: repeat !== password ? words.mismatch : "",
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (wrong.name || wrong.password || wrong.repeat) return;
    setBusy(true);
    setError(undefined);
    try {
      await setUp(token, name.trim(), password);
      onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <TextInput label={words.name} value={name} onChange={(event) => { setName(event.currentTarget.value); }} autoComplete="username" maxLength={64} required withAsterisk={false} error={checked && wrong.name} />
        <PasswordInput label={words.password} description={words.passwordHint} value={password} onChange={(event) => { setPassword(event.currentTarget.value); }} autoComplete="new-password" maxLength={512} required withAsterisk={false} error={checked && wrong.password} />
        <PasswordInput label={words.repeat} value={repeat} onChange={(event) => { setRepeat(event.currentTarget.value); }} autoComplete="new-password" maxLength={512} required withAsterisk={false} error={checked && wrong.repeat} />
        {error !== undefined && <ErrorState error={error} />}
        <Button type="submit" loading={busy} fullWidth mt="xs">{words.submit}</Button>
      </Stack>
    </form>
  );
}
