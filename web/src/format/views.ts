/** Which view shows which kind of content. */

export type ViewKind = "pdf" | "sheet" | "book" | "archive" | "mail" | "slides" | "code" | "text";

const views: Record<string, ViewKind> = {
  pdf: "pdf",
  csv: "sheet", xlsx: "sheet", ods: "sheet", xls: "sheet",
  epub: "book", fb2: "book",
  zip: "archive", "7z": "archive", tar: "archive", compressed: "archive", rar: "archive", mbox: "archive",
  eml: "mail", msg: "mail",
  pptx: "slides", odp: "slides", ppt: "slides",
  code: "code", json: "code", xml: "code", latex: "code",
};

export const viewOf = (type: string): ViewKind => views[type] ?? "text";
