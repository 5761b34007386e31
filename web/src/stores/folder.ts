/** A folder's entries: pages are asked for as they come into view, or all of them when an order needs them. */
import { useCallback, useEffect, useRef, useState } from "react";
import { isAbort } from "../services/errors";
import { listFolder, type File, type Folder, type FolderListing } from "../services/libraries";

/** The contract's bound on one page. */
const pageSize = 500;
/** So many entries more than are in view are kept ready. */
const ahead = 1500;

export interface FolderState {
  folders: Folder[];
  files: File[];
  /** The last page is there. */
  done: boolean;
  error: unknown;
  /** Asks on until entries up to `end` are there. */
  want: (end: number) => void;
  wantAll: () => void;
  reload: () => void;
}

interface Loaded {
  key: string;
  folders: Folder[];
  files: File[];
  after: string | undefined;
  done: boolean;
  error: unknown;
}

const empty = { folders: [], files: [], after: undefined, done: false, error: undefined };

export function useFolder(library: number, path: string, pathBase64: string | undefined): FolderState {
  const [round, setRound] = useState(0);
  const key = JSON.stringify([library, path, pathBase64, round]);
  const [loaded, setLoaded] = useState<Loaded>({ key, ...empty });
  const state = useRef<Loaded>(loaded);
  const wanted = useRef(ahead);
  const running = useRef<AbortController>(undefined);

  const work = useCallback(async () => {
    if (running.current) return;
    const own = new AbortController();
    running.current = own;
    let pages = 0;
    try {
      while (!state.current.done && state.current.folders.length + state.current.files.length < wanted.current) {
        const page = await listFolder({ library, path, pathBase64, after: state.current.after, limit: pageSize }, own.signal);
        if (own.signal.aborted) return;
        state.current = joined(state.current, page);
        pages += 1;
        // An order of one's own sorts all anew each time; towards the end of a long list that is done less often.
        if (state.current.done || wanted.current < Number.MAX_SAFE_INTEGER || pages % 20 === 1) setLoaded(state.current);
      }
    } catch (error) {
      if (own.signal.aborted || isAbort(error)) return;
      state.current = { ...state.current, error };
      setLoaded(state.current);
    } finally {
      if (running.current === own) running.current = undefined;
    }
  }, [library, path, pathBase64]);

  useEffect(() => {
    state.current = { key, ...empty };
    wanted.current = ahead;
    void work();
    return () => {
      running.current?.abort();
      running.current = undefined;
    };
  }, [key, work]);

  const want = useCallback((end: number) => {
    wanted.current = Math.max(wanted.current, end + ahead);
    if (state.current.error === undefined) void work();
  }, [work]);
  const wantAll = useCallback(() => { want(Number.MAX_SAFE_INTEGER - ahead); }, [want]);
  const reload = useCallback(() => { setRound((before) => before + 1); }, []);
  const shown = loaded.key === key ? loaded : { key, ...empty };
  return { folders: shown.folders, files: shown.files, done: shown.done, error: shown.error, want, wantAll, reload };
}

function joined(before: Loaded, page: FolderListing): Loaded {
  const folders = page.folders.length === 0 ? before.folders : [...before.folders, ...page.folders];
  const files = page.files.length === 0 ? before.files : before.files.concat(page.files);
  return { key: before.key, folders, files, after: page.next_after, done: page.next_after === undefined, error: undefined };
}
