/** The real server on a data folder of its own, a browser without any network beyond it, and what they must never do. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const binaries = process.env.ALCOVE_BIN ?? path.join(root, "build/dev/bin");
const page = process.env.ALCOVE_WEB ?? path.join(root, "web/dist");
const chromiumPath = process.env.ALCOVE_CHROMIUM ?? "/usr/bin/chromium";
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Why the tests cannot run here; empty when they can. */
export const missing = [[path.join(binaries, "alcove"), "the server is not built"], [path.join(page, "index.html"), "the page is not built"], [chromiumPath, "Chromium is not installed"]]
  .filter(([file]) => !existsSync(file)).map(([, why]) => why).join("; ");

/** The machine may be busy with building; a person would wait, too. */
export const patienceMs = 90_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export function scratchFolder() {
  return mkdtempSync(path.join(os.tmpdir(), "alcove-browser-"));
}

/** `alcove serve` with its one-time link; `stop()` ends it and removes its folder. `environment` is added to our own. */
export async function startServer(libraries, environment = {}) {
  const data = scratchFolder();
  const port = await freePort();
  const libraryArguments = libraries.flatMap((folder) => ["--library", folder]);
  const child = spawn(path.join(binaries, "alcove"), ["serve", "--data", data, "--listen", `127.0.0.1:${port}`, "--web", page, ...libraryArguments], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
  let log = "";
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const link = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the server printed no set-up link:\n${log}`)), patienceMs);
    const read = (chunk) => {
      log += chunk;
      const found = /https?:\/\/\S+\/setup\S*/.exec(log);
      if (!found) return;
      clearTimeout(late);
      resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then((code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(forced);
    rmSync(data, { recursive: true, force: true });
  };
  return { url: `http://127.0.0.1:${port}`, link, stop, log: () => log };
}

/** Hears whoever calls. */
export async function startBeacon() {
  const heard = [];
  const server = http.createServer((request, response) => {
    heard.push(request.url);
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, heard, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

export function launchBrowser() {
  return chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Desktop unless told; every console error, page error and request elsewhere is kept in `faults`. */
export async function openContext(browser, origin, options = {}) {
  // Half faded in, a dialog's text has no contrast worth measuring: nothing moves.
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", baseURL: origin, ...options });
  context.setDefaultTimeout(30_000);
  const faults = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(data|blob|about):/.test(request.url())) faults.push(`request to ${request.url()}`);
  });
  context.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => faults.push(`error: ${error.error().message}`));
  return { context, faults };
}

export const account = { name: "Ada", password: "a lamp in the alcove" };

/** A server whose one library `write` fills, a browser and its first tab; `close` ends them and leaves nothing behind.
 * `environment` is added to the server's. */
export async function openHouse(name, write, environment = {}) {
  const house = { library: path.join(scratchFolder(), name) };
  house.close = async () => {
    await house.browser?.close();
    await house.server?.stop();
    rmSync(path.dirname(house.library), { recursive: true, force: true });
  };
  try {
    write(house.library);
    house.server = await startServer([house.library], environment);
    house.browser = await launchBrowser();
    Object.assign(house, await openContext(house.browser, house.server.url));
    house.tab = await house.context.newPage();
  } catch (error) {
    await house.close();
    throw error;
  }
  return house;
}

/** Makes the owner's account by the printed link, as a person does. */
export async function setUp(tab, link) {
  await tab.goto(link);
  await tab.getByLabel("Your name").fill(account.name);
  await tab.getByLabel("Password", { exact: true }).fill(account.password);
  await tab.getByLabel("Repeat the password").fill(account.password);
  await tab.getByRole("button", { name: "Create account" }).click();
  await tab.waitForURL("**/libraries");
}

export const searchField = (tab) => tab.getByRole("combobox", { name: /^(Search your files|Dateien durchsuchen)$/ });

/** Waits on the page until nothing is waiting or running. */
export async function waitUntilDone(tab) {
  await tab.goto("/activity");
  await tab.getByRole("heading", { name: "All done" }).waitFor({ timeout: 3 * patienceMs });
}

/** Serious and critical findings of axe on the page as it is now. */
export async function accessibilityFindings(tab) {
  await tab.evaluate(axeSource);
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target.join(" ")} ${node.failureSummary ?? ""}`).slice(0, 3).join("; ")}`);
}

export const sidewaysPixels = (tab) => tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
