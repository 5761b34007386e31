import { Button, Group, Modal, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { eraseVanished, loadVanished, type Vanished as Amount } from "../../services/work";
import { useResource } from "../../stores/resource";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import classes from "../activity/Activity.module.css";

/** What is still kept of files that are gone, and the way to erase it at once. For the owner. */
export function Vanished() {
  const { data, error, reload } = useResource("vanished", loadVanished);
  const [asking, setAsking] = useState(false);
  const [erased, setErased] = useState<Amount>();
  const words = strings.vanished;
  const empty = data !== undefined && data.files === 0 && data.contents === 0;
  return (
    <section className={classes.card} aria-labelledby="vanished-title">
      <Title order={2} id="vanished-title">{words.title}</Title>
      <Text c="dimmed" fz="sm" mb="sm">{words.intro}</Text>
      {error !== undefined && <ErrorState error={error} onRetry={reload} />}
      {!data && error === undefined && <Skeleton h={36} />}
      {data && (
        <Group justify="space-between">
          <Text>{empty ? words.nothing : words.kept(data.files, data.contents)}</Text>
          <Button variant="default" disabled={empty} onClick={() => { setErased(undefined); setAsking(true); }}>{words.erase}</Button>
        </Group>
      )}
      <Text role="status" fz="sm" mt="xs">{erased && words.erased(erased.files, erased.contents)}</Text>
      <Question opened={asking} amount={data} onClose={() => { setAsking(false); }} onErased={(amount) => { setAsking(false); setErased(amount); reload(); }} />
    </section>
  );
}

function Question({ opened, amount, onClose, onErased }: { opened: boolean; amount: Amount | undefined; onClose: () => void; onErased: (amount: Amount) => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const words = strings.vanished;
  const close = () => { setError(undefined); onClose(); };
  const erase = async () => {
    setBusy(true);
    setError(undefined);
    try {
      onErased(await eraseVanished());
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={words.askTitle} centered closeButtonProps={{ "aria-label": strings.app.close }}>
      <Stack>
        {amount && <Text>{words.kept(amount.files, amount.contents)}</Text>}
        <Text>{words.askText}</Text>
        {error !== undefined && <ErrorState error={error} />}
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={close}>{strings.app.cancel}</Button>
          <Button color="red" loading={busy} onClick={() => void erase()}>{words.askSubmit}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
