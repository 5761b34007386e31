import { client, unwrap, type Schemas } from "./client";

export type Library = Schemas["Library"];
export type FolderListing = Schemas["FolderListing"];
export type Folder = Schemas["Folder"];
export type File = Schemas["File"];

const at = (id: number) => ({ params: { path: { id } } });

export const listLibraries = async (signal?: AbortSignal) =>
  (await unwrap(client.GET("/libraries", { signal: signal ?? null }))).libraries;
export const loadLibrary = (id: number, signal?: AbortSignal) =>
  unwrap(client.GET("/libraries/{id}", { ...at(id), signal: signal ?? null }));
export const addLibrary = (path: string, name?: string) =>
  unwrap(client.POST("/libraries", { body: { path, ...(name ? { name } : {}) } }));
export const removeLibrary = (id: number) => unwrap(client.DELETE("/libraries/{id}", at(id)));
export const rescanLibrary = (id: number, verify: boolean) =>
  unwrap(client.POST("/libraries/{id}/rescan", { ...at(id), body: { verify } }));

export interface FolderRequest {
  library: number;
  path: string;
  /** The true bytes, where `path` cannot carry them. */
  pathBase64?: string | undefined;
  after?: string | undefined;
  limit?: number;
}

export const listFolder = ({ library, path, pathBase64, after, limit }: FolderRequest, signal?: AbortSignal): Promise<FolderListing> =>
  unwrap(
    client.GET("/libraries/{id}/list", {
      params: {
        path: { id: library },
        query: { path, ...(pathBase64 ? { path_base64: pathBase64 } : {}), ...(after ? { after } : {}), ...(limit ? { limit } : {}) },
      },
      signal: signal ?? null,
    }),
  );
