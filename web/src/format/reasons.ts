/** Why something could not be read: the server's sentence, or ours for its code in the page's language. */
import { strings } from "../strings";

export function reasonText(code: string | undefined, sentence: string | undefined): string {
  const own = code === undefined ? undefined : strings.reasons[code];
  return own ?? sentence ?? "";
}
