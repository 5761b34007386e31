import { describe, expect, it } from "vitest";
import { count, bytes, ago, dateTime } from "../format/quantity";
import { hitReasonText, reasonText } from "../format/reasons";
import { de } from "./de";
import { en } from "./en";
import { chooseLanguage, preferred, strings, word } from ".";

/** Every sentence with its path; functions are called with what they take. */
function sentences(table: object, path = ""): [string, string][] {
  return Object.entries(table).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const at = `${path}/${key}`;
    if (typeof value === "string") return [[at, value]];
    if (typeof value === "function") return [[at, String((value as (...given: unknown[]) => unknown)(2, 2))]];
    return typeof value === "object" && value !== null ? sentences(value, at) : [];
  });
}

describe("the languages", () => {
  it("have the same sentences, none of them empty where the other has one", () => {
    const german = new Map(sentences(de));
    for (const [at, text] of sentences(en)) if (text !== "") expect(german.get(at), at).toBeTruthy();
    expect([...german.keys()].sort()).toEqual(sentences(en).map(([at]) => at).sort());
  });
  it("are really two: few sentences are the same", () => {
    const german = new Map(sentences(de));
    const same = sentences(en).filter(([at, text]) => text.length > 12 && german.get(at) === text);
    expect(same.map(([at]) => at)).toEqual(["/setup/noTokenCommand", "/search/lacksModelCommand"]);
  });
  it("are chosen from the browser's list", () => {
    expect([preferred(["de-AT", "en"]), preferred(["fr", "en-GB", "de"]), preferred(["fr"]), preferred([])]).toEqual(["de", "en", "en", "en"]);
  });
  it("change numbers, dates, plurals and the server's sentences", () => {
    chooseLanguage("de");
    expect([count(1234567), bytes(1_234_000), strings.libraries.files(1), strings.libraries.files(1200)]).toEqual(["1.234.567", "1,2 MB", "1 Datei", "1.200 Dateien"]);
    expect(ago("2026-03-02T10:00:00Z", Date.parse("2026-03-02T10:05:00Z"))).toBe("vor 5 Minuten");
    expect(dateTime("2026-03-02T10:00:00Z")).toContain("02.03.2026");
    expect(reasonText("too_large", "The file is larger than 64 MB")).toBe(de.reasons.too_large);
    expect(reasonText("constructor", "A sentence")).toBe("A sentence");
    expect(hitReasonText({ kind: "terms", text: "Contains rent", terms: ["rent", "lease"] })).toBe("Enthält „rent“ und „lease“");
    chooseLanguage("en");
    expect([count(1234567), strings.libraries.files(1)]).toEqual(["1,234,567", "1 file"]);
    expect(reasonText("too_large", "The file is larger than 64 MB")).toBe("The file is larger than 64 MB");
    expect(hitReasonText({ kind: "terms", text: "Contains rent", terms: ["rent"] })).toBe("Contains rent");
  });
  it("know no words that the table does not have", () => {
    expect([word(en.types, "pdf"), word(en.types, "toString"), word(en.types, undefined)]).toEqual(["PDF", undefined, undefined]);
  });
});
