import { Button, Group, Modal, Progress, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { bytes, count } from "../../format/quantity";
import { discardKeptVectors, loadModels, stopModelChange, useModel as startUsing, type Model, type TextSpace } from "../../services/work";
import { useResource } from "../../stores/resource";
import { useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import classes from "../activity/Activity.module.css";

/** Which model reads texts, and the change to another one: built behind the one in use, stopped, undone, erased. */
export function Models() {
  const { status, refresh } = useStatus();
  const spaces = status?.text_spaces ?? [];
  const models = useResource(`models ${spaces.map((space) => `${space.model} ${space.phase}`).join(" ")}`, loadModels);
  const [asked, setAsked] = useState<Model>();
  const [error, setError] = useState<unknown>();
  const words = strings.models;
  const attempt = async (action: Promise<unknown>) => {
    setError(undefined);
    setAsked(undefined);
    try {
      await action;
    } catch (failure) {
      setError(failure);
    }
    await refresh();
  };
  const usable = (models.data?.models ?? []).filter((model) => model.role === "text_embedding");

  return (
    <section className={classes.card} aria-labelledby="models-title">
      <Title order={2} id="models-title">{words.title}</Title>
      <Text c="dimmed" fz="sm" mb="sm">{words.intro}</Text>
      {error !== undefined && <ErrorState error={error} onRetry={() => { setError(undefined); }} />}
      {models.error !== undefined && <ErrorState error={models.error} onRetry={models.reload} />}
      {!models.data && models.error === undefined && <Skeleton h={60} />}
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {usable.map((model) => (
          <li key={model.name} className={classes.problem}>
            <ModelRow model={model} space={spaces.find((space) => space.model === model.name)} onUse={() => { setAsked(model); }} attempt={attempt} />
          </li>
        ))}
      </Stack>
      <Modal opened={asked !== undefined} onClose={() => { setAsked(undefined); }} title={words.useTitle(asked?.name ?? "")} closeButtonProps={{ "aria-label": strings.app.cancel }}>
        <Text>{words.useText}</Text>
        {asked && asked.vectors_size > 0 && <Text mt="xs" fz="sm" c="dimmed">{words.need(bytes(asked.vectors_size), bytes(models.data?.disk_free ?? 0))}</Text>}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => { setAsked(undefined); }}>{strings.app.cancel}</Button>
          <Button data-autofocus onClick={() => { if (asked) void attempt(startUsing(asked.name)); }}>{words.use}</Button>
        </Group>
      </Modal>
    </section>
  );
}

interface RowProps {
  model: Model;
  space: TextSpace | undefined;
  onUse: () => void;
  attempt: (action: Promise<unknown>) => Promise<void>;
}

function ModelRow({ model, space, onUse, attempt }: RowProps) {
  const words = strings.models;
  const phase = space?.phase;
  return (
    <>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={560} style={{ overflowWrap: "anywhere" }}>{model.name}</Text>
          <Text fz="sm" c="dimmed">{strings.activity.licence(model.licence)} · {bytes(model.size)}{!model.in_catalogue && ` · ${words.imported}`}</Text>
          <Text fz="sm">{stateText(model, space)}</Text>
          {space && space.note !== "" && <Text fz="sm" c="red">{strings.activity.modelNote(space.note) || space.note}</Text>}
        </div>
        <Group gap="xs" justify="flex-end">
          {model.state === "installed" && (phase === undefined || phase === "kept") && (
            <Button size="xs" variant="default" aria-label={phase === "kept" ? `${words.useAgain}: ${model.name}` : words.useLabel(model.name)} onClick={onUse}>{phase === "kept" ? words.useAgain : words.use}</Button>
          )}
          {phase === "building" && <Button size="xs" variant="default" onClick={() => void attempt(stopModelChange())}>{words.stop}</Button>}
          {phase === "kept" && <Button size="xs" variant="default" color="red" onClick={() => void attempt(discardKeptVectors())}>{words.discard}</Button>}
        </Group>
      </Group>
      {space && phase === "building" && <Progress value={share(space)} mt="xs" aria-label={words.progress} />}
    </>
  );
}

const total = (space: TextSpace) => space.contents + space.left + space.failed;
const share = (space: TextSpace) => (total(space) === 0 ? 0 : (100 * space.contents) / total(space));

function stateText(model: Model, space: TextSpace | undefined): string {
  const words = strings.models;
  switch (space?.phase) {
    case "serving": return words.serving;
    case "building": return words.building(count(space.contents), count(total(space)));
    case "kept": return words.kept(count(space.contents));
    case "erasing": return words.erasing;
    case undefined: return model.state === "installed" ? words.notUsed : strings.activity.modelHints[model.state] || model.note;
  }
}
