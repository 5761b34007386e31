/** Folders: list and grid, orders, keyboard, and a hundred thousand entries without a stutter. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, launchBrowser, missing, openContext, scratchFolder, setUp, sidewaysPixels, startServer, waitUntilDone } from "./support/house.mjs";
import { makePdf } from "./support/pdf.mjs";

const many = 100_000;

describe("folders", { skip: missing || false }, () => {
  let library, server, browser, faults, tab;

  before(async () => {
    library = path.join(scratchFolder(), "Shelf");
    mkdirSync(path.join(library, "Letters", "Old"), { recursive: true });
    mkdirSync(path.join(library, "Empty"));
    writeFileSync(path.join(library, "Empty", ".keep.tmp~"), "");
    writeFileSync(path.join(library, "Letters", "Map.pdf"), makePdf([["A map of the garden"]]));
    writeFileSync(path.join(library, "Letters", "Scan 9.txt"), "nine\n".repeat(50));
    writeFileSync(path.join(library, "Letters", "Scan 10.txt"), "ten\n");
    writeFileSync(path.join(library, "Letters", "رسالة قديمة.txt"), "مرحبا بكم في المكتبة\n");
    writeFileSync(path.join(library, "Letters", `${"A very long name of a letter that goes on and on ".repeat(4).trim()}.txt`), "long\n");
    server = await startServer([library]);
    browser = await launchBrowser();
    ({ faults } = await openContext(browser, server.url).then(async (opened) => { tab = await opened.context.newPage(); return opened; }));
    await setUp(tab, server.link);
    await waitUntilDone(tab);
    faults.splice(0);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(path.dirname(library), { recursive: true, force: true });
  });

  const entries = () => tab.locator("a[data-entry]");
  const names = () => entries().evaluateAll((links) => links.map((link) => link.querySelector("[dir=auto]").textContent));
  const quiet = (what) => assert.deepEqual(faults.splice(0), [], what);
  const accessible = async (what) => assert.deepEqual(await accessibilityFindings(tab), [], what);
  const focused = () => tab.evaluate(() => document.activeElement?.querySelector("[dir=auto]")?.textContent);

  it("are walked through by keyboard", async () => {
    await tab.goto("/libraries/1");
    await entries().first().waitFor();
    await tab.waitForFunction(() => document.activeElement?.hasAttribute("data-entry"));
    const first = await focused();
    await tab.keyboard.press("ArrowDown");
    assert.notEqual(await focused(), first);
    await tab.keyboard.press("ArrowUp");
    assert.equal(await focused(), first);
    await entries().filter({ hasText: "Letters" }).focus();
    await tab.keyboard.press("Enter");
    await tab.getByRole("heading", { level: 1, name: "Letters" }).waitFor();
    await tab.getByText("6 entries").waitFor();
    await tab.keyboard.press("End");
    await tab.keyboard.press("Home");
    assert.equal(await focused(), "Old");
    await tab.keyboard.press("Backspace");
    await tab.getByRole("heading", { level: 1, name: "Shelf" }).waitFor();
    await accessible("folder");
    quiet("keyboard");
  });

  it("are shown in the order that is chosen, and it is kept", async () => {
    await tab.goto("/libraries/1?path=Letters");
    await entries().first().waitFor();
    await tab.getByRole("button", { name: "Order: Name" }).click();
    await tab.getByRole("menuitem", { name: "Size" }).click();
    await tab.waitForFunction(() => document.querySelectorAll("a[data-entry]")[1]?.textContent.includes("Map.pdf"));
    await tab.getByRole("button", { name: /Descending/ }).click();
    await tab.waitForFunction(() => !document.querySelectorAll("a[data-entry]")[1]?.textContent.includes("Map.pdf"));
    await tab.reload();
    await tab.getByRole("button", { name: "Order: Size" }).click();
    await tab.getByRole("menuitem", { name: "Name" }).click();
    await tab.getByRole("button", { name: /Ascending/ }).click();
    await tab.waitForFunction(() => document.querySelectorAll("a[data-entry]").length === 6);
    const shown = await names();
    assert.ok(shown.indexOf("Scan 10.txt") < shown.indexOf("Scan 9.txt"), "downward, ten comes before nine");
    await tab.getByRole("button", { name: /Descending/ }).click();
    quiet("order");
  });

  it("are shown as a grid with pictures", async () => {
    await tab.goto("/libraries/1?path=Letters");
    await tab.getByText("Grid with pictures").click({ force: true });
    await tab.locator("a[data-entry] img").first().waitFor();
    await tab.waitForFunction(() => document.querySelector("a[data-entry] img")?.naturalWidth > 0);
    await entries().first().focus();
    await tab.keyboard.press("ArrowRight");
    assert.equal(await tab.evaluate(() => document.activeElement.dataset.entry), "1");
    await accessible("grid");
    await tab.setViewportSize({ width: 390, height: 780 });
    assert.equal(await sidewaysPixels(tab), 0);
    await accessible("grid on a phone");
    await tab.setViewportSize({ width: 1280, height: 860 });
    await tab.getByText("List", { exact: true }).click({ force: true });
    quiet("grid");
  });

  it("say when they are empty", async () => {
    await tab.goto("/libraries/1?path=Letters/Old");
    await tab.getByRole("heading", { name: "Nothing in here" }).waitFor();
    await accessible("empty folder");
    quiet("empty");
  });

  it("scroll through a hundred thousand entries, of which only those in view exist", async () => {
    let asked = 0;
    await tab.route("**/api/v1/libraries/1/list*", async (route) => {
      asked += 1;
      const parameters = new URL(route.request().url()).searchParams;
      const from = Number(Buffer.from(parameters.get("after") ?? "", "base64").toString() || 0);
      const end = Math.min(many, from + Number(parameters.get("limit")));
      const files = Array.from({ length: end - from }, (_, at) => {
        const number = from + at;
        const name = `file ${String(number).padStart(6, "0")}.txt`;
        return { id: number + 1, library: "Shelf", library_id: 1, path: name, name, size: (number * 7919) % many, modified: "2026-03-02T10:00:00Z", type: "text", state: "ready" };
      });
      await route.fulfill({ json: { library_id: 1, path: "", folders: [], files, ...(end < many ? { next_after: Buffer.from(String(end)).toString("base64") } : {}) } });
    });
    await tab.goto("/libraries/1");
    await entries().first().waitFor();
    await tab.waitForTimeout(300);
    assert.ok(asked <= 8, `${asked} pages are asked for at first`);
    // As far as the list is known, again and again, as a person who drags the bar does.
    const frames = await tab.evaluate(async () => {
      const taken = [];
      let last = performance.now();
      for (let step = 0; step < 120; step += 1) {
        window.scrollBy(0, 900);
        await new Promise((resolve) => { requestAnimationFrame(resolve); });
        const now = performance.now();
        taken.push(now - last);
        last = now;
      }
      return taken.sort((a, b) => a - b);
    });
    // The machine may be busy with building: one late frame is its doing, the usual one is ours.
    console.log(`frames while scrolling: median ${Math.round(frames[60])} ms, longest ${Math.round(frames[119])} ms`);
    assert.ok(frames[60] < 100, `a usual frame took ${frames[60]} ms`);
    assert.ok(await tab.locator("li[aria-posinset]").count() < 80, "few rows exist");
    assert.ok(asked > 3, "further pages were asked for while scrolling");
    await tab.getByRole("button", { name: "Order: Name" }).click();
    await tab.getByRole("menuitem", { name: "Size" }).click();
    await tab.getByText("100,000 entries").waitFor();
    await entries().first().focus();
    await tab.keyboard.press("End");
    await tab.waitForFunction(() => document.activeElement?.textContent?.includes("file 000000.txt"));
    assert.ok(await tab.locator("li[aria-posinset]").count() < 80, "few rows exist at the end");
    await tab.keyboard.press("Home");
    await tab.waitForFunction(() => document.activeElement?.dataset.entry === "0");
    assert.equal(await tab.locator("li[aria-posinset='1']").getAttribute("aria-setsize"), String(many));
    await accessible("large folder");
    await tab.unrouteAll({ behavior: "wait" });
    quiet("large folder");
  });
});
