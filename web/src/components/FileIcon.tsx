import {
  IconFile, IconFileCode, IconFileSpreadsheet, IconFileText, IconFileTypePdf, IconLock, IconMail, IconMarkdown, IconPresentation, IconTable, IconWorld,
} from "@tabler/icons-react";
import { useState } from "react";
import { thumbnailUrl } from "../services/files";
import { strings } from "../strings";
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
};

export function FileIcon({ type, size = 22 }: { type: string; size?: number }) {
  const { Icon, hue } = icons[type] ?? { Icon: IconFile, hue: 40 };
  return (
    <span className={classes.icon} style={{ "--hue": hue } as React.CSSProperties} role="img" aria-label={strings.types[type] ?? strings.types.unknown}>
      <Icon size={size} stroke={1.6} aria-hidden="true" />
    </span>
  );
}

/** Kinds whose first page has a picture. */
const pictured = new Set(["pdf"]);

/** The first page where there is a picture of it, else the kind's icon. */
export function FileThumbnail({ file, type }: { file: number; type: string }) {
  const [missing, setMissing] = useState(false);
  if (missing || !pictured.has(type)) return <FileIcon type={type} size={24} />;
  return (
    <span className={classes.thumbnail}>
      <img src={thumbnailUrl(file)} alt={strings.types[type] ?? ""} loading="lazy" decoding="async" onError={() => { setMissing(true); }} />
    </span>
  );
}
