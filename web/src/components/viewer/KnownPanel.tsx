/** All that is known of a file: what it is, what each stage made of it, with which model, when, and why not. */
import { Badge, Code, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { fileAddress } from "../../format/address";
import { documentNoteText, reasonText } from "../../format/reasons";
import { ago, bytes, count, dateTime, elapsed, languageName, percent } from "../../format/quantity";
import type { FileDetail, FileStage } from "../../services/files";
import { strings, word } from "../../strings";
import classes from "./KnownPanel.module.css";

export function KnownPanel({ detail }: { detail: FileDetail }) {
  const words = strings.known;
  const facts = detail.facts;
  return (
    <Stack gap="lg">
      <dl className={classes.facts}>
        <Fact term={words.where}><bdi>{detail.library} / {detail.path}</bdi></Fact>
        {detail.part_path !== undefined && <Fact term={words.inside}><bdi>{detail.part_path}</bdi></Fact>}
        {detail.part_count > 0 && <Fact term={words.holds}>{strings.viewer.members(detail.part_count)}</Fact>}
        <Fact term={words.type}>{word(strings.types, detail.type) ?? detail.type}{detail.code_language ? ` (${detail.code_language})` : ""}</Fact>
        <Fact term={words.size}>{bytes(detail.size)}</Fact>
        <Fact term={words.modified}>{dateTime(detail.modified)}</Fact>
        {detail.encoding && <Fact term={words.encoding}>{detail.encoding}</Fact>}
        {detail.languages.length > 0 && (
          <Fact term={detail.languages.length === 1 ? words.language : words.languages}>
            {detail.languages.map(({ language, share }) => `${languageName(language)} ${percent(share)}`).join(", ")}
          </Fact>
        )}
        <Fact term={words.passages}>{count(detail.passage_count)}</Fact>
        {detail.mime && <Fact term={words.mime}>{detail.mime}</Fact>}
        {detail.sha256 && <Fact term={words.sha256}><Code className={classes.hash}>{detail.sha256}</Code></Fact>}
      </dl>
      {facts && (facts.title !== "" || facts.author !== "" || facts.page_count > 0 || facts.word_count > 0) && (
        <section>
          <Title order={3} fz="sm" mb={6}>{words.document}</Title>
          <dl className={classes.facts}>
            {facts.title !== "" && <Fact term={words.title}>{facts.title}</Fact>}
            {facts.author !== "" && <Fact term={words.author}>{facts.author}</Fact>}
            {facts.subject !== "" && <Fact term={words.subject}>{facts.subject}</Fact>}
            {facts.modified && <Fact term={words.edited}>{dateTime(facts.modified)}</Fact>}
            {facts.created && <Fact term={words.created}>{dateTime(facts.created)}</Fact>}
            {facts.page_count > 0 && <Fact term={words.pages}>{count(facts.page_count)}</Fact>}
            {facts.word_count > 0 && <Fact term={words.words}>{count(facts.word_count)}</Fact>}
          </dl>
        </section>
      )}
      {detail.notes.length > 0 && (
        <section>
          <Title order={3} fz="sm" mb={6}>{words.notes}</Title>
          <ul className={classes.list}>{detail.notes.map((note) => <li key={note.code + note.message}>{documentNoteText(note)}</li>)}</ul>
        </section>
      )}
      <section>
        <Title order={3} fz="sm" mb={6}>{words.stages}</Title>
        <ol className={classes.list}>{detail.stages.map((stage) => <Stage key={stage.stage} stage={stage} />)}</ol>
      </section>
      {detail.same_content.length > 0 && (
        <section>
          <Title order={3} fz="sm" mb={6}>{words.copies}</Title>
          <ul className={classes.list}>
            {detail.same_content.map((copy) => <li key={copy.file_id}><Link to={fileAddress({ file: copy.file_id })}>{copy.library} / {copy.path}</Link></li>)}
          </ul>
        </section>
      )}
    </Stack>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return <div><dt>{term}</dt><dd>{children}</dd></div>;
}

const colours: Record<FileStage["state"], string> = { done: "lamp", waiting: "gray", running: "yellow", failed: "red", skipped: "gray" };

function Stage({ stage }: { stage: FileStage }) {
  const words = strings.known;
  const facts = [
    stage.model && words.by(stage.model),
    stage.machine && words.on(stage.machine),
    stage.made && ago(stage.made),
    stage.size !== undefined && stage.size > 0 && bytes(stage.size),
    stage.cpu_ms !== undefined && stage.cpu_ms > 0 && words.cpu(elapsed(stage.cpu_ms)),
    stage.attempts !== undefined && stage.attempts > 1 && words.attempts(stage.attempts),
    stage.not_before && words.again(ago(stage.not_before)),
  ].filter(Boolean);
  return (
    <li>
      <div className={classes.stage}>
        <Text span fw={560} fz="sm">{word(strings.stages, stage.stage) ?? stage.stage}</Text>
        <Badge variant="light" autoContrast size="sm" tt="none" color={colours[stage.state]} className={classes.badge ?? ""}>{strings.stageStates[stage.state]}</Badge>
      </div>
      {facts.length > 0 && <Text fz="xs" c="dimmed">{facts.join(" · ")}</Text>}
      {stage.reason && <Text fz="sm">{reasonText(stage)}</Text>}
    </li>
  );
}
