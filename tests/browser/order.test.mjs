/** What could not be done and is tried again, what vanished and is erased, and all of it in the page's language. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, missing, openContext, openHouse, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";

describe("the house's order", { skip: missing || false }, () => {
  let house, tab;

  before(async () => {
    house = await openHouse("Papers", (library) => {
      mkdirSync(library, { recursive: true });
      writeFileSync(path.join(library, "kept.txt"), "The wombat keeps the accounts of the society.\n");
      writeFileSync(path.join(library, "gone.txt"), "The numbat wrote a letter that nobody answered.\n");
      for (const name of ["plan.pdf", "offer.pdf"]) writeFileSync(path.join(library, name), `%PDF-1.7\nnothing of a document but its name: ${name}\n`);
    });
    tab = house.tab;
    await setUp(tab, house.server.link);
    await waitUntilDone(tab);
  });
  after(() => house?.close());

  const germanTab = async () => {
    const { context, faults } = await openContext(house.browser, house.server.url, { locale: "de-AT", storageState: await house.context.storageState() });
    return { tab: await context.newPage(), close: async () => { await context.close(); assert.deepEqual(faults, []); } };
  };

  it("groups what failed by its reason, and tries one file again", async () => {
    await tab.goto("/activity");
    const group = tab.getByRole("button", { name: /cannot be opened.*2 files/ });
    await group.focus();
    await tab.keyboard.press("Enter");
    await tab.getByRole("link", { name: "plan.pdf" }).waitFor();
    assert.deepEqual(await accessibilityFindings(tab), [], "a reason with its files");
    const again = tab.getByRole("button", { name: "Try again: plan.pdf" });
    await again.focus();
    const asked = tab.waitForResponse((response) => /\/files\/\d+\/retry$/.test(response.url()));
    await tab.keyboard.press("Enter");
    assert.equal((await asked).status(), 204);
    await tab.getByRole("status").getByText("“plan.pdf” waits again.").waitFor();
    await tab.getByRole("button", { name: "Try all of them again" }).click();
    await tab.getByRole("status").getByText("They wait again.").waitFor();
    await waitUntilDone(tab);
  });

  it("says in German why files failed", async () => {
    const german = await germanTab();
    await german.tab.goto("/activity");
    await german.tab.getByRole("button", { name: /Sie ist beschädigt und lässt sich nicht lesen.*2 Dateien/ }).click();
    await german.tab.getByRole("link", { name: "offer.pdf" }).click();
    await german.tab.getByText("Sie ist beschädigt und lässt sich nicht lesen.").first().waitFor();
    assert.equal(await german.tab.getByText("damaged").count(), 0);
    await german.tab.goto(`/?q=${encodeURIComponent("wombat size:huge lang:klingon")}`);
    await german.tab.getByText("„huge“ ist keine Größe").waitFor();
    await german.tab.getByText("Eine Sprache „klingon“ ist nicht bekannt").waitFor();
    await german.close();
  });

  it("tells how much is kept of vanished files, asks, and erases it", async () => {
    await tab.goto("/settings");
    await tab.getByText("Nothing is kept of files that are gone.").waitFor();
    assert.ok(await tab.getByRole("button", { name: "Erase now…" }).isDisabled());
    rmSync(path.join(house.library, "gone.txt"));
    const kept = tab.getByText("1 file that is gone is still kept in mind, with what was read from 1 content.");
    for (let tries = 0; tries < 30 && (await kept.count()) === 0; ++tries) {
      await tab.waitForTimeout(500);
      await tab.reload();
      await tab.getByRole("heading", { name: "Files that are gone" }).waitFor();
      await tab.waitForTimeout(300);
    }
    const button = tab.getByRole("button", { name: "Erase now…" });
    await button.focus();
    await tab.keyboard.press("Enter");
    const dialog = tab.getByRole("dialog", { name: "Erase what is kept?" });
    await dialog.waitFor();
    assert.deepEqual(await accessibilityFindings(tab), [], "the question");
    await tab.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await button.evaluate((element) => element === document.activeElement), true, "the focus is back where it was");
    await tab.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Erase", exact: true }).click();
    await tab.getByRole("status").getByText("Erased: what was kept of 1 file and 1 content.").waitFor();
    await tab.getByText("Nothing is kept of files that are gone.").waitFor();
    assert.deepEqual(await accessibilityFindings(tab), [], "settings");
    assert.equal(await sidewaysPixels(tab), 0);
  });

  it("says in German that a library's folder is away", async () => {
    const german = await germanTab();
    const away = `${house.library} away`;
    renameSync(house.library, away);
    try {
      await german.tab.goto("/libraries");
      await german.tab.getByRole("button", { name: "Aktionen für Papers" }).click();
      await german.tab.getByRole("menuitem", { name: "Jetzt nach Änderungen suchen" }).click();
      await german.tab.getByText(/^Der Ordner .*Papers lässt sich nicht öffnen\. Seine Dateien bleiben gemerkt/).waitFor();
    } finally {
      renameSync(away, house.library);
    }
    await german.close();
  });
});
