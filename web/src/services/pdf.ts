/** PDF.js, loaded on first use, with every file it needs from our own origin. */
import type { PDFDocumentProxy, PDFPageProxy, RenderTask } from "pdfjs-dist";
import { contentUrl, type FileRef } from "./files";

export type { PDFDocumentProxy, PDFPageProxy, RenderTask };

type Pdfjs = typeof import("pdfjs-dist");
let library: Promise<Pdfjs> | undefined;

function loadLibrary(): Promise<Pdfjs> {
  library ??= Promise.all([import("pdfjs-dist"), import("pdfjs-dist/build/pdf.worker.min.mjs?url")]).then(([pdfjs, worker]) => {
    pdfjs.GlobalWorkerOptions.workerSrc = worker.default;
    return pdfjs;
  });
  return library;
}

export interface OpenPdf {
  document: PDFDocumentProxy;
  close: () => void;
}

/** Opens a file's PDF. Only the pages looked at are fetched and drawn. */
export async function openPdf(ref: FileRef, signal: AbortSignal): Promise<OpenPdf> {
  const pdfjs = await loadLibrary();
  signal.throwIfAborted();
  const task = pdfjs.getDocument({
    url: contentUrl(ref),
    cMapUrl: "/pdfjs/cmaps/",
    cMapPacked: true,
    standardFontDataUrl: "/pdfjs/standard_fonts/",
    wasmUrl: "/pdfjs/wasm/",
    // Neither eval nor WebAssembly is allowed by the content security policy; PDF.js has slower ways for both.
    isEvalSupported: false,
    useWasm: false,
    enableXfa: false,
    disableAutoFetch: true,
    disableStream: true,
    // Documents come from anywhere: no picture may take more than 64 million pixels.
    maxImageSize: 64 * 1024 * 1024,
  });
  const close = () => void task.destroy();
  signal.addEventListener("abort", close, { once: true });
  return { document: await task.promise, close };
}

/** Lays the page's invisible, selectable text over its picture. */
export async function drawTextLayer(page: PDFPageProxy, container: HTMLElement, scale: number): Promise<() => void> {
  const pdfjs = await loadLibrary();
  const layer = new pdfjs.TextLayer({
    textContentSource: page.streamTextContent(),
    container,
    viewport: page.getViewport({ scale }),
  });
  await layer.render();
  return () => { layer.cancel(); };
}
