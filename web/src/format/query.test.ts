import { describe, expect, it } from "vitest";
import { filtersIn, hasFilter, withFilter, withoutFilter, wordsOfTitle } from "./query";

describe("a title as a query", () => {
  it("keeps its words and loses what the query would read as signs", () => {
    expect(wordsOfTitle('Budget: "Plan A" (2025) - draft -v2')).toBe("Budget Plan A 2025 draft v2");
    expect(wordsOfTitle("Vor-Ort-Termin: „Wie weiter?“")).toBe("Vor-Ort-Termin Wie weiter");
  });
});

describe("filters in a query", () => {
  const texts = (query: string) => filtersIn(query).map(({ text }) => text);
  it("are found beside words, quoted or not, and negated", () => {
    expect(texts('rent type:pdf in:"Papers/Old things" -lang:de "type:docx is a phrase" Re: http://x is:duplicate')).toEqual(["type:pdf", 'in:"Papers/Old things"', "-lang:de", "is:duplicate"]);
  });
  it("inside groups, without a value, or dates of several words are none that could be taken out", () => {
    expect(texts("(type:pdf OR type:docx) lang: after:last week date:2024 size:>10MB")).toEqual(["date:2024", "size:>10MB"]);
    expect(texts('date:"last week" ((x) lang:en) lang:de')).toEqual(['date:"last week"', "lang:de"]);
  });
  it("are added behind the words, but never into a phrase that is not closed", () => {
    expect([withFilter("", "type:pdf"), withFilter(" rent ", "type:pdf"), withFilter('"open phrase', "type:pdf")]).toEqual(["type:pdf", "rent type:pdf", 'type:pdf "open phrase']);
  });
  it("are taken out however they are quoted, and only they", () => {
    expect(withoutFilter("rent type:pdf due", "type:PDF")).toBe("rent due");
    expect(withoutFilter('in:Papers rent "in:Papers"', 'in:"Papers"')).toBe('rent "in:Papers"');
    expect([hasFilter("rent in:papers", 'in:"Papers"'), hasFilter("rent type:pdf", "type:pd")]).toEqual([true, false]);
    expect(withoutFilter(withFilter("rent due", 'in:"A b/c"'), 'in:"A b/c"')).toBe("rent due");
  });
});
