import { CloseButton } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useRef } from "react";
import { strings } from "../../strings";
import { useFindKey } from "./useFindKey";
import classes from "./FindBar.module.css";

/** Lists only the members of an archive whose names hold what is typed; / and Ctrl+F lead here, as "find" does in a document. */
export function MemberFilter({ value, onType }: { value: string; onType: (typed: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const words = strings.viewer;
  useFindKey(input);
  return (
    <search className={classes.bar}>
      <IconSearch size={16} aria-hidden="true" className={classes.icon ?? ""} />
      <input
        ref={input}
        className={classes.input}
        type="text"
        inputMode="search"
        aria-label={words.memberFilter}
        aria-keyshortcuts="/"
        placeholder={words.memberFilter}
        value={value}
        maxLength={200}
        onChange={(event) => { onType(event.currentTarget.value); }}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
          event.preventDefault();
          event.stopPropagation();
          onType("");
          input.current?.blur();
        }}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      {value !== "" && <CloseButton size="sm" aria-label={words.memberFilterEnd} onClick={() => { onType(""); }} />}
    </search>
  );
}
