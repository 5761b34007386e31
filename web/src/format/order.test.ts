import { describe, expect, it } from "vitest";
import { sortEntries } from "./order";

const entry = (name: string, size = 0, modified = "2026-01-01T00:00:00Z", type = "text") => ({ name, size, modified, type });
const names = (entries: { name: string }[]) => entries.map(({ name }) => name);

describe("the order of entries", () => {
  const entries = [entry("Scan 10", 5, "2026-03-01T00:00:00Z"), entry("Äpfel", 9, "2026-01-01T00:00:00Z", "pdf"), entry("scan 9", 5, "2026-02-01T00:00:00Z"), entry("Zebra", 1, "2025-01-01T00:00:00Z")];
  it("takes numbers by value and letters as the language does", () => {
    expect(names(sortEntries(entries, "name", "up", "de"))).toEqual(["Äpfel", "scan 9", "Scan 10", "Zebra"]);
    expect(names(sortEntries(entries, "name", "down", "de"))).toEqual(["Zebra", "Scan 10", "scan 9", "Äpfel"]);
  });
  it("by size, date or kind keeps names in order where these are the same", () => {
    expect(names(sortEntries(entries, "size", "down", "en"))).toEqual(["Äpfel", "scan 9", "Scan 10", "Zebra"]);
    expect(names(sortEntries(entries, "modified", "up", "en"))).toEqual(["Zebra", "Äpfel", "scan 9", "Scan 10"]);
    expect(names(sortEntries(entries, "type", "up", "en"))[0]).toBe("Äpfel");
  });
  it("sorts a hundred thousand in no time a person notices", () => {
    const many = Array.from({ length: 100_000 }, (_, at) => entry(`file ${String((at * 7919) % 100_000)}`));
    const began = performance.now();
    expect(sortEntries(many, "name", "up", "en")[99_999]?.name).toBe("file 99999");
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
