/** Recent and saved searches below the empty field, what is remembered and what is not, and addresses that others open. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, account, missing, openContext, openHouse, root, searchField, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";
import { writeLibrary } from "./support/library.mjs";

describe("searches of an account", { skip: missing || false }, () => {
  let house, library, server, browser, context, faults, tab;

  before(async () => {
    house = await openHouse("Papers", (library) => writeLibrary(library, path.join(root, "samples")));
    ({ library, server, browser, context, faults, tab } = house);
    await setUp(tab, server.link);
    await waitUntilDone(tab);
  });
  after(() => house?.close());

  const quiet = (what) => assert.deepEqual(faults.splice(0), [], what);
  const hits = (within = tab) => within.locator("a[data-hit]");
  const list = () => tab.getByRole("listbox", { name: "Saved and recent searches" });
  const offered = async () => (await list().getByRole("option").locator("bdi").allInnerTexts());
  const remembered = () => tab.evaluate(async () => (await (await fetch("/api/v1/searches/recent")).json()).searches.map((search) => search.query));
  const ask = async (query) => {
    await tab.goto("/");
    await searchField(tab).fill(query);
    await hits().first().waitFor();
  };
  const askByEnter = async (query) => {
    await ask(query);
    await searchField(tab).press("Enter");
    await tab.waitForFunction(() => document.activeElement?.matches("a[data-hit]"));
  };
  /** The empty field of the start page, as a person turns to it. */
  const turnToField = async () => {
    await tab.goto("/");
    await searchField(tab).click();
    await list().waitFor();
  };

  it("are remembered when Enter was pressed or a hit was opened, not while words are typed", async () => {
    await ask("zanz");
    await searchField(tab).fill("");
    await tab.getByRole("heading", { name: "What are you looking for?" }).waitFor();
    assert.deepEqual(await remembered(), []);
    await askByEnter("zanzibar");
    assert.deepEqual(await remembered(), ["zanzibar"]);
    await ask("clause");
    await hits().first().click();
    await tab.getByRole("heading", { level: 1 }).waitFor();
    assert.deepEqual(await remembered(), ["clause", "zanzibar"]);
    quiet("remembered");
  });

  it("are remembered when their answer was looked at for some seconds", async () => {
    await ask("agreement");
    assert.deepEqual((await remembered())[0], "clause");
    await tab.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/searches/recent"));
    await tab.waitForFunction(async () => (await (await fetch("/api/v1/searches/recent")).json()).searches[0].query === "agreement");
    quiet("looked at");
  });

  it("are offered by the empty field, chosen by keys, and forgotten by Delete", async () => {
    await tab.goto("/");
    assert.equal(await searchField(tab).getAttribute("aria-expanded"), "false", "nothing opens by itself");
    await searchField(tab).press("ArrowDown");
    await list().waitFor();
    assert.deepEqual(await offered(), ["agreement", "clause", "zanzibar"]);
    await searchField(tab).press("ArrowDown");
    await searchField(tab).press("ArrowDown");
    assert.deepEqual(await accessibilityFindings(tab), []);
    await searchField(tab).press("Delete");
    await list().getByRole("option", { name: "clause" }).waitFor({ state: "detached" });
    assert.deepEqual(await remembered(), ["agreement", "zanzibar"]);
    assert.equal(await list().getByRole("option", { selected: true }).locator("bdi").innerText(), "zanzibar");
    await searchField(tab).press("Enter");
    await tab.waitForURL("**/?q=zanzibar");
    assert.equal(await searchField(tab).inputValue(), "zanzibar");
    await searchField(tab).press("Escape");
    assert.equal(await searchField(tab).inputValue(), "");
    assert.equal(await list().count(), 0, "Escape empties the field and opens nothing");
    quiet("offered");
  });

  it("are forgotten by the mouse, too", async () => {
    await turnToField();
    await list().getByRole("option", { name: "agreement" }).getByTitle("Forget this search (Delete)").click();
    await list().getByRole("option", { name: "agreement" }).waitFor({ state: "detached" });
    assert.deepEqual(await remembered(), ["zanzibar"]);
    assert.equal(new URL(tab.url()).search, "", "nothing was asked");
    quiet("mouse");
  });

  it("are saved by a name with the way they are searched, and asked again as they were", async () => {
    await tab.goto("/?q=zanzibar&mode=keyword&sort=newest");
    await hits().first().waitFor();
    await tab.getByRole("button", { name: "Save this search" }).click();
    const name = tab.getByLabel("Name", { exact: true });
    assert.equal(await name.inputValue(), "zanzibar");
    await name.fill("The island");
    assert.deepEqual(await accessibilityFindings(tab), []);
    await name.press("Enter");
    const saved = tab.getByRole("button", { name: "Saved as “The island”; press to remove it" });
    await saved.waitFor();
    await turnToField();
    assert.deepEqual(await offered(), ["The island", "zanzibar"]);
    await list().getByRole("option", { name: "The island" }).click();
    await tab.waitForURL("**/?q=zanzibar&mode=keyword&sort=newest");
    await saved.waitFor();
    await tab.goBack();
    await tab.waitForURL((url) => url.search === "");
    quiet("saved");
  });

  it("cannot have the same name twice, and says so", async () => {
    await tab.goto("/?q=clause");
    await tab.getByRole("button", { name: "Save this search" }).click();
    await tab.getByLabel("Name", { exact: true }).fill("the island");
    await tab.getByRole("button", { name: "Save", exact: true }).click();
    await tab.getByText(/Another saved search has this name/).waitFor();
    faults.splice(0);  // The browser itself reports the refusal.
  });

  it("are renamed, removed and erased in the settings", async () => {
    await tab.goto("/settings");
    await tab.getByRole("button", { name: "Rename The island" }).click();
    await tab.getByLabel("Name", { exact: true }).fill("Zanzibar, newest");
    await tab.getByRole("button", { name: "Save", exact: true }).click();
    await tab.getByRole("button", { name: "Remove Zanzibar, newest" }).waitFor();
    assert.deepEqual(await accessibilityFindings(tab), []);
    await tab.getByRole("button", { name: "Remove Zanzibar, newest" }).click();
    await tab.getByRole("button", { name: "Remove Zanzibar, newest" }).waitFor({ state: "detached" });
    await tab.getByRole("button", { name: "Forget all" }).click();
    await tab.getByText("What you searched is erased.").waitFor();
    assert.deepEqual(await remembered(), []);
    quiet("settings");
  });

  it("are not remembered while the switch is off", async () => {
    await askByEnter("zanzibar");
    await tab.goto("/settings");
    const remember = tab.getByRole("switch", { name: "Remember what I search" });
    await remember.click();
    await tab.waitForFunction(async () => !(await (await fetch("/api/v1/searches/recent")).json()).remember);
    assert.deepEqual(await remembered(), []);
    await askByEnter("clause");
    assert.deepEqual(await remembered(), []);
    await tab.goto("/settings");
    assert.equal(await remember.isChecked(), false);
    await remember.click();
    await tab.waitForFunction(async () => (await (await fetch("/api/v1/searches/recent")).json()).remember);
    quiet("switch");
  });

  it("speak German, and fit on a phone", async () => {
    const phone = await openContext(browser, server.url, { viewport: { width: 360, height: 740 }, locale: "de-DE", storageState: await context.storageState() });
    const page = await phone.context.newPage();
    await page.goto("/settings");
    await page.getByRole("heading", { name: "Ihre Suchen" }).waitFor();
    assert.ok(await sidewaysPixels(page) <= 0);
    await page.goto("/?q=zanzibar");
    await page.getByRole("button", { name: "Diese Suche speichern" }).waitFor();
    assert.ok(await sidewaysPixels(page) <= 0);
    assert.deepEqual(phone.faults.splice(0), []);
    await phone.context.close();
  });

  it("can be handed on: an address opens the same list, and the same place of the same file, for whoever signs in", async () => {
    const view = async (page) => ({
      query: await searchField(page).inputValue(),
      hits: await hits(page).allInnerTexts(),
      mode: await page.locator("input[name=mode]:checked").inputValue(),
    });
    await tab.goto('/?q=zanzibar+in:"Papers"&mode=keyword&sort=name');
    await hits().first().waitFor();
    const seen = await view(tab);
    const listAddress = tab.url();
    await hits().first().click();
    await tab.getByRole("heading", { level: 1 }).waitFor();
    const [title, fileAddress] = [await tab.getByRole("heading", { level: 1 }).innerText(), tab.url()];

    const other = await openContext(browser, server.url);
    const page = await other.context.newPage();
    await page.goto(fileAddress);
    await page.waitForURL("**/sign-in?next=**");
    await page.getByLabel("Name").fill(account.name);
    await page.getByLabel("Password", { exact: true }).fill(account.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(fileAddress);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
    await page.goto(listAddress);
    await hits(page).first().waitFor();
    assert.deepEqual(await view(page), seen);
    other.faults.splice(0);  // Before the sign-in the browser reports what was refused.
    await other.context.close();

    await tab.goBack();
    await tab.waitForURL(listAddress);
    assert.deepEqual(await view(tab), seen);
    quiet("handed on");
  });
});
