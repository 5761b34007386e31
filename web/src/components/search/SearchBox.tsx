import { CloseButton, Loader } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useId, useRef } from "react";
import { queryLengthMax, type SearchMode } from "../../services/search";
import { useSearch } from "../../stores/search";
import { useSuggestions } from "../../stores/suggestions";
import type { SearchQuestion } from "../../services/searches";
import { strings } from "../../strings";
import { isTyping } from "../keys";
import { OfferList, offerId } from "./OfferList";
import { offersOf } from "./offers";
import { SaveStar } from "./SaveStar";
import { useCombobox } from "./useCombobox";
import { useKeptOffers } from "./useKeptOffers";
import classes from "./SearchBox.module.css";

interface Props {
  value: string;
  /** What Enter would ask. */
  question: SearchQuestion;
  onType: (text: string) => void;
  onSubmit: () => void;
  onMode: (mode: SearchMode) => void;
  onDown: () => void;
  /** A completed query was chosen. */
  onComplete: (query: string) => void;
  onOpen: (file: number) => void;
  /** A saved or recent search was chosen. */
  onAsk: (question: SearchQuestion) => void;
}

const modes: SearchMode[] = ["hybrid", "keyword", "meaning"];

export function SearchBox({ value, question, onType, onSubmit, onMode, onDown, onComplete, onOpen, onAsk }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const { offered, ask, stop } = useSuggestions();
  const kept = useKeptOffers({ onAsk });
  const openKept = kept.open;
  const offers = value === "" ? kept.offers : offersOf(offered, value, { onComplete, onOpen });
  const close = () => {
    stop();
    kept.close();
  };
  const choose = (index: number) => {
    close();
    offers[index]?.choose();
  };
  const remove = (index: number) => {
    const one = offers[index]?.remove;
    one?.();
    return one !== undefined;
  };
  const combobox = useCombobox({ count: offers.length, choose, remove, close, onBeyond: onDown });
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
        if (input.current?.value === "") openKept();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
    // Once, when the page opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  const type = (text: string) => {
    combobox.setActive(-1);
    onType(text);
    ask(text);
    if (text === "") openKept();
  };
  const clear = () => {
    close();
    onType("");
  };
  const keyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing || combobox.onKey(event)) return;
    if (event.key === "/" && value === "") {
      // Pressed as the shortcut that the empty field shows; no word begins with it.
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      if (value === "") openKept();
      else onDown();
    } else if (event.key === "Escape" && value !== "") {
      event.preventDefault();
      clear();
    }
  };

  return (
    <search className={classes.box}>
      <form onSubmit={(event) => { event.preventDefault(); close(); onSubmit(); }}>
        <div className={classes.field}>
          {pending ? <Loader size={20} aria-hidden="true" /> : <IconSearch size={20} className={classes.icon} aria-hidden="true" />}
          <input
            ref={input}
            type="search"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={offers.length > 0}
            aria-controls={offers.length > 0 ? listId : undefined}
            aria-describedby={value === "" && offers.length > 0 ? `${listId}-hint` : undefined}
            aria-activedescendant={combobox.active >= 0 ? offerId(listId, combobox.active) : undefined}
            className={classes.input}
            aria-label={words.label}
            aria-keyshortcuts="/"
            placeholder={words.placeholder}
            value={value}
            maxLength={queryLengthMax}
            onChange={(event) => { type(event.currentTarget.value); }}
            onBlur={close}
            onPointerDown={() => { if (value === "") openKept(); }}
            onKeyDown={keyDown}
            autoComplete="off"
            autoCorrect="off"
            autoCapitalize="off"
            spellCheck={false}
            enterKeyHint="search"
          />
          {value === ""
            ? <kbd className={classes.key} title={words.shortcut} aria-hidden="true">/</kbd>
            : (
              <>
                <SaveStar question={question} />
                <CloseButton aria-label={words.clear} onClick={() => { clear(); input.current?.focus(); }} />
              </>
            )}
          {offers.length > 0 && (
            <OfferList
              id={listId}
              label={value === "" ? strings.searches.kept : words.suggestions}
              offers={offers}
              active={combobox.active}
              onActive={combobox.setActive}
              onChoose={choose}
              onRemove={remove}
            />
          )}
          <span id={`${listId}-hint`} className="alcove-hidden">{strings.searches.keptHint}</span>
        </div>
        <fieldset className={classes.modes}>
          <legend className="alcove-hidden">{words.mode}</legend>
          {modes.map((known) => (
            <label key={known} className={classes.mode} title={words.modeHints[known]}>
              <input type="radio" name="mode" value={known} checked={question.mode === known} onChange={() => { onMode(known); }} />
              <span>{words.modes[known]}</span>
            </label>
          ))}
        </fieldset>
      </form>
    </search>
  );
}
