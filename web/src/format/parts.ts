/** What lies inside a file: names on the way to it, and an archive's members as folders. */
import type { Schemas } from "../services/client";

type Part = Schemas["Part"];

/** The last name of a path. */
export const baseName = (path: string): string => segments(path).at(-1) ?? path;

/** A path's names; archives write "./a", "a//b" and "a/" for the same things. */
export function segments(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

/** The parts around a part, outermost first: "3-0-1" → ["3", "3-0"]. */
export function containersOf(part: string): string[] {
  const steps = part.split("-");
  return steps.slice(0, -1).map((_, at) => steps.slice(0, at + 1).join("-"));
}

/** The part around it; nothing when that is the file itself. */
export const containerOf = (part: string): string | undefined => containersOf(part).at(-1);

/** What a file is to the things inside it. */
export type ContainerKind = "mail" | "mailbox" | "archive" | "document";

const byExtension: Record<string, ContainerKind> = {
  eml: "mail", emlx: "mail", msg: "mail", mbox: "mailbox", mbx: "mailbox",
  zip: "archive", "7z": "archive", tar: "archive", tgz: "archive", tbz2: "archive", txz: "archive", gz: "archive", bz2: "archive", xz: "archive", zst: "archive", jar: "archive",
};
const byType: Record<string, ContainerKind> = {
  eml: "mail", msg: "mail", mbox: "mailbox", zip: "archive", "7z": "archive", tar: "archive", compressed: "archive", rar: "archive",
};

/** A hit tells only its own type; of what is around it the name is known. */
export const containerKindOfName = (name: string): ContainerKind => byExtension[/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ""] ?? "document";
export const containerKind = (type: string): ContainerKind => byType[type] ?? "document";

/** A place inside a part without the part's own path, which stands beside it already. */
export function withinPart<T extends { kind: string; part?: string }>(place: T, partPath: string | undefined): T {
  if (partPath === undefined || place.part === undefined) return place;
  if (place.part === partPath) return { ...place, part: "" };
  return place.part.startsWith(`${partPath}/`) ? { ...place, part: place.part.slice(partPath.length + 1) } : place;
}

/** The members whose path holds all words, at any depth and in the archive's order. */
export function membersNamed(parts: readonly Part[], typed: string): Part[] {
  const words = typed.toLocaleLowerCase().split(/\s+/u).filter((word) => word !== "");
  return parts.filter(({ path }) => {
    const name = path.toLocaleLowerCase();
    return words.every((word) => name.includes(word));
  });
}

export interface MemberFolder {
  name: string;
  path: string;
  /** All members below it, at any depth. */
  count: number;
  size: number;
  problems: number;
}

export interface Members {
  folders: MemberFolder[];
  files: Part[];
}

/** What a folder of an archive holds; "" is the archive itself. Folders come first, both in the archive's order. */
export function membersOf(parts: readonly Part[], folder: string): Members {
  const within = segments(folder);
  const folders = new Map<string, MemberFolder>();
  const files: Part[] = [];
  for (const part of parts) {
    const names = segments(part.path);
    if (names.length <= within.length || within.some((name, at) => names[at] !== name)) continue;
    const name = names[within.length] ?? "";
    if (names.length === within.length + 1) {
      files.push(part);
      continue;
    }
    const path = [...within, name].join("/");
    const known = folders.get(path) ?? { name, path, count: 0, size: 0, problems: 0 };
    folders.set(path, { ...known, count: known.count + 1, size: known.size + part.size, problems: known.problems + (part.state === "problem" ? 1 : 0) });
  }
  return { folders: [...folders.values()], files };
}
