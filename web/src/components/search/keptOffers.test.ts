import { describe, expect, it } from "vitest";
import type { RecentSearch, SavedSearch, SearchQuestion } from "../../services/searches";
import { keptOffers } from "./keptOffers";

const saved = (id: number, name: string, query: string, more: Partial<SavedSearch> = {}): SavedSearch =>
  ({ id, name, query, mode: "hybrid", sort: "relevance", saved: "2026-01-01T00:00:00Z", ...more });
const recent = (id: number, query: string, more: Partial<RecentSearch> = {}): RecentSearch =>
  ({ id, query, mode: "hybrid", sort: "relevance", asked: "2026-01-01T00:00:00Z", ...more });

describe("what an empty field offers", () => {
  const asked: SearchQuestion[] = [];
  const forgotten: number[] = [];
  const offers = keptOffers(
    [saved(1, "Roof", "roof type:pdf", { mode: "meaning", sort: "newest" }), saved(2, "rent", "rent")],
    [recent(7, "rent"), recent(8, "rent", { sort: "oldest" }), recent(9, "gutter")],
    { onAsk: (question) => asked.push(question), onForget: (id) => forgotten.push(id) },
  );

  it("is what was saved, and then what was asked and is not saved", () => {
    expect(offers.map(({ text, hint }) => [text, hint])).toEqual([
      ["Roof", "roof type:pdf · Meaning · Newest first"], ["rent", ""], ["rent", "Oldest first"], ["gutter", ""],
    ]);
  });
  it("asks all of what was kept", () => {
    offers[0]?.choose();
    expect(asked).toEqual([{ query: "roof type:pdf", mode: "meaning", sort: "newest" }]);
  });
  it("can be forgotten where it was only asked", () => {
    expect(offers.map(({ remove }) => remove !== undefined)).toEqual([false, false, true, true]);
    offers[3]?.remove?.();
    expect(forgotten).toEqual([9]);
  });
});
