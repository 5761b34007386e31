import { createElement, memo, type CSSProperties, type ReactNode } from "react";
import { splitByTerms } from "../../format/highlight";
import type { Group, NumberedBlock, Section } from "../../format/layout";
import { partText, rowsOf } from "../../format/place";
import { strings } from "../../strings";
import { Snippet } from "../search/Snippet";
import classes from "./TextView.module.css";

interface Marks {
  /** Indexes of the passage's blocks. */
  here: ReadonlySet<number>;
  /** The first of them: where the view opens. */
  first: number;
  terms: string[];
}

export function TextSection({ section, ...marks }: { section: Section } & Marks) {
  return (
    <>
      <SectionTitle section={section} />
      {section.groups.map((group) => <TextGroup key={group.blocks[0]?.index} group={group} marks={marks} />)}
    </>
  );
}

function SectionTitle({ section: { key, place } }: { section: Section }) {
  const words = strings.viewer;
  if (key === "") return null;
  const own = place.kind === "page" ? words.page(place.page ?? 1) : place.kind === "slide" ? words.slide(place.slide ?? 1) : place.kind === "cell" ? words.sheet(place.sheet ?? "") : "";
  const part = place.part ?? "";
  // A mail's headers speak for themselves.
  if (own === "" && ["headers", "header", "subject"].includes(part)) return null;
  const title = [part === "body" ? words.message : part === "" ? "" : capital(partText(part)), own].filter((text) => text !== "").join(" · ");
  return title === "" ? null : <h2 className={classes.section}>{title}</h2>;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function markOf({ index }: NumberedBlock, { here, first }: Marks): { className?: string; "data-passage"?: string } {
  if (!here.has(index)) return {};
  return { className: `${classes.here ?? ""}${index === first ? " alcove-here" : ""}`, "data-passage": "" };
}

function Words({ text, marks }: { text: string; marks: Marks }): ReactNode {
  return <Snippet spans={splitByTerms(text, marks.terms)} />;
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
            <li key={item.index} style={{ "--depth": item.block.level } as CSSProperties} {...markOf(item, marks)}><Here item={item} marks={marks} /><Words text={item.block.text} marks={marks} /></li>
          ))}
        </ul>
      );
    case "lines":
      return (
        <div className={classes.lines} data-code={group.blocks[0]?.block.kind === "code" || undefined}>
          {group.blocks.map((item) => {
            const { className, ...mark } = markOf(item, marks);
            return (
              <div key={item.index} className={`${classes.line ?? ""} ${className ?? ""}`} data-line={item.block.place.line_first} {...mark}>
                <span><Here item={item} marks={marks} /><Words text={item.block.text} marks={marks} /></span>
              </div>
            );
          })}
        </div>
      );
    case "paragraph": return <Paragraph blocks={group.blocks} marks={marks} />;
    case "single": return group.blocks.map((item) => <Single key={item.index} item={item} marks={marks} />);
  }
});

function Paragraph({ blocks, marks }: { blocks: NumberedBlock[]; marks: Marks }) {
  const [only] = blocks;
  if (blocks.length === 1 && only) return <p {...markOf(only, marks)}><Here item={only} marks={marks} /><Words text={only.block.text} marks={marks} /></p>;
  return (
    <p>
      {blocks.map((item) => <span key={item.index} {...markOf(item, marks)}><Here item={item} marks={marks} /><Words text={`${item.block.text} `} marks={marks} /></span>)}
    </p>
  );
}

function Single({ item, marks }: { item: NumberedBlock; marks: Marks }) {
  const { block } = item;
  const mark = markOf(item, marks);
  const content = <><Here item={item} marks={marks} /><Words text={block.text} marks={marks} /></>;
  switch (block.kind) {
    case "heading":
      // The page's own heading is the file's name.
      return createElement(`h${String(Math.min(Math.max(block.level, 1) + 1, 6))}`, mark, content);
    case "metadata": return <p {...mark} className={`${classes.metadata ?? ""} ${mark.className ?? ""}`}>{content}</p>;
    case "header_footer":
    case "note":
    case "comment": {
      const label = { header_footer: strings.viewer.headerFooter, note: strings.viewer.note, comment: strings.viewer.comment }[block.kind];
      return <p {...mark} className={`${classes.aside ?? ""} ${mark.className ?? ""}`} aria-label={label}><strong>{label}: </strong>{content}</p>;
    }
    default: return <p {...mark}>{content}</p>;
  }
}

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
            <tr key={item.index} {...markOf(item, marks)}>
              {numbered && <th scope="row">{number}</th>}
              {Array.from({ length: columns }, (_, column) => (
                <td key={column}>{column === 0 && <Here item={item} marks={marks} />}<Words text={cells[column] ?? ""} marks={marks} /></td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
