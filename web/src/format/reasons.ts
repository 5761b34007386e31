/** Why something is so: our sentence for the server's code in the page's language, or the server's own. */
import { strings } from "../strings";
import type { Sentence } from "../strings/remarks";

interface Remark {
  code: string;
  message: string;
  values: string[];
}

/** The server's sentence stands where the table has none, or does not know the code. */
export function sentenceOf(table: Readonly<Record<string, Sentence>>, { code, message, values }: Remark): string {
  return (Object.hasOwn(table, code) ? table[code]?.(...values) : undefined) || message;
}

/** What is to be known of a document that was read. */
export const documentNoteText = (note: Remark): string => sentenceOf(strings.remarks.notes, note);

/** What the server says of itself, its libraries and its workers. */
export const noticeText = (notice: Remark): string => sentenceOf(strings.remarks.notices, notice);

/** Of a task or a part: why it was not done or read. */
export function reasonText(of: { reason_code?: string; reason?: string; reason_values?: string[] }): string {
  return sentenceOf(strings.remarks.reasons, reasonAsRemark(of));
}

/** Of a worker or of what confines it. */
export function workerReasonText(of: { reason_code: string; reason: string; reason_values: string[] }): string {
  return noticeText(reasonAsRemark(of));
}

/** Why a file cannot be opened. */
export const problemText = ({ problem = "", problem_code = "" }: { problem?: string; problem_code?: string }): string => noticeText({ code: problem_code, message: problem, values: [] });

const reasonAsRemark = ({ reason_code = "", reason = "", reason_values = [] }: { reason_code?: string; reason?: string; reason_values?: string[] }): Remark => ({ code: reason_code, message: reason, values: reason_values });

/** Why a hit was found. */
export function hitReasonText({ kind, text, terms = [] }: { kind: string; text: string; terms?: string[] }): string {
  const own: Record<string, (words: string) => string> = strings.hitReasons;
  const words = new Intl.ListFormat(strings.locale, { type: "conjunction" }).format(terms.map(strings.quoted));
  return (Object.hasOwn(own, kind) ? own[kind]?.(words) : undefined) || text;
}
