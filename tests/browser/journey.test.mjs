/** A person's way through the page: from the set-up link to the highlighted passage, by keyboard, on a desk and a phone. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, account, missing, openContext, openHouse, root, searchField, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";
import { writeLibrary } from "./support/library.mjs";

describe("the page", { skip: missing || false }, () => {
  let house, library, server, browser, context, faults, tab;

  before(async () => {
    house = await openHouse("Papers", (library) => writeLibrary(library, path.join(root, "samples")));
    ({ library, server, browser, context, faults, tab } = house);
  });
  after(() => house?.close());

  const search = async (query) => {
    await tab.goto("/");
    await searchField(tab).fill(query);
    await searchField(tab).press("Enter");
    await tab.waitForFunction(() => document.activeElement?.matches("a[data-hit]"));
  };
  const quiet = (what) => assert.deepEqual(faults.splice(0), [], what);
  const accessible = async (what) => assert.deepEqual(await accessibilityFindings(tab), [], what);

  it("makes the owner's account by the one-time link and takes the token out of the address", async () => {
    await tab.goto(server.link);
    await tab.getByLabel("Your name").waitFor();
    assert.equal(new URL(tab.url()).hash, "");
    await accessible("set-up");
    await tab.getByRole("button", { name: "Create account" }).click();
    await tab.getByText("Enter a name.").waitFor();
    await setUp(tab, server.link);
    quiet("set-up");
  });

  it("signs out and in again, and says when the password is wrong", async () => {
    await tab.goto("/settings");
    await tab.getByRole("button", { name: "Sign out" }).click();
    await tab.getByRole("heading", { name: "Sign in" }).waitFor();
    await accessible("sign-in");
    quiet("sign-out");
    await tab.getByLabel("Name").fill(account.name);
    await tab.getByLabel("Password", { exact: true }).fill("not the password");
    await tab.getByRole("button", { name: "Sign in" }).click();
    await tab.getByRole("alert").getByText("Name or password is not right.").waitFor();
    faults.splice(0);  // The browser itself reports the refused sign-in.
    await tab.getByLabel("Password", { exact: true }).fill(account.password);
    await tab.getByRole("button", { name: "Sign in" }).click();
    await searchField(tab).waitFor();
    quiet("sign-in");
  });

  it("leads back to where a signed-out person wanted to go", async () => {
    const stranger = await openContext(browser, server.url);
    const other = await stranger.context.newPage();
    await other.goto("/?q=quokka");
    await other.waitForURL("**/sign-in?next=**");
    await other.getByLabel("Name").fill(account.name);
    await other.getByLabel("Password", { exact: true }).fill(account.password);
    await other.getByRole("button", { name: "Sign in" }).click();
    await other.waitForURL("**/?q=quokka");
    await stranger.context.close();
    assert.deepEqual(stranger.faults, []);
  });

  it("shows how the work goes until all is done", async () => {
    await waitUntilDone(tab);
    assert.equal(await tab.locator("[data-tasks=waiting] dd").innerText(), "0");
    await tab.getByText("Live", { exact: true }).waitFor();
    await tab.getByRole("heading", { name: "Workers and their confinement" }).waitFor();
    assert.ok(await tab.getByText("in force").count() > 0, "some confinement is in force");
    await accessible("activity");
    quiet("activity");
  });

  it("finds by keyboard alone and opens the PDF at the page, with the passage highlighted", async () => {
    await tab.goto("/");
    await tab.locator("body").press("/");
    await tab.keyboard.type("zanzibar clause ninety days");
    await tab.locator("a[data-hit]").first().waitFor();
    await tab.getByRole("status").filter({ hasText: /\d+ files? in/ }).waitFor();
    assert.match(tab.url(), /\?q=zanzibar/);
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.activeElement?.matches("a[data-hit]"));
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), "Agreement.pdf");
    assert.match(await tab.locator("article").first().innerText(), /page 4/);
    assert.ok(await tab.locator("article").first().locator("mark").count() > 0, "the snippet is highlighted");
    await accessible("results");
    await tab.keyboard.press("Enter");
    await tab.waitForURL("**/file/**");
    const sheet = tab.locator("[data-page='4'][data-drawn]");
    await sheet.waitFor();
    const box = sheet.locator("[data-box]").first();
    await box.waitFor();
    const frame = await tab.getByRole("region", { name: "Document" }).boundingBox();
    const place = await box.boundingBox();
    assert.ok(place.y >= frame.y && place.y + place.height <= frame.y + frame.height, "the highlighted box is in view");
    const words = await tab.evaluate(() => [...(CSS.highlights.get("alcove-terms") ?? [])].map((range) => range.toString().toLowerCase()));
    assert.ok(words.includes("zanzibar"), `the words are marked in the page: ${words}`);
    assert.equal(await tab.getByLabel("Page", { exact: true }).inputValue(), "4");
    assert.match(await sheet.innerText(), /ninety days of notice/);
    await accessible("PDF");
    await tab.getByText(/Passage \d of \d/).waitFor();
    await tab.keyboard.press("Escape");
    await tab.waitForURL("**/?q=zanzibar**");
    await tab.locator("a[data-hit]").first().waitFor();
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), "Agreement.pdf", "back on the hit that was opened");
    quiet("PDF");
  });

  it("opens a hit of the question that was asked, however fast Enter follows", async () => {
    await search("quokka");
    await searchField(tab).fill("zanzibar clause");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.activeElement?.matches("a[data-hit]"));
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), "Agreement.pdf");
    await tab.keyboard.press("Escape");
    assert.ok(await searchField(tab).evaluate((field) => field === document.activeElement), "Escape leads from a hit to the search field");
    quiet("Enter");
  });

  it("lists what passes a filter, keeps it when the next page fails, and tries again", async () => {
    await search('in:"Papers"');
    assert.match(await tab.locator("article").first().innerText(), /whole file/);
    assert.equal(await tab.getByRole("button", { name: "Why this hit" }).count(), 0, "there is nothing to explain");
    await tab.route("**/api/v1/search/more*", (route) => route.abort());
    await tab.getByRole("button", { name: "Show more results" }).click();
    await tab.getByRole("alert").waitFor();
    assert.equal(await tab.locator("a[data-hit]").count(), 20, "the hits stay");
    faults.splice(0);  // The browser itself reports the request that we broke.
    await tab.unroute("**/api/v1/search/more*");
    await tab.getByRole("button", { name: "Try again" }).click();
    await tab.locator("a[data-hit]").nth(20).waitFor();
    quiet("filter");
  });

  it("draws a page's text where its boxes are", async () => {
    await search("zanzibar clause ninety days");
    await tab.locator("a[data-hit]").first().click();
    const sheet = tab.locator("[data-page='4'][data-drawn]");
    await sheet.waitFor();
    const text = await sheet.getByText(/zanzibar/).first().boundingBox();
    const boxes = await sheet.locator("[data-box]").evaluateAll((all) => all.map((box) => box.getBoundingClientRect().toJSON()));
    assert.equal(await sheet.locator("canvas ~ div:not([data-box]):not([data-bar])").evaluate((layer) => getComputedStyle(layer).mixBlendMode), "multiply", "marks leave the ink black");
    assert.ok(boxes.some((box) => box.top <= text.y + text.height && box.bottom >= text.y && box.left <= text.x + text.width && box.right >= text.x), "a box covers the word");
    quiet("boxes");
  });

  it("opens text at the line, moves through passages, and tells what is known of the file", async () => {
    await search("quokka marigolds");
    assert.match(await tab.locator("article").first().innerText(), /lines? \d+/);
    await tab.locator("a[data-hit]").first().click();
    const here = tab.locator(".alcove-here");
    await here.first().waitFor();
    const line = tab.locator("[data-line='250']");
    await line.waitFor();
    assert.ok(await line.locator("mark").filter({ hasText: /quokka/i }).count() > 0, "the word is marked in its line");
    const frame = await tab.getByRole("region", { name: "Document" }).boundingBox();
    const place = await line.boundingBox();
    assert.ok(place.y >= frame.y - 5 && place.y <= frame.y + frame.height, "the line is in view");
    await accessible("text");
    await tab.getByRole("button", { name: "What is known" }).click();
    await tab.getByRole("dialog").getByText("What was made of it").waitFor();
    await tab.getByRole("dialog").getByText("Notes/Garden diary.txt").waitFor();
    await accessible("what is known");
    await tab.keyboard.press("Escape");
    await tab.getByRole("dialog").waitFor({ state: "hidden" });
    const [download] = await Promise.all([tab.waitForEvent("download"), tab.getByRole("link", { name: "Download" }).click()]);
    assert.equal(download.suggestedFilename(), "Garden diary.txt");
    quiet("text");
  });

  it("marks the passage inside a long line and opens at its words", async () => {
    await search("numbat");
    await tab.locator("a[data-hit]").first().click();
    const mark = tab.locator("[data-passage] mark").filter({ hasText: "numbat" }).first();
    await mark.waitFor();
    const [marked, whole] = await tab.locator("[data-line='1']").evaluate((line) => [line.querySelector("[data-passage]").textContent.length, line.textContent.length]);
    assert.ok(marked < whole / 2, `${marked} of ${whole} letters are marked`);
    const frame = await tab.getByRole("region", { name: "Document" }).boundingBox();
    const place = await mark.boundingBox();
    assert.ok(place.y >= frame.y && place.y + place.height <= frame.y + frame.height, "the word is in view");
    assert.equal(await tab.evaluate(() => window.scrollY), 0, "only the document was scrolled");
    quiet("long line");
  });

  for (const [query, expected, what] of [
    ["pangolin fence", "tr[data-passage] mark", "a table's row"],
    ["axolotl colder water", "p[data-passage] mark", "a Markdown paragraph"],
  ]) {
    it(`shows ${what} highlighted`, async () => {
      await search(query);
      await tab.locator("a[data-hit]").first().click();
      await tab.locator(expected).first().waitFor();
      await accessible(what);
      quiet(what);
    });
  }

  for (const name of ["Rental contract.docx", "Budget 2025.xlsx", "Kick-off beekeeping shop.pptx", "Data protection notes.odt", "Chimney sweep.eml", "price_rules.py", "Bicycle maintenance.html"]) {
    it(`opens ${name} as structured text`, async () => {
      await search(`name:"${name}"`);
      await tab.getByRole("link", { name, exact: true }).click();
      await tab.getByRole("heading", { level: 1, name }).waitFor();
      const text = tab.getByRole("region", { name: "Document" });
      await text.waitFor();
      assert.ok((await text.innerText()).trim().length > 80, "there is text");
      await accessible(name);
      quiet(name);
    });
  }

  it("shows a mail's headers without titles of their own", async () => {
    await search('name:"Chimney sweep.eml"');
    await tab.getByRole("link", { name: "Chimney sweep.eml", exact: true }).click();
    await tab.getByRole("heading", { level: 1, name: "Chimney sweep.eml" }).waitFor();
    await tab.getByRole("term").getByText("From", { exact: true }).waitFor();
    assert.deepEqual(await tab.getByRole("region", { name: "Document" }).getByRole("heading").allInnerTexts(), ["Your appointment on 14 October", "1 attachment"]);
    quiet("mail");
  });

  it("explains a hit, keeps the mode in the address, and goes back by the browser's button", async () => {
    await search("quokka");
    await tab.getByRole("button", { name: "Why this hit" }).first().click();
    await tab.getByText(/run on this machine|word index on this machine/).first().waitFor();
    await tab.getByRole("radio", { name: "Exact words" }).check({ force: true });
    await tab.waitForURL("**mode=keyword**");
    await tab.locator("a[data-hit]").first().waitFor();
    await tab.goBack();
    await tab.waitForURL((url) => !url.searchParams.has("mode"));
    assert.equal(await searchField(tab).inputValue(), "quokka");
    await accessible("reasons");
    quiet("reasons");
  });

  it("says honestly that nothing was found, and clears by Escape", async () => {
    await tab.goto("/?mode=keyword&q=xyzzyplugh");
    await tab.getByRole("heading", { name: "Nothing found" }).waitFor();
    await tab.getByText("0 files").waitFor();
    await accessible("nothing found");
    await searchField(tab).press("Escape");
    await tab.getByRole("heading", { name: "What are you looking for?" }).waitFor();
    await accessible("start");
    quiet("nothing found");
  });

  it("asks again by Enter, and by itself when a new file has been read", async () => {
    await tab.goto("/?q=%22wallaby%20crossing%22&mode=keyword");
    await tab.getByRole("heading", { name: "Nothing found" }).waitFor();
    const asked = tab.waitForRequest("**/api/v1/search*");
    await searchField(tab).press("Enter");
    await asked;
    writeFileSync(path.join(library, "Notes", "Wallaby.txt"), "The wallaby crossing is closed in winter.\n");
    await tab.getByRole("link", { name: "Wallaby.txt" }).waitFor();
    quiet("again");
  });

  it("lists a library's folders and files and opens one", async () => {
    await tab.goto("/libraries");
    await tab.getByRole("link", { name: "Papers" }).waitFor();
    await tab.getByText("Up to date").waitFor();
    await accessible("libraries");
    await tab.getByRole("link", { name: "Papers" }).click();
    await tab.getByRole("link", { name: /Notes/ }).click();
    await tab.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
    await accessible("folder");
    await tab.getByRole("link", { name: "Search in here" }).click();
    const field = searchField(tab);
    await field.waitFor();
    assert.equal(await field.inputValue(), 'in:"Papers/Notes" ');
    assert.ok(await field.evaluate((element) => element === document.activeElement), "words can be typed at once");
    await field.pressSequentially("axolotl");
    await tab.locator("a[data-hit]").filter({ hasText: "Plans.md" }).waitFor();
    await tab.goto("/libraries/1?path=Notes");
    await tab.locator("a[data-entry]").filter({ hasText: "Plans.md" }).click();
    await tab.getByRole("heading", { name: "Pond" }).waitFor();
    quiet("folder");
  });

  it("refuses a folder that is not there, and asks before it forgets a library", async () => {
    await tab.goto("/libraries?add");
    await tab.getByLabel("Folder on this machine").fill("/no/such/folder");
    await tab.getByRole("button", { name: "Add", exact: true }).click();
    await tab.getByRole("alert").waitFor();
    faults.splice(0);  // The browser itself reports the refusal.
    await tab.getByLabel("Folder on this machine").fill("no path");
    await tab.getByRole("button", { name: "Add", exact: true }).click();
    await accessible("adding");
    await tab.getByRole("button", { name: "Cancel" }).click();
    await tab.getByRole("button", { name: "Actions for Papers" }).click();
    await tab.getByRole("menuitem", { name: "Look for changes now" }).click();
    await tab.getByText("Looking through “Papers”.").waitFor();
    await tab.getByRole("button", { name: "Actions for Papers" }).click();
    await tab.getByRole("menuitem", { name: "Remove from Alcove" }).waitFor();
    await accessible("menu");
    await tab.getByRole("menuitem", { name: "Remove from Alcove" }).click();
    await tab.getByRole("dialog").getByText("stay untouched").waitFor();
    await accessible("removing");
    await tab.getByRole("button", { name: "Cancel" }).click();
    quiet("libraries");
  });

  it("pauses and resumes the work", async () => {
    await tab.goto("/activity");
    await tab.getByRole("button", { name: "Pause" }).click();
    await tab.getByRole("heading", { name: "Paused" }).waitFor();
    await accessible("paused");
    await tab.getByRole("button", { name: "Resume" }).click();
    await tab.getByRole("button", { name: "Pause" }).waitFor();
    quiet("pause");
  });

  it("lists this session and changes the appearance", async () => {
    await tab.goto("/settings");
    await tab.getByText("This browser").waitFor();
    await accessible("settings");
    await tab.getByText("Dark", { exact: true }).click();
    await tab.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === "dark");
    const brightness = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
    assert.ok(brightness < 150, "the page is dark");
    for (const address of ["/settings", "/?q=quokka", "/libraries", "/activity"]) {
      await tab.goto(address);
      await tab.getByRole("main").locator("h1").first().waitFor({ state: "attached" });
      await accessible(`dark ${address}`);
    }
    await tab.goto("/settings");
    await tab.getByText("Like the system", { exact: true }).click();
    quiet("settings");
  });

  it("fits a phone without scrolling sideways", async () => {
    const phone = await openContext(browser, server.url, { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true, storageState: await context.storageState() });
    const small = await phone.context.newPage();
    const agreement = new URL(await hrefOf(tab, "zanzibar clause")).pathname;
    for (const address of ["/", "/?q=quokka", "/?q=zanzibar", "/libraries", "/libraries/1", "/activity", "/settings", agreement, "/no/such/page"]) {
      await small.goto(address);
      await small.getByRole("main").locator("h1, h2").first().waitFor({ state: "attached" });
      await small.waitForTimeout(300);
      assert.equal(await sidewaysPixels(small), 0, address);
      assert.ok(await small.getByRole("navigation", { name: "Main" }).isVisible(), `navigation on ${address}`);
      assert.deepEqual(await accessibilityFindings(small), [], `phone ${address}`);
      if (address === "/settings") {
        assert.ok(await small.getByRole("button", { name: /^End the session/ }).first().locator(".mantine-Button-label").evaluate((label) => label.scrollWidth <= label.clientWidth), "the button shows its whole word");
      }
      if (address === agreement) {
        assert.ok((await small.getByRole("toolbar").boundingBox()).height < 72, "the tools of a document take one row");
        await small.getByRole("button", { name: "What is known" }).click();
        await small.getByRole("dialog").waitFor();
      }
    }
    await phone.context.close();
    assert.deepEqual(phone.faults, []);
  });

  async function hrefOf(page, query) {
    await search(query);
    return page.locator("a[data-hit]").first().evaluate((link) => link.href);
  }
});
