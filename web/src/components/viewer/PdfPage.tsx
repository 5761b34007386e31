import { useEffect, useRef, useState } from "react";
import { barsOf } from "../../format/boxes";
import { findPattern } from "../../format/find";
import { findTerms } from "../../format/highlight";
import type { Box } from "../../services/files";
import { drawTextLayer, type PDFDocumentProxy, type RenderTask } from "../../services/pdf";
import { strings } from "../../strings";
import { rangesOf, textOf } from "./ranges";
import { markRanges } from "./termHighlights";
import classes from "./PdfView.module.css";

interface Props {
  document: PDFDocumentProxy;
  number: number;
  /** CSS pixels. */
  width: number;
  ratio: number;
  /** Of the passage, in fractions of the page; undefined when the passage is elsewhere. */
  boxes: Box[] | undefined;
  terms: string[];
  /** Typed into the page's own "find". */
  find: string;
}

/** Pages within this distance of the view are drawn. */
const nearby = "120% 0px";
/** A canvas takes four bytes per pixel; beyond this a phone gives up. */
const canvasPixelsMax = 12_000_000;

export function PdfPage({ document, number, width, ratio, boxes, terms, find }: Props) {
  const sheet = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const [ownRatio, setOwnRatio] = useState<number>();
  const [drawn, setDrawn] = useState(0);
  const height = Math.round(width / (ownRatio ?? ratio));

  useEffect(() => {
    const element = sheet.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      ([entry]) => { if (entry) setNear(entry.isIntersecting); },
      { root: element.parentElement, rootMargin: nearby },
    );
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, []);

  useEffect(() => {
    const surface = canvas.current;
    const layer = text.current;
    if (!near || !surface || !layer) return;
    let stopped = false;
    let task: RenderTask | undefined;
    let cancelText: (() => void) | undefined;
    const draw = async () => {
      const page = await document.getPage(number);
      if (stopped) return;
      const natural = page.getViewport({ scale: 1 });
      const scale = width / natural.width;
      const viewport = page.getViewport({ scale });
      const wanted = Math.min(window.devicePixelRatio || 1, 2);
      const density = Math.min(wanted, Math.sqrt(canvasPixelsMax / (viewport.width * viewport.height)));
      surface.width = Math.floor(viewport.width * density);
      surface.height = Math.floor(viewport.height * density);
      setOwnRatio(natural.width / natural.height);
      task = page.render({ canvas: surface, viewport, ...(density === 1 ? {} : { transform: [density, 0, 0, density, 0, 0] }) });
      await task.promise;
      layer.replaceChildren();
      sheet.current?.style.setProperty("--total-scale-factor", String(scale));
      cancelText = await drawTextLayer(page, layer, scale);
      if (!stopped) setDrawn((before) => before + 1);
    };
    draw().catch(() => undefined);  // Cancelled, or a broken page: its sheet stays white, the others are shown.
    return () => {
      stopped = true;
      task?.cancel();
      cancelText?.();
      surface.width = 0;
      surface.height = 0;
      layer.replaceChildren();
      setDrawn(0);
    };
  }, [document, number, width, near]);

  useEffect(() => {
    const layer = text.current;
    if (drawn === 0 || !layer) return;
    return markRanges(termRanges(layer, terms));
  }, [drawn, terms]);
  useEffect(() => {
    const layer = text.current;
    const pattern = findPattern(find);
    if (drawn === 0 || !layer || !pattern) return;
    return markRanges(rangesOf(layer, pattern, "section"), "alcove-find");
  }, [drawn, find]);

  return (
    <section ref={sheet} className={classes.page} data-page={number} data-drawn={drawn > 0 || undefined} aria-label={strings.viewer.page(number)} style={{ width, height }}>
      <canvas ref={canvas} aria-hidden="true" />
      {boxes?.map((box, index) => (
        <div
          key={index}
          className={classes.box}
          data-box=""
          style={{ left: fraction(box.x0), top: fraction(box.y0), width: fraction(box.x1 - box.x0), height: fraction(box.y1 - box.y0) }}
        />
      ))}
      {boxes && barsOf(boxes).map((bar, index) => (
        <div key={index} className={classes.bar} data-bar="" style={{ top: fraction(bar.y0), height: fraction(bar.y1 - bar.y0), left: `calc(${fraction(bar.x0)} - 12px)` }} />
      ))}
      <div ref={text} className={classes.text} />
    </section>
  );
}

const fraction = (value: number) => `${String(Math.round(value * 1e5) / 1e3)}%`;

/** Where the terms stand in the page's text, also when PDF.js cut a word into several pieces. */
function termRanges(layer: HTMLElement, terms: string[]): Range[] {
  const dom = textOf(layer, "section");
  return findTerms(dom.text, terms).flatMap(({ start, end }) => dom.rangeAt(start, end) ?? []);
}
