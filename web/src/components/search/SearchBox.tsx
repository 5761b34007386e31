import { CloseButton, Loader } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { queryLengthMax, type SearchMode } from "../../services/search";
import { useSearch } from "../../stores/search";
import { strings } from "../../strings";
import { isTyping } from "../keys";
import classes from "./SearchBox.module.css";

interface Props {
  value: string;
  mode: SearchMode;
  onType: (text: string) => void;
  onSubmit: () => void;
  onMode: (mode: SearchMode) => void;
  onDown: () => void;
}

const modes: SearchMode[] = ["hybrid", "keyword", "meaning"];

export function SearchBox({ value, mode, onType, onSubmit, onMode, onDown }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const pending = useSearch((store) => store.pending);
  const words = strings.search;

  useEffect(() => {
    // Empty or begun with a filter, it waits for words. On a phone the keyboard would cover the page before anything was read.
    if ((value === "" || value.endsWith(" ")) && window.matchMedia("(hover: hover)").matches) input.current?.focus();
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "/" && !isTyping(event)) {
        event.preventDefault();
        input.current?.focus();
        input.current?.select();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
    // Once, when the page opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const keyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "/" && value === "") {
      // Pressed as the shortcut that the empty field shows; no word begins with it.
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      onDown();
    } else if (event.key === "Escape" && value !== "") {
      event.preventDefault();
      onType("");
    }
  };

  return (
    <search className={classes.box}>
      <form onSubmit={(event) => { event.preventDefault(); onSubmit(); }}>
        <div className={classes.field}>
          {pending ? <Loader size={20} aria-hidden="true" /> : <IconSearch size={20} className={classes.icon} aria-hidden="true" />}
          <input
            ref={input}
            type="search"
            className={classes.input}
            aria-label={words.label}
            aria-keyshortcuts="/"
            placeholder={words.placeholder}
            value={value}
            maxLength={queryLengthMax}
            onChange={(event) => { onType(event.currentTarget.value); }}
            onKeyDown={keyDown}
            autoComplete="off"
            autoCorrect="off"
            autoCapitalize="off"
            spellCheck={false}
            enterKeyHint="search"
          />
          {value === ""
            ? <kbd className={classes.key} title={words.shortcut} aria-hidden="true">/</kbd>
            : <CloseButton aria-label={words.clear} onClick={() => { onType(""); input.current?.focus(); }} />}
        </div>
        <fieldset className={classes.modes}>
          <legend className="alcove-hidden">{words.mode}</legend>
          {modes.map((known) => (
            <label key={known} className={classes.mode} title={words.modeHints[known]}>
              <input type="radio" name="mode" value={known} checked={mode === known} onChange={() => { onMode(known); }} />
              <span>{words.modes[known]}</span>
            </label>
          ))}
        </fieldset>
      </form>
    </search>
  );
}
