import { describe, expect, it } from "vitest";
import { count, bytes, ago, dateTime } from "../format/quantity";
import { noteText } from "../format/notes";
import { documentNoteText, hitReasonText, noticeText, reasonText } from "../format/reasons";
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
    expect(reasonText({ reason_code: "too_large", reason: "It is larger than 1,200 MB", reason_values: ["1200"] })).toBe("Sie ist größer als 1.200 MB, die Grenze beim Lesen.");
    expect(reasonText({ reason_code: "worker_ended", reason: "It used more than 2048 MiB of memory", reason_values: ["worker_memory", "2048"] })).toContain("2.048 MiB Arbeitsspeicher");
    expect(reasonText({ reason_code: "constructor", reason: "A sentence" })).toBe("A sentence");
    expect(noticeText({ code: "writes_wait", message: "The disk is full", values: ["out_of_space"] })).toContain("kein Platz mehr");
    expect(documentNoteText({ code: "pages_limit", message: "Only the first …", values: ["2000", "9131"] })).toBe("Nur die ersten 2.000 von 9.131 Seiten wurden gelesen.");
    expect(noteText({ code: "bad_value", message: "“x” is no size", values: ["size", "x", "size"] })).toContain("keine Größe");
    expect(hitReasonText({ kind: "terms", text: "Contains rent", terms: ["rent", "lease"] })).toBe("Enthält „rent“ und „lease“");
    chooseLanguage("en");
    expect([count(1234567), strings.libraries.files(1)]).toEqual(["1,234,567", "1 file"]);
    expect(reasonText({ reason_code: "too_large", reason: "It is larger than 64 MB", reason_values: ["64"] })).toBe("It is larger than 64 MB");
    expect(hitReasonText({ kind: "terms", text: "Contains rent", terms: ["rent"] })).toBe("Contains rent");
  });
  it("know no words that the table does not have", () => {
    expect([word(en.types, "pdf"), word(en.types, "toString"), word(en.types, undefined)]).toEqual(["PDF", undefined, undefined]);
  });
});
