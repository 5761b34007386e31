import { describe, expect, it } from "vitest";
import { groupProblems } from "./problems";
import type { ProblemItem } from "../services/work";

const problem = (path: string, stage: string, reason_code: string, reason: string): ProblemItem => ({ library: "Papers", path, stage, state: "skipped", reason_values: [], reason_code, reason, attempts: 0, changed: "2026-03-02T10:00:00Z" });

describe("problems", () => {
  it("are grouped by what was not done and why, the largest group first", () => {
    const groups = groupProblems([
      problem("a.rar", "text", "unsupported_type", "No reader for RAR"), problem("b.pdf", "text", "no_text", "No text"), problem("c.pdf", "text", "no_text", "No text"), problem("c.pdf", "thumbnail", "no_text", "No text"),
    ], ({ reason }) => reason);
    expect(groups.map(({ stage, reason, items }) => [stage, reason, items.map(({ path }) => path)])).toEqual([["text", "No text", ["b.pdf", "c.pdf"]], ["text", "No reader for RAR", ["a.rar"]], ["thumbnail", "No text", ["c.pdf"]]]);
  });
});
