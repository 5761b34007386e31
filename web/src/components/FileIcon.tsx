import {
  IconArchive, IconBook2, IconBraces, IconFile, IconFileCode, IconFileSpreadsheet, IconFileText, IconFileTypePdf, IconFileZip, IconLock, IconMail, IconMailbox, IconMarkdown, IconMathFunction, IconPresentation, IconTable, IconTag, IconTxt, IconWorld,
} from "@tabler/icons-react";
import { useState } from "react";
import { thumbnailUrl, type FileRef } from "../services/files";
import { strings, word } from "../strings";
import classes from "./FileIcon.module.css";

const icons: Record<string, { Icon: typeof IconFile; hue: number }> = {
  pdf: { Icon: IconFileTypePdf, hue: 8 },
  docx: { Icon: IconFileText, hue: 215 },
  odt: { Icon: IconFileText, hue: 205 },
  xlsx: { Icon: IconFileSpreadsheet, hue: 145 },
  csv: { Icon: IconTable, hue: 150 },
  pptx: { Icon: IconPresentation, hue: 25 },
  html: { Icon: IconWorld, hue: 260 },
  markdown: { Icon: IconMarkdown, hue: 230 },
  text: { Icon: IconFileText, hue: 40 },
  code: { Icon: IconFileCode, hue: 280 },
  eml: { Icon: IconMail, hue: 190 },
  "encrypted-office": { Icon: IconLock, hue: 0 },
  ods: { Icon: IconFileSpreadsheet, hue: 135 },
  xls: { Icon: IconFileSpreadsheet, hue: 145 },
  odp: { Icon: IconPresentation, hue: 30 },
  ppt: { Icon: IconPresentation, hue: 25 },
  rtf: { Icon: IconFileText, hue: 225 },
  doc: { Icon: IconFileText, hue: 215 },
  epub: { Icon: IconBook2, hue: 320 },
  fb2: { Icon: IconBook2, hue: 330 },
  xml: { Icon: IconTag, hue: 280 },
  json: { Icon: IconBraces, hue: 270 },
  latex: { Icon: IconMathFunction, hue: 250 },
  subtitles: { Icon: IconTxt, hue: 60 },
  msg: { Icon: IconMail, hue: 200 },
  mbox: { Icon: IconMailbox, hue: 190 },
  zip: { Icon: IconFileZip, hue: 45 },
  "7z": { Icon: IconFileZip, hue: 45 },
  tar: { Icon: IconArchive, hue: 35 },
  compressed: { Icon: IconFileZip, hue: 35 },
  rar: { Icon: IconFileZip, hue: 35 },
};

export function FileIcon({ type, size = 22, compact = false, large = false }: { type: string; size?: number; compact?: boolean; large?: boolean }) {
  const { Icon, hue } = icons[type] ?? { Icon: IconFile, hue: 40 };
  return (
    <span className={classes.icon} data-compact={compact || undefined} data-large={large || undefined} style={{ "--hue": hue } as React.CSSProperties} role="img" aria-label={word(strings.types, type) ?? strings.types.unknown}>
      <Icon size={size} stroke={1.6} aria-hidden="true" />
    </span>
  );
}

/** Kinds whose first page has a picture. */
const pictured = new Set(["pdf"]);

/** The first page where there is a picture of it, else the kind's icon. */
export function FileThumbnail({ of, type }: { of: FileRef; type: string }) {
  const [missing, setMissing] = useState(false);
  if (missing || !pictured.has(type)) return <FileIcon type={type} size={24} />;
  return (
    <span className={classes.thumbnail}>
      <img src={thumbnailUrl(of)} alt={word(strings.types, type) ?? ""} loading="lazy" decoding="async" onError={() => { setMissing(true); }} />
    </span>
  );
}

/** The same, large, with the page's own proportions. */
export function FilePicture({ of, type }: { of: FileRef; type: string }) {
  const [missing, setMissing] = useState(false);
  if (missing || !pictured.has(type)) return <FileIcon type={type} size={40} large />;
  return <img className={classes.picture} src={thumbnailUrl(of)} alt={word(strings.types, type) ?? ""} loading="lazy" decoding="async" onError={() => { setMissing(true); }} />;
}
