/** Source text as lines that a person can read. */

/** A longer line is made by a program and read by none. */
const lineLengthMax = 4000;

/** Nothing when its lines are too long to be shown as lines. */
export function readableSource(text: string, type: string): string[] | undefined {
  const lines = linesOf(text);
  if (lines.every((line) => line.length <= lineLengthMax)) return lines;
  if (type !== "json") return undefined;
  try {
    const spread = linesOf(JSON.stringify(JSON.parse(text), undefined, 2));
    return spread.every((line) => line.length <= lineLengthMax) ? spread : undefined;
  } catch {
    return undefined;
  }
}

function linesOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}
