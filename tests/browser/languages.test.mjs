/** German and English: chosen by the browser, changed in the settings, kept; every page accessible in both. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, launchBrowser, missing, openContext, scratchFolder, setUp, sidewaysPixels, startServer, waitUntilDone } from "./support/house.mjs";
import { writeInner } from "./support/library.mjs";

describe("the languages", { skip: missing || false }, () => {
  let library, server, browser, english;

  before(async () => {
    library = path.join(scratchFolder(), "Society");
    writeInner(library);
    server = await startServer([library]);
    browser = await launchBrowser();
    english = await openContext(browser, server.url);
    const tab = await english.context.newPage();
    await setUp(tab, server.link);
    await waitUntilDone(tab);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(path.dirname(library), { recursive: true, force: true });
  });

  const german = async (options = {}) => openContext(browser, server.url, { locale: "de-AT", storageState: await english.context.storageState(), ...options });

  it("follow the browser, can be changed in the settings, and are kept", async () => {
    const { context, faults } = await german();
    const tab = await context.newPage();
    await tab.goto("/settings");
    await tab.getByRole("heading", { level: 1, name: "Einstellungen" }).waitFor();
    assert.equal(await tab.evaluate(() => document.documentElement.lang), "de");
    await tab.getByText("English", { exact: true }).click();
    await tab.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    assert.equal(await tab.evaluate(() => document.documentElement.lang), "en");
    await tab.reload();
    await tab.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
    await tab.getByText("Like the browser", { exact: true }).click();
    await tab.getByRole("heading", { level: 1, name: "Einstellungen" }).waitFor();
    await tab.goto("/?q=echidna%20dome&mode=keyword");
    await tab.getByText(/Anhang in Offer\.eml/).waitFor();
    await tab.getByText("Seite 2").first().waitFor();
    await tab.getByRole("button", { name: "Warum dieser Treffer" }).first().click();
    await tab.getByText(/^Enthält „/).waitFor();
    await context.close();
    assert.deepEqual(faults, []);
  });

  it("turn what the server refuses into the page's language", async () => {
    const { context } = await german();
    const tab = await context.newPage();
    await tab.goto("/libraries?add");
    await tab.getByLabel("Ordner auf diesem Gerät").fill("/no/such/folder");
    await tab.getByRole("button", { name: "Hinzufügen", exact: true }).click();
    await tab.getByRole("alert").getByText("Diesen Ordner gibt es auf dem Gerät nicht").waitFor();
    await context.close();
  });

  for (const [name, options] of [["on a desk", {}], ["on a phone", { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }], ["in the dark", { colorScheme: "dark" }]]) {
    it(`leave every page accessible and in its frame ${name}`, async () => {
      for (const language of ["de", "en"]) {
        const { context, faults } = await german({ locale: language, ...options });
        const tab = await context.newPage();
        for (const address of ["/", "/?q=echidna%20dome", "/?q=xyzzyplugh&mode=keyword", "/libraries", "/libraries/1", "/activity", "/settings", "/file/1", "/file/2", "/file/3", "/file/4", "/no/such/page"]) {
          await tab.goto(address);
          await tab.getByRole("main").locator("h1, h2").first().waitFor({ state: "attached" });
          await tab.waitForTimeout(400);
          assert.deepEqual(await accessibilityFindings(tab), [], `${language} ${address}`);
          assert.equal(await sidewaysPixels(tab), 0, `${language} ${address}`);
        }
        await context.close();
        assert.deepEqual(faults, [], language);
      }
    });
  }
});
