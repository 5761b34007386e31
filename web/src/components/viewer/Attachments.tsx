import { ActionIcon, Text } from "@mantine/core";
import { IconDownload, IconPaperclip } from "@tabler/icons-react";
import { Link } from "react-router";
import { fileAddress } from "../../format/address";
import { bytes } from "../../format/quantity";
import { reasonText } from "../../format/reasons";
import { downloadUrl, type FileDetail, type FileRef, type Part } from "../../services/files";
import { strings } from "../../strings";
import { FileIcon } from "../FileIcon";
import classes from "./Attachments.module.css";

/** What hangs on a mail or a document, as cards. */
export function Attachments({ detail, reference, heading = true }: { detail: FileDetail; reference: FileRef; heading?: boolean }) {
  const words = strings.viewer;
  if (detail.parts.length === 0) return null;
  return (
    <section className={classes.section} aria-label={words.attachments(detail.part_count)}>
      {heading && <h2 className={classes.title}><IconPaperclip size={16} aria-hidden="true" />{words.attachments(detail.part_count)}</h2>}
      <ul className={classes.cards}>
        {detail.parts.map((part) => <li key={part.part}><Card part={part} file={reference.file} /></li>)}
      </ul>
      {detail.part_count > detail.parts.length && <Text fz="sm" c="dimmed">{words.firstMembers(detail.parts.length, detail.part_count)}</Text>}
    </section>
  );
}

function Card({ part, file }: { part: Part; file: number }) {
  const ref = { file, part: part.part };
  const unread = part.reason_code !== undefined;
  const note = part.reason ? reasonText(part) : part.state === "problem" ? strings.fileStates.problem : part.state === "ready" ? "" : strings.fileStates[part.state];
  return (
    <div className={classes.card}>
      <FileIcon type={part.type} size={20} compact />
      <div className={classes.names}>
        {unread ? <span className={classes.name} dir="auto">{part.path}</span> : <Link className={classes.name} to={fileAddress(ref)} title={part.path} dir="auto">{part.path}</Link>}
        <span className={classes.facts} data-problem={part.state === "problem" || undefined}>
          {[part.size > 0 && bytes(part.size), strings.types[part.type], part.part_count > 0 && strings.viewer.members(part.part_count), note].filter(Boolean).join(" · ")}
        </span>
      </div>
      {!unread && (
        <ActionIcon component="a" href={downloadUrl(ref)} download={part.path} variant="subtle" color="gray" aria-label={strings.folder.download(part.path)}><IconDownload size={17} /></ActionIcon>
      )}
    </div>
  );
}
