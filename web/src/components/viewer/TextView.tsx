/** The extracted text of a file, structured, opened at a passage. Nothing of the file is ever treated as markup. */
import { Button, Center, Group, Loader } from "@mantine/core";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { rangeInBlock, type Range } from "../../format/place";
import type { FindTarget } from "../../format/find";
import { layOut } from "../../format/layout";
import type { ViewKind } from "../../format/views";
import { loadText, refKey, type Block, type FileDetail, type FileRef, type FileText, type Passage } from "../../services/files";
import { isAbort } from "../../services/errors";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState } from "../ErrorState";
import { Attachments } from "./Attachments";
import { isMailHeader, MailHead } from "./MailHead";
import { TextSection } from "./TextBlocks";
import { useFindMarks } from "./useFindMarks";
import classes from "./TextView.module.css";

interface Props {
  detail: FileDetail;
  reference: FileRef;
  view: ViewKind;
  find: FindTarget | undefined;
  passage: number | undefined;
  terms: string[];
}

const windowBlocks = 300;

interface Window {
  blocks: Block[];
  offset: number;
  count: number;
  passage: Passage | undefined;
  passageIndex: number | undefined;
}

export function TextView({ detail, reference, view, find, passage, terms }: Props) {
  const { state } = detail;
  const { shown, error, extend, reload } = useTextWindow(reference, passage, state, find);
  const scroll = useRef<HTMLDivElement>(null);
  const here = useMemo(() => rangesOf(shown), [shown]);
  useLayoutEffect(() => {
    if (shown !== undefined && scroll.current && shown.passage) bestPlace(scroll.current)?.scrollIntoView({ block: "center" });
    // To the passage when it or its words change, not when more text is added around it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shown?.passageIndex, shown === undefined, terms]);
  useFindMarks(scroll, find, shown);

  const attachments = view !== "archive" && <Attachments detail={detail} reference={reference} />;
  if (error !== undefined && !shown) return <Center p="xl"><ErrorState error={error} onRetry={reload} /></Center>;
  if (!shown) return <Center p="xl"><Loader role="status" aria-label={strings.viewer.loading} /></Center>;
  if (shown.count === 0) {
    return (
      <div className={classes.scroll}>
        <EmptyState title={strings.viewer.cannotRead}>{state === "ready" ? strings.viewer.empty : state === "problem" ? strings.viewer.problem : strings.viewer.notReady}</EmptyState>
        {detail.parts.length > 0 && <div className={classes.text}>{attachments}</div>}
      </div>
    );
  }
  const numbered = shown.blocks.map((block, at) => ({ block, index: shown.offset + at }));
  const headers = view === "mail" ? numbered.filter(isMailHeader) : [];
  const inHead = new Set(headers.map(({ index }) => index));
  const partPaths = new Set(detail.parts.map((part) => part.path));
  // An attachment's name stands on its card already.
  const isName = ({ block, index }: { block: Block; index: number }) => block.kind === "metadata" && !here.has(index) && partPaths.has(block.place.part ?? "") && partPaths.has(block.text);
  const sections = layOut(numbered.filter((item) => !inHead.has(item.index) && !(view === "mail" && isName(item))));
  const end = shown.offset + shown.blocks.length;
  const first = Math.min(...here.keys());
  const wide = shown.blocks.some((block) => block.kind === "table_row");
  return (
    // The region scrolls, so the keyboard must reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroll} className={classes.scroll} role="region" aria-label={strings.viewer.document} tabIndex={0}>
      <div className={classes.text} data-wide={wide || undefined}>
        {shown.offset > 0 && <Group justify="center" mb="md"><Button variant="default" onClick={() => { extend("earlier"); }}>{strings.viewer.earlier}</Button></Group>}
        {headers.length > 0 && <MailHead headers={headers} terms={terms} here={headers.some(({ index }) => here.has(index))} />}
        {shown.offset === 0 && attachments}
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

/** Blocks before a place that was found, so that it does not stand at the very top. */
const before = 40;

function useTextWindow(ref: FileRef, passage: number | undefined, state: string, find: FindTarget | undefined) {
  const [shown, setShown] = useState<Window & { key: string }>();
  const [error, setError] = useState<unknown>();
  const [round, setRound] = useState(0);
  const loading = useRef<AbortController>(undefined);
  const { file, part } = ref;
  const key = refKey(ref);

  useEffect(() => {
    const own = new AbortController();
    loading.current?.abort();
    loading.current = own;
    loadText({ ref: { file, part }, blocksLimit: windowBlocks, passagesLimit: passage === undefined ? 0 : 1, atPassage: passage }, own.signal).then(
      (text) => {
        if (own.signal.aborted) return;
        loading.current = undefined;
        setError(undefined);
        setShown({ key, ...toWindow(text, passage) });
      },
      (failure: unknown) => { if (!own.signal.aborted && !isAbort(failure)) setError(failure); },
    );
    return () => { own.abort(); };
  }, [key, file, part, passage, state, round]);

  // What "find" has found may lie outside of the part that is drawn.
  const wanted = find?.match?.block;
  const outside = shown !== undefined && wanted !== undefined && (wanted < shown.offset || wanted >= shown.offset + shown.blocks.length);
  const passageShown = shown?.passage;
  const passageIndex = shown?.passageIndex;
  useEffect(() => {
    if (!outside) return;
    const own = new AbortController();
    loading.current?.abort();
    loading.current = own;
    loadText({ ref: { file, part }, blocksOffset: Math.max(0, wanted - before), blocksLimit: windowBlocks, passagesLimit: 0 }, own.signal).then(
      (text) => {
        if (own.signal.aborted) return;
        loading.current = undefined;
        setShown({ key, ...toWindow(text, undefined), passage: passageShown, passageIndex });
      },
      () => { if (loading.current === own) loading.current = undefined; },
    );
    return () => { own.abort(); };
    // The passage is only carried over.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [outside, wanted, key]);

  const extend = useCallback((where: "earlier" | "later") => {
    if (!shown || loading.current) return;
    const own = new AbortController();
    loading.current = own;
    const offset = where === "later" ? shown.offset + shown.blocks.length : Math.max(0, shown.offset - windowBlocks);
    const limit = where === "later" ? windowBlocks : shown.offset - offset;
    loadText({ ref: { file, part }, blocksOffset: offset, blocksLimit: limit, passagesLimit: 0 }, own.signal).then(
      (text) => {
        if (own.signal.aborted) return;
        loading.current = undefined;
        setShown({ ...shown, ...(where === "later" ? { blocks: [...shown.blocks, ...text.blocks] } : { blocks: [...text.blocks, ...shown.blocks], offset }) });
      },
      () => { if (loading.current === own) loading.current = undefined; },
    );
  }, [file, part, shown]);

  const reload = useCallback(() => { setRound((count) => count + 1); }, []);
  return { shown: shown?.key === key ? shown : undefined, error, extend, reload };
}
