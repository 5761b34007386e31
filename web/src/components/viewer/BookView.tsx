/** A book: its chapters as a list beside the one that is read. */
import { ActionIcon, Button, Center, Loader, NativeSelect } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { chaptersOf } from "../../format/chapters";
import type { FindTarget } from "../../format/find";
import { layOut } from "../../format/layout";
import { rangeInBlock, type Range } from "../../format/place";
import type { Passage } from "../../services/files";
import type { FullText } from "../../stores/fullText";
import { strings } from "../../strings";
import { TextSection } from "./TextBlocks";
import { useFindMarks } from "./useFindMarks";
import classes from "./BookView.module.css";
import textClasses from "./TextView.module.css";

interface Props {
  text: FullText;
  passage: Passage | undefined;
  terms: string[];
  find: FindTarget | undefined;
}

export function BookView({ text, passage, terms, find }: Props) {
  const chapters = useMemo(() => chaptersOf(text.blocks), [text.blocks]);
  const here = useMemo(() => {
    const ranges = new Map<number, Range>();
    if (passage) text.blocks.forEach((block, index) => { const range = rangeInBlock(block, passage); if (range) ranges.set(index, range); });
    return ranges;
  }, [text.blocks, passage]);
  const first = Math.min(...here.keys());
  const scroll = useRef<HTMLDivElement>(null);
  const target = find?.match?.block ?? (Number.isFinite(first) ? first : undefined);
  const asked = `${String(passage?.index ?? "")} ${String(find?.step ?? "")} ${String(target ?? "")}`;
  // The chapter of what was found, until another is chosen.
  const [picked, setPicked] = useState({ asked: "", chapter: 0 });
  const found = target === undefined || picked.asked === asked ? -1 : chapters.findIndex(({ items }) => items.some(({ index }) => index === target));
  const chosen = found >= 0 ? found : picked.chapter;
  const setChosen = (next: number) => { setPicked({ asked, chapter: next }); };
  const chapter = chapters[chosen];
  const empty = chapter === undefined || chapter.items.length === 0;
  useLayoutEffect(() => {
    if (!scroll.current || empty) return;
    const mark = scroll.current.querySelector("[data-passage] mark") ?? scroll.current.querySelector(".alcove-here");
    if (mark) mark.scrollIntoView({ block: "center" });
    else scroll.current.scrollTop = 0;
  }, [chosen, empty, first]);
  useFindMarks(scroll, find, chapter);
  const words = strings.viewer;
  if (!chapter) return <Center p="xl"><Loader role="status" aria-label={words.loading} /></Center>;
  const name = (at: number) => chapters[at]?.title || words.chapter(at + 1);
  return (
    <div className={classes.book}>
      {chapters.length > 1 && (
        <nav className={classes.side} aria-label={words.chapters}>
          <ol>
            {chapters.map((one, at) => (
              <li key={one.key}>
                <button type="button" aria-current={at === chosen || undefined} onClick={() => { setChosen(at); }}><bdi>{name(at)}</bdi></button>
              </li>
            ))}
          </ol>
        </nav>
      )}
      {chapters.length > 1 && (
        <div className={classes.narrow}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={words.previousChapter} disabled={chosen === 0} onClick={() => { setChosen(chosen - 1); }}><IconChevronLeft size={18} /></ActionIcon>
          <NativeSelect aria-label={words.chapters} value={String(chosen)} onChange={(event) => { setChosen(Number(event.currentTarget.value)); }} data={chapters.map((_, at) => ({ value: String(at), label: name(at) }))} flex={1} />
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={words.nextChapter} disabled={chosen === chapters.length - 1} onClick={() => { setChosen(chosen + 1); }}><IconChevronRight size={18} /></ActionIcon>
        </div>
      )}
      {/* The region scrolls, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroll} className={textClasses.scroll} role="region" aria-label={words.document} tabIndex={0}>
        <article className={`${textClasses.text ?? ""} ${classes.page ?? ""}`} aria-label={name(chosen)}>
          {!chapter.items.some(({ block }) => block.kind === "heading") && chapter.title !== "" && <h2 data-skip="">{chapter.title}</h2>}
          {layOut(chapter.items).map((section, at) => <TextSection key={at} section={{ ...section, key: "" }} here={here} first={first} terms={terms} />)}
          {chosen < chapters.length - 1 && <Center mt="xl"><Button variant="default" rightSection={<IconChevronRight size={16} aria-hidden="true" />} onClick={() => { setChosen(chosen + 1); }}>{name(chosen + 1)}</Button></Center>}
        </article>
      </div>
    </div>
  );
}
