import { client, unwrap, type Schemas } from "./client";
import type { paths } from "./schema";
import { refKey, type FileRef } from "./files";

export type SearchMode = Schemas["SearchMode"];
export type SearchResponse = Schemas["SearchResponse"];
export type Hit = Schemas["Hit"];
export type Place = Schemas["Place"];
export type Reason = Schemas["Reason"];
export type SnippetSpan = Schemas["SnippetSpan"];
export type SearchNote = Schemas["SearchNote"];
export type Facets = Schemas["Facets"];
export type FacetValue = Schemas["FacetValue"];
/** The orders of the contract. */
export type Sort = NonNullable<paths["/search"]["get"]["parameters"]["query"]["sort"]>;
export type Suggestion = Schemas["Suggestion"];

/** The contract's bounds on one request. */
export const queryLengthMax = 1000;
export const limitMax = 200;
export const suggestLengthMax = 300;

export interface SearchRequest {
  query: string;
  mode: SearchMode;
  sort: Sort;
  /** Whether a query that finds nothing is left as it is. */
  asTyped: boolean;
  limit: number;
  /** Whether what was found is also counted by type, library, year … */
  facets: boolean;
}

export const search = ({ query, mode, sort, asTyped, limit, facets }: SearchRequest, signal?: AbortSignal): Promise<SearchResponse> =>
  unwrap(client.GET("/search", {
    params: { query: { q: query, mode, sort, correct: !asTyped, limit, facets, explain: true } },
    signal: signal ?? null,
  }));

/** The page that follows, of the same list. Fails with status 404 when the server does not keep the list any more. */
export const searchFurther = (cursor: string, limit: number, signal?: AbortSignal): Promise<SearchResponse> =>
  unwrap(client.GET("/search/more", { params: { query: { cursor, limit, explain: true } }, signal: signal ?? null }));

export const suggest = async (typed: string, limit: number, signal: AbortSignal): Promise<Suggestion[]> =>
  (await unwrap(client.GET("/suggest", { params: { query: { q: typed, limit } }, signal }))).suggestions;

export const refOfHit = (hit: Pick<Hit, "file_id" | "part">): FileRef => ({ file: hit.file_id, part: hit.part });

/** A text that is the same for hits on the same file or part. */
export const hitKey = (hit: Pick<Hit, "file_id" | "part">): string => refKey(refOfHit(hit));

/**
 * The query's passages within one file or part, in the file's order. The contract has no filter by file, so the best 200
 * passages of all files are asked for and the file's own kept.
 */
export async function searchPassagesOfFile(ref: FileRef, query: string, mode: SearchMode, signal?: AbortSignal): Promise<Hit[]> {
  const answer = await unwrap(
    client.GET("/search", {
      params: { query: { q: query, mode, limit: limitMax, passages: true } },
      signal: signal ?? null,
    }),
  );
  return answer.hits
    .filter((hit) => hit.passage !== undefined && hit.part === ref.part && (hit.file_id === ref.file || hit.same_content.some((copy) => copy.file_id === ref.file)))
    .sort((a, b) => (a.passage ?? 0) - (b.passage ?? 0));
}
