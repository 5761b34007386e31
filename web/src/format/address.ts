/** What the page's addresses hold: every view can be linked to, reloaded and gone back to. */
import type { SearchMode, Sort } from "../services/search";

const modes: readonly SearchMode[] = ["hybrid", "keyword", "meaning"];
export const sorts: readonly Sort[] = ["relevance", "newest", "oldest", "name", "size"];

export interface SearchAddress {
  query: string;
  mode: SearchMode;
  sort: Sort;
  /** The words are meant as they are typed: a query that finds nothing is not corrected. */
  asTyped: boolean;
}

/** A question of its own, with nothing kept of the one before. */
export const newSearch = (query: string): SearchAddress => ({ query, mode: "hybrid", sort: "relevance", asTyped: false });

export function readSearch(parameters: URLSearchParams): SearchAddress {
  const mode = parameters.get("mode");
  const sort = parameters.get("sort");
  return {
    query: parameters.get("q") ?? "",
    mode: modes.find((known) => known === mode) ?? "hybrid",
    sort: sorts.find((known) => known === sort) ?? "relevance",
    asTyped: parameters.get("correct") === "false",
  };
}

function searchParameters({ query, mode, sort, asTyped }: SearchAddress): URLSearchParams {
  const parameters = new URLSearchParams();
  if (query !== "") parameters.set("q", query);
  if (mode !== "hybrid") parameters.set("mode", mode);
  if (sort !== "relevance") parameters.set("sort", sort);
  if (asTyped) parameters.set("correct", "false");
  return parameters;
}

/** Whether both ask the same. */
export const sameSearch = (a: SearchAddress, b: SearchAddress): boolean =>
  a.query.trim() === b.query.trim() && a.mode === b.mode && a.sort === b.sort && a.asTyped === b.asTyped;

const join = (path: string, parameters: URLSearchParams) => (parameters.size > 0 ? `${path}?${parameters.toString()}` : path);

export const searchAddress = (address: SearchAddress): string => join("/", searchParameters(address));

export interface FileAddress {
  file: number;
  /** Address of what lies inside the file. */
  part?: string | undefined;
  /** The folder inside an archive that is shown. */
  folder?: string | undefined;
  passage?: number | undefined;
  search?: SearchAddress | undefined;
}

export function fileAddress({ file, part, folder, passage, search }: FileAddress): string {
  const parameters = search && search.query !== "" ? searchParameters(search) : new URLSearchParams();
  if (part !== undefined) parameters.set("part", part);
  if (folder !== undefined && folder !== "") parameters.set("folder", folder);
  if (passage !== undefined) parameters.set("passage", String(passage));
  return join(`/file/${String(file)}`, parameters);
}

/** A part's address, as the contract allows it. */
export const readPart = (text: string | null): string | undefined =>
  text !== null && /^\d{1,9}(-\d{1,9}){0,7}$/.test(text) ? text : undefined;

/** A whole number of at least `min`, or nothing. */
export function readNumber(text: string | null | undefined, min: number): number | undefined {
  if (text === null || text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= min ? value : undefined;
}

export function folderAddress(library: number, path: string, pathBase64?: string): string {
  const parameters = new URLSearchParams();
  if (path !== "") parameters.set("path", path);
  if (pathBase64) parameters.set("path64", pathBase64);
  return join(`/libraries/${String(library)}`, parameters);
}

/** The query's filter for a folder of one library; the same path may lie in another. */
export const inFilter = (library: string, path: string): string =>
  `in:"${(path === "" ? library : `${library}/${path}`).replaceAll('"', "")}"`;

/** The set-up link's token, from `/setup#TOKEN`, `/setup#token=TOKEN` or `/setup?token=TOKEN`. */
export function readSetupToken(address: { search: string; hash: string }): string {
  const hash = address.hash.replace(/^#/, "");
  const named = new URLSearchParams(hash).get("token");
  return named ?? (hash !== "" ? decodeURIComponent(hash) : (new URLSearchParams(address.search).get("token") ?? ""));
}

/** Where to go after signing in: a path of ours, never another origin. */
export function safeNext(next: string | null): string {
  if (!next?.startsWith("/") || next.startsWith("//") || next.includes("\\")) return "/";
  return next;
}
