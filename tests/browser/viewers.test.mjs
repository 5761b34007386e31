/** What lies inside files, and the view of each kind of content. What no reader makes yet is put into the server's answers. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, missing, openContext, openHouse, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";
import { writeInner } from "./support/library.mjs";

describe("the viewers", { skip: missing || false }, () => {
  let house, library, server, browser, context, faults, tab;

  before(async () => {
    house = await openHouse("Society", writeInner);
    ({ library, server, browser, context, faults, tab } = house);
    await setUp(tab, server.link);
    await waitUntilDone(tab);
    faults.splice(0);
  });
  after(() => house?.close());

  const search = async (query) => {
    await tab.goto(`/?mode=keyword&q=${encodeURIComponent(query)}`);
    await tab.locator("a[data-hit]").first().waitFor();
  };
  const open = async (name) => {
    await search(`name:"${name}"`);
    await tab.getByRole("link", { name, exact: true }).first().click();
    await tab.getByRole("heading", { level: 1, name }).waitFor();
  };
  const entry = (name) => tab.locator("a[data-entry]").filter({ hasText: name });
  const document_ = () => tab.getByRole("region", { name: "Document" });
  const quiet = (what) => assert.deepEqual(faults.splice(0), [], what);
  const accessible = async (what) => assert.deepEqual(await accessibilityFindings(tab), [], what);
  const marked = (name) => tab.evaluate((highlight) => [...(CSS.highlights.get(highlight) ?? [])].map((range) => range.toString()), name);
  const inView = async (locator, what) => {
    const frame = await document_().boundingBox();
    const place = await locator.boundingBox();
    assert.ok(place.y >= frame.y - 2 && place.y + place.height <= frame.y + frame.height + 2, what);
  };

  it("names an attachment and the mail it came with, and opens it at the page", async () => {
    await search("echidna dome");
    const hit = tab.locator("article").first();
    assert.equal(await hit.locator("a[data-hit]").innerText(), "Dome offer.pdf");
    assert.match(await hit.innerText(), /attachment in Offer\.eml/);
    assert.match(await hit.innerText(), /page 2/);
    await accessible("hit inside a mail");
    await hit.locator("a[data-hit]").click();
    await tab.waitForURL("**/file/*part=*");
    await tab.locator("[data-page='2'][data-drawn] [data-box]").first().waitFor();
    await inView(tab.locator("[data-page='2'] [data-box]").first(), "the passage is in view");
    // The address is enough: it can be shared.
    const address = tab.url();
    const other = await context.newPage();
    await other.goto(address);
    await other.locator("[data-page='2'][data-drawn] [data-box]").first().waitFor();
    await other.close();
    await tab.getByRole("navigation", { name: "Where it lies" }).getByRole("link", { name: "Offer.eml" }).click();
    await tab.getByRole("heading", { name: "The observatory" }).waitFor();
    quiet("attachment");
  });

  it("shows a mail with its headers and its attachments as cards", async () => {
    await open("Offer.eml");
    const terms = await tab.getByRole("term").allInnerTexts();
    assert.deepEqual(terms.slice(0, 3), ["From", "To", "Copy to"]);
    await tab.getByText("please find the kookaburra offer attached.").waitFor();
    await tab.getByRole("heading", { name: "2 attachments" }).waitFor();
    const [download] = await Promise.all([tab.waitForEvent("download"), tab.getByRole("link", { name: "Download hours.csv" }).click()]);
    assert.equal(download.suggestedFilename(), "hours.csv");
    await accessible("mail");
    await tab.getByRole("link", { name: "hours.csv", exact: true }).click();
    await tab.getByRole("cell", { name: "Tuesday" }).waitFor();
    await tab.keyboard.press("Backspace");
    await tab.getByRole("heading", { level: 1, name: "Offer.eml" }).waitFor();
    quiet("mail");
  });

  it("walks through an archive's folders by keyboard, and into an archive inside", async () => {
    await open("Old papers.zip");
    await entry("2019").waitFor();
    await accessible("archive");
    await tab.waitForFunction(() => document.activeElement?.hasAttribute("data-entry"));
    await tab.keyboard.press("Enter");
    await tab.waitForURL("**folder=2019**");
    await entry("minutes").click();
    await entry("March.md").waitFor();
    await tab.getByRole("navigation", { name: "Inside the archive" }).getByRole("link", { name: "minutes" }).waitFor();
    await tab.waitForFunction(() => document.activeElement?.hasAttribute("data-entry"));
    await tab.keyboard.press("Backspace");
    await entry("inner.zip").click();
    await tab.getByRole("heading", { level: 1, name: "inner.zip" }).waitFor();
    await entry("deep").click();
    await entry("secret.txt").click();
    await tab.getByText("The thylacine file was moved.").waitFor();
    assert.deepEqual(await tab.getByRole("navigation", { name: "Where it lies" }).getByRole("link").allInnerTexts(), ["Society", "Old papers.zip", "2019", "inner.zip", "deep"]);
    await accessible("member");
    quiet("archive");
  });

  it("lists an archive's members of all its folders by their names", async () => {
    await open("Old papers.zip");
    await tab.getByRole("region", { name: "Document" }).press("/");
    const filter = tab.getByRole("textbox", { name: "Filter by name" });
    assert.ok(await filter.evaluate((element) => element === document.activeElement), "/ leads to the filter");
    await filter.fill("minutes ma");
    await tab.locator("a[data-entry]").filter({ hasText: "March.md" }).waitFor();
    await tab.waitForFunction(() => document.querySelectorAll("a[data-entry]").length === 1);
    assert.match(await tab.getByRole("listitem").filter({ hasText: "March.md" }).innerText(), /2019 \/ minutes/);
    await accessible("filtered archive");
    await filter.fill("zzz");
    await tab.getByRole("heading", { name: "No name fits" }).waitFor();
    await filter.press("Escape");
    await tab.locator("a[data-entry]").filter({ hasText: "2019" }).waitFor();
    quiet("filtered archive");
  });

  it("draws a picture in the window, and in its own size when asked to", async () => {
    await open("Photo.png");
    const picture = tab.getByRole("img", { name: "Photo.png" });
    await tab.waitForFunction(() => document.querySelector("img[alt='Photo.png']")?.complete);
    const frame = await tab.getByRole("region", { name: "Document" }).boundingBox();
    const fitted = await picture.boundingBox();
    assert.ok(fitted.width <= frame.width && fitted.height <= frame.height, "the whole picture is in view");
    await accessible("picture");
    await tab.getByRole("button", { name: "Show in its own size" }).click();
    assert.equal((await picture.boundingBox()).width, 1800);
    await tab.getByRole("button", { name: "Fit the window" }).click();
    assert.equal((await picture.boundingBox()).width, fitted.width);
    await accessible("picture");
    quiet("picture");
  });

  it("opens a member at its passage and says what it lies in", async () => {
    await search("bandicoot motion");
    assert.match(await tab.locator("article").first().innerText(), /March\.md\s+in the archive Old papers\.zip › 2019 › minutes/);
    await tab.locator("a[data-hit]").first().click();
    await tab.locator("[data-passage] mark").filter({ hasText: "bandicoot" }).first().waitFor();
    quiet("member");
  });

  it("names the part of a problem", async () => {
    await tab.goto("/activity");
    await tab.getByRole("tab", { name: /Skipped/ }).click();
    const group = tab.getByRole("button", { name: /no reader|no text/i }).filter({ hasText: /1 file|files/ });
    await group.first().waitFor();
    for (const one of await group.all()) await one.click();
    await accessible("problems");
    const link = tab.getByRole("link", { name: "blob.bin" }).first();
    await link.waitFor();
    assert.match(await tab.getByRole("listitem").filter({ has: link }).last().innerText(), /in Old papers\.zip/);
    quiet("problem");
  });

  it("shows source code coloured, at the lines that were found", async () => {
    await search("cassowary");
    await tab.locator("a[data-hit]").first().click();
    const line = tab.locator("[data-line]").filter({ hasText: "def find_cassowary" });
    await line.waitFor();
    await inView(line, "the line is in view");
    assert.ok(await tab.locator("[data-passage] mark").count() > 0, "words are marked");
    await tab.waitForFunction(() => document.querySelectorAll("code span[class]").length > 10);
    assert.ok(await tab.locator("[data-line]").count() < 200, "only lines near the view are drawn");
    await accessible("code");
    quiet("code");
  });

  it("shows a table with marks that stay, the hit's cell, and moves through cells", async () => {
    await search("potoroo crate");
    await tab.locator("a[data-hit]").first().click();
    const cell = tab.getByRole("cell", { name: "Potoroo crate" });
    await cell.waitFor();
    await inView(cell, "the cell is in view");
    assert.ok(await cell.evaluate((one) => one.hasAttribute("data-hit")), "the cell is marked");
    assert.ok(await tab.getByRole("row").count() < 120, "only rows near the view are drawn");
    await inView(tab.getByRole("columnheader", { name: "B", exact: true }), "the columns' marks stay in view");
    await inView(tab.getByRole("cell", { name: "Name", exact: true }), "the titles stay in view");
    await accessible("table");
    await document_().focus();
    await tab.keyboard.press("ArrowRight");
    await tab.getByRole("status").getByText("C4202").waitFor();
    quiet("table");
  });

  it("finds within a document by /, counts, and goes on by Enter", async () => {
    await open("Stock.csv");
    await tab.getByRole("cell", { name: "Item 1", exact: true }).waitFor();
    await document_().focus();
    await tab.keyboard.press("/");
    await tab.keyboard.type("shelf 39");
    await tab.getByRole("status").getByText("1 of 150").waitFor();
    await tab.waitForFunction(() => [...(CSS.highlights.get("alcove-find-here") ?? [])].length === 1);
    await tab.keyboard.press("Shift+Enter");
    await tab.getByRole("status").getByText("150 of 150").waitFor();
    await tab.getByRole("cell", { name: "Item 6000", exact: true }).waitFor();
    await tab.waitForFunction(() => [...(CSS.highlights.get("alcove-find-here") ?? [])].some((range) => range.toString() === "Shelf 39"));
    assert.ok((await marked("alcove-find")).length > 0);
    await accessible("finding");
    await tab.keyboard.press("Escape");
    assert.equal(await tab.getByRole("textbox", { name: "Find in the document" }).inputValue(), "");
    await tab.getByRole("heading", { level: 1, name: "Stock.csv" }).waitFor();
    quiet("find");
  });

  it("finds in code and in a PDF, too; Ctrl+F leads to the page's own field first", async () => {
    await open("tools.py");
    await tab.locator("[data-line='1']").waitFor();
    await tab.keyboard.press("Control+f");
    await tab.keyboard.type("cassowary\"]");
    await tab.getByRole("status").getByText("1 of 1").waitFor();
    await inView(tab.locator("[data-line]").filter({ hasText: 'name == "cassowary"' }), "the line is in view");
    await open("Offer.eml");
    await tab.getByRole("link", { name: "Dome offer.pdf", exact: true }).click();
    await tab.locator("[data-page='1'][data-drawn]").waitFor();
    await tab.keyboard.press("/");
    await tab.keyboard.type("thousand crow");
    await tab.getByRole("status").getByText("1 of 1").waitFor();
    await tab.waitForFunction(() => [...(CSS.highlights.get("alcove-find") ?? [])].some((range) => range.toString() === "thousand crow"));
    quiet("find in code");
  });

  it("goes from hit to hit by n and p and by buttons, and back to the list at that hit", async () => {
    await search("papers observatory cassowary");
    const names = await tab.locator("a[data-hit]").allInnerTexts();
    assert.ok(names.length >= 3, names.join());
    await tab.locator("a[data-hit]").first().click();
    const title = tab.getByRole("heading", { level: 1 });
    await tab.getByText(`Hit 1 of ${names.length}`).waitFor();
    await tab.keyboard.press("Shift+N");
    await tab.getByText(`Hit 2 of ${names.length}`).waitFor();
    assert.equal(await title.innerText(), names[1]);
    await tab.getByRole("button", { name: "Next hit" }).click();
    await tab.getByText(`Hit 3 of ${names.length}`).waitFor();
    await tab.keyboard.press("Shift+P");
    await tab.getByText(`Hit 2 of ${names.length}`).waitFor();
    await accessible("hits");
    await tab.keyboard.press("Escape");
    await tab.locator("a[data-hit]").first().waitFor();
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), names[1]);
    quiet("hits");
  });

  /** The server's own answers about a file of ours, changed. */
  const pretend = async (type, blocks) => {
    // One that can be read: the numbers of files are in no order.
    const file = await (await context.request.get("/api/v1/files/by-path?path=Society:Offer.eml")).json();
    await tab.route(/\/api\/v1\/files\/\d+(\?.*)?$/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), type, parts: [], part_count: 0 } });
    });
    await tab.route(/\/api\/v1\/files\/\d+\/text/, async (route) => {
      const asked = new URL(route.request().url()).searchParams;
      const from = Number(asked.get("blocks_offset") ?? 0);
      const limit = Number(asked.get("blocks_limit") ?? 1000);
      await route.fulfill({ json: { file_id: 1, state: "ready", blocks: blocks.slice(from, from + limit).map((block) => ({ level: 0, starts_paragraph: true, ...block })), blocks_offset: from, block_count: blocks.length, passages: [], passages_offset: 0, passage_count: 0, notes: [], page_count: 0, page_ratios: [] } });
    });
    await tab.goto(`/file/${file.id}`);
  };
  const asItIs = () => tab.unrouteAll({ behavior: "wait" });

  it("lists a book's chapters beside the text", async () => {
    const place = (chapter, heading) => ({ kind: "chapter", chapter, heading });
    await pretend("epub", [1, 2, 3].flatMap((number) => [
      { kind: "heading", level: 1, text: `Chapter ${number}: The lamp`, place: place(number, `Chapter ${number}: The lamp`) },
      ...Array.from({ length: 30 }, (_, at) => ({ kind: "paragraph", text: `Paragraph ${at + 1} of chapter ${number}. The ${number === 3 && at === 20 ? "lantern" : "lamp"} was lit again.`, place: place(number, "") })),
    ]));
    await tab.getByRole("button", { name: "Chapter 2: The lamp" }).first().click();
    await tab.getByText("Paragraph 1 of chapter 2.").waitFor();
    await accessible("book");
    await tab.keyboard.press("/");
    await tab.keyboard.type("lantern");
    await tab.getByText("Paragraph 21 of chapter 3.").waitFor();
    await tab.waitForFunction(() => [...(CSS.highlights.get("alcove-find-here") ?? [])].length === 1);
    await inView(tab.getByText("Paragraph 21 of chapter 3."), "what was found is in view");
    await tab.setViewportSize({ width: 390, height: 780 });
    await tab.getByRole("combobox", { name: "Chapters" }).selectOption("0");
    await tab.getByText("Paragraph 1 of chapter 1.").waitFor();
    assert.equal(await sidewaysPixels(tab), 0);
    await accessible("book on a phone");
    await tab.setViewportSize({ width: 1280, height: 860 });
    await asItIs();
    quiet("book");
  });

  it("marks hidden sheets, keeps remarks with their cell, and sets notes of slides, times, fields and comments apart", async () => {
    const cell = (sheet, cells, hidden = false) => ({ kind: "cell", sheet, cells, hidden });
    await pretend("xlsx", [
      { kind: "heading", text: "Plan", place: { kind: "cell", sheet: "Plan" } }, { kind: "table_row", text: "Rent\t900", place: cell("Plan", "B2:C2") }, { kind: "comment", text: "Since May", place: cell("Plan", "C2") },
      { kind: "heading", text: "Drafts", place: { kind: "cell", sheet: "Drafts", hidden: true } }, { kind: "table_row", text: "old", place: cell("Drafts", "A1", true) },
    ]);
    await tab.getByRole("cell", { name: "900" }).click();
    await tab.getByRole("status").getByText("Since May").waitFor();
    await tab.getByRole("tab", { name: /Drafts\s*Hidden/ }).waitFor();
    await accessible("workbook");
    await asItIs();
    await pretend("pptx", [
      { kind: "heading", level: 1, text: "Welcome", place: { kind: "slide", slide: 1 } }, { kind: "list_item", text: "A point", place: { kind: "slide", slide: 1 } }, { kind: "note", text: "Smile.", place: { kind: "slide", slide: 1 } },
      { kind: "heading", level: 1, text: "Spare", place: { kind: "slide", slide: 2, hidden: true } },
    ]);
    await tab.getByRole("region", { name: "Slide 1" }).getByText("Smile.").waitFor();
    await tab.getByRole("region", { name: "Slide 2" }).getByText("Hidden").waitFor();
    await accessible("slides");
    await asItIs();
    await pretend("subtitles", [{ kind: "line", text: "Good evening.", place: { kind: "time", start_ms: 65_000, end_ms: 68_000 } }, { kind: "line", text: "Good night.", place: { kind: "time", start_ms: 3_700_000, end_ms: 3_702_000 } }]);
    await tab.getByText("1:05–1:08").waitFor();
    await tab.getByText("1:01:40–1:01:42").waitFor();
    await accessible("subtitles");
    await asItIs();
    await pretend("docx", [{ kind: "paragraph", text: "Dear reader,", place: { kind: "paragraph", paragraph_first: 1, paragraph_last: 1 } }, { kind: "form_field", text: "Name: Ada", place: { kind: "document" } }, { kind: "comment", text: "Who?", place: { kind: "document" } }]);
    await tab.getByRole("list", { name: "Form fields" }).getByText("Name: Ada").waitFor();
    await tab.getByText("Who?").waitFor();
    await accessible("fields");
    await asItIs();
    quiet("kinds");
  });

  it("fits a phone", async () => {
    const phone = await openContext(browser, server.url, { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, storageState: await context.storageState() });
    const small = await phone.context.newPage();
    await search("echidna dome");
    const hit = await tab.locator("a[data-hit]").first().evaluate((link) => link.href);
    await open("Old papers.zip");
    const archive = tab.url();
    await open("Stock.csv");
    for (const address of ["/?q=echidna%20dome", hit, archive, tab.url()]) {
      await small.goto(address);
      await small.getByRole("main").locator("h1, h2").first().waitFor({ state: "attached" });
      await small.waitForTimeout(500);
      assert.equal(await sidewaysPixels(small), 0, address);
      assert.deepEqual(await accessibilityFindings(small), [], `phone ${address}`);
    }
    await small.getByRole("button", { name: "Find in the document" }).click();
    const field = small.getByRole("textbox", { name: "Find in the document" });
    assert.ok(await field.evaluate((element) => element === document.activeElement), "words can be typed at once");
    await field.fill("potoroo");
    await small.getByRole("status").getByText("1 of 1").waitFor();
    await phone.context.close();
    assert.deepEqual(phone.faults, []);
    faults.splice(0);
  });
});
