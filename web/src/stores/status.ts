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
