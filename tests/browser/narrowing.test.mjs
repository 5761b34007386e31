/** What a search's answer says of itself: facets, orders, spelling, what does not fit, and remarks on the query. */
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, missing, openContext, openHouse, root, searchField, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";
import { writeLibrary } from "./support/library.mjs";

describe("narrowing a search", { skip: missing || false }, () => {
  let house, library, server, browser, context, faults, tab;

  before(async () => {
    house = await openHouse("Papers", (library) => writeLibrary(library, path.join(root, "samples")));
    ({ library, server, browser, context, faults, tab } = house);
    await setUp(tab, server.link);
    await waitUntilDone(tab);
  });
  after(() => house?.close());

  const quiet = (what) => assert.deepEqual(faults.splice(0), [], what);
  const side = () => tab.getByRole("complementary", { name: "Narrow down" });
  const hits = (within = tab) => within.locator("a[data-hit]");
  const open = async (address, within = tab) => {
    await within.goto(address);
    await hits(within).first().waitFor();
  };
  /** Answers of /search with something in them that no small library brings about. */
  const pretend = (change) => tab.route("**/api/v1/search?*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: change(await answer.json()) });
  });
  const asItIs = () => tab.unroute("**/api/v1/search?*");

  it("adds a facet's filter to the query, and takes it out again by the facet and by its chip", async () => {
    await open('/?q=in:"Papers"');
    const pdf = side().getByRole("button", { name: /^PDF/ });
    await pdf.waitFor();
    const promised = Number((await pdf.innerText()).match(/\d+$/)[0]);
    await pdf.click();
    await tab.waitForURL((url) => url.searchParams.get("q") === 'in:"Papers" type:pdf');
    await tab.getByText(`${promised} files in`).waitFor();
    assert.equal(await searchField(tab).inputValue(), 'in:"Papers" type:pdf');
    assert.equal(await pdf.getAttribute("aria-pressed"), "true");
    assert.deepEqual(await accessibilityFindings(tab), []);
    await pdf.press("Enter");
    await tab.waitForURL((url) => url.searchParams.get("q") === 'in:"Papers"');
    await side().getByRole("button", { name: /Papers \/ Notes/ }).click();
    await tab.waitForURL((url) => url.searchParams.get("q") === 'in:"Papers" in:"Papers/Notes"');
    await tab.getByRole("button", { name: "Remove the filter Papers / Notes" }).click();
    await tab.waitForURL((url) => url.searchParams.get("q") === 'in:"Papers"');
    await tab.goBack();
    await tab.waitForURL((url) => url.searchParams.get("q").endsWith('in:"Papers/Notes"'));
    quiet("facets");
  });

  it("says where facets are not counted to the end", async () => {
    await pretend((answer) => ({ ...answer, facets: answer.facets && { ...answer.facets, complete: false } }));
    await open('/?q=in:"Papers"');
    await side().getByText(/^at least \d+$/).first().waitFor();
    await side().getByText(/Counted in \d+ documents; there are more/).waitFor();
    await asItIs();
    quiet("incomplete");
  });

  it("puts the hits in another order, which the address keeps", async () => {
    await open('/?q=in:"Papers/Notes"');
    await tab.getByRole("combobox", { name: "Order of the results" }).selectOption("Largest first");
    await tab.waitForURL("**sort=size**");
    await tab.waitForFunction(() => document.querySelector("a[data-hit]")?.textContent === "Garden diary.txt");
    await tab.reload();
    await hits().first().waitFor();
    assert.equal(await hits().first().innerText(), "Garden diary.txt");
    assert.equal(await tab.getByRole("combobox", { name: "Order of the results" }).inputValue(), "size");
    await hits().first().click();
    await tab.getByRole("heading", { level: 1, name: "Garden diary.txt" }).waitFor();
    assert.match(tab.url(), /sort=size/);
    await tab.keyboard.press("Escape");
    await tab.waitForURL((url) => url.pathname === "/" && url.searchParams.get("sort") === "size");
    quiet("order");
  });

  it("says for what it searched instead, and searches as typed when told to", async () => {
    await open("/?q=greenhuose&mode=keyword");
    await tab.getByText("Showing results for").waitFor();
    assert.equal(await tab.getByText("Showing results for").locator("b").innerText(), "greenhouse");
    assert.deepEqual(await accessibilityFindings(tab), []);
    await tab.getByRole("link", { name: "greenhuose" }).click();
    await tab.waitForURL("**correct=false**");
    await tab.getByRole("heading", { name: "Nothing found" }).waitFor();
    await tab.getByText("Did you mean:").getByRole("link", { name: "greenhouse" }).click();
    await tab.waitForURL((url) => url.searchParams.get("q") === "greenhouse" && !url.searchParams.has("correct"));
    await hits().first().waitFor();
    quiet("spelling");
  });

  it("shows a mistake where it stands in the query", async () => {
    await open("/?q=garden%20before:nevar%20day");
    const note = tab.getByRole("list", { name: "Notes on this search" }).getByRole("listitem");
    await note.getByText(/is no date/).waitFor();
    await note.getByRole("button").click();
    const [start, end] = await searchField(tab).evaluate((field) => [field.selectionStart, field.selectionEnd]);
    assert.equal((await searchField(tab).inputValue()).slice(start, end), "before:nevar");
    assert.deepEqual(await accessibilityFindings(tab), []);
    quiet("mistake");
  });

  it("says calmly that nothing fits, and draws a line above what fits less", async () => {
    await pretend((answer) => ({ ...answer, nothing_fits: true, hits: answer.hits.map((hit) => ({ ...hit, weak: true })) }));
    await open("/?q=garden");
    await tab.getByText("Nothing found that really fits.").waitFor();
    await tab.getByText("These are the nearest:").waitFor();
    assert.equal(await tab.getByRole("heading", { name: "Less likely to fit" }).count(), 0);
    assert.deepEqual(await accessibilityFindings(tab), []);
    await asItIs();
    await pretend((answer) => ({ ...answer, hits: answer.hits.slice(0, 4).map((hit, at) => ({ ...hit, weak: at !== 0 && at !== 2 })) }));
    await open("/?q=garden%20day");
    const below = tab.getByRole("list", { name: "Less likely to fit" });
    await below.waitFor();
    assert.equal(await below.locator("a[data-hit]").count(), 1, "the line is drawn where only weak hits follow");
    await searchField(tab).press("Enter");
    await tab.waitForFunction(() => document.activeElement?.matches("a[data-hit]"));
    for (let step = 0; step < 3; step += 1) await tab.keyboard.press("j");
    assert.ok(await below.locator("a[data-hit]").evaluate((link) => link === document.activeElement), "keys go on below the line");
    assert.deepEqual(await accessibilityFindings(tab), []);
    await asItIs();
    quiet("nothing fits");
  });

  it("folds nearly identical files under the best of them", async () => {
    await pretend((answer) => ({
      ...answer,
      hits: answer.hits.slice(0, 1).map((hit) => ({ ...hit, near_identical_count: 25, near_identical: [{ file_id: 1, library: "Papers", path: "Drafts/Garden diary.odt" }] })),
    }));
    await open("/?q=garden");
    await tab.getByRole("button", { name: "25 nearly identical files" }).click();
    await tab.getByRole("link", { name: "Papers / Drafts / Garden diary.odt" }).waitFor();
    await tab.getByText("1 of 25 are listed.").waitFor();
    assert.deepEqual(await accessibilityFindings(tab), []);
    await asItIs();
    quiet("nearly identical");
  });

  it("lists documents like the one that is open, when asked to, and opens one", async () => {
    await open('/?q=name:"Rental contract.docx"');
    await hits().first().click();
    await tab.getByRole("heading", { level: 1, name: "Rental contract.docx" }).waitFor();
    const asked = tab.waitForRequest("**/similar*");
    await tab.getByRole("button", { name: "Similar documents" }).click();
    await asked;
    const panel = tab.getByRole("dialog", { name: "Similar documents" });
    const first = panel.getByRole("listitem").getByRole("link").first();
    await first.waitFor();
    const name = await first.innerText();
    assert.notEqual(name, "Rental contract.docx");
    assert.deepEqual(await accessibilityFindings(tab), []);
    await first.click();
    await tab.getByRole("heading", { level: 1, name }).waitFor();
    await panel.waitFor({ state: "hidden" });
    quiet("similar");
  });

  it("says whose word a date is", async () => {
    await open('/?q=name:"Chimney sweep.eml"');
    await tab.locator("article").first().getByText(/^written /).waitFor();
    await open('/?q=name:"Costs.csv"');
    await tab.locator("article").first().getByText(/^changed /).waitFor();
    quiet("dates");
  });

  it("speaks German where the server gives a reason in English", async () => {
    const german = await openContext(browser, server.url, { locale: "de-DE", storageState: await context.storageState() });
    const other = await german.context.newPage();
    await open("/?q=garden%20before:nevar%20OR", other);
    const notes = other.getByRole("list", { name: "Hinweise zu dieser Suche" });
    await notes.getByText(/„nevar“ ist kein Datum/).waitFor();
    await notes.getByText(/„OR“ braucht auf beiden Seiten etwas/).waitFor();
    await other.getByRole("complementary", { name: "Eingrenzen" }).getByRole("heading", { name: "Sprache" }).waitFor();
    assert.deepEqual(await accessibilityFindings(other), []);
    await german.context.close();
    assert.deepEqual(german.faults, []);
  });

  it("offers the facets in a sheet on a phone", async () => {
    const phone = await openContext(browser, server.url, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, storageState: await context.storageState() });
    const small = await phone.context.newPage();
    await open('/?q=in:"Papers"', small);
    assert.equal(await small.getByRole("complementary").count(), 0);
    await small.getByRole("button", { name: "Filters (1)" }).tap();
    const sheet = small.getByRole("dialog", { name: "Narrow down" });
    await sheet.getByRole("button", { name: /^PDF/ }).waitFor();
    assert.deepEqual(await accessibilityFindings(small), []);
    await sheet.getByRole("button", { name: /^PDF/ }).tap();
    await small.waitForURL((url) => url.searchParams.get("q").endsWith("type:pdf"));
    await sheet.getByRole("button", { name: "Show results" }).tap();
    await sheet.waitFor({ state: "hidden" });
    assert.equal(await small.getByRole("button", { name: /^Remove the filter/ }).count(), 2);
    assert.equal(await sidewaysPixels(small), 0);
    await small.getByRole("button", { name: "Filters (2)" }).tap();
    await small.keyboard.press("Escape");
    await sheet.waitFor({ state: "hidden" });
    await phone.context.close();
    assert.deepEqual(phone.faults, []);
  });
});
