import { client, unwrap, type Schemas } from "./client";

export type SearchMode = Schemas["SearchMode"];
export type SearchResponse = Schemas["SearchResponse"];
export type Hit = Schemas["Hit"];
export type Place = Schemas["Place"];
export type Reason = Schemas["Reason"];
export type SnippetSpan = Schemas["SnippetSpan"];

/** The contract's bounds on one request. */
export const queryLengthMax = 1000;
export const offsetMax = 1000;
export const limitMax = 200;

export interface SearchRequest {
  query: string;
  mode: SearchMode;
  limit: number;
  offset: number;
}

export const search = ({ query, mode, limit, offset }: SearchRequest, signal?: AbortSignal): Promise<SearchResponse> =>
  unwrap(client.GET("/search", { params: { query: { q: query, mode, limit, offset, explain: true } }, signal: signal ?? null }));

/**
 * The query's passages within one file, in the file's order. The contract has no filter by file, so the best 200
 * passages of all files are asked for and the file's own kept.
 */
export async function searchPassagesOfFile(fileId: number, query: string, mode: SearchMode, signal?: AbortSignal): Promise<Hit[]> {
  const answer = await unwrap(
    client.GET("/search", {
      params: { query: { q: query, mode, limit: limitMax, passages: true } },
      signal: signal ?? null,
    }),
  );
  return answer.hits
    .filter((hit) => hit.passage !== undefined && (hit.file_id === fileId || hit.same_content.some((copy) => copy.file_id === fileId)))
    .sort((a, b) => (a.passage ?? 0) - (b.passage ?? 0));
}
