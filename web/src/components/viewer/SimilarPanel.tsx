/** Documents that say something like this one; asked for when the panel is opened. */
import { Skeleton, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { fileAddress } from "../../format/address";
import { noteText } from "../../format/notes";
import { baseName } from "../../format/parts";
import { ago } from "../../format/quantity";
import { hitReasonText } from "../../format/reasons";
import { loadSimilar, refKey, type FileRef } from "../../services/files";
import { hitKey, refOfHit, type Hit } from "../../services/search";
import { useResource } from "../../stores/resource";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import { FileThumbnail } from "../FileIcon";
import classes from "./SimilarPanel.module.css";

export function SimilarPanel({ reference, onOpen }: { reference: FileRef; onOpen: () => void }) {
  const { data, error, reload } = useResource(refKey(reference), (signal) => loadSimilar(reference, signal));
  if (error !== undefined) return <ErrorState error={error} onRetry={reload} />;
  if (!data) return <Stack role="status" aria-label={strings.app.loading}>{[0, 1, 2].map((row) => <Skeleton key={row} h={72} radius="md" />)}</Stack>;
  return (
    <Stack gap="md">
      {data.notes.map((note) => <Text key={note.code} fz="sm" c="dimmed">{noteText(note)}</Text>)}
      {data.hits.length === 0 && data.notes.length === 0 && <Text c="dimmed">{strings.viewer.similarNone}</Text>}
      <ol className={classes.list}>{data.hits.map((hit) => <li key={hitKey(hit)}><Similar hit={hit} onOpen={onOpen} /></li>)}</ol>
    </Stack>
  );
}

function Similar({ hit, onOpen }: { hit: Hit; onOpen: () => void }) {
  const folder = hit.path.split("/").slice(0, -1);
  const alike = hit.near_identical_count + hit.same_content.length;
  return (
    <div className={classes.file}>
      <FileThumbnail of={refOfHit(hit)} type={hit.type} />
      <div className={classes.body}>
        <Link className={classes.name} to={fileAddress({ ...refOfHit(hit), passage: hit.passage })} onClick={onOpen}>
          <bdi>{hit.part_path === undefined ? hit.name : baseName(hit.part_path)}</bdi>
        </Link>
        <p className={classes.meta}>
          <span dir="auto">{[hit.library, ...folder, ...(hit.part_path === undefined ? [] : [hit.name])].join(" / ")}</span>
          <span>{strings.search.dated[hit.date_source](ago(hit.date))}</span>
          {alike > 0 && <span>{strings.search.near(alike)}</span>}
        </p>
        <p className={classes.why}>{hit.reasons.map(hitReasonText).join(" · ")}</p>
      </div>
    </div>
  );
}
