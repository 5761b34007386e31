/** All of a document's text, for views and searches that need more than the part in view. */
import { useEffect, useState } from "react";
import { isAbort } from "../services/errors";
import { blocksMax, loadText, refKey, type Block, type FileRef } from "../services/files";

/** A workbook may have millions of rows; a person looks through so many at most. */
export const fullTextMax = 100_000;

export interface FullText {
  blocks: Block[];
  /** Of the document; known with the first page. */
  total: number | undefined;
  done: boolean;
  error: unknown;
}

const nothing: FullText = { blocks: [], total: undefined, done: false, error: undefined };

/** `state`: of the file; the text is asked for again when it changes. Nothing is asked while not `enabled`. */
export function useFullText(ref: FileRef, state: string, enabled: boolean): FullText {
  const [loaded, setLoaded] = useState<FullText & { key: string }>();
  const key = `${refKey(ref)} ${state}`;
  const { file, part } = ref;
  const complete = loaded?.key === key && loaded.done;
  useEffect(() => {
    if (!enabled || complete) return;
    const own = new AbortController();
    const load = async () => {
      let blocks: Block[] = [];
      let total: number | undefined;
      try {
        for (;;) {
          const text = await loadText({ ref: { file, part }, blocksOffset: blocks.length, blocksLimit: blocksMax, passagesLimit: 0 }, own.signal);
          if (own.signal.aborted) return;
          blocks = blocks.length === 0 ? text.blocks : [...blocks, ...text.blocks];
          total = text.block_count;
          const done = text.blocks.length === 0 || blocks.length >= Math.min(total, fullTextMax);
          setLoaded({ key, blocks, total, done, error: undefined });
          if (done) return;
        }
      } catch (error) {
        if (!own.signal.aborted && !isAbort(error)) setLoaded({ key, blocks, total, done: false, error });
      }
    };
    void load();
    return () => { own.abort(); };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says which text; complete ends the loading
  }, [key, enabled]);
  return loaded?.key === key ? loaded : nothing;
}
