import { apiRoot, client, unwrap, type Schemas } from "./client";

export type FileDetail = Schemas["FileDetail"];
export type FileText = Schemas["FileText"];
export type FileStage = Schemas["FileStage"];
export type Block = Schemas["Block"];
export type Passage = Schemas["Passage"];
export type Box = Schemas["Box"];

export const loadFile = (id: number, signal?: AbortSignal): Promise<FileDetail> =>
  unwrap(client.GET("/files/{id}", { params: { path: { id } }, signal: signal ?? null }));

export interface TextRequest {
  id: number;
  blocksOffset?: number;
  blocksLimit: number;
  passagesOffset?: number;
  passagesLimit: number;
  /** Wins over both offsets. */
  atPassage?: number | undefined;
}

export const loadText = (request: TextRequest, signal?: AbortSignal): Promise<FileText> =>
  unwrap(
    client.GET("/files/{id}/text", {
      params: {
        path: { id: request.id },
        query: {
          blocks_limit: request.blocksLimit,
          passages_limit: request.passagesLimit,
          ...(request.atPassage === undefined
            ? { blocks_offset: request.blocksOffset ?? 0, passages_offset: request.passagesOffset ?? 0 }
            : { at_passage: request.atPassage }),
        },
      },
      signal: signal ?? null,
    }),
  );

export const contentUrl = (id: number) => `${apiRoot}/files/${String(id)}/content`;
export const downloadUrl = (id: number) => `${contentUrl(id)}?download=true`;
export const thumbnailUrl = (id: number) => `${apiRoot}/files/${String(id)}/thumbnail`;
