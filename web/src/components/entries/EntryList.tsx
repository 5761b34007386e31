/** What lies in a folder, of a library or of an archive: a list or a grid, of any length, moved through by keyboard. */
import { ActionIcon } from "@mantine/core";
import { IconDownload, IconFolderFilled } from "@tabler/icons-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { Link } from "react-router";
import { ago, bytes } from "../../format/quantity";
import type { FileRef } from "../../services/files";
import { strings } from "../../strings";
import { FileIcon, FilePicture } from "../FileIcon";
import { isTyping } from "../keys";
import { useRowsInView, useWidth } from "../virtual";
import classes from "./EntryList.module.css";

export interface Entry {
  key: string;
  name: string;
  to: string;
  kind: "folder" | "file";
  type: string;
  ref?: FileRef;
  size?: number;
  modified?: string | undefined;
  /** What is worth saying of its state; empty when all is well. */
  state?: string;
  problem?: boolean;
  /** A second line: why it could not be read, how much it holds. */
  note?: string | undefined;
  download?: string;
  /** It is what was searched for. */
  here?: boolean;
}

interface Props {
  label: string;
  count: number;
  /** Nothing: not loaded yet. */
  entry: (index: number) => Entry | undefined;
  view: "list" | "grid";
  /** Entries before this one are in view; the time to load more. */
  onNear?: (end: number) => void;
  /** Backspace. */
  onUp?: (() => void) | undefined;
  /** Takes the focus when the list appears. */
  focusFirst?: boolean;
}

const rowHeight = 56;
const cellHeight = 224;
const cellWidthMin = 164;

export function EntryList({ label, count, entry, view, onNear, onUp, focusFirst = false }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const width = useWidth(list);
  const columns = view === "grid" ? Math.max(2, Math.floor(width / cellWidthMin)) : 1;
  const height = view === "grid" ? cellHeight : rowHeight;
  const rows = Math.ceil(count / columns);
  const range = useRowsInView(list, height, rows);
  const [active, setActive] = useState(0);
  const wanted = useRef<number>(undefined);
  const first = range.first * columns;
  const end = Math.min(count, range.end * columns);

  const near = useRef(onNear);
  useEffect(() => { near.current = onNear; }, [onNear]);
  useEffect(() => { near.current?.(end); }, [end, count]);

  const focus = useCallback((index: number) => {
    const next = Math.max(0, Math.min(count - 1, index));
    const element = list.current;
    if (!element || count === 0) return;
    wanted.current = next;
    setActive(next);
    scrollToRow(element, Math.floor(next / columns), height);
  }, [columns, count, height]);

  // The row may have to be drawn first.
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    const link = list.current?.querySelector<HTMLElement>(`[data-entry="${String(wanted.current)}"]`);
    if (!link) return;
    wanted.current = undefined;
    link.focus({ preventScroll: true });
  });
  useEffect(() => {
    // A finger needs no starting point, and the frame around it would look like a choice.
    if (focusFirst && window.matchMedia("(hover: hover)").matches && count > 0 && (document.activeElement === document.body || document.activeElement === null)) wanted.current = 0;
    // Once, when the list appears.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  useEntryKeys({ list, count, columns, height, active, focus, onUp });

  const shown = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  // What has the focus stays, however far it is scrolled away.
  if (active < count && (active < first || active >= end)) shown.push(active);
  const words = strings.folder;
  return (
    <div className={classes.frame} data-view={view}>
      {view === "list" && (
        <div className={classes.head} aria-hidden="true">
          <span>{words.file}</span><span>{words.size}</span><span>{words.modified}</span><span>{words.state}</span><span />
        </div>
      )}
      {/* Safari takes the role from a list without bullets. */}
      {/* eslint-disable-next-line jsx-a11y/no-redundant-roles */}
      <ul ref={list} role="list" className={classes.list} aria-label={label} style={{ height: rows * height }}>
        {shown.map((index) => {
          const item = entry(index);
          const style = view === "grid"
            ? { top: Math.floor(index / columns) * height, height, insetInlineStart: `${String((100 / columns) * (index % columns))}%`, width: `${String(100 / columns)}%` }
            : { top: index * height, height };
          return (
            <li key={index} className={classes.item} style={style} aria-setsize={count} aria-posinset={index + 1} data-here={item?.here || undefined}>
              {item
                ? view === "grid"
                  ? <Cell entry={item} index={index} focusable={index === active} onFocus={setActive} />
                  : <Row entry={item} index={index} focusable={index === active} onFocus={setActive} />
                : <span className={classes.waiting} aria-label={strings.app.loading} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

interface Keys {
  list: RefObject<HTMLElement | null>;
  count: number;
  columns: number;
  height: number;
  active: number;
  focus: (index: number) => void;
  onUp: (() => void) | undefined;
}

/** Arrows, Home, End and pages move; Enter opens by being a link's own key; Backspace leads up. */
function useEntryKeys({ list, count, columns, height, active, focus, onUp }: Keys) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event)) return;
      const inside = list.current?.contains(document.activeElement) === true;
      const nowhere = document.activeElement === document.body || document.activeElement?.id === "content";
      if (event.key === "Backspace" && onUp) {
        event.preventDefault();
        onUp();
        return;
      }
      const page = Math.max(1, Math.floor(window.innerHeight / height) - 2) * columns;
      const step = { ArrowDown: columns, ArrowUp: -columns, PageDown: page, PageUp: -page, ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}) }[event.key];
      if (!inside) {
        // Arrows enter the list when nothing else has the focus.
        if (nowhere && event.key === "ArrowDown" && count > 0) { event.preventDefault(); focus(active); }
        return;
      }
      if (event.key === "Home") focus(0);
      else if (event.key === "End") focus(count - 1);
      else if (step !== undefined) focus(active + (Math.abs(step) === columns && (active + step < 0 || active + step >= count) ? 0 : step));
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [list, active, columns, count, focus, height, onUp]);
}

interface ItemProps {
  entry: Entry;
  index: number;
  focusable: boolean;
  onFocus: (index: number) => void;
}

function Row({ entry, index, focusable, onFocus }: ItemProps) {
  const words = strings.folder;
  const facts = [entry.size !== undefined && bytes(entry.size), entry.modified && ago(entry.modified)].filter(Boolean).join(" · ");
  return (
    <div className={classes.row}>
      <Link className={classes.link} to={entry.to} data-entry={index} tabIndex={focusable ? 0 : -1} onFocus={() => { onFocus(index); }}>
        {entry.kind === "folder" ? <FolderIcon /> : <FileIcon type={entry.type} size={19} compact />}
        <span className={classes.names}>
          <span className={classes.name} dir="auto" title={entry.name}>{entry.name}</span>
          {entry.note ? <span className={classes.note} data-problem={entry.problem || undefined} title={entry.note}>{entry.note}</span> : facts !== "" && (
            <span className={`${classes.note ?? ""} ${classes.narrow ?? ""}`}>
              {entry.state && <span data-problem={entry.problem || undefined}>{entry.state} · </span>}{facts}
            </span>
          )}
        </span>
      </Link>
      <span className={classes.number}>{entry.size !== undefined && bytes(entry.size)}</span>
      <span className={classes.number}>{entry.modified && ago(entry.modified)}</span>
      <span className={classes.state} data-problem={entry.problem || undefined}>{entry.state}</span>
      <span className={classes.tools}>
        {entry.download !== undefined && (
          <ActionIcon component="a" href={entry.download} download={entry.name} variant="subtle" color="gray" aria-label={words.download(entry.name)} tabIndex={focusable ? 0 : -1}><IconDownload size={17} /></ActionIcon>
        )}
      </span>
    </div>
  );
}

function Cell({ entry, index, focusable, onFocus }: ItemProps) {
  return (
    <Link className={classes.cell} to={entry.to} data-entry={index} tabIndex={focusable ? 0 : -1} onFocus={() => { onFocus(index); }}>
      <span className={classes.picture}>
        {entry.kind === "folder" ? <IconFolderFilled size={54} className={classes.folder ?? ""} aria-label={strings.folder.folder} /> : entry.ref && <FilePicture of={entry.ref} type={entry.type} />}
      </span>
      <span className={classes.caption} dir="auto" title={entry.name}>{entry.name}</span>
      <span className={classes.note} data-problem={entry.problem || undefined}>{entry.problem ? entry.state : entry.size !== undefined ? bytes(entry.size) : entry.note}</span>
    </Link>
  );
}

function FolderIcon() {
  return <span className={classes.folderIcon}><IconFolderFilled size={20} className={classes.folder ?? ""} aria-label={strings.folder.folder} /></span>;
}

/** Scrolls the window or the box around the list, as little as needed. */
function scrollToRow(list: HTMLElement, row: number, height: number) {
  const box = scrollerOf(list);
  const view = box === document.documentElement ? { top: 0, bottom: window.innerHeight } : box.getBoundingClientRect();
  const style = getComputedStyle(document.documentElement);
  const header = box === document.documentElement ? Number.parseFloat(style.scrollPaddingTop) || 0 : 40;
  const tabs = box === document.documentElement ? 72 : 8;
  const top = list.getBoundingClientRect().top + row * height;
  if (top < view.top + header) box.scrollTop += top - view.top - header;
  else if (top + height > view.bottom - tabs) box.scrollTop += top + height - view.bottom + tabs;
}

function scrollerOf(element: HTMLElement): HTMLElement {
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return at;
  }
  return document.documentElement;
}
