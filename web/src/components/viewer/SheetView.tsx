/** A workbook or a table: sheets with row and column marks that stay in view, of any length. */
import { Center, Loader, Tabs } from "@mantine/core";
import { IconMessage2 } from "@tabler/icons-react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import type { FindTarget } from "../../format/find";
import { splitByTerms } from "../../format/highlight";
import { layOut } from "../../format/layout";
import { rangeInBlock } from "../../format/place";
import { count } from "../../format/quantity";
import { columnName, columnWidths, isNumeric, sheetsOf, type Sheet, type SheetRow } from "../../format/sheet";
import type { Passage } from "../../services/files";
import type { FullText } from "../../stores/fullText";
import { strings } from "../../strings";
import { Snippet } from "../search/Snippet";
import { useRowsInView } from "../virtual";
import { HiddenMark, TextSection } from "./TextBlocks";
import { useFindMarks } from "./useFindMarks";
import classes from "./SheetView.module.css";

interface Props {
  text: FullText;
  passage: Passage | undefined;
  terms: string[];
  find: FindTarget | undefined;
  /** The first row names the columns. */
  titled: boolean;
}

const rowHeight = 31;
/** More columns than these nobody reads side by side, and a browser draws them slowly. */
const columnsMax = 200;

export function SheetView({ text, passage, terms, find, titled }: Props) {
  const sheets = useMemo(() => sheetsOf(text.blocks.map((block, index) => ({ block, index }))), [text.blocks]);
  const here = useMemo(() => passageRows(text, passage), [text, passage]);
  const target = find?.match?.block ?? here.best;
  const asked = `${String(passage?.index ?? "")} ${String(find?.step ?? "")} ${String(target ?? "")}`;
  // The sheet of what was found, until another is chosen.
  const [chosen, setChosen] = useState<{ asked: string; name: string }>();
  const found = target === undefined || chosen?.asked === asked ? undefined : sheets.find((one) => holds(one, target));
  const sheet = found ?? sheets.find(({ name }) => name === chosen?.name) ?? sheets[0];
  const choose = (name: string) => { setChosen({ asked, name }); };
  const words = strings.viewer;
  if (!sheet) return <Center p="xl"><Loader role="status" aria-label={words.loading} /></Center>;
  return (
    <div className={classes.view}>
      <Grid key={sheet.name} sheet={sheet} here={here} terms={terms} find={find} titled={titled} />
      {(sheets.length > 1 || !text.done) && (
        <div className={classes.foot}>
          {sheets.length > 1 && (
            <Tabs value={sheet.name} onChange={(name) => { if (name !== null) choose(name); }} inverted variant="default" className={classes.tabs ?? ""}>
              <Tabs.List aria-label={words.sheets}>
                {sheets.map(({ name, hidden }) => <Tabs.Tab key={name} value={name}><bdi>{name}</bdi>{hidden && <> <HiddenMark /></>}</Tabs.Tab>)}
              </Tabs.List>
            </Tabs>
          )}
          {!text.done && <span className={classes.loading} role="status">{words.rowsLoaded(count(text.blocks.length))}</span>}
        </div>
      )}
    </div>
  );
}

const holds = (sheet: Sheet, index: number) => sheet.rows.some((row) => row.index === index) || sheet.rest.some((item) => item.index === index);

interface Here { rows: ReadonlySet<number>; best: number | undefined }

/** The passage's rows. The best is the first: it is where the passage begins. */
function passageRows(text: FullText, passage: Passage | undefined): Here {
  const rows = new Set<number>();
  if (passage) text.blocks.forEach((block, index) => { if (block.kind !== "heading" && rangeInBlock(block, passage)) rows.add(index); });
  const [best] = rows;
  return { rows, best };
}

interface Chosen { row: number; column: number }

function Grid({ sheet, here, terms, find, titled }: { sheet: Sheet; here: Here; terms: string[]; find: FindTarget | undefined; titled: boolean }) {
  const scroll = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const titles = titled ? sheet.rows[0] : undefined;
  const rows = useMemo(() => (titles ? sheet.rows.slice(1) : sheet.rows), [sheet.rows, titles]);
  const range = useRowsInView(body, rowHeight, rows.length);
  const columns = Math.min(sheet.columns, columnsMax);
  const widths = useMemo(() => columnWidths(sheet, columns), [sheet, columns]);
  const words = strings.viewer;

  // The row that says most of what was looked for, and its cell, until another is chosen.
  const best = useMemo(() => bestRow(rows, here, terms), [rows, here, terms]);
  const [picked, setPicked] = useState<{ best: number | undefined; cell: Chosen | undefined }>();
  const cell = picked?.best === best && picked ? picked.cell : cellOf(rows, best, terms);
  const setCell = (next: Chosen | undefined) => { setPicked({ best, cell: next }); };
  const shown = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (best === undefined || shown.current === best || !scroll.current) return;
    shown.current = best;
    scroll.current.scrollTop = Math.max(0, best * rowHeight - scroll.current.clientHeight / 3);
    const chosen = cellOf(rows, best, terms);
    if (chosen) revealCell(scroll.current, chosen, widths);
  }, [best, rows, terms, widths]);
  const wanted = find?.match?.block;
  useLayoutEffect(() => {
    const at = wanted === undefined ? -1 : rows.findIndex((row) => row.index === wanted);
    const element = scroll.current;
    if (at < 0 || !element) return;
    const top = at * rowHeight;
    if (top < element.scrollTop || top > element.scrollTop + element.clientHeight - 120) element.scrollTop = Math.max(0, top - element.clientHeight / 3);
    // The rows only grow.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted, find?.step]);
  useFindMarks(scroll, find, range);

  const keyDown = (event: React.KeyboardEvent) => {
    const steps: Record<string, [number, number]> = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") setCell(undefined);
    else if (step) {
      const next = { row: clamp(cell.row + step[0], rows.length), column: clamp(cell.column + step[1], columns) };
      setCell(next);
      revealCell(scroll.current, next, widths);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const chosen = cell && rows[cell.row];
  const content = chosen && cell ? (chosen.cells[cell.column - chosen.column] ?? "") : "";
  const address = chosen && cell ? `${columnName(cell.column)}${String(chosen.number ?? cell.row + 1)}` : "";
  return (
    <>
      <div className={classes.content} role="status" aria-live="polite">
        <strong>{address || words.noCell}</strong>
        <span dir="auto">{content}{sheet.comments.has(address) && <em className={classes.remark}><IconMessage2 size={14} aria-hidden="true" /> {sheet.comments.get(address)}</em>}</span>
      </div>
      {/* The table scrolls both ways; the keyboard must reach it, and moves through its cells. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */}
      <div ref={scroll} className={classes.scroll} role="region" aria-label={words.document} tabIndex={0} onKeyDown={keyDown}>
        {rows.length + (titles ? 1 : 0) > 0 && (
          <table className={classes.table} aria-rowcount={sheet.rows.length} style={{ width: `calc(3.6rem + ${String(widths.reduce((sum, width) => sum + width, 0))} * 0.56rem)` }}>
            <caption className="alcove-hidden">{sheet.name || words.tableCaption}</caption>
            <colgroup><col className={classes.numbers} />{widths.map((width, column) => <col key={column} style={{ width: `${String(width * 0.56)}rem` }} />)}</colgroup>
            <thead>
              <tr><td className={classes.corner} />{widths.map((_, column) => <th key={column} scope="col" data-skip="" data-chosen={cell?.column === column || undefined}>{columnName(column)}</th>)}</tr>
              {titles && <DataRow row={titles} at={-1} columns={columns} here={here} terms={terms} comments={sheet.comments} chosen={undefined} onChoose={undefined} />}
            </thead>
            <tbody ref={body}>
              {range.first > 0 && <tr aria-hidden="true" style={{ height: range.first * rowHeight }} />}
              {rows.slice(range.first, range.end).map((row, offset) => (
                <DataRow key={row.index} row={row} at={range.first + offset} columns={columns} here={here} terms={terms} comments={sheet.comments} chosen={cell?.row === range.first + offset ? cell.column : undefined} onChoose={setCell} />
              ))}
              {range.end < rows.length && <tr aria-hidden="true" style={{ height: (rows.length - range.end) * rowHeight }} />}
            </tbody>
          </table>
        )}
        {sheet.columns > columnsMax && <p className={classes.cut}>{words.columnsCut(columnsMax, sheet.columns)}</p>}
        {sheet.rest.length > 0 && (
          <div className={classes.rest}>
            {layOut(sheet.rest).map((section, at) => <TextSection key={at} section={{ ...section, key: "" }} here={restHere(here)} first={here.best ?? -1} terms={terms} />)}
          </div>
        )}
      </div>
    </>
  );
}

const clamp = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));
const restHere = ({ rows }: Here) => new Map([...rows].map((index) => [index, { start: 0, end: Number.MAX_SAFE_INTEGER }]));

function bestRow(rows: SheetRow[], here: Here, terms: string[]): number | undefined {
  let best: number | undefined;
  let most = -1;
  rows.forEach((row, at) => {
    if (!here.rows.has(row.index)) return;
    const different = new Set(splitByTerms(row.block.text, terms).filter((span) => span.match).map((span) => span.text.toLowerCase())).size;
    if (different > most) { most = different; best = at; }
  });
  return best;
}

/** The cell of a row that holds what was looked for. */
function cellOf(rows: SheetRow[], at: number | undefined, terms: string[]): Chosen | undefined {
  const row = at === undefined ? undefined : rows[at];
  const cell = row?.cells.findIndex((text) => splitByTerms(text, terms).some((span) => span.match)) ?? -1;
  return row && at !== undefined && cell >= 0 ? { row: at, column: row.column + cell } : undefined;
}

interface RowProps {
  row: SheetRow;
  at: number;
  columns: number;
  here: Here;
  terms: string[];
  comments: Map<string, string>;
  chosen: number | undefined;
  onChoose: ((cell: Chosen) => void) | undefined;
}

function DataRow({ row, at, columns, here, terms, comments, chosen, onChoose }: RowProps) {
  const passage = here.rows.has(row.index);
  const hidden = row.block.place.hidden === true;
  return (
    <tr data-block={row.index} data-passage={passage ? "" : undefined} data-hidden={hidden || undefined} className={passage && row.index === here.best ? "alcove-here" : undefined} aria-rowindex={row.number} style={{ height: rowHeight }}>
      <th scope="row" data-skip="" title={hidden ? strings.viewer.hidden : undefined}>{row.number}</th>
      {Array.from({ length: columns }, (_, column) => {
        const text = row.cells[column - row.column] ?? "";
        const spans = splitByTerms(text, terms);
        const remark = comments.has(`${columnName(column)}${String(row.number ?? "")}`);
        return (
          // Cells are reached by the arrow keys of the table around them, too.
          <td key={column} dir="auto" data-number={isNumeric(text) || undefined} data-hit={passage && spans.some((span) => span.match) ? "" : undefined} data-remark={remark || undefined} data-chosen={chosen === column || undefined} onClick={onChoose && (() => { onChoose({ row: at, column }); })}><Snippet spans={spans} /></td>
        );
      })}
    </tr>
  );
}

/** A cell that is chosen by keyboard comes into view, beside the marks that stay. */
function revealCell(scroller: HTMLElement | null, cell: Chosen, widths: number[]) {
  if (!scroller) return;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  const left = widths.slice(0, cell.column).reduce((sum, width) => sum + width * 0.56 * rem, 0);
  const width = (widths[cell.column] ?? 6) * 0.56 * rem;
  const marks = 3.6 * rem;
  const top = cell.row * rowHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (top + 3 * rowHeight > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + 3 * rowHeight - scroller.clientHeight;
  if (left < scroller.scrollLeft) scroller.scrollLeft = left;
  else if (left + width + marks > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = left + width + marks - scroller.clientWidth;
}
