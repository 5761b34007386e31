import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../services/errors";
import type { SearchQuestion } from "../services/searches";

const server = vi.hoisted(() => ({ remembered: [] as string[], fails: false, gone: false }));
vi.mock("../services/searches", () => ({
  listRecentSearches: () => Promise.resolve({ remember: true, searches: [{ id: 1, query: "roof" }, { id: 2, query: "rent" }] }),
  listSavedSearches: () => Promise.resolve([{ id: 5, name: "b" }, { id: 4, name: "A" }]),
  rememberSearch: ({ query }: SearchQuestion) => {
    if (server.fails) return Promise.reject(new Error("no"));
    server.remembered.push(query);
    return Promise.resolve();
  },
  forgetSearch: () => (server.gone ? Promise.reject(new ApiError(404, "not_found", "")) : Promise.resolve()),
  forgetSearches: () => Promise.resolve(),
  setSearchMemory: () => Promise.resolve(),
  saveSearch: (name: string, question: SearchQuestion) => Promise.resolve({ id: 9, name, ...question }),
  renameSavedSearch: (id: number, name: string) => Promise.resolve({ id, name }),
  removeSavedSearch: () => Promise.reject(new ApiError(503, "overloaded", "")),
}));
const { useSearches } = await import("./searches");
const { useSession } = await import("./session");
const question = (query: string, mode: SearchQuestion["mode"] = "hybrid"): SearchQuestion => ({ query, mode, sort: "relevance" });
const store = () => useSearches.getState();
const names = () => store().saved.map((one) => one.name);

describe("the account's searches", () => {
  beforeEach(async () => {
    server.remembered = [];
    server.fails = false;
    server.gone = false;
    await store().forgetAll();
    await store().load();
  });

  it("are listed, the saved ones by name", () => {
    expect(names()).toEqual(["A", "b"]);
    expect(store().recent.length).toBe(2);
    expect(store().remember).toBe(true);
  });

  it("are noted once in a row, and again when noting failed", async () => {
    await store().note(question("roof"));
    await store().note(question("roof"));
    await store().note(question("roof", "meaning"));
    await store().note(question("", "meaning"));
    expect(server.remembered).toEqual(["roof", "roof"]);
    server.fails = true;
    await store().note(question("rent"));
    server.fails = false;
    await store().note(question("rent"));
    expect(server.remembered).toEqual(["roof", "roof", "rent"]);
  });

  it("can be noted anew after they were erased", async () => {
    await store().note(question("roof"));
    await store().forgetAll();
    await store().note(question("roof"));
    expect(server.remembered).toEqual(["roof", "roof"]);
    expect(store().recent).toEqual([]);
  });

  it("vanish one by one, also when another tab was first", async () => {
    server.gone = true;
    await store().forget(1);
    expect(store().recent.map((one) => one.id)).toEqual([2]);
  });

  it("are all gone when remembering is switched off", async () => {
    await store().setRemember(false);
    expect(store().recent).toEqual([]);
    expect(store().remember).toBe(false);
  });

  it("are saved and renamed in their place", async () => {
    await store().save("aa", question("roof"));
    expect(names()).toEqual(["A", "aa", "b"]);
    await store().rename(4, "z");
    expect(names()).toEqual(["aa", "b", "z"]);
  });

  it("are gone from the page when their account signs out", async () => {
    await store().note(question("roof"));
    useSession.setState({ state: { version: "", setup_needed: false, signed_in: false } });
    expect([store().saved, store().recent, store().remember]).toEqual([[], [], undefined]);
    await store().note(question("roof"));
    expect(server.remembered).toEqual(["roof", "roof"]);
  });

  it("stay when the server did not remove them", async () => {
    await expect(store().remove(5)).rejects.toThrow();
    expect(names()).toEqual(["A", "b"]);
  });
});
