/** The server's status as it changes; one event stream for the whole page. */
import { create } from "zustand";
import { followStatus, loadStatus, type Connection, type Status } from "../services/work";

interface StatusStore {
  status: Status | undefined;
  connection: Connection;
  /** Follows until the returned function is called; called once, by the frame around all pages. */
  follow: () => () => void;
  /** Asks once, at once: after an action whose effect should show without delay. */
  refresh: () => Promise<void>;
}

export const useStatus = create<StatusStore>((set) => ({
  status: undefined,
  connection: "polling",
  follow: () =>
    followStatus(
      (status) => { set({ status }); },
      (connection) => { set({ connection }); },
    ),
  refresh: async () => {
    try {
      set({ status: await loadStatus() });
    } catch {
      // The stream or the next poll brings it; the connection's state is shown from there.
    }
  },
}));

export const openTasks = (status: Status): number => status.tasks.waiting + status.tasks.running;

/** Whether meaning is not searched, because no model could be loaded. */
export const lacksModel = (status: Status): boolean => status.model.name === "" && status.model.note !== "";

/** Open tasks that something works on: without a model those of meaning wait until it is installed. */
export function activeTasks(status: Status): number {
  const waitingForModel = status.text_spaces.filter((space) => space.note !== "").reduce((sum, space) => sum + space.left, 0);
  return Math.max(0, openTasks(status) - waitingForModel);
}

/** What can be found once all work is done; another text after each change of it, and empty while there is work. */
export function settledState(status: Status): string {
  const { index, libraries, model } = status;
  const busy = activeTasks(status) > 0 || index.behind > 0 || index.rebuilding || libraries.some((library) => library.state === "scanning" || library.files_unhashed > 0);
  return busy ? "" : [index.passages_indexed, index.vectors_indexed, index.names_indexed, model.fingerprint].join(" ");
}
