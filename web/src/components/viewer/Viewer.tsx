/** One file, opened at the passage that was found. */
import { ActionIcon, Button, Center, Drawer, Group, Loader, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconChevronDown, IconChevronUp, IconDownload, IconFileText, IconInfoCircle } from "@tabler/icons-react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { fileAddress, searchAddress, type SearchAddress } from "../../format/address";
import { termsOfHit, termsOfQuery } from "../../format/highlight";
import { ApiError } from "../../services/errors";
import { downloadUrl, loadFile, loadText, type FileDetail } from "../../services/files";
import { searchPassagesOfFile, type Hit } from "../../services/search";
import { useResource } from "../../stores/resource";
import { useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { ErrorState } from "../ErrorState";
import { isTyping } from "../keys";
import { NotFound } from "../NotFound";
import { usePageTitle } from "../usePageTitle";
import { KnownPanel } from "./KnownPanel";
import { TextView } from "./TextView";
import classes from "./Viewer.module.css";

const PdfView = lazy(async () => ({ default: (await import("./PdfView")).PdfView }));

interface Props {
  file: number;
  passage: number | undefined;
  search: SearchAddress;
}

export function Viewer({ file, passage, search }: Props) {
  const detail = useResource(String(file), (signal) => loadFile(file, signal));
  const [known, setKnown] = useState(false);
  const [asText, setAsText] = useState(false);
  const [pdfFailed, setPdfFailed] = useState(false);
  const found = useFound(file, search);
  const leave = useLeave(search);
  const { index, step } = useSteps(file, passage, search, found);
  useReloadWhileWorking(detail.data, detail.reload);
  useViewerKeys(leave, step);
  usePageTitle(detail.data?.name ?? strings.app.loading);

  const terms = useMemo(() => {
    const hit = found.find((candidate) => candidate.passage === passage) ?? found[0];
    return hit ? termsOfHit(hit) : termsOfQuery(search.query);
  }, [found, passage, search.query]);

  if (detail.error instanceof ApiError && detail.error.status === 404) return <NotFound title={strings.viewer.notFoundTitle} text={strings.viewer.notFound} />;
  if (detail.error !== undefined && !detail.data) return <Center p="xl"><ErrorState error={detail.error} onRetry={detail.reload} /></Center>;
  if (!detail.data) return <Center mih="60dvh"><Loader role="status" aria-label={strings.viewer.loading} /></Center>;
  const data = detail.data;
  const isPdf = data.type === "pdf" && !pdfFailed;
  const words = strings.viewer;
  return (
    <div className={classes.viewer}>
      <div className={classes.toolbar} role="toolbar" aria-label={words.document}>
        <Tooltip label={search.query === "" ? words.back : words.backToResults}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={search.query === "" ? words.back : words.backToResults} onClick={leave}><IconArrowLeft size={20} /></ActionIcon>
        </Tooltip>
        <div className={classes.name}>
          <h1 className={classes.title} title={data.name}>{data.name}</h1>
          <p className={classes.path}>{data.library} / {data.path.replaceAll("/", " / ")}</p>
        </div>
        {found.length > 0 && <Passages index={index} count={found.length} step={step} />}
        <Group gap={4} wrap="nowrap">
          {isPdf && (
            <Tooltip label={asText ? words.showPages : words.showText}>
              <ActionIcon variant="subtle" color="gray" size="lg" aria-pressed={asText} aria-label={words.showText} onClick={() => { setAsText(!asText); }}><IconFileText size={20} /></ActionIcon>
            </Tooltip>
          )}
          <Tooltip label={words.download}>
            <ActionIcon component="a" href={downloadUrl(file)} download={data.name} variant="subtle" color="gray" size="lg" aria-label={words.download}><IconDownload size={20} /></ActionIcon>
          </Tooltip>
          <ActionIcon variant="subtle" color="gray" size="lg" className={classes.narrow ?? ""} aria-label={words.known} onClick={() => { setKnown(true); }}><IconInfoCircle size={20} /></ActionIcon>
          <Button variant="default" size="compact-md" className={classes.wide ?? ""} leftSection={<IconInfoCircle size={17} aria-hidden="true" />} onClick={() => { setKnown(true); }}>{words.known}</Button>
        </Group>
      </div>
      <Notices detail={data} pdfFailed={pdfFailed} />
      <div className={classes.body}>
        {isPdf && !asText
          ? (
            <Suspense fallback={<Center p="xl"><Loader role="status" aria-label={words.loading} /></Center>}>
              <PdfAt file={file} passage={passage} terms={terms} onFailed={() => { setPdfFailed(true); }} />
            </Suspense>
          )
          : <TextView file={file} passage={passage} terms={terms} state={data.state} />}
      </div>
      <Drawer opened={known} onClose={() => { setKnown(false); }} position="right" size="md" title={words.knownTitle} closeButtonProps={{ "aria-label": strings.app.close }}>
        <KnownPanel detail={data} />
      </Drawer>
    </div>
  );
}

/** The PDF with the passage's boxes, which the extracted text knows. */
function PdfAt({ file, passage, terms, onFailed }: { file: number; passage: number | undefined; terms: string[]; onFailed: () => void }) {
  const text = useResource(`${String(file)} ${String(passage ?? "")}`, (signal) =>
    loadText({ id: file, blocksLimit: 0, passagesLimit: passage === undefined ? 0 : 1, atPassage: passage }, signal));
  const place = text.data?.passages[0]?.place;
  const target = useMemo(
    () => (passage !== undefined && place?.page !== undefined ? { key: passage, page: place.page, boxes: place.boxes ?? [] } : undefined),
    [passage, place],
  );
  // Drawing waits for the answer (or its failure), so that the first thing seen is the passage and not page one.
  return <PdfView file={file} ready={text.data !== undefined || text.error !== undefined} ratios={text.data?.page_ratios} target={target} terms={terms} onFailed={onFailed} />;
}

function Passages({ index, count, step }: { index: number; count: number; step: (by: 1 | -1) => void }) {
  const words = strings.viewer;
  return (
    <div className={classes.passages} role="group" aria-label={words.passages}>
      <ActionIcon variant="subtle" color="gray" aria-label={words.previous} disabled={index <= 0} onClick={() => { step(-1); }}><IconChevronUp size={18} /></ActionIcon>
      <span role="status" aria-live="polite">{words.position(index + 1, count)}</span>
      <ActionIcon variant="subtle" color="gray" aria-label={words.next} disabled={index >= count - 1} onClick={() => { step(1); }}><IconChevronDown size={18} /></ActionIcon>
    </div>
  );
}

function Notices({ detail, pdfFailed }: { detail: FileDetail; pdfFailed: boolean }) {
  const words = strings.viewer;
  const lines = [
    ...(detail.state === "working" || detail.state === "unhashed" ? [words.notReady] : []),
    ...(detail.problem ? [detail.problem] : []),
    ...(detail.state === "problem" && !detail.problem
      ? detail.stages.filter((stage) => (stage.state === "failed" || stage.stage === "text") && stage.reason).map((stage) => stage.reason ?? words.problem)
      : []),
    ...detail.notes.map((note) => note.message),
    ...(pdfFailed ? [words.pdfFailed] : []),
    ...(detail.type === "html" || detail.type === "eml" ? [words.textOnly] : []),
  ];
  if (lines.length === 0) return null;
  return <div className={classes.notice} role="note">{[...new Set(lines)].map((line) => <p key={line}>{line}</p>)}</div>;
}

const none: Hit[] = [];

/** The query's passages in this file; none without a query or when the search fails: the file is shown all the same. */
function useFound(file: number, search: SearchAddress): Hit[] {
  const { data } = useResource(`${String(file)} ${search.mode} ${search.query}`, (signal) =>
    search.query === "" ? Promise.resolve(none) : searchPassagesOfFile(file, search.query, search.mode, signal));
  return data ?? none;
}

function useLeave(search: SearchAddress): () => void {
  const navigate = useNavigate();
  const location = useLocation();
  const cameFromSearch = (location.state as { fromSearch?: boolean } | null)?.fromSearch === true;
  return useCallback(() => {
    if (cameFromSearch || (search.query === "" && window.history.length > 1 && location.key !== "default")) void navigate(-1);
    else void navigate(searchAddress(search));
  }, [cameFromSearch, location.key, navigate, search]);
}

function useSteps(file: number, passage: number | undefined, search: SearchAddress, found: Hit[]) {
  const navigate = useNavigate();
  const location = useLocation();
  const index = found.findIndex((hit) => hit.passage === passage);
  const step = useCallback((by: 1 | -1) => {
    const next = found[index + by];
    // The way through the passages is one step of history: "back" leads to the results.
    if (next) void navigate(fileAddress({ file, passage: next.passage, search }), { replace: true, state: location.state });
  }, [file, found, index, location.state, navigate, search]);
  return { index, step };
}

function useReloadWhileWorking(detail: FileDetail | undefined, reload: () => void) {
  const status = useStatus((store) => store.status);
  const open = detail?.state === "working" || detail?.state === "unhashed";
  // eslint-disable-next-line react-hooks/exhaustive-deps -- each new status is the occasion to look again
  useEffect(() => { if (open) reload(); }, [status, open]);
}

function useViewerKeys(leave: () => void, step: (by: 1 | -1) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.defaultPrevented || document.querySelector("[role=dialog]")) return;
      if (event.key === "Escape") leave();
      else if (event.key === "n") step(1);
      else if (event.key === "p") step(-1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [leave, step]);
}
