/** Why something is so: the server's sentence, or ours for its code in the page's language. */
import { strings, word } from "../strings";

/** Why something could not be read, or what is to be known of it. */
export function reasonText(code: string | undefined, sentence: string | undefined): string {
  return word(strings.reasons, code) || (sentence ?? "");
}

/** Why a hit was found. */
export function hitReasonText({ kind, text, terms = [] }: { kind: string; text: string; terms?: string[] }): string {
  const own: Record<string, (words: string) => string> = strings.hitReasons;
  const words = new Intl.ListFormat(strings.locale, { type: "conjunction" }).format(terms.map(strings.quoted));
  return (Object.hasOwn(own, kind) ? own[kind]?.(words) : undefined) || text;
}
