import { ActionIcon, CloseButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp, IconSearch } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { matchesMax } from "../../format/find";
import { count } from "../../format/quantity";
import { strings } from "../../strings";
import { useFindKey } from "./useFindKey";
import classes from "./FindBar.module.css";

interface Props {
  query: string;
  /** Which match is shown, from 0; -1 for none. */
  at: number;
  total: number;
  /** Not all of the text is there yet. */
  busy: boolean;
  /** On a phone it is folded away until it is asked for. */
  open: boolean;
  onOpen: () => void;
  onType: (query: string) => void;
  onStep: (by: 1 | -1) => void;
  onClose: () => void;
}

/** Finds within the open document. */
export function FindBar({ query, at, total, busy, open, onOpen, onType, onStep, onClose }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const words = strings.viewer;
  const asked = useRef(open);
  useEffect(() => {
    if (open && !asked.current) input.current?.focus();
    asked.current = open;
  }, [open]);
  useFindKey(input, onOpen);
  const keyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") { onClose(); input.current?.blur(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const text = query.trim() === "" ? "" : total === 0 ? (busy ? words.findBusy : words.findNone) : words.findAt(at + 1, total >= matchesMax ? `${count(matchesMax)}+` : count(total));
  return (
    <search className={classes.bar}>
      <IconSearch size={16} aria-hidden="true" className={classes.icon ?? ""} />
      <input ref={input} className={classes.input} type="text" inputMode="search" aria-label={words.find} aria-keyshortcuts="/" placeholder={words.find} value={query} maxLength={200} onChange={(event) => { onType(event.currentTarget.value); }} onKeyDown={keyDown} autoComplete="off" autoCorrect="off" autoCapitalize="off" spellCheck={false} enterKeyHint="next" />
      <span role="status" aria-live="polite" className={classes.count}>{text}</span>
      {query !== "" && (
        <>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={words.findPrevious} disabled={total === 0} onClick={() => { onStep(-1); }}><IconChevronUp size={16} /></ActionIcon>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={words.findNext} disabled={total === 0} onClick={() => { onStep(1); }}><IconChevronDown size={16} /></ActionIcon>
          <CloseButton size="sm" aria-label={words.findClose} onClick={onClose} />
        </>
      )}
    </search>
  );
}
