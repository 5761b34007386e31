// The bundle budget: fails the build when a page grows beyond what a slow phone loads quickly, when PDF.js is no longer
// loaded on demand, or when something in the build would be refused by the server's content security policy.
import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Scripts and styles of the start page, compressed. */
const startPageBytesMax = 400 * 1024;
/** The whole build as it lies on disk; PDF.js with its CMaps and fonts is most of it. */
const buildBytesMax = 12 * 1024 * 1024;

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "dist");
const manifest = JSON.parse(readFileSync(path.join(dist, ".vite", "manifest.json"), "utf8"));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const problems = [];

/** The files that a chunk loads at once: itself, its static imports, and their styles. */
function loadedAtOnce(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const imported of manifest[key].imports ?? []) loadedAtOnce(imported, seen);
  return seen;
}

const chunks = [...loadedAtOnce(entry)];
for (const key of chunks) if (/pdfjs/.test(key) || /pdf/.test(manifest[key].name ?? "")) problems.push(`${key} is loaded with the start page`);
// The start page's route is a chunk of its own; it counts, too.
const search = Object.keys(manifest).find((key) => key.endsWith("routes/SearchPage.tsx"));
if (search) loadedAtOnce(search, new Set()).forEach((key) => chunks.includes(key) || chunks.push(key));
const files = new Set(chunks.flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
let startBytes = 0;
for (const file of files) startBytes += gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length;
if (startBytes > startPageBytesMax) problems.push(`the start page takes ${startBytes} bytes, ${startPageBytesMax} are allowed`);

// The manifest is for this check only; the server has no use for it.
rmSync(path.join(dist, ".vite"), { recursive: true });

let total = 0;
for (const name of readdirSync(dist, { recursive: true })) {
  const file = path.join(dist, String(name));
  if (!statSync(file).isFile()) continue;
  total += statSync(file).size;
  if (file.endsWith(".html") && /<script(?![^>]*\bsrc=)|<style|\son\w+=/.test(readFileSync(file, "utf8"))) {
    problems.push(`${name} holds an inline script, style or handler`);
  }
  if (file.endsWith(".css") && /url\(\s*["']?(https?:)?\/\//.test(readFileSync(file, "utf8"))) problems.push(`${name} loads from elsewhere`);
}
if (total > buildBytesMax) problems.push(`the build takes ${total} bytes, ${buildBytesMax} are allowed`);

const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
console.log(`start page ${kib(startBytes)} of ${kib(startPageBytesMax)} compressed; build ${kib(total)} of ${kib(buildBytesMax)}`);
for (const problem of problems) console.error(`bundle: ${problem}`);
process.exit(problems.length ? 1 : 0);
