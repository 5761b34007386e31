import { apiRoot, client, unwrap, type Schemas } from "./client";
import { ApiError } from "./errors";

export type FileDetail = Schemas["FileDetail"];
export type FileText = Schemas["FileText"];
export type FileStage = Schemas["FileStage"];
export type Block = Schemas["Block"];
export type Passage = Schemas["Passage"];
export type Box = Schemas["Box"];

export type Part = Schemas["Part"];

/** A file, or what lies inside it: an attachment, an archive's member. */
export interface FileRef {
  file: number;
  /** Address of the part. */
  part?: string | undefined;
}

/** A text that is the same for the same file and part. */
export const refKey = ({ file, part }: FileRef): string => (part === undefined ? String(file) : `${String(file)}:${part}`);

const partQuery = ({ part }: FileRef) => (part === undefined ? {} : { part });

/** `partsOffset`: the first member to list; the server lists at most `partsMax`. */
export const loadFile = (ref: FileRef, signal?: AbortSignal, partsOffset = 0): Promise<FileDetail> =>
  unwrap(client.GET("/files/{id}", { params: { path: { id: ref.file }, query: { ...partQuery(ref), ...(partsOffset > 0 ? { parts_offset: partsOffset } : {}) } }, signal: signal ?? null }));

/** Files whose text is like this one's, the most similar first. */
export const loadSimilar = (ref: FileRef, signal?: AbortSignal): Promise<Schemas["SimilarFiles"]> =>
  unwrap(client.GET("/files/{id}/similar", { params: { path: { id: ref.file }, query: partQuery(ref) }, signal: signal ?? null }));

/** The contract's bound on the blocks of one answer. */
export const blocksMax = 5000;

export interface TextRequest {
  ref: FileRef;
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
        path: { id: request.ref.file },
        query: {
          ...partQuery(request.ref),
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

/** Larger sources are shown as their extracted text. */
export const sourceBytesMax = 2_000_000;

/** The file's own text, decoded as the server found it to be encoded. */
export async function loadSource(ref: FileRef, encoding: string | undefined, signal: AbortSignal): Promise<string> {
  let response: Response;
  try {
    response = await fetch(contentUrl(ref), { credentials: "same-origin", signal });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw ApiError.offline(cause);
  }
  if (!response.ok) throw ApiError.fromResponse(response, undefined);
  return decoderFor(encoding).decode(await response.arrayBuffer());
}

function decoderFor(encoding: string | undefined): TextDecoder {
  try {
    return new TextDecoder(encoding ?? "utf-8");
  } catch {
    // A name that this browser does not know.
    return new TextDecoder("utf-8");
  }
}

function address({ file, part }: FileRef, what: string, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...parameters, ...(part === undefined ? {} : { part }) });
  return `${apiRoot}/files/${String(file)}/${what}${query.size > 0 ? `?${query.toString()}` : ""}`;
}

export const contentUrl = (ref: FileRef) => address(ref, "content");
export const downloadUrl = (ref: FileRef) => address(ref, "content", { download: "true" });
export const thumbnailUrl = (ref: FileRef) => address(ref, "thumbnail");
