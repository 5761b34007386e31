/** Which view shows which kind of content. */

export type ViewKind = "pdf" | "sheet" | "book" | "archive" | "mail" | "slides" | "code" | "picture" | "text";

const views: Record<string, ViewKind> = {
  pdf: "pdf",
  csv: "sheet", xlsx: "sheet", ods: "sheet", xls: "sheet",
  epub: "book", fb2: "book",
  zip: "archive", "7z": "archive", tar: "archive", compressed: "archive", rar: "archive", mbox: "archive",
  eml: "mail", msg: "mail",
  pptx: "slides", odp: "slides", ppt: "slides",
  code: "code", json: "code", xml: "code", latex: "code",
};

/** What every browser draws and the server hands out to be drawn; it is a picture by its media type, whether or not text was found in it. */
const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

export const viewOf = (type: string, mime?: string): ViewKind => views[type] ?? (mime !== undefined && pictures.has(mime) ? "picture" : "text");
