/** Who is here, and whether this Alcove has an owner yet. */
import { create } from "zustand";
import { onSignedOut } from "../services/client";
import { loadState, setUp, signIn, signOut, type State } from "../services/session";

interface SessionStore {
  /** Nothing before the first answer. */
  state: State | undefined;
  error: unknown;
  load: () => Promise<void>;
  setUp: (token: string, name: string, password: string) => Promise<void>;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
}

export const useSession = create<SessionStore>((set) => ({
  state: undefined,
  error: undefined,
  load: async () => {
    try {
      set({ state: await loadState(), error: undefined });
    } catch (error) {
      set({ error });
    }
  },
  setUp: async (token, name, password) => { set({ state: await setUp(token, name, password) }); },
  signIn: async (name, password) => { set({ state: await signIn(name, password) }); },
  signOut: async () => {
    await signOut();
    set((store) => ({ state: signedOut(store.state) }));
  },
}));

function signedOut(state: State | undefined): State | undefined {
  return state && { version: state.version, setup_needed: state.setup_needed, signed_in: false };
}

onSignedOut(() => { useSession.setState((store) => ({ state: signedOut(store.state) })); });
