import { ActionIcon, Button, Group, Popover, TextInput } from "@mantine/core";
import { IconStar, IconStarFilled } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { savedNameLengthMax, type SearchQuestion } from "../../services/searches";
import { sameQuestion, useSearches } from "../../stores/searches";
import { strings } from "../../strings";
import { errorText } from "../ErrorState";

/** Saves the question in the field by a name, or removes it from what is saved. */
export function SaveStar({ question }: { question: SearchQuestion }) {
  const { saved, remember, load, save, remove } = useSearches();
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>();
  const words = strings.searches;
  const known = saved.find((one) => sameQuestion(one, question));

  // Whether it is saved must be known before the star is shown as empty.
  useEffect(() => { if (remember === undefined) load().catch(() => undefined); }, [remember, load]);

  const label = known ? words.unsave(known.name) : words.save;

  const press = () => {
    setError(undefined);
    if (known) {
      remove(known.id).catch((failure: unknown) => { setError(failure); setOpened(true); });
      return;
    }
    setName(question.query.slice(0, savedNameLengthMax));
    setOpened(!opened);
  };
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    // The field's own form is around this one in the tree of components.
    event.stopPropagation();
    try {
      await save(name.trim(), question);
      setOpened(false);
    } catch (failure) {
      setError(failure);
    }
  };

  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus shadow="md" width={300} withinPortal>
      <Popover.Target>
        <ActionIcon variant="subtle" {...(known ? {} : { color: "gray" })} size="lg" aria-label={label} title={label} onClick={press}>
          {known ? <IconStarFilled size={19} aria-hidden="true" /> : <IconStar size={19} stroke={1.8} aria-hidden="true" />}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.save}>
        <form onSubmit={(event) => void submit(event)}>
          <TextInput
            label={words.name}
            value={name}
            maxLength={savedNameLengthMax}
            onChange={(event) => { setName(event.currentTarget.value); }}
            error={error !== undefined && errorText(error)}
            data-autofocus
          />
          <Group justify="flex-end" mt="sm">
            <Button type="submit" size="xs" disabled={name.trim() === ""}>{words.saveButton}</Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
