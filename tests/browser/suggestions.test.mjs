/** The list below the search field: offered while typing, chosen by keys, mouse or finger, never in the way. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, missing, openContext, openHouse, root, searchField, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";
import { writeLibrary } from "./support/library.mjs";

describe("suggestions", { skip: missing || false }, () => {
  let house, library, server, browser, context, faults, tab;

  before(async () => {
    house = await openHouse("Papers", (library) => writeLibrary(library, path.join(root, "samples")));
    ({ library, server, browser, context, faults, tab } = house);
    await setUp(tab, server.link);
    await waitUntilDone(tab);
  });
  after(() => house?.close());

  const option = (name, within = tab) => within.getByRole("option", { name });
  const quiet = (what) => assert.deepEqual(faults.splice(0), [], what);
  /** Types at the start page and waits for the list. */
  const type = async (text, within = tab) => {
    await within.goto("/");
    await searchField(within).pressSequentially(text);
    await within.getByRole("listbox", { name: "Suggestions" }).waitFor();
  };
  const focused = () => tab.evaluate(() => document.activeElement.textContent || document.activeElement.tagName);

  it("complete a word by keyboard, and the field keeps the focus", async () => {
    await type("zanzi");
    const field = searchField(tab);
    assert.equal(await field.getAttribute("aria-expanded"), "true");
    assert.equal(await field.getAttribute("aria-activedescendant"), null, "nothing is chosen beforehand");
    await field.press("ArrowDown");
    const active = await field.getAttribute("aria-activedescendant");
    assert.equal(await tab.evaluate((id) => document.getElementById(id).getAttribute("aria-selected"), active), "true");
    assert.deepEqual(await accessibilityFindings(tab), []);
    while (!(await option("zanzibar").getAttribute("aria-selected")).includes("true")) await field.press("ArrowDown");
    await field.press("Enter");
    assert.equal(await field.inputValue(), "zanzibar");
    assert.equal(await field.getAttribute("aria-expanded"), "false");
    assert.ok(await field.evaluate((element) => element === document.activeElement));
    await tab.waitForURL("**/?q=zanzibar");
    await tab.locator("a[data-hit]").filter({ hasText: "Agreement.pdf" }).waitFor();
    quiet("keyboard");
  });

  it("open a file by its name with the mouse", async () => {
    await type("agreem");
    await option("Agreement.pdf").click();
    await tab.getByRole("heading", { level: 1, name: "Agreement.pdf" }).waitFor();
    assert.match(tab.url(), /\/file\/\d+$/);
    quiet("mouse");
  });

  it("leave Enter to the search, also when they come late", async () => {
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await tab.route("**/api/v1/suggest*", async (route) => {
      await held;
      await route.continue().catch(() => undefined);  // The page has given it up.
    });
    await tab.goto("/");
    const asked = tab.waitForRequest("**/api/v1/suggest*");
    await searchField(tab).pressSequentially("zanzibar cl");
    await asked;
    await searchField(tab).press("Enter");
    await tab.waitForFunction(() => document.activeElement?.matches("a[data-hit]"));
    release();
    await tab.waitForTimeout(300);
    assert.equal(await tab.getByRole("listbox").count(), 0);
    assert.equal(await searchField(tab).inputValue(), "zanzibar cl");
    await tab.unroute("**/api/v1/suggest*");
    faults.splice(0);  // The request that was given up.
  });

  it("ask nothing for each letter of fast typing, and a failure offers nothing and harms nothing", async () => {
    let asked = 0;
    await tab.route("**/api/v1/suggest*", (route) => {
      asked += 1;
      return route.abort();
    });
    await tab.goto("/");
    await searchField(tab).pressSequentially("zanzibar clause", { delay: 5 });
    await tab.locator("a[data-hit]").first().waitFor();
    assert.ok(asked <= 5, `${asked} requests for fifteen letters`);
    assert.equal(await tab.getByRole("listbox").count(), 0);
    assert.equal(await tab.getByRole("alert").count(), 0);
    await tab.unroute("**/api/v1/suggest*");
    faults.splice(0);  // The browser itself reports the requests that we broke.
  });

  it("close by Escape before it clears the field, and lead on to the hits", async () => {
    await type("zanzi");
    await tab.locator("a[data-hit]").first().waitFor();
    await searchField(tab).press("Escape");
    assert.equal(await tab.getByRole("listbox").count(), 0);
    assert.equal(await searchField(tab).inputValue(), "zanzi");
    await searchField(tab).press("ArrowDown");
    assert.equal(await focused(), await tab.locator("a[data-hit]").first().innerText(), "closed: Down leads to the hits");
    await type("zanzi");
    await tab.locator("a[data-hit]").first().waitFor();
    const count = await tab.getByRole("option").count();
    for (let step = 0; step <= count; step += 1) await searchField(tab).press("ArrowDown");
    assert.equal(await focused(), await tab.locator("a[data-hit]").first().innerText(), "and so it does from the last line");
    await type("zanzi");
    await searchField(tab).press("Escape");
    await searchField(tab).press("Escape");
    await tab.getByRole("heading", { name: "What are you looking for?" }).waitFor();
    quiet("Escape");
  });

  it("fit a phone and are chosen by finger", async () => {
    const phone = await openContext(browser, server.url, { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true, storageState: await context.storageState() });
    const small = await phone.context.newPage();
    await type("zanzi", small);
    assert.equal(await sidewaysPixels(small), 0);
    assert.deepEqual(await accessibilityFindings(small), []);
    assert.ok((await option("zanzibar", small).boundingBox()).height >= 40, "large enough for a finger");
    await option("zanzibar", small).tap();
    await small.waitForURL("**/?q=zanzibar");
    await phone.context.close();
    assert.deepEqual(phone.faults, []);
  });
});
