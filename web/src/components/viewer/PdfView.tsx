/** A PDF by PDF.js: pages are drawn when they come near, let go when they are far. */
import { ActionIcon, Center, Loader } from "@mantine/core";
import { IconArrowAutofitWidth, IconMinus, IconPlus } from "@tabler/icons-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { FindTarget } from "../../format/find";
import { refKey, type Box, type FileRef } from "../../services/files";
import { openPdf, type PDFDocumentProxy } from "../../services/pdf";
import { strings } from "../../strings";
import { isTyping } from "../keys";
import { PdfPage } from "./PdfPage";
import classes from "./PdfView.module.css";

export interface PdfTarget {
  /** Changes when another passage is to be shown. */
  key: number;
  page: number;
  boxes: Box[];
}

interface Props {
  reference: FileRef;
  /** false: what to show first is not known yet. */
  ready: boolean;
  /** Width ÷ height of each page, as far as known; keeps the scroll position right before pages are drawn. */
  ratios: number[] | undefined;
  target: PdfTarget | undefined;
  terms: string[];
  find: FindTarget | undefined;
  onFailed: () => void;
}

const zoomMin = 0.5;
const zoomMax = 4;
const zoomStep = 1.25;
/** A page fills the width up to this many CSS pixels. */
const pageWidthMax = 920;

export function PdfView({ reference, ready, ratios, target, terms, find, onFailed }: Props) {
  const [pdf, setPdf] = useState<{ document: PDFDocumentProxy; firstRatio: number }>();
  const [zoom, setZoom] = useState(1);
  const [width, setWidth] = useState(0);
  const [current, setCurrent] = useState(1);
  const container = useRef<HTMLDivElement>(null);
  const failed = useRef(onFailed);
  useEffect(() => { failed.current = onFailed; }, [onFailed]);

  const { file, part } = reference;
  const key = refKey(reference);
  useEffect(() => {
    const own = new AbortController();
    const load = async () => {
      const { document } = await openPdf({ file, part }, own.signal);
      const { width: w, height: h } = (await document.getPage(1)).getViewport({ scale: 1 });
      if (!own.signal.aborted) setPdf({ document, firstRatio: w / h });
    };
    load().catch(() => { if (!own.signal.aborted) failed.current(); });
    return () => { own.abort(); };
  }, [key, file, part]);

  useLayoutEffect(() => {
    const element = container.current;
    if (!element) return;
    const measure = () => {
      const style = getComputedStyle(element);
      setWidth(element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, []);

  const pageWidth = Math.floor(Math.min(width, pageWidthMax) * zoom);
  const shown = pdf && ready && pageWidth > 0 ? pdf : undefined;
  const goTo = useCallback((page: number, fraction = 0) => {
    const element = container.current;
    const sheet = element?.querySelector<HTMLElement>(`[data-page="${String(page)}"]`);
    if (!element || !sheet) return;
    const margin = fraction > 0 ? element.clientHeight * 0.22 : 12;
    element.scrollTop = sheet.offsetTop - element.offsetTop + sheet.offsetHeight * fraction - margin;
  }, []);

  // To the passage: when there is something to scroll, and whenever another passage is asked for.
  const toTarget = useCallback(() => {
    if (target) goTo(target.page, Math.min(...target.boxes.map((box) => box.y0), 1) % 1);
  }, [target, goTo]);
  const isShown = shown !== undefined;
  useLayoutEffect(() => { if (isShown) toTarget(); }, [isShown, toTarget]);

  const scrolled = () => {
    const element = container.current;
    if (!element) return;
    const middle = element.getBoundingClientRect().top + element.clientHeight / 2;
    const sheets = [...element.querySelectorAll<HTMLElement>("[data-page]")];
    const at = sheets.findIndex((sheet) => sheet.getBoundingClientRect().bottom >= middle);
    if (at >= 0) setCurrent(at + 1);
  };
  const zoomTo = useCallback((next: (before: number) => number) => {
    const element = container.current;
    const share = element ? element.scrollTop / Math.max(1, element.scrollHeight) : 0;
    setZoom((before) => Math.min(zoomMax, Math.max(zoomMin, next(before))));
    // The same spot stays in view after the pages have their new size.
    requestAnimationFrame(() => { if (element) element.scrollTop = share * element.scrollHeight; });
  }, []);
  useZoomKeys(zoomTo);

  const words = strings.viewer;
  return (
    <>
      {/* The region scrolls, so the keyboard must reach it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={container} className={classes.pages} role="region" aria-label={words.document} tabIndex={0} onScroll={scrolled}>
        {!shown && <Center p="xl"><Loader role="status" aria-label={words.loading} /></Center>}
        {shown && Array.from({ length: shown.document.numPages }, (_, index) => (
          <PdfPage
            key={index}
            document={shown.document}
            number={index + 1}
            width={pageWidth}
            ratio={ratios?.[index] ?? shown.firstRatio}
            boxes={target?.page === index + 1 ? target.boxes : undefined}
            terms={terms}
            find={find?.query ?? ""}
          />
        ))}
      </div>
      {shown && (
        <div className={classes.controls} role="group" aria-label={words.toolbar}>
          <PageField current={current} count={shown.document.numPages} onGo={goTo} />
          <ActionIcon variant="subtle" color="gray" aria-label={words.zoomOut} disabled={zoom <= zoomMin} onClick={() => { zoomTo((before) => before / zoomStep); }}><IconMinus size={18} /></ActionIcon>
          <span>{words.zoom(Math.round(zoom * 100))}</span>
          <ActionIcon variant="subtle" color="gray" aria-label={words.zoomIn} disabled={zoom >= zoomMax} onClick={() => { zoomTo((before) => before * zoomStep); }}><IconPlus size={18} /></ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label={words.fitWidth} onClick={() => { zoomTo(() => 1); }}><IconArrowAutofitWidth size={18} /></ActionIcon>
        </div>
      )}
    </>
  );
}

function PageField({ current, count, onGo }: { current: number; count: number; onGo: (page: number) => void }) {
  const [typed, setTyped] = useState<string>();
  const go = () => {
    const page = Number(typed);
    if (Number.isInteger(page) && page >= 1) onGo(Math.min(page, count));
    setTyped(undefined);
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); go(); }}>
      <label>
        <span className="alcove-hidden">{strings.viewer.pageField}</span>
        <input className={classes.pageField} inputMode="numeric" value={typed ?? String(current)} onChange={(event) => { setTyped(event.currentTarget.value); }} onBlur={() => { setTyped(undefined); }} />
      </label>{" "}
      {strings.viewer.pageOf(count)}
    </form>
  );
}

function useZoomKeys(zoomTo: (next: (before: number) => number) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      if (event.key === "+" || event.key === "=") zoomTo((before) => before * zoomStep);
      else if (event.key === "-") zoomTo((before) => before / zoomStep);
      else if (event.key === "0") zoomTo(() => 1);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => { window.removeEventListener("keydown", onKey); };
  }, [zoomTo]);
}
