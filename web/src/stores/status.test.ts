import { describe, expect, it } from "vitest";
import type { Status } from "../services/work";
import { activeTasks, lacksModel, settledState } from "./status";

interface Parts { waiting?: number; running?: number; forModel?: number; note?: string; behind?: number; passages?: number; scanning?: boolean }

const status = ({ waiting = 0, running = 0, forModel = 0, note = "", behind = 0, passages = 1, scanning = false }: Parts = {}) => ({
  tasks: { waiting, running, failed: 0, skipped: 0 },
  text_spaces: [{ phase: "serving", left: forModel, note }],
  model: { name: note === "" ? "e5" : "", fingerprint: "e5 1", note },
  index: { passages_indexed: passages, vectors_indexed: 1, names_indexed: 1, behind, rebuilding: false },
  libraries: [{ state: scanning ? "scanning" : "ready", files_unhashed: 0 }],
}) as unknown as Status;

describe("the status", () => {
  it("counts no work that only a missing model keeps waiting", () => {
    expect(activeTasks(status({ waiting: 5, forModel: 3 }))).toBe(5);
    expect(activeTasks(status({ waiting: 5, forModel: 3, note: "not installed" }))).toBe(2);
    expect([lacksModel(status()), lacksModel(status({ note: "not installed" }))]).toEqual([false, true]);
  });
  it("is settled when nothing is open, read or behind", () => {
    expect([{ waiting: 1 }, { running: 1 }, { behind: 1 }, { scanning: true }].map((parts) => settledState(status(parts)))).toEqual(["", "", "", ""]);
    expect(settledState(status({ waiting: 3, forModel: 3, note: "not installed" }))).not.toBe("");
  });
  it("is another one after more was indexed", () => {
    expect(settledState(status())).not.toBe(settledState(status({ passages: 2 })));
  });
});
