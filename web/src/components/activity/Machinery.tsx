/** What does the work: index, model, stores, and the workers with what confines them. */
import { Text, Title } from "@mantine/core";
import { bytes, count } from "../../format/quantity";
import { workerReasonText } from "../../format/reasons";
import { listModels, type Status, type Worker } from "../../services/work";
import { useResource } from "../../stores/resource";
import { strings, word } from "../../strings";
import classes from "./Activity.module.css";

export function Machinery({ status }: { status: Status }) {
  const words = strings.activity;
  const models = useResource(`models ${status.model.fingerprint}`, listModels);
  const { index, stores } = status;
  return (
    <>
      <div className={classes.grid}>
        <section className={classes.card} aria-labelledby="index-title">
          <Title order={2} id="index-title" className={classes.h3 ?? ""}>{words.index}</Title>
          <ul className={classes.list}>
            <Row name={words.passages} value={count(index.passages_indexed)} />
            <Row name={words.vectors} value={count(index.vectors_indexed)} />
            <Row name={words.names} value={count(index.names_indexed)} />
          </ul>
          <Text fz="sm" c="dimmed" mt="xs">{index.rebuilding ? words.rebuilding : index.behind > 0 ? words.behind(index.behind) : words.upToDate}</Text>
        </section>
        <section className={classes.card} aria-labelledby="model-title">
          <Title order={2} id="model-title" className={classes.h3 ?? ""}>{words.model}</Title>
          {(status.model.name === "" || !models.data?.length) && <Text fz="sm" mt="xs">{status.model.name === "" ? words.modelNone : status.model.name}</Text>}
          {status.model.note !== "" && <Text fz="sm" c="dimmed">{words.modelNote(status.model.note) || status.model.note}</Text>}
          {models.data && models.data.length > 0 && (
            <ul className={classes.list} aria-label={words.models}>
              {models.data.map((model) => (
                <li key={model.name}>
                  <span>{model.name}<Text fz="xs" c="dimmed">{words.licence(model.licence)} · {bytes(model.size)}</Text>{model.note !== "" && <Text fz="xs">{words.modelHints[model.state] || model.note}</Text>}</span>
                  <span>{model.active ? words.active : word(words.modelStates, model.state)}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
        <section className={classes.card} aria-labelledby="stores-title">
          <Title order={2} id="stores-title" className={classes.h3 ?? ""}>{words.stores}</Title>
          <ul className={classes.list}>
            {(["catalog", "artefacts", "indexes", "models"] as const).map((store) => <Row key={store} name={words.store[store]} value={bytes(stores[store])} />)}
          </ul>
        </section>
      </div>
      <section aria-labelledby="workers-title">
        <Title order={2} id="workers-title">{words.workers}</Title>
        <Text c="dimmed" fz="sm" mb="sm">{words.workersIntro}</Text>
        <div className={classes.grid}>
          {status.workers.map((worker, at) => <WorkerCard key={`${worker.role} ${String(at)}`} worker={worker} />)}
        </div>
      </section>
    </>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return <li><span>{name}</span><span>{value}</span></li>;
}

function WorkerCard({ worker }: { worker: Worker }) {
  const words = strings.activity;
  return (
    <article className={classes.card}>
      <h3 className={classes.h3}>{word(words.roles, worker.role) ?? worker.role}</h3>
      <Text fz="sm" c="dimmed">{word(words.workerStates, worker.state) ?? worker.state}{worker.restarts > 0 && ` · ${words.restarts(worker.restarts)}`}</Text>
      {worker.instructions !== "" && <Text fz="sm" c="dimmed">{words.computesWith(worker.instructions)}</Text>}
      {worker.reason !== "" && <Text fz="sm">{workerReasonText(worker)}</Text>}
      <ul className={classes.list}>
        {worker.confinement.map((means) => (
          <li key={means.means}>
            <span>{word(words.means, means.means) ?? means.means}{!means.active && means.reason !== "" && <Text fz="xs" c="dimmed">{workerReasonText(means)}</Text>}</span>
            <span>{means.active ? words.confined : words.unconfined}</span>
          </li>
        ))}
      </ul>
    </article>
  );
}
