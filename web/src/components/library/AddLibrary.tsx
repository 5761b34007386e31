import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useState, type SubmitEvent } from "react";
import { addLibrary, type Library } from "../../services/libraries";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";

interface Props {
  opened: boolean;
  onClose: () => void;
  onAdded: (library: Library) => void;
}

export function AddLibrary({ opened, onClose, onAdded }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={strings.libraries.addTitle} centered closeButtonProps={{ "aria-label": strings.app.close }}>
      <AddForm onClose={onClose} onAdded={onAdded} />
    </Modal>
  );
}

function AddForm({ onClose, onAdded }: Omit<Props, "opened">) {
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const words = strings.libraries;
  const wrong = path.trim().startsWith("/") ? "" : words.pathMissing;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (wrong) return;
    setBusy(true);
    setError(undefined);
    try {
      onAdded(await addLibrary(path.trim(), name.trim()));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Stack>
        <TextInput data-autofocus label={words.path} description={words.pathHint} value={path} onChange={(event) => { setPath(event.currentTarget.value); }} maxLength={4096} required error={checked && wrong} spellCheck={false} autoCapitalize="off" autoComplete="off" />
        <TextInput label={words.name} description={words.nameHint} value={name} onChange={(event) => { setName(event.currentTarget.value); }} maxLength={100} autoComplete="off" />
        {error !== undefined && <ErrorState error={error} own={words.addErrors} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>{strings.app.cancel}</Button>
          <Button type="submit" loading={busy}>{words.submit}</Button>
        </Group>
      </Stack>
    </form>
  );
}
