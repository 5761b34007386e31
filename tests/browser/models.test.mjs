/** The change of models on the settings page: asked for, watched, stopped, undone, erased. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { accessibilityFindings, missing, openHouse, patienceMs, scratchFolder, setUp, sidewaysPixels, waitUntilDone } from "./support/house.mjs";

const name = "multilingual-e5-small";
const twin = "twin-of-e5";
const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache");
const installed = path.join(process.env.ALCOVE_MODELS ?? path.join(cache, "alcove", "models"), name);
const lacking = missing || (existsSync(path.join(installed, "model.json")) ? "" : "the model is not installed");

/** The installed model under two names: to the server two models. */
function writeModels() {
  const models = scratchFolder();
  for (const called of [name, twin]) {
    const folder = path.join(models, called);
    mkdirSync(folder);
    for (const file of ["model.onnx", "tokenizer.bin"]) {
      try {
        linkSync(path.join(installed, file), path.join(folder, file));
      } catch {
        copyFileSync(path.join(installed, file), path.join(folder, file));
      }
    }
    const description = readFileSync(path.join(installed, "model.json"), "utf8");
    writeFileSync(path.join(folder, "model.json"), called === name ? description : JSON.stringify({ ...JSON.parse(description), name: called }));
  }
  return models;
}

describe("the model for meaning", { skip: lacking || false }, () => {
  let house, models, tab, context, faults;

  before(async () => {
    models = writeModels();
    house = await openHouse("Notes", (library) => {
      mkdirSync(library, { recursive: true });
      for (let number = 0; number < 40; number++) writeFileSync(path.join(library, `note-${number}.txt`), `The keeper counted ${number + 1} ships before it was dark.\n`);
    }, { ALCOVE_MODELS: models });
    ({ tab, context, faults } = house);
    await setUp(tab, house.server.link);
    await waitUntilDone(tab);
  });
  after(async () => {
    await house?.close();
    rmSync(models, { recursive: true, force: true });
  });

  const card = () => tab.getByRole("region", { name: "Model for meaning" });
  const row = (model) => card().getByRole("listitem").filter({ hasText: model });
  const choose = async (model, button = `Use ${model}`) => {
    await card().getByRole("button", { name: button }).click();
    const dialog = tab.getByRole("dialog", { name: `Use ${model}?` });
    await dialog.getByText(/are free/).waitFor();
    assert.deepEqual(await accessibilityFindings(tab), []);
    await dialog.getByRole("button", { name: "Use", exact: true }).press("Enter");
    await dialog.waitFor({ state: "hidden" });
  };

  it("says which is in use and which others there are", async () => {
    await tab.goto("/settings");
    await row(name).getByText("In use").waitFor();
    await row(twin).getByText("Installed, not in use").waitFor();
    await row(twin).getByText(/imported/).waitFor();
    assert.equal(await row(name).getByRole("button").count(), 0);
    assert.deepEqual(await accessibilityFindings(tab), []);
    assert.deepEqual(faults.splice(0), []);
  });

  it("is exchanged while the page looks on, and taken back", async () => {
    await choose(twin);
    await row(twin).getByText("In use").waitFor({ timeout: patienceMs });
    await row(name).getByText("Not in use; vectors of 40 documents are kept").waitFor({ timeout: patienceMs });
    assert.deepEqual(await accessibilityFindings(tab), []);
    await choose(name, `Use again: ${name}`);
    await row(name).getByText("In use").waitFor({ timeout: patienceMs });
    await row(twin).getByRole("button", { name: "Erase its vectors" }).click();
    await row(twin).getByText("Installed, not in use").waitFor({ timeout: patienceMs });
    assert.deepEqual(faults.splice(0), []);
  });

  it("is stopped while it is built, and fits a phone", async () => {
    await tab.evaluate(() => fetch("/api/v1/work/pause", { method: "POST" }));
    await choose(twin);
    await row(twin).getByText(/^Being built: 0 of 40 documents$/).waitFor({ timeout: patienceMs });
    await row(twin).getByRole("progressbar").waitFor({ state: "attached" });
    const phone = await context.newPage();
    await phone.setViewportSize({ width: 390, height: 844 });
    await phone.goto("/settings");
    await phone.getByText(/^Being built:/).waitFor({ timeout: patienceMs });
    assert.equal(await sidewaysPixels(phone), 0);
    assert.deepEqual(await accessibilityFindings(phone), []);
    await phone.close();
    await row(twin).getByRole("button", { name: "Stop" }).click();
    await row(twin).getByText("Not in use; vectors of 0 documents are kept").waitFor({ timeout: patienceMs });
    await row(name).getByText("In use").waitFor();
    assert.deepEqual(faults.splice(0), []);
  });
});
