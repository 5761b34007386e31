/** A source file's own lines. */
import { useMemo } from "react";
import { loadSource, refKey, sourceBytesMax, type FileDetail, type FileRef } from "../services/files";
import { readableSource } from "../format/source";
import { useResource } from "./resource";

/** Nothing before it is loaded, and where the extracted text serves better. */
export function useSource(ref: FileRef, detail: FileDetail | undefined, wanted: boolean) {
  const enabled = wanted && detail !== undefined && detail.size <= sourceBytesMax;
  const key = `${refKey(ref)} ${enabled ? (detail.sha256 ?? detail.modified) : ""}`;
  const { data, error } = useResource(key, (signal) => (enabled ? loadSource(ref, detail.encoding, signal) : Promise.resolve(undefined)));
  const lines = useMemo(() => (data === undefined ? undefined : readableSource(data, detail?.type ?? "")), [data, detail?.type]);
  return { lines, waiting: enabled && data === undefined && error === undefined };
}
