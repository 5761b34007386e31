import { splitByTerms } from "../../format/highlight";
import type { NumberedBlock } from "../../format/layout";
import { headerParts } from "../../format/place";
import { dateTime } from "../../format/quantity";
import { strings, word } from "../../strings";
import { Snippet } from "../search/Snippet";
import classes from "./TextView.module.css";

/** Whether a block is one of the message's own headers; those of a message inside it stay in the text. */
export const isMailHeader = ({ block }: NumberedBlock): boolean => block.place.kind === "part" && headerParts.has(block.place.part ?? "");

/** "From: Ada" → "Ada": the line's name stands beside it. */
const valueOf = (text: string) => text.replace(/^[A-Za-z-]{2,12}:\s*/, "");

/** A date as people of the page's language write it; as it stands when nobody can tell what it means. */
function shownValue({ block }: NumberedBlock): string {
  const value = valueOf(block.text);
  return block.place.part === "date" && !Number.isNaN(Date.parse(value)) ? dateTime(value) : value;
}

/** A message's subject, people and date. `here`: they are the passage that was found. */
export function MailHead({ headers, terms, here }: { headers: NumberedBlock[]; terms: string[]; here: boolean }) {
  const subject = headers.find(({ block }) => block.place.part === "subject");
  const rest = headers.filter((item) => item !== subject);
  const mark = (text: string) => <Snippet spans={splitByTerms(text, terms)} />;
  return (
    <header className={`${classes.mail ?? ""} ${here ? `${classes.here ?? ""} alcove-here` : ""}`} data-passage={here ? "" : undefined}>
      <h2 data-block={subject?.index} dir="auto">{here && <span className="alcove-hidden">{strings.viewer.here}: </span>}{subject ? mark(subject.block.text) : strings.viewer.noSubject}</h2>
      <dl>
        {rest.map((item) => (
          <div key={item.index} data-block={item.index}>
            <dt data-skip="">{word(strings.viewer.mailHeaders, item.block.place.part) ?? item.block.place.part}</dt>
            <dd dir="auto">{mark(shownValue(item))}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}
