import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { removeLibrary, type Library } from "../../services/libraries";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";

interface Props {
  /** Nothing: the question is not asked. */
  library: Library | undefined;
  onClose: () => void;
  onRemoved: (library: Library) => void;
}

export function RemoveLibrary({ library, onClose, onRemoved }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const words = strings.libraries;
  const close = () => { setError(undefined); onClose(); };
  const remove = async () => {
    if (!library) return;
    setBusy(true);
    setError(undefined);
    try {
      await removeLibrary(library.id);
      onRemoved(library);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={library !== undefined} onClose={close} title={library && words.removeTitle(library.name)} centered closeButtonProps={{ "aria-label": strings.app.close }}>
      <Stack>
        <Text>{words.removeText}</Text>
        {error !== undefined && <ErrorState error={error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>{strings.app.cancel}</Button>
          <Button color="red" loading={busy} onClick={() => void remove()}>{words.removeSubmit}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
