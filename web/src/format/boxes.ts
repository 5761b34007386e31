/** Where a passage's bars stand beside a page: one for each run of neighbouring lines. */
import type { Schemas } from "../services/client";

type Box = Schemas["Box"];

/** Lines further apart than this share of the taller one's height are not neighbours; paragraphs of one text are. */
const gapMax = 1.6;

/** Boxes that cover runs of lines which follow each other and stand in the same column. */
export function barsOf(boxes: readonly Box[]): Box[] {
  const bars: (Box & { line: number })[] = [];
  for (const box of boxes) {
    const height = box.y1 - box.y0;
    const run = bars.find((bar) => {
      const gap = Math.max(bar.y0 - box.y1, box.y0 - bar.y1);
      return gap <= gapMax * Math.max(bar.line, height) && box.x0 < bar.x1 && bar.x0 < box.x1;
    });
    if (!run) {
      bars.push({ ...box, line: height });
      continue;
    }
    run.x0 = Math.min(run.x0, box.x0);
    run.y0 = Math.min(run.y0, box.y0);
    run.x1 = Math.max(run.x1, box.x1);
    run.y1 = Math.max(run.y1, box.y1);
    run.line = Math.max(run.line, height);
  }
  return bars.map(({ x0, y0, x1, y1 }) => ({ x0, y0, x1, y1 }));
}
