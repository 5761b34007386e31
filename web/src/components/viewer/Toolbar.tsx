/** What can be done with an open document, above it. */
import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconChevronDown, IconChevronLeft, IconChevronRight, IconChevronUp, IconDownload, IconFiles, IconFileText, IconInfoCircle, IconSearch } from "@tabler/icons-react";
import { useMemo, useState, type ReactNode } from "react";
import { downloadUrl, type FileDetail, type FileRef } from "../../services/files";
import { strings } from "../../strings";
import { Crumbs } from "./Crumbs";
import classes from "./Viewer.module.css";

interface Props {
  detail: FileDetail;
  title: string;
  reference: FileRef;
  fromSearch: boolean;
  leave: () => void;
  passages: { index: number; count: number; step: (by: 1 | -1) => void };
  hits: { index: number; total: number; more: boolean; step: (by: 1 | -1) => Promise<void> };
  /** Nothing: there is only one way to show it. */
  asText: boolean | undefined;
  onAsText: (asText: boolean) => void;
  onKnown: () => void;
  onSimilar: () => void;
  /** The field for finding; false where nothing can be found. On a phone it is folded away until it is asked for. */
  children: false | ((open: boolean, set: { on: () => void; off: () => void }) => ReactNode);
}

export function Toolbar({ detail, title, reference, fromSearch, leave, passages, hits, asText, onAsText, onKnown, onSimilar, children }: Props) {
  const [finding, setFinding] = useState(false);
  const set = useMemo(() => ({ on: () => { setFinding(true); }, off: () => { setFinding(false); } }), []);
  const words = strings.viewer;
  const back = fromSearch ? words.backToResults : words.back;
  return (
    <div className={classes.toolbar} role="toolbar" aria-label={words.document}>
      <Tooltip label={back}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={back} onClick={leave}><IconArrowLeft size={20} /></ActionIcon>
      </Tooltip>
      <div className={classes.name}>
        <h1 className={classes.title} title={title} dir="auto">{title}</h1>
        <Crumbs detail={detail} />
      </div>
      {(hits.index >= 0 || passages.count > 0) && (
        <div className={classes.ways}>
          {hits.index >= 0 && hits.total > 1 && <Hits index={hits.index} total={hits.total} more={hits.more} step={(by) => void hits.step(by)} />}
          {passages.count > 1 && <Passages index={passages.index} count={passages.count} step={passages.step} />}
        </div>
      )}
      {children && <div className={classes.find} data-open={finding || undefined}>{children(finding, set)}</div>}
      <Group gap={4} wrap="nowrap">
        {children && (
          <ActionIcon variant="subtle" color="gray" size="lg" className={classes.narrow ?? ""} aria-expanded={finding} aria-label={words.find} onClick={() => { setFinding(!finding); }}><IconSearch size={19} /></ActionIcon>
        )}
        {asText !== undefined && (
          <Tooltip label={asText ? words.showPages : words.showText}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-pressed={asText} aria-label={words.showText} onClick={() => { onAsText(!asText); }}><IconFileText size={20} /></ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={words.download}>
          <ActionIcon component="a" href={downloadUrl(reference)} download={title} variant="subtle" color="gray" size="lg" aria-label={words.download}><IconDownload size={20} /></ActionIcon>
        </Tooltip>
        <Tooltip label={words.similar}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={words.similar} onClick={onSimilar}><IconFiles size={20} /></ActionIcon>
        </Tooltip>
        <ActionIcon variant="subtle" color="gray" size="lg" className={classes.narrow ?? ""} aria-label={words.known} onClick={onKnown}><IconInfoCircle size={20} /></ActionIcon>
        <Button variant="default" size="compact-sm" h="2.1rem" px="sm" fw={520} className={classes.wide ?? ""} leftSection={<IconInfoCircle size={17} aria-hidden="true" />} onClick={onKnown}>{words.known}</Button>
      </Group>
    </div>
  );
}

function Passages({ index, count, step }: { index: number; count: number; step: (by: 1 | -1) => void }) {
  const words = strings.viewer;
  return (
    <div className={classes.passages} role="group" aria-label={words.passages}>
      <ActionIcon variant="subtle" color="gray" aria-label={words.previous} disabled={index <= 0} onClick={() => { step(-1); }}><IconChevronUp size={18} /></ActionIcon>
      <span role="status" aria-live="polite">{index < 0 ? words.passageCount(count) : words.position(index + 1, count)}</span>
      <ActionIcon variant="subtle" color="gray" aria-label={words.next} disabled={index >= count - 1} onClick={() => { step(1); }}><IconChevronDown size={18} /></ActionIcon>
    </div>
  );
}

function Hits({ index, total, more, step }: { index: number; total: number; more: boolean; step: (by: 1 | -1) => void }) {
  const words = strings.viewer;
  return (
    <div className={classes.passages} role="group" aria-label={words.hits}>
      <ActionIcon variant="subtle" color="gray" title={`${words.previousHit} (p)`} aria-label={words.previousHit} aria-keyshortcuts="p" disabled={index <= 0} onClick={() => { step(-1); }}><IconChevronLeft size={18} /></ActionIcon>
      <span>{words.hitPosition(index + 1, `${String(total)}${more ? "+" : ""}`)}</span>
      <ActionIcon variant="subtle" color="gray" title={`${words.nextHit} (n)`} aria-label={words.nextHit} aria-keyshortcuts="n" disabled={index >= total - 1 && !more} onClick={() => { step(1); }}><IconChevronRight size={18} /></ActionIcon>
    </div>
  );
}
