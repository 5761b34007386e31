/** The extracted text of a file, structured, opened at a passage. Nothing of the file is ever treated as markup. */
import { Button, Center, Group, Loader } from "@mantine/core";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { rangeInBlock, type Range } from "../../format/place";
import { layOut } from "../../format/layout";
import { loadText, type Block, type FileText, type Passage } from "../../services/files";
import { isAbort } from "../../services/errors";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState } from "../ErrorState";
import { TextSection } from "./TextBlocks";
import classes from "./TextView.module.css";

interface Props {
  file: number;
  passage: number | undefined;
  terms: string[];
  /** Of the file; text is asked for again when it changes. */
  state: string;
}

const windowBlocks = 300;

interface Window {
  blocks: Block[];
  offset: number;
  count: number;
  passage: Passage | undefined;
  passageIndex: number | undefined;
}

export function TextView({ file, passage, terms, state }: Props) {
  const { shown, error, extend, reload } = useTextWindow(file, passage, state);
  const scroll = useRef<HTMLDivElement>(null);
  const here = useMemo(() => rangesOf(shown), [shown]);
  useLayoutEffect(() => {
    if (shown !== undefined && scroll.current) bestPlace(scroll.current)?.scrollIntoView({ block: "center" });
    // To the passage when it or its words change, not when more text is added around it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shown?.passageIndex, shown === undefined, terms]);

  if (error !== undefined && !shown) return <Center p="xl"><ErrorState error={error} onRetry={reload} /></Center>;
  if (!shown) return <Center p="xl"><Loader role="status" aria-label={strings.viewer.loading} /></Center>;
  if (shown.count === 0) {
    return <EmptyState title={strings.viewer.cannotRead}>{state === "ready" ? strings.viewer.empty : state === "problem" ? strings.viewer.problem : strings.viewer.notReady}</EmptyState>;
  }
  const sections = layOut(shown.blocks, shown.offset);
  const end = shown.offset + shown.blocks.length;
  const first = Math.min(...here.keys());
  const wide = shown.blocks.some((block) => block.kind === "table_row");
  return (
    // The region scrolls, so the keyboard must reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroll} className={classes.scroll} role="region" aria-label={strings.viewer.document} tabIndex={0}>
      <div className={classes.text} data-wide={wide || undefined}>
        {shown.offset > 0 && <Group justify="center" mb="md"><Button variant="default" onClick={() => { extend("earlier"); }}>{strings.viewer.earlier}</Button></Group>}
        {sections.map((section, at) => <TextSection key={`${section.key} ${String(at)}`} section={section} here={here} first={first} terms={terms} />)}
        {end < shown.count && <Later key={end} onNear={() => { extend("later"); }} />}
      </div>
    </div>
  );
}

/** The passage's stretch of each of its blocks. */
function rangesOf(shown: Window | undefined): Map<number, Range> {
  const ranges = new Map<number, Range>();
  const passage = shown?.passage;
  if (!passage) return ranges;
  shown.blocks.forEach((block, at) => {
    const range = rangeInBlock(block, passage);
    if (range) ranges.set(shown.offset + at, range);
  });
  return ranges;
}

/** In a passage longer than the view: the first marked word of the block that holds most of the words; else its beginning. */
function bestPlace(view: HTMLElement): Element | null {
  let best: Element | null = null;
  let most = 0;
  for (const block of view.querySelectorAll("[data-passage]")) {
    const marks = [...block.querySelectorAll("mark")];
    const different = new Set(marks.map((mark) => mark.textContent.toLowerCase())).size;
    if (different > most) {
      most = different;
      best = marks[0] ?? null;
    }
  }
  return best ?? view.querySelector(".alcove-here");
}

/** Loads the next part when it comes near; a button for those who do not scroll. */
function Later({ onNear }: { onNear: () => void }) {
  const element = useRef<HTMLDivElement>(null);
  const near = useRef(onNear);
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver(([entry]) => { if (entry?.isIntersecting) near.current(); }, { rootMargin: "600px" });
    observer.observe(element.current);
    return () => { observer.disconnect(); };
  }, []);
  return <Group ref={element} justify="center" mt="md"><Button variant="default" onClick={onNear}>{strings.viewer.later}</Button></Group>;
}

function toWindow(text: FileText, passage: number | undefined): Window {
  return { blocks: text.blocks, offset: text.blocks_offset, count: text.block_count, passage: passage === undefined ? undefined : text.passages[0], passageIndex: passage };
}

function useTextWindow(file: number, passage: number | undefined, state: string) {
  const [shown, setShown] = useState<Window>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  const loading = useRef<AbortController>(undefined);

  useEffect(() => {
    const own = new AbortController();
    loading.current?.abort();
    loading.current = own;
    loadText({ id: file, blocksLimit: windowBlocks, passagesLimit: passage === undefined ? 0 : 1, atPassage: passage }, own.signal).then(
      (text) => {
        if (own.signal.aborted) return;
        loading.current = undefined;
        setError(undefined);
        setShown(toWindow(text, passage));
      },
      (failure: unknown) => { if (!own.signal.aborted && !isAbort(failure)) setError(failure); },
    );
    return () => { own.abort(); };
  }, [file, passage, state, round]);

  const extend = useCallback((where: "earlier" | "later") => {
    if (!shown || loading.current) return;
    const own = new AbortController();
    loading.current = own;
    const offset = where === "later" ? shown.offset + shown.blocks.length : Math.max(0, shown.offset - windowBlocks);
    const limit = where === "later" ? windowBlocks : shown.offset - offset;
    loadText({ id: file, blocksOffset: offset, blocksLimit: limit, passagesLimit: 0 }, own.signal).then(
      (text) => {
        if (own.signal.aborted) return;
        loading.current = undefined;
        setShown({ ...shown, ...(where === "later" ? { blocks: [...shown.blocks, ...text.blocks] } : { blocks: [...text.blocks, ...shown.blocks], offset }) });
      },
      () => { if (loading.current === own) loading.current = undefined; },
    );
  }, [file, shown]);

  const reload = useCallback(() => { setRound((before) => before + 1); }, []);
  return { shown, error, extend, reload };
}
