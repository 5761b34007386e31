import { describe, expect, it } from "vitest";
import { wordsOfTitle } from "./query";

describe("a title as a query", () => {
  it("keeps its words and loses what the query would read as signs", () => {
    expect(wordsOfTitle('Budget: "Plan A" (2025) - draft -v2')).toBe("Budget Plan A 2025 draft v2");
    expect(wordsOfTitle("Vor-Ort-Termin: „Wie weiter?“")).toBe("Vor-Ort-Termin Wie weiter");
  });
});
