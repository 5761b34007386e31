import type { Span } from "../../format/highlight";

/** A text with its matching words marked. Always text: whatever a file holds, none of it becomes markup. */
export function Snippet({ spans }: { spans: readonly Span[] }) {
  return spans.map((span, index) => (span.match ? <mark key={index}>{span.text}</mark> : <span key={index}>{span.text}</span>));
}
