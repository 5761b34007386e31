/** What the page says when something is missing: no model on the machine, no server behind the page. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, launchBrowser, missing, openContext, root, scratchFolder, searchField, setUp, startServer } from "./support/house.mjs";
import { writeLibrary } from "./support/library.mjs";

describe("with something missing, the page", { skip: missing || false }, () => {
  let library, server, browser, tab;

  before(async () => {
    library = path.join(scratchFolder(), "Papers");
    writeLibrary(library, path.join(root, "samples"));
    server = await startServer([library], { ALCOVE_MODELS: "/nonexistent" });
    browser = await launchBrowser();
    const { context } = await openContext(browser, server.url);
    tab = await context.newPage();
    await setUp(tab, server.link);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(path.dirname(library), { recursive: true, force: true });
  });

  it("says which model is not installed and how to install it, and finds words all the same", async () => {
    await tab.goto("/activity");
    await tab.getByRole("heading", { name: "Waiting for the model" }).waitFor();
    await tab.getByText("multilingual-e5-small").waitFor();
    assert.deepEqual(await accessibilityFindings(tab), [], "activity");
    await tab.goto("/");
    const notice = tab.getByRole("note").filter({ hasText: "Files are found by their words only" });
    await notice.getByText("alcove models install").waitFor();
    assert.deepEqual(await accessibilityFindings(tab), [], "start");
    await searchField(tab).fill("zanzibar clause");
    await tab.locator("a[data-hit]").first().waitFor();
    await notice.waitFor();
  });

  it("says that the server does not answer, on each page, and keeps its navigation", async () => {
    await tab.goto("/");
    await tab.getByRole("navigation", { name: "Main" }).waitFor();
    await server.stop();
    await tab.getByText("No connection to the server").waitFor();
    await searchField(tab).fill("lease");
    await tab.getByRole("alert").getByText("Is Alcove still running?").waitFor();
    assert.deepEqual(await accessibilityFindings(tab), [], "search");
    await tab.getByRole("link", { name: "Settings" }).click();
    await tab.getByText("Is Alcove still running?").waitFor();
    assert.ok(await tab.getByRole("navigation", { name: "Main" }).isVisible());
  });
});
