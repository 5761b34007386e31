/** One thing loaded for one component: kept while it is loaded anew, dropped when its key changes. */
import { useCallback, useEffect, useState } from "react";
import { isAbort } from "../services/errors";

export interface Resource<T> {
  data: T | undefined;
  error: unknown;
  loading: boolean;
  reload: () => void;
}

/** Loads when `key` changes and on `reload`. `load` must be a function of `key` alone. */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key: string; round: number; data: T | undefined; error: unknown }>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const own = new AbortController();
    load(own.signal).then(
      (data) => { if (!own.signal.aborted) setState({ key, round, data, error: undefined }); },
      (error: unknown) => {
        if (own.signal.aborted || isAbort(error)) return;
        setState((before) => ({ key, round, data: before?.key === key ? before.data : undefined, error }));
      },
    );
    return () => { own.abort(); };
    // `load` is a new function at every drawing; the key says when it means something else.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, round]);
  const reload = useCallback(() => { setRound((before) => before + 1); }, []);
  const known = state?.key === key ? state : undefined;
  return { data: known?.data, error: known?.error, loading: known?.round !== round, reload };
}
