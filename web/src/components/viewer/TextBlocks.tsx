import { createElement, memo, type CSSProperties, type ReactNode } from "react";
import { splitByTerms } from "../../format/highlight";
import type { Group, NumberedBlock, Section } from "../../format/layout";
import { headerParts, partText, rowsOf, splitPart, timeText, type Range } from "../../format/place";
import { strings } from "../../strings";
import { Snippet } from "../search/Snippet";
import classes from "./TextView.module.css";

interface Marks {
  /** Of the passage's blocks, by their index: the stretch that belongs to it. */
  here: ReadonlyMap<number, Range>;
  /** The first of them: where the view opens. */
  first: number;
  terms: string[];
}

export function TextSection({ section, ...marks }: { section: Section } & Marks) {
  if (section.place.kind === "slide") return <Slide section={section} marks={marks} />;
  // An attachment's name stands in the section's title already.
  const [label] = section.groups;
  const named = label?.blocks.length === 1 && isAttachmentName(label.blocks[0], marks);
  return (
    <>
      <SectionTitle section={section} />
      {(named ? section.groups.slice(1) : section.groups).map((group) => <TextGroup key={group.blocks[0]?.index} group={group} marks={marks} />)}
    </>
  );
}

/** A slide as a card; what is said of it, and not on it, stands apart below. */
function Slide({ section, marks }: { section: Section; marks: Marks }) {
  const words = strings.viewer;
  const apart = (group: Group) => group.blocks.every(({ block }) => block.kind === "note" || block.kind === "comment");
  const on = section.groups.filter((group) => !apart(group));
  const notes = section.groups.filter(apart);
  const hidden = section.place.hidden === true;
  return (
    <section className={classes.slide} data-hidden={hidden || undefined} aria-label={words.slide(section.place.slide ?? 1)}>
      <div className={classes.slideBody}>
        <span className={classes.slideNumber}>{words.slide(section.place.slide ?? 1)}{hidden && <HiddenMark />}</span>
        {on.map((group) => <TextGroup key={group.blocks[0]?.index} group={group} marks={marks} />)}
      </div>
      {notes.length > 0 && <div className={classes.slideNotes}>{notes.map((group) => <TextGroup key={group.blocks[0]?.index} group={group} marks={marks} />)}</div>}
    </section>
  );
}

export function HiddenMark() {
  return <span className={classes.hidden}>{strings.viewer.hidden}</span>;
}

function isAttachmentName(item: NumberedBlock | undefined, { here }: Marks): boolean {
  if (item?.block.kind !== "metadata" || here.has(item.index)) return false;
  const part = item.block.place.part ?? "";
  return part !== "" && (part === item.block.text || part.endsWith(`/${item.block.text}`));
}

function SectionTitle({ section: { key, place } }: { section: Section }) {
  const words = strings.viewer;
  if (key === "") return null;
  const own = place.kind === "page" ? words.page(place.page ?? 1) : place.kind === "slide" ? words.slide(place.slide ?? 1) : place.kind === "cell" ? words.sheet(place.sheet ?? "") : place.kind === "chapter" ? (place.heading ?? words.chapter(place.chapter ?? 1)) : "";
  const { within, name } = splitPart(place.part ?? "");
  // A mail's headers speak for themselves; those of a mail inside another say which one.
  const part = own === "" && headerParts.has(name) ? within : (place.part ?? "");
  const title = [part === "body" || part === "" ? "" : capital(partText(part)), own].filter((text) => text !== "").join(" · ");
  return title === "" ? null : <h2 className={classes.section} data-skip=""><bdi>{title}</bdi>{place.hidden === true && <HiddenMark />}</h2>;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether the whole block is the passage; a stretch of it is marked inside, around its words. */
function isWhole({ block, index }: NumberedBlock, { here }: Marks): boolean {
  const range = here.get(index);
  return range !== undefined && block.text.slice(range.start, range.end).trim() === block.text.trim();
}

interface BlockAttributes { className?: string; "data-passage"?: string; "data-block": number; dir: "auto" }

function markOf(item: NumberedBlock, marks: Marks): BlockAttributes {
  return { "data-block": item.index, dir: "auto", ...(isWhole(item, marks) ? passageMark(item, marks) : {}) };
}

function passageMark(item: NumberedBlock, marks: Marks) {
  return { className: `${classes.here ?? ""}${item.index === marks.first ? " alcove-here" : ""}`, "data-passage": "" };
}

function Words({ text, marks }: { text: string; marks: Marks }): ReactNode {
  return <Snippet spans={splitByTerms(text, marks.terms)} />;
}

/** A block's words; where only a stretch of them is the passage, that stretch is marked. */
function Content({ item, marks }: { item: NumberedBlock; marks: Marks }): ReactNode {
  const { text } = item.block;
  const range = marks.here.get(item.index);
  if (!range || isWhole(item, marks)) return <><Here item={item} marks={marks} /><Words text={text} marks={marks} /></>;
  return (
    <>
      <Words text={text.slice(0, range.start)} marks={marks} />
      <span className={`${classes.stretch ?? ""}${item.index === marks.first ? " alcove-here" : ""}`} data-passage="">
        <Here item={item} marks={marks} /><Words text={text.slice(range.start, range.end)} marks={marks} />
      </span>
      <Words text={text.slice(range.end)} marks={marks} />
    </>
  );
}

function Here({ item, marks }: { item: NumberedBlock; marks: Marks }) {
  return item.index === marks.first ? <span className="alcove-hidden">{strings.viewer.here}: </span> : null;
}

const TextGroup = memo(function TextGroup({ group, marks }: { group: Group; marks: Marks }) {
  switch (group.kind) {
    case "table": return <Table blocks={group.blocks} marks={marks} />;
    case "list":
      return (
        <ul className={classes.list}>
          {group.blocks.map((item) => (
            <li key={item.index} style={{ "--depth": item.block.level } as CSSProperties} {...markOf(item, marks)}><Content item={item} marks={marks} /></li>
          ))}
        </ul>
      );
    case "lines":
      return (
        <div className={classes.lines} data-code={group.blocks[0]?.block.kind === "code" || undefined} style={{ "--digits": digitsOf(group) } as CSSProperties}>
          {group.blocks.map((item) => {
            const { className, ...mark } = markOf(item, marks);
            return (
              <div key={item.index} className={`${classes.line ?? ""} ${className ?? ""}`} data-line={item.block.place.line_first} {...mark} dir="ltr">
                <span dir="auto"><Content item={item} marks={marks} /></span>
              </div>
            );
          })}
        </div>
      );
    case "times":
      return (
        <ol className={classes.times}>
          {group.blocks.map((item) => <li key={item.index} {...markOf(item, marks)}><time data-skip="">{timeText(item.block.place)}</time><span dir="auto"><Content item={item} marks={marks} /></span></li>)}
        </ol>
      );
    case "fields":
      return (
        <ul className={classes.fields} aria-label={strings.viewer.formFields}>
          {group.blocks.map((item) => <li key={item.index} {...markOf(item, marks)}><Content item={item} marks={marks} /></li>)}
        </ul>
      );
    case "paragraph": return <Paragraph blocks={group.blocks} marks={marks} />;
    case "single": return group.blocks.map((item) => <Single key={item.index} item={item} marks={marks} />);
  }
});

/** How wide the numbers of the lines are; three at least, so that short texts look alike. */
const digitsOf = (group: Group) => Math.max(3, String(group.blocks.at(-1)?.block.place.line_first ?? 0).length);

function Paragraph({ blocks, marks }: { blocks: NumberedBlock[]; marks: Marks }) {
  const [only] = blocks;
  if (blocks.length === 1 && only) return <p {...markOf(only, marks)}><Content item={only} marks={marks} /></p>;
  return (
    <p>
      {blocks.map((item) => <span key={item.index} {...markOf(item, marks)}><Content item={item} marks={marks} /> </span>)}
    </p>
  );
}

function Single({ item, marks }: { item: NumberedBlock; marks: Marks }) {
  const { block } = item;
  const mark = markOf(item, marks);
  const content = <Content item={item} marks={marks} />;
  switch (block.kind) {
    case "heading":
      // The page's own heading is the file's name.
      return createElement(`h${String(Math.min(Math.max(block.level, 1) + 1, 6))}`, mark, content);
    case "outline": return <p {...mark} className={`${classes.outline ?? ""} ${mark.className ?? ""}`} style={{ "--depth": Math.max(0, block.level - 1) } as CSSProperties}>{content}</p>;
    case "metadata": return <p {...mark} className={`${classes.metadata ?? ""} ${mark.className ?? ""}`}>{content}</p>;
    case "header_footer":
    case "note":
    case "comment": {
      const label = { header_footer: strings.viewer.headerFooter, note: strings.viewer.note, comment: strings.viewer.comment }[block.kind];
      return <p {...mark} className={`${classes.aside ?? ""} ${mark.className ?? ""}`} data-kind={block.kind}><strong data-skip="">{label}</strong> {content}</p>;
    }
    default: return <p {...mark}>{content}</p>;
  }
}

/** A row is marked as a whole, however little of it is the passage: its cells are what a person compares. */
const rowMark = (item: NumberedBlock, marks: Marks) => ({ "data-block": item.index, ...(marks.here.has(item.index) ? passageMark(item, marks) : {}) });

/** Neighbouring rows; the first column says which row of the sheet or line of the file it is. */
function Table({ blocks, marks }: { blocks: NumberedBlock[]; marks: Marks }) {
  const rows = blocks.map((item) => ({ item, cells: item.block.text.split("\t"), number: rowsOf(item.block.place.cells)?.first ?? item.block.place.line_first }));
  const columns = Math.max(...rows.map((row) => row.cells.length));
  const numbered = rows.some((row) => row.number !== undefined);
  return (
    // A wide table scrolls sideways; the keyboard must reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroller} role="region" aria-label={strings.viewer.tableCaption} tabIndex={0}>
      <table className={classes.table}>
        <tbody>
          {rows.map(({ item, cells, number }) => (
            <tr key={item.index} {...rowMark(item, marks)}>
              {numbered && <th scope="row" data-skip="">{number}</th>}
              {Array.from({ length: columns }, (_, column) => (
                <td key={column} dir="auto">{column === 0 && <Here item={item} marks={marks} />}<Words text={cells[column] ?? ""} marks={marks} /></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
