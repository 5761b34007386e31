/** The members of a container, which the server lists in pages. */
import { useCallback, useEffect, useMemo, useState } from "react";
import { isAbort } from "../services/errors";
import { loadFile, refKey, type FileDetail, type FileRef, type Part } from "../services/files";

/** Beyond this many a person searches instead of walking. */
export const membersMax = 20_000;

export function useMembers(ref: FileRef, detail: FileDetail) {
  const [more, setMore] = useState<{ key: string; parts: Part[]; error: unknown }>();
  const [round, setRound] = useState(0);
  const key = `${refKey(ref)} ${String(detail.part_count)} ${String(round)}`;
  const first = detail.parts;
  const { part_count: count } = detail;
  const { file, part } = ref;

  useEffect(() => {
    if (first.length === 0 || first.length >= count) return;
    const own = new AbortController();
    const load = async () => {
      let parts: Part[] = [];
      try {
        while (first.length + parts.length < Math.min(count, membersMax)) {
          const next = await loadFile({ file, part }, own.signal, first.length + parts.length);
          if (own.signal.aborted || next.parts.length === 0) return;
          parts = [...parts, ...next.parts];
          setMore({ key, parts, error: undefined });
        }
      } catch (error) {
        if (!own.signal.aborted && !isAbort(error)) setMore({ key, parts, error });
      }
    };
    void load();
    return () => { own.abort(); };
    // The first page belongs to the key.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);

  const known = more?.key === key ? more : undefined;
  const parts = useMemo(() => (known && known.parts.length > 0 ? [...first, ...known.parts] : first), [first, known]);
  const reload = useCallback(() => { setRound((before) => before + 1); }, []);
  return { parts, done: parts.length >= Math.min(count, membersMax) || first.length === 0, error: known?.error, reload };
}
