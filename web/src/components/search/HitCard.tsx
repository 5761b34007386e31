import { Skeleton } from "@mantine/core";
import { IconFileZip, IconMail, IconPaperclip } from "@tabler/icons-react";
import { useId, useState } from "react";
import { Link } from "react-router";
import { fileAddress, searchAddress, type SearchAddress } from "../../format/address";
import { baseName, containerKindOfName, segments, withinPart } from "../../format/parts";
import { placeText } from "../../format/place";
import { hitReasonText } from "../../format/reasons";
import { ago, bytes, dateTime, languageName, percent } from "../../format/quantity";
import { refOfHit, searchPassagesOfFile, hitKey, type Hit, type Reason } from "../../services/search";
import { useResource } from "../../stores/resource";
import { strings, word } from "../../strings";
import { errorText } from "../ErrorState";
import { FileThumbnail } from "../FileIcon";
import { Snippet } from "./Snippet";
import classes from "./HitCard.module.css";

type Panel = "why" | "passages" | "near" | "copies";

interface Props {
  hit: Hit;
  address: SearchAddress;
  /** It was turned to. */
  onSelect: () => void;
  onOpen: () => void;
}

export function HitCard({ hit, address, onSelect, onOpen }: Props) {
  const [panel, setPanel] = useState<Panel>();
  const id = useId();
  const words = strings.search;
  const folder = hit.path.includes("/") ? hit.path.slice(0, hit.path.lastIndexOf("/")) : "";
  const toggle = (which: Panel) => { setPanel((before) => (before === which ? undefined : which)); };
  const tool = (which: Panel, closed: string, open: string) => (
    <button type="button" className={classes.tool} aria-expanded={panel === which} aria-controls={`${id}-${which}`} onClick={() => { toggle(which); }}>
      {panel === which ? open : closed}
    </button>
  );
  return (
    <article className={classes.card} aria-labelledby={`${id}-title`}>
      <FileThumbnail of={refOfHit(hit)} type={hit.type} />
      <div className={classes.body}>
        <h2 className={classes.heading} id={`${id}-title`}>
          <Link className={classes.title} data-hit="" to={fileAddress({ ...refOfHit(hit), passage: hit.passage, search: address })} state={{ fromSearch: true }} onClick={() => { onSelect(); onOpen(); }} onFocus={onSelect}>
            <bdi>{hit.part_path === undefined ? hit.name : baseName(hit.part_path)}</bdi>
          </Link>
        </h2>
        {hit.part_path !== undefined && <Inside name={hit.name} partPath={hit.part_path} />}
        <p className={classes.meta}>
          <span className={classes.place}>{hitPlace(hit)}</span>
          <span dir="auto">{folder === "" ? hit.library : `${hit.library} / ${folder.replaceAll("/", " / ")}`}</span>
          <span title={dateTime(hit.date)}>{words.dated[hit.date_source](ago(hit.date))}</span>
          {hit.part_path === undefined && <span>{bytes(hit.size)}</span>}
          {hit.language !== "" && <span>{languageName(hit.language)}</span>}
        </p>
        {hit.snippet.length > 0 && <p className={classes.snippet}><Snippet spans={hit.snippet} /></p>}
        <div className={classes.tools}>
          {explained(hit).length > 0 && tool("why", words.why, words.hideWhy)}
          {hit.more_passages > 0 && tool("passages", words.morePassages(hit.more_passages), words.hidePassages)}
          {hit.near_identical_count > 0 && tool("near", words.near(hit.near_identical_count), words.hideNear)}
          {hit.same_content.length > 0 && tool("copies", words.copies(hit.same_content.length), words.hideCopies)}
        </div>
        <div id={`${id}-why`} hidden={panel !== "why"} className={classes.panel}>{panel === "why" && <Reasons reasons={explained(hit)} />}</div>
        <div id={`${id}-passages`} hidden={panel !== "passages"} className={classes.panel}>{panel === "passages" && <MorePassages hit={hit} address={address} />}</div>
        <div id={`${id}-near`} hidden={panel !== "near"} className={classes.panel}>{panel === "near" && <Folded files={hit.near_identical} count={hit.near_identical_count} passage={undefined} address={address} />}</div>
        <div id={`${id}-copies`} hidden={panel !== "copies"} className={classes.panel}>{panel === "copies" && <Folded files={hit.same_content} count={hit.same_content.length} passage={hit.passage} address={address} />}</div>
      </div>
    </article>
  );
}

/** Reasons beyond the filters, which the person has just typed. */
const explained = (hit: Hit) => hit.reasons.filter((reason) => reason.kind !== "filter");

/** What it lies in: "attachment in Offer.eml", "in Old papers.zip › 2019". */
function Inside({ name, partPath }: { name: string; partPath: string }) {
  const kind = containerKindOfName(name);
  const Icon = { mail: IconPaperclip, mailbox: IconMail, archive: IconFileZip, document: IconPaperclip }[kind];
  const way = [name, ...segments(partPath).slice(0, -1)];
  return (
    <p className={classes.inside}>
      <Icon size={15} stroke={1.8} aria-hidden="true" />
      <span>{strings.search.inside[kind]} {way.map((step, at) => <bdi key={at}>{at > 0 && <span className={classes.way}> › </span>}{step}</bdi>)}</span>
    </p>
  );
}

/** Where it was found; a file that only passed the filters was found as a whole. */
const hitPlace = (hit: Hit) => (hit.passage === undefined && explained(hit).length === 0 ? strings.place.file : placeText(withinPart(hit.place, hit.part_path), hit.passage === undefined ? "name" : "passage"));

function Reasons({ reasons }: { reasons: Reason[] }) {
  const words = strings.search;
  return (
    <ul>
      {reasons.map((reason) => (
        <li key={`${reason.kind} ${reason.text}`}>
          {hitReasonText(reason)}
          <div className={classes.quiet}>
            {[
              reason.value !== undefined && `${word(words.reasonValue, reason.kind) ?? reason.kind} ${reason.value.toLocaleString(strings.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
              reason.weight !== undefined && words.share(percent(reason.weight)),
              reason.model ? words.ranHere(reason.model) : words.wordsHere,
            ].filter(Boolean).join(" · ")}
          </div>
        </li>
      ))}
    </ul>
  );
}

function MorePassages({ hit, address }: { hit: Hit; address: SearchAddress }) {
  const { data, error } = useResource(`${hitKey(hit)} ${searchAddress(address)}`, (signal) =>
    searchPassagesOfFile(refOfHit(hit), address.query, address.mode, signal));
  if (error !== undefined) return <p role="alert">{errorText(error)}</p>;
  if (!data) return <Skeleton h={48} />;
  return (
    <ul>
      {data.filter((passage) => passage.passage !== hit.passage).map((passage) => (
        <li key={passage.passage}>
          <Link className={classes.passage} to={fileAddress({ ...refOfHit(hit), passage: passage.passage, search: address })} state={{ fromSearch: true }}>
            <span className={classes.place}>{placeText(withinPart(passage.place, hit.part_path))}</span> <Snippet spans={passage.snippet} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

interface FoldedProps {
  files: Hit["same_content"];
  /** How many there are, of which some are listed. */
  count: number;
  /** The same passage, where the bytes are the same. */
  passage: number | undefined;
  address: SearchAddress;
}

/** Other files that stand under this hit. */
function Folded({ files, count, passage, address }: FoldedProps) {
  return (
    <>
      <ul>
        {files.map((file) => (
          <li key={file.file_id}>
            <Link className={classes.passage} to={fileAddress({ file: file.file_id, passage, search: address })} state={{ fromSearch: true }}>
              <bdi>{file.library} / {file.path.replaceAll("/", " / ")}</bdi>
            </Link>
          </li>
        ))}
      </ul>
      {count > files.length && <p className={classes.quiet}>{strings.search.nearSome(files.length, count)}</p>}
    </>
  );
}
