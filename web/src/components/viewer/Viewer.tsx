/** One file, or what lies inside one, opened at the passage that was found. */
import { Center, Drawer, Loader } from "@mantine/core";
import { lazy, Suspense, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { useLocation, useNavigate } from "react-router";
import { fileAddress, folderAddress, searchAddress, type SearchAddress } from "../../format/address";
import type { FindTarget } from "../../format/find";
import { termsOfHit, termsOfQuery } from "../../format/highlight";
import { baseName, containerOf, segments } from "../../format/parts";
import { documentNoteText, problemText, reasonText } from "../../format/reasons";
import { viewOf, type ViewKind } from "../../format/views";
import { ApiError } from "../../services/errors";
import { loadFile, loadText, refKey, type Block, type FileDetail, type FileRef } from "../../services/files";
import { searchPassagesOfFile, type Hit } from "../../services/search";
import { useFullText, type FullText } from "../../stores/fullText";
import { useResource } from "../../stores/resource";
import { useSource } from "../../stores/source";
import { useStatus } from "../../stores/status";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState } from "../ErrorState";
import { isTyping } from "../keys";
import { NotFound } from "../NotFound";
import { usePageTitle } from "../usePageTitle";
import { ArchiveView } from "./ArchiveView";
import { Attachments } from "./Attachments";
import { BookView } from "./BookView";
import { CodeView } from "./CodeView";
import { FindBar } from "./FindBar";
import { KnownPanel } from "./KnownPanel";
import { PictureView } from "./PictureView";
import { SheetView } from "./SheetView";
import { SimilarPanel } from "./SimilarPanel";
import { TextView } from "./TextView";
import { Toolbar } from "./Toolbar";
import { useFind } from "./useFind";
import { useHits } from "./useHits";
import classes from "./Viewer.module.css";

const PdfView = lazy(async () => ({ default: (await import("./PdfView")).PdfView }));

interface Props {
  reference: FileRef;
  /** Inside an archive. */
  folder: string | undefined;
  passage: number | undefined;
  search: SearchAddress;
}

export function Viewer({ reference, folder, passage, search }: Props) {
  const key = refKey(reference);
  const detail = useResource(key, (signal) => loadFile(reference, signal));
  const [panel, setPanel] = useState<"known" | "similar">();
  const closePanel = () => { setPanel(undefined); };
  const [asText, setAsText] = useState(false);
  const [pdfFailed, setPdfFailed] = useState(false);
  const found = useFound(reference, search);
  const leave = useLeave(search);
  const passages = useSteps(reference, passage, search, found);
  const hits = useHits(reference, search);
  const next = useCallback((by: 1 | -1) => { if (!passages.step(by)) void hits.step(by); }, [passages, hits]);
  const data = detail.data;
  useReloadWhileWorking(data, detail.reload);
  useViewerKeys(leave, next, hits.step, data);
  const title = data && (data.part_path === undefined ? data.name : baseName(data.part_path));
  usePageTitle(title ?? strings.app.loading);

  const terms = useMemo(() => {
    const hit = found.find((candidate) => candidate.passage === passage) ?? found[0];
    return hit ? termsOfHit(hit) : termsOfQuery(search.query);
  }, [found, passage, search.query]);

  const own: ViewKind = data ? viewOf(data.type, data.mime) : "text";
  const source = useSource(reference, data, own === "code");
  const view = data ? shownView(own, data, { asText, pdfFailed, hasSource: source.lines !== undefined || source.waiting }) : own;
  const [everFound, setEverFound] = useState(false);
  const whole = view === "sheet" || view === "book";
  const text = useFullText(reference, data?.state ?? "", data !== undefined && (whole || (everFound && view !== "code")));
  const lines = useMemo(() => source.lines?.map((line) => ({ text: line })), [source.lines]);
  const find = useFind(view === "code" ? (lines ?? noTexts) : text.blocks);
  const typeFind = (typed: string) => {
    if (typed !== "") setEverFound(true);
    find.type(typed);
  };

  if (detail.error instanceof ApiError && detail.error.status === 404) return <NotFound title={strings.viewer.notFoundTitle} text={strings.viewer.notFound} />;
  if (detail.error !== undefined && !data) return <Center p="xl"><ErrorState error={detail.error} onRetry={detail.reload} /></Center>;
  if (!data) return <Center mih="60dvh"><Loader role="status" aria-label={strings.viewer.loading} /></Center>;
  const hasOtherView = own !== "text" && own !== "mail" && own !== "archive" && own !== "slides" && own !== "picture";
  return (
    <div className={classes.viewer}>
      <Toolbar detail={data} title={title ?? ""} reference={reference} fromSearch={search.query !== ""} leave={leave} passages={{ ...passages, count: found.length }} hits={hits} asText={hasOtherView ? asText : undefined} onAsText={setAsText} onKnown={() => { setPanel("known"); }} onSimilar={() => { setPanel("similar"); }}>
        {view !== "archive" && view !== "picture" && ((open, setOpen) => (
          <FindBar query={find.query} at={find.index} total={find.total} busy={!text.done && view !== "code"} open={open} onOpen={setOpen.on} onType={typeFind} onStep={find.step} onClose={() => { find.type(""); setOpen.off(); }} />
        ))}
      </Toolbar>
      <Notices detail={data} view={view} pdfFailed={pdfFailed} />
      {data.parts.length > 0 && (view === "pdf" || view === "sheet" || view === "book" || view === "code") && <div className={classes.attachments}><Attachments detail={data} reference={reference} /></div>}
      <div className={classes.body}>
        <Content {...{ view, data, reference, folder, passage, search, terms, find: find.target, text }} lines={source.lines} onPdfFailed={() => { setPdfFailed(true); }} />
      </div>
      <Drawer opened={panel !== undefined} onClose={closePanel} position="right" size="md" title={panel === "similar" ? strings.viewer.similar : strings.viewer.knownTitle} closeButtonProps={{ "aria-label": strings.app.close }}>
        {panel === "similar" ? <SimilarPanel reference={reference} onOpen={closePanel} /> : <KnownPanel detail={data} />}
      </Drawer>
    </div>
  );
}

const noTexts: Block[] = [];

/** Text where the own view cannot serve: asked for, failed, nothing to lay out. */
function shownView(own: ViewKind, detail: FileDetail, { asText, pdfFailed, hasSource }: { asText: boolean; pdfFailed: boolean; hasSource: boolean }): ViewKind {
  if (own === "archive") return detail.part_count > 0 || detail.state === "ready" ? "archive" : "text";
  if (own === "pdf") return asText || pdfFailed ? "text" : "pdf";
  if (own === "code") return asText || !hasSource ? "text" : "code";
  if (own === "sheet" || own === "book") return asText || detail.state === "problem" ? "text" : own;
  return own;
}

interface ContentProps {
  view: ViewKind;
  data: FileDetail;
  reference: FileRef;
  folder: string | undefined;
  passage: number | undefined;
  search: SearchAddress;
  terms: string[];
  find: FindTarget | undefined;
  text: FullText;
  lines: string[] | undefined;
  onPdfFailed: () => void;
}

function Content(props: ContentProps): ReactNode {
  const { view, data, reference, folder, passage, search, terms, find, text, lines, onPdfFailed } = props;
  const loading = <Center p="xl"><Loader role="status" aria-label={strings.viewer.loading} /></Center>;
  const needed = view === "text" || view === "mail" || view === "slides" ? undefined : passage;
  const at = useResource(`${refKey(reference)} ${String(needed ?? "")} ${data.state}`, (signal) =>
    view === "pdf" || needed !== undefined
      ? loadText({ ref: reference, blocksLimit: 0, passagesLimit: needed === undefined ? 0 : 1, atPassage: needed }, signal)
      : Promise.resolve(undefined));
  // Showing waits for the answer (or its failure), so that the first thing seen is the passage and not the beginning.
  const ready = at.data !== undefined || at.error !== undefined || (needed === undefined && view !== "pdf");
  const found = needed === undefined ? undefined : at.data?.passages[0];
  switch (view) {
    case "pdf":
      return (
        <Suspense fallback={loading}>
          <PdfAt {...{ reference, ready, terms, find, text, onPdfFailed }} ratios={at.data?.page_ratios} passage={passage} place={found?.place} />
        </Suspense>
      );
    case "archive":
      return ready ? <ArchiveView detail={data} reference={reference} folder={folder ?? folderOf(found?.place.part)} search={search} target={found?.place.part} /> : loading;
    case "picture":
      return <PictureView reference={reference} name={data.name} />;
    case "code":
      return lines && ready
        ? <CodeView lines={lines} language={languageOf(data)} first={found?.place.line_first} last={found?.place.line_last} passage={passage} terms={terms} find={find} />
        : loading;
    case "sheet":
    case "book":
      if (text.error !== undefined && text.blocks.length === 0) return <Center p="xl"><ErrorState error={text.error} /></Center>;
      if (!ready || text.total === undefined) return loading;
      if (text.total === 0) return <EmptyState title={strings.viewer.cannotRead}>{data.state === "ready" ? strings.viewer.empty : strings.viewer.notReady}</EmptyState>;
      return view === "sheet"
        ? <SheetView text={text} passage={found} terms={terms} find={find} titled={data.type === "csv"} />
        : <BookView text={text} passage={found} terms={terms} find={find} />;
    default:
      return <TextView detail={data} reference={reference} view={view} passage={passage} terms={terms} find={find} />;
  }
}

const languageOf = (detail: FileDetail) => detail.code_language ?? detail.type;
const folderOf = (path: string | undefined) => segments(path ?? "").slice(0, -1).join("/");

interface PdfAtProps {
  reference: FileRef;
  ready: boolean;
  ratios: number[] | undefined;
  passage: number | undefined;
  place: Block["place"] | undefined;
  terms: string[];
  find: FindTarget | undefined;
  text: FullText;
  onPdfFailed: () => void;
}

/** The PDF with the boxes of the passage, or of what "find" stands at, which the extracted text knows. */
function PdfAt({ reference, ready, ratios, passage, place, terms, find, text, onPdfFailed }: PdfAtProps) {
  const block = find?.match && text.blocks[find.match.block];
  const step = find?.step ?? 0;
  const target = useMemo(() => {
    if (block?.place.page !== undefined) return { key: -1 - step, page: block.place.page, boxes: block.place.boxes ?? [] };
    return passage !== undefined && place?.page !== undefined ? { key: passage, page: place.page, boxes: place.boxes ?? [] } : undefined;
  }, [block, step, passage, place]);
  return <PdfView reference={reference} ready={ready} ratios={ratios} target={target} terms={terms} find={find} onFailed={onPdfFailed} />;
}

function Notices({ detail, view, pdfFailed }: { detail: FileDetail; view: ViewKind; pdfFailed: boolean }) {
  const words = strings.viewer;
  const lines = [
    ...(detail.state === "working" || detail.state === "unhashed" ? [words.notReady] : []),
    ...(detail.problem ? [problemText(detail)] : []),
    ...(detail.state === "problem" && !detail.problem
      ? detail.stages.filter((stage) => (stage.state === "failed" || stage.stage === "text") && stage.reason && (view !== "picture" || stage.reason_code !== "unsupported_type")).map(reasonText)
      : []),
    ...detail.notes.map(documentNoteText),
    ...(pdfFailed ? [words.pdfFailed] : []),
    ...(detail.type === "html" || detail.type === "eml" || detail.type === "msg" ? [words.textOnly] : []),
  ];
  if (lines.length === 0) return null;
  return <div className={classes.notice} role="note">{[...new Set(lines)].map((line) => <p key={line}>{line}</p>)}</div>;
}

const none: Hit[] = [];

/** The query's passages in this file; none without a query or when the search fails: the file is shown all the same. */
function useFound(ref: FileRef, search: SearchAddress): Hit[] {
  const { data } = useResource(`${refKey(ref)} ${search.mode} ${search.query}`, (signal) =>
    search.query === "" ? Promise.resolve(none) : searchPassagesOfFile(ref, search.query, search.mode, signal));
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

function useSteps(ref: FileRef, passage: number | undefined, search: SearchAddress, found: Hit[]) {
  const navigate = useNavigate();
  const location = useLocation();
  const index = found.findIndex((hit) => hit.passage === passage);
  /** Whether there was a passage to go to. */
  const step = useCallback((by: 1 | -1): boolean => {
    const next = found[index + by];
    if (!next) return false;
    // The way through the passages is one step of history: "back" leads to the results.
    void navigate(fileAddress({ ...ref, passage: next.passage, search }), { replace: true, state: location.state });
    return true;
  }, [ref, found, index, location.state, navigate, search]);
  return { index, step };
}

function useReloadWhileWorking(detail: FileDetail | undefined, reload: () => void) {
  const status = useStatus((store) => store.status);
  const open = detail?.state === "working" || detail?.state === "unhashed";
  // eslint-disable-next-line react-hooks/exhaustive-deps -- each new status is the occasion to look again
  useEffect(() => { if (open) reload(); }, [status, open]);
}

/** Escape leaves, n and p go through passages and then hits, N and P through hits, Backspace leads to what it lies in. */
function useViewerKeys(leave: () => void, next: (by: 1 | -1) => void, hit: (by: 1 | -1) => Promise<void>, detail: FileDetail | undefined) {
  const navigate = useNavigate();
  useEffect(() => {
    const up = () => {
      if (!detail) return;
      const folder = detail.path.split("/").slice(0, -1).join("/");
      void navigate(detail.part === undefined ? folderAddress(detail.library_id, folder) : fileAddress({ file: detail.id, part: containerOf(detail.part) }));
    };
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.defaultPrevented || document.querySelector("[role=dialog]")) return;
      if (event.key === "Escape") leave();
      else if (event.key === "n") next(1);
      else if (event.key === "p") next(-1);
      else if (event.key === "N") void hit(1);
      else if (event.key === "P") void hit(-1);
      else if (event.key === "Backspace") up();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [leave, next, hit, detail, navigate]);
}
