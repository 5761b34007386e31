/** Source code as it stands in the file: numbered, coloured, opened at its lines. Nothing of it is ever treated as markup. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { FindTarget } from "../../format/find";
import { findTerms } from "../../format/highlight";
import { highlightLines, type Token } from "../../services/highlighter";
import { strings } from "../../strings";
import { useRowsInView } from "../virtual";
import { cutTokens } from "../../format/tokens";
import { useFindMarks } from "./useFindMarks";
import classes from "./CodeView.module.css";

interface Props {
  lines: string[];
  language: string;
  /** Of the passage, counted from 1. */
  first: number | undefined;
  last: number | undefined;
  /** Another one whenever the passage is to be shown anew. */
  passage: number | undefined;
  terms: string[];
  find: FindTarget | undefined;
}

const lineHeight = 22;

export function CodeView({ lines, language, first, last, passage, terms, find }: Props) {
  const scroll = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const range = useRowsInView(list, lineHeight, lines.length);
  const tokens = useTokens(lines, language);

  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element || first === undefined) return;
    // At the line that says most of what was looked for.
    const count = (at: number) => new Set(findTerms(lines[at - 1] ?? "", terms).map(({ start, end }) => lines[at - 1]?.slice(start, end).toLowerCase())).size;
    let best = first;
    for (let at = first; at <= Math.min(last ?? first, first + 500); at += 1) if (count(at) > count(best)) best = at;
    element.scrollTop = Math.max(0, best * lineHeight - element.clientHeight / 2);
  }, [first, last, passage, lines, terms]);

  const wanted = find?.match?.block;
  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element || wanted === undefined) return;
    const top = wanted * lineHeight;
    if (top < element.scrollTop + 40 || top > element.scrollTop + element.clientHeight - 80) element.scrollTop = Math.max(0, top - element.clientHeight / 3);
  }, [wanted, find?.step]);
  useFindMarks(scroll, find, range);

  const digits = Math.max(3, String(lines.length).length);
  return (
    // The region scrolls, so the keyboard must reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroll} className={classes.scroll} role="region" aria-label={strings.viewer.document} tabIndex={0}>
      <div ref={list} className={classes.lines} style={{ height: lines.length * lineHeight, "--digits": digits } as React.CSSProperties}>
        <div style={{ transform: `translateY(${String(range.first * lineHeight)}px)` }}>
          {lines.slice(range.first, range.end).map((line, offset) => {
            const at = range.first + offset;
            const here = first !== undefined && at + 1 >= first && at + 1 <= (last ?? first);
            return (
              <div key={at} className={`${classes.line ?? ""} ${at + 1 === first ? "alcove-here" : ""}`} data-line={at + 1} data-block={at} data-passage={here ? "" : undefined}>
                <code><Line text={line} tokens={tokens?.[at]} terms={terms} /></code>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Line({ text, tokens, terms }: { text: string; tokens: Token[] | undefined; terms: string[] }) {
  return cutTokens(tokens ?? [{ text, kind: "" }], findTerms(text, terms)).map((piece, index) => {
    const colour = piece.kind === "" ? undefined : classes[piece.kind.split(".")[0] ?? ""];
    return piece.match ? <mark key={index} className={colour}>{piece.text}</mark> : <span key={index} className={colour}>{piece.text}</span>;
  });
}

function useTokens(lines: string[], language: string): Token[][] | undefined {
  const text = useMemo(() => lines.join("\n"), [lines]);
  const [done, setDone] = useState<{ text: string; tokens: Token[][] | undefined }>();
  useEffect(() => {
    let stopped = false;
    highlightLines(text, language).then(
      (tokens) => { if (!stopped) setDone({ text, tokens }); },
      () => undefined,  // Without colours it reads as well.
    );
    return () => { stopped = true; };
  }, [text, language]);
  // Of other lines than these they would be wrong.
  return done?.text === text && done.tokens?.length === lines.length ? done.tokens : undefined;
}
