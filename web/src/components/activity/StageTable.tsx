import { Title } from "@mantine/core";
import { count } from "../../format/quantity";
import type { Status } from "../../services/work";
import { strings, word } from "../../strings";
import classes from "./Activity.module.css";

export function StageTable({ status }: { status: Status }) {
  const words = strings.activity;
  const columns = [["done", words.doneColumn], ["waiting", words.waiting], ["running", words.running], ["failed", words.failed], ["skipped", words.skipped]] as const;
  return (
    <section aria-labelledby="stages-title">
      <Title order={2} id="stages-title" mb="sm">{words.stages}</Title>
      {/* The table scrolls sideways on a phone; the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={classes.scroller} role="region" aria-labelledby="stages-title" tabIndex={0}>
        <table className={classes.table}>
          <thead><tr><th scope="col">{words.stage}</th>{columns.map(([key, label]) => <th key={key} scope="col">{label}</th>)}</tr></thead>
          <tbody>
            {inOrder(status.stages).map((stage) => (
              <tr key={stage.stage}>
                <th scope="row">{word(strings.stages, stage.stage) ?? stage.stage}</th>
                {columns.map(([key]) => <td key={key}>{count(stage[key])}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** As a file goes through them; what the table of words does not know comes last. */
function inOrder(stages: Status["stages"]): Status["stages"] {
  const order = Object.keys(strings.stages);
  const rank = (stage: string) => (order.includes(stage) ? order.indexOf(stage) : order.length);
  return [...stages].sort((a, b) => rank(a.stage) - rank(b.stage));
}
