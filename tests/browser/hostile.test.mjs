/** Documents that try to run and to call out, looked at in every way the page offers: nothing runs, nobody is called. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { launchBrowser, missing, openContext, scratchFolder, setUp, startBeacon, startServer, waitUntilDone } from "./support/house.mjs";
import { writeHostile } from "./support/library.mjs";

const names = ["Wombat offer.html", "Wombat mail.eml", "Wombat as text.txt", "Wombat code.py", "Wombat drawing.svg"];

describe("hostile documents", { skip: missing || false }, () => {
  let folder, server, beacon, browser, context, faults, tab;
  const ids = new Map();

  before(async () => {
    folder = path.join(scratchFolder(), "Received");
    beacon = await startBeacon();
    writeHostile(folder, beacon.url);
    server = await startServer([folder]);
    browser = await launchBrowser();
    ({ context, faults } = await openContext(browser, server.url));
    tab = await context.newPage();
    await setUp(tab, server.link);
    await waitUntilDone(tab);
    await tab.goto("/libraries/1");
    for (const name of names) {
      const href = await tab.locator("a[data-entry]").filter({ hasText: name }).getAttribute("href");
      ids.set(name, Number(/\d+/.exec(href)[0]));
    }
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await beacon?.stop();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  const harmless = async (page, what) => {
    // Time for what was started to arrive; a refresh, a prefetch and a timer would all be heard by then.
    await page.waitForTimeout(1500);
    assert.deepEqual(beacon.heard, [], `${what}: nobody was called`);
    assert.deepEqual(faults.splice(0).filter((fault) => fault.startsWith("request to")), [], `${what}: no request left`);
    for (const frame of page.frames()) {
      const state = await frame.evaluate(() => ({ ran: globalThis.pwned ?? null, title: document.title })).catch(() => ({ ran: null, title: "" }));
      assert.equal(state.ran, null, `${what}: nothing ran`);
      assert.notEqual(state.title, "pwned", what);
    }
  };

  it("the beacon would hear", async () => {
    await fetch(`${beacon.url}/self-test`);
    assert.deepEqual(beacon.heard.splice(0), ["/self-test"]);
  });

  for (const name of names.filter((name) => !name.endsWith(".svg"))) {
    it(`${name}: shown as plain text in the viewer and in the results`, async () => {
      await tab.goto(`/file/${ids.get(name)}`);
      const text = tab.getByRole("region", { name: "Document" });
      await text.waitFor();
      assert.match(await text.innerText(), /wombat/i);
      assert.equal(await tab.locator("main iframe, main object, main embed, main script, main form[action]").count(), 0, "no markup of the file in the page");
      await harmless(tab, name);
      await tab.goto("/?q=wombat");
      await tab.locator("a[data-hit]").first().waitFor();
      await harmless(tab, `results with ${name}`);
    });
  }

  for (const name of names) {
    it(`${name}: its raw bytes opened directly run and load nothing`, async () => {
      const other = await context.newPage();
      const address = `/api/v1/files/${ids.get(name)}/content`;
      const response = await context.request.get(address);
      const headers = response.headers();
      assert.match(headers["content-security-policy"], /sandbox/);
      assert.match(headers["content-security-policy"], /default-src 'none'/);
      assert.equal(headers["x-content-type-options"], "nosniff");
      // An attachment ends the navigation; a text is shown.
      await other.goto(address).catch((error) => assert.match(error.message, /ERR_ABORTED|Download is starting/));
      await harmless(other, `${name} opened`);
      await other.close();
    });

    it(`${name}: its raw bytes in a frame of our own page run and load nothing`, async () => {
      await tab.goto("/settings");
      await tab.evaluate((address) => {
        const frame = document.createElement("iframe");
        frame.src = address;
        document.body.append(frame);
      }, `/api/v1/files/${ids.get(name)}/content`);
      await harmless(tab, `${name} in a frame`);
    });
  }

  it("the page's own policy allows nothing from elsewhere and no inline script", async () => {
    const policy = (await context.request.get("/")).headers()["content-security-policy"];
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /script-src[^;]*unsafe/);
    await tab.goto("/");
    const blocked = await tab.evaluate((url) => new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => { resolve(event.blockedURI); }, { once: true });
      const picture = new Image();
      picture.src = `${url}/outside`;
    }), beacon.url);
    assert.ok(blocked.startsWith(beacon.url));
    const ran = await tab.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.inlineRan = true";
      document.body.append(script);
      return window.inlineRan === true;
    });
    assert.equal(ran, false);
    assert.deepEqual(beacon.heard, []);
    faults.splice(0);  // The two refusals above.
  });
});
