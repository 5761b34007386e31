/**
 * A stand-in for the server while the page is being designed: answers from the repository's samples, keeps nothing.
 * Development only: it is neither built into the page nor used by any test.
 */
import { createReadStream, readFileSync, readdirSync, statSync } from "node:fs";
import type { ServerResponse } from "node:http";
import path from "node:path";
import type { Plugin } from "vite";
import type { components } from "../src/services/schema";

type Schemas = components["schemas"];
const samples = path.resolve(import.meta.dirname, "../../samples");
const kinds: Record<string, Schemas["FileType"]> = {
  pdf: "pdf", docx: "docx", xlsx: "xlsx", pptx: "pptx", odt: "odt", html: "html", md: "markdown", txt: "text", csv: "csv", eml: "eml", py: "code", sh: "code",
};

interface Sample { id: number; path: string; lines: string[]; type: Schemas["FileType"] }
const files: Sample[] = readdirSync(samples, { recursive: true, encoding: "utf8" })
  .filter((name) => statSync(path.join(samples, name)).isFile())
  .map((name, index) => {
    const type = kinds[path.extname(name).slice(1)] ?? "unknown";
    const readable = ["markdown", "text", "csv", "code", "html", "eml"].includes(type);
    const text = readable
      ? readFileSync(path.join(samples, name), "utf8")
      : "The rent is due on the third working day of each month.\nThe notice period is three months to the end of a month.\nKeep the boiler pressure between 1.2 and 1.8 bar.";
    return { id: index + 1, path: name, lines: text.split("\n").filter((line) => line.trim() !== ""), type };
  });

const now = "2026-03-04T10:00:00Z";
let paused = false;
const saved: Schemas["SavedSearch"][] = [{ id: 1, name: "Rent and deposit", query: "rent OR deposit type:pdf", mode: "hybrid", sort: "newest", saved: now }];
const recent: Schemas["RecentSearch"][] = ["boiler pressure", "notice period"].map((query, index) => ({ id: index + 1, query, mode: "hybrid", sort: "relevance", asked: now }));
const describe = (file: Sample): Schemas["File"] => ({
  id: file.id, library: "Samples", library_id: 1, path: file.path, name: path.basename(file.path),
  size: statSync(path.join(samples, file.path)).size, modified: now, type: file.type, state: file.id % 11 === 0 ? "working" : "ready",
});
const library: Schemas["Library"] = {
  id: 1, name: "Samples", path: samples, state: "scanning", state_reason: "", added: now, last_scan: now, file_count: files.length,
  size: 1_234_567, entries_seen: 21, files_unhashed: 3,
};

function placeOf(file: Sample, line: number): Schemas["Place"] {
  switch (file.type) {
    case "pdf": return { kind: "page", page: 1, boxes: [{ x0: 0.1, y0: 0.2 + line * 0.03, x1: 0.8, y1: 0.222 + line * 0.03 }] };
    case "xlsx": return { kind: "cell", sheet: "Budget", cells: `A${String(line + 1)}:D${String(line + 1)}` };
    case "pptx": return { kind: "slide", slide: line + 1 };
    case "docx": case "odt": return { kind: "paragraph", paragraph_first: line + 1, paragraph_last: line + 1 };
    case "eml": return { kind: "part", part: "body" };
    default: return { kind: "line", line_first: line + 1, line_last: line + 1 };
  }
}

function search(query: string, passages: boolean): Schemas["SearchResponse"] {
  const words = query.toLowerCase().split(/\s+/).filter((word) => !word.includes(":"));
  const hits: Schemas["Hit"][] = [];
  for (const file of files) {
    const found = file.lines.map((line, index) => ({ line, index })).filter(({ line }) => words.some((word) => line.toLowerCase().includes(word)));
    for (const { line, index } of passages ? found : found.slice(0, 1)) {
      const { id, library_id, library, path: at_path, name, size, modified, type } = describe(file);
      const word = words.find((candidate) => line.toLowerCase().includes(candidate)) ?? "";
      const at = line.toLowerCase().indexOf(word);
      hits.push({
        file_id: id, library_id, library, path: at_path, name, size, modified, date: modified, date_source: "file", weak: false, type, title: path.basename(file.path, path.extname(file.path)), language: "en", passage: index,
        place: placeOf(file, index), score: 0.9 - hits.length * 0.04,
        snippet: [{ text: line.slice(0, at), match: false }, { text: line.slice(at, at + word.length), match: true }, { text: line.slice(at + word.length), match: false }],
        snippet_text: line, more_passages: found.length - 1,
        reasons: [
          { kind: "terms", text: `Holds the words: ${word}.`, terms: [word], value: 7.31, weight: 0.42 },
          { kind: "meaning", text: "Says something close to what you asked.", value: 0.871, weight: 0.58, model: "multilingual-e5-small" },
        ],
        near_identical: [], near_identical_count: 0, same_content: file.id === 3 ? [{ file_id: 4, library: "Samples", path: "Household/copy of it.txt" }] : [],
      });
    }
  }
  return { query, mode: "hybrid", took_ms: 18.4, embed_ms: 9, hits: hits.slice(0, 20), notes: words.includes("rent") ? [{ code: "meaning_pending" as const, message: "Meaning is still being computed for 12 documents.", values: ["12"] }] : [], nothing_fits: false, more: false };
}

function suggest(typed: string): Schemas["SuggestionList"] {
  const last = /[\p{L}\p{N}]+$/u.exec(typed.toLowerCase())?.[0] ?? "";
  if (last.length < 2) return { suggestions: [] };
  const names = files.filter((file) => file.path.toLowerCase().includes(last)).slice(0, 3);
  const begun = files.flatMap((file) => file.lines.flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? [])).filter((word) => word.startsWith(last));
  return {
    suggestions: [
      ...names.map((file) => ({ kind: "name" as const, text: path.basename(file.path), file_id: file.id })),
      ...[...new Set(begun)].slice(0, 4).map((word) => ({ kind: "word" as const, text: typed.slice(0, typed.length - last.length) + word })),
    ],
  };
}

const status = (): Schemas["Status"] => ({
  version: "0.1.0", tasks: { waiting: 18, running: 2, failed: 1, skipped: 2 }, runs: { text: 29 },
  stages: ["probe", "text", "passages", "language", "text_vectors", "facts", "thumbnail"].map((stage, index) => ({
    stage, runs: 29 - index, waiting: index * 2, running: index === 4 ? 2 : 0, done: 29 - index * 3, failed: index === 1 ? 1 : 0, skipped: index === 6 ? 2 : 0,
  })),
  rate: 3.4, seconds_left: 190, paused, notices: [],
  workers: ["decode", "model"].map((role) => ({
    role, pid: 4711, state: "busy", reason: "", reason_code: "", reason_values: [], restarts: 0, instructions: role === "model" ? "AVX2" : "",
    confinement: [{ means: "network_namespace", active: true, reason: "", reason_code: "", reason_values: [] }, { means: "seccomp", active: true, reason: "", reason_code: "", reason_values: [] }, { means: "landlock", active: false, reason: "This kernel is built without Landlock, or older than 5.13", reason_code: "landlock_missing", reason_values: [] }],
  })),
  model: { name: "multilingual-e5-small", fingerprint: "text_vectors/1+e5", note: "" },
  text_spaces: [{ model: "multilingual-e5-small", phase: "serving", next_model: "", contents: 29, left: 2, failed: 0, size: 164_000, note: "" }],
  index: { passages_indexed: 214, vectors_indexed: 198, names_indexed: 31, behind: 3, rebuilding: false },
  libraries: [library], stores: { catalog: 81_920, artefacts: 2_400_000, indexes: 900_000, models: 118_000_000 },
});

const problem: Schemas["ProblemItem"] = {
  file_id: 2, library: "Samples", path: "Office/Locked contract.pdf", stage: "text", state: "failed", reason_code: "encrypted",
  reason: "The PDF is protected by a password", reason_values: [], attempts: 2, changed: now,
};

function text(file: Sample): Schemas["FileText"] {
  const blocks = file.lines.map((line, index): Schemas["Block"] => ({
    kind: file.type === "csv" || file.type === "xlsx" ? "table_row" : file.type === "code" ? "code" : line.startsWith("#") ? "heading" : line.startsWith("- ") ? "list_item" : file.type === "text" ? "line" : "paragraph",
    level: line.startsWith("#") ? 1 : 0, text: file.type === "csv" ? line.replaceAll(/[;,]/g, "\t") : line.replace(/^(#+|-) /, ""), place: placeOf(file, index), starts_paragraph: true,
  }));
  const passages = file.lines.map((line, index) => ({ index, text: line, place: placeOf(file, index), language: "en", title: "" }));
  return {
    file_id: file.id, state: "ready", blocks, blocks_offset: 0, block_count: blocks.length, passages, passages_offset: 0,
    passage_count: passages.length, notes: [], page_count: 1, page_ratios: [],
  };
}

function detail(file: Sample): Schemas["FileDetail"] {
  return {
    ...describe(file), sha256: "ab".repeat(32), mime: "text/plain", encoding: "UTF-8", notes: [], part_count: 0, parts: [], passage_count: file.lines.length,
    languages: [{ language: "en", share: 0.97 }], same_content: [],
    stages: [
      { stage: "text", state: "done", fingerprint: "text/3", made: now, machine: "this machine", cpu_ms: 12, size: 4211 },
      { stage: "text_vectors", state: "done", fingerprint: "text_vectors/1", model: "multilingual-e5-small", made: now, machine: "this machine", cpu_ms: 480, size: 1024 },
      { stage: "thumbnail", state: "skipped", reason: "This kind of file has no first page." },
    ],
  };
}

function listing(folder: string): Schemas["FolderListing"] {
  const depth = folder === "" ? 0 : folder.split("/").length;
  const inside = files.filter((file) => folder === "" || file.path.startsWith(`${folder}/`)).map((file) => ({ file, parts: file.path.split("/") }));
  const folders = [...new Set(inside.filter(({ parts }) => parts.length > depth + 1).map(({ parts }) => parts.slice(0, depth + 1).join("/")))];
  return {
    library_id: 1, path: folder, folders: folders.map((at) => ({ name: path.basename(at), path: at })),
    files: inside.filter(({ parts }) => parts.length === depth + 1).map(({ file }) => describe(file)),
  };
}

export function mockServer(): Plugin {
  return {
    name: "alcove-mock-server",
    configureServer(server) {
      let signedIn = true;
      server.middlewares.use("/api/v1/", (request, response: ServerResponse, next) => {
        const url = new URL(request.url ?? "/", "http://localhost");
        const method = request.method ?? "GET";
        const send = (body: unknown, code = 200) => {
          response.writeHead(code, { "Content-Type": code < 400 ? "application/json" : "application/problem+json" });
          response.end(body === undefined ? "" : JSON.stringify(body));
        };
        const [, area = "", id = "", part = ""] = url.pathname.split("/");
        const file = files.find((candidate) => candidate.id === Number(id));
        const state = () => ({ version: "0.1.0", setup_needed: false, signed_in: signedIn, ...(signedIn ? { user: { id: 1, name: "Ada", is_owner: true } } : {}) });
        if (area === "state") send(state());
        else if (area === "session") {
          signedIn = method === "POST";
          send(signedIn ? state() : undefined, signedIn ? 200 : 204);
        }
        else if (area === "sessions") send({ sessions: [{ id: 1, user: "Ada", created: now, last_seen: now, address: "127.0.0.1", user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0", current: true }] });
        else if (area === "search") send(search(url.searchParams.get("q") ?? "", url.searchParams.get("passages") === "true"));
        else if (area === "suggest") send(suggest(url.searchParams.get("q") ?? ""));
        else if (area === "searches" && id === "saved") send(method === "GET" ? { searches: saved } : undefined, method === "GET" ? 200 : 204);
        else if (area === "searches") send(method === "GET" ? { remember: true, searches: recent } : undefined, method === "GET" ? 200 : 204);
        else if (area === "status") send(status());
        else if (area === "events") {
          response.writeHead(200, { "Content-Type": "text/event-stream" });
          response.write(`event: status\ndata: ${JSON.stringify(status())}\n\n`);
        } else if (area === "models") send({ disk_free: 50_000_000_000, models: [{ name: "multilingual-e5-small", role: "text_embedding", licence: "MIT", size: 118_000_000, state: "installed", active: true, in_catalogue: true, vectors_size: 164_000, note: "" }] });
        else if (area === "problems") send({ problems: [{ ...problem, state: url.searchParams.get("state") }], total: 1, more: false });
        else if (area === "work") { paused = id === "pause" ? true : id === "resume" ? false : paused; send(undefined, 204); }
        else if (area === "libraries" && part === "list") send(listing(url.searchParams.get("path") ?? ""));
        else if (area === "libraries" && id !== "" && method === "GET") send(library);
        else if (area === "libraries" && method === "GET") send({ libraries: [library] });
        else if (area === "libraries") send(method === "POST" ? library : undefined, method === "POST" ? 201 : 204);
        else if (area === "files" && file && part === "") send(detail(file));
        else if (area === "files" && file && part === "text") send(text(file));
        else if (area === "files" && file && part === "content") {
          response.setHeader("Content-Type", file.type === "pdf" ? "application/pdf" : "application/octet-stream");
          createReadStream(path.join(samples, file.path)).pipe(response);
        } else if (area === "files") send({ type: "urn:alcove:error:not_found", title: "Not found", status: 404, code: "not_found" }, 404);
        else next();
      });
    },
  };
}
