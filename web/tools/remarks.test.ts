/** That the page has words for whatever the server can say: its sources are compiled against the lists that are read here. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { de } from "../src/strings/de.ts";
import { en } from "../src/strings/en.ts";
import type { Sentence } from "../src/strings/remarks.ts";

/** The lists that the server's sources are compiled against: no other code can be said. */
function codesOfServer(): Map<string, string[]> {
  const source = readFileSync(new URL("../../src/base/remark.hpp", import.meta.url), "utf8");
  const lists = source.matchAll(/constexpr auto (\w+) = std::to_array<std::string_view>\(\{([^]*?)\}\)/g);
  return new Map([...lists].map(([, name, body]) => [name ?? "", [...(body ?? "").matchAll(/^\s*"(\w+)"/gm)].map(([, code]) => code ?? "")]));
}

describe("the server's remarks", () => {
  it("are known in both languages, and the contract lists the same", () => {
    const listed = codesOfServer();
    const contract = readFileSync(new URL("../../api/openapi.yaml", import.meta.url), "utf8");
    const inContract = (schema: string) => new RegExp(`\\n    ${schema}:\\n[^]*?enum: \\[([^\\]]*)\\]`).exec(contract)?.[1]?.split(",").map((code) => code.trim());
    for (const [kind, list, schema] of [["notes", "kNoteCodes", "NoteCode"], ["reasons", "kReasonCodes", "ReasonCode"], ["notices", "kNoticeCodes", "NoticeCode"], ["search", "kSearchNoteCodes", "SearchNote"]] as const) {
      const codes = listed.get(list) ?? [];
      expect(codes.length, list).toBeGreaterThan(10);
      expect(new Set(codes).size, `${list} names each once`).toBe(codes.length);
      expect([...(inContract(schema) ?? [])].sort(), schema).toEqual([...codes].sort());
      for (const table of [en, de]) expect(Object.keys(table.remarks[kind]).sort(), `${table.locale} ${kind}`).toEqual([...codes].sort());
      const german: Record<string, Sentence> = de.remarks[kind];
      for (const code of codes) expect(german[code]?.("3", "4", "5"), code).toMatch(/\p{L}.*\./u);
    }
  });
});
