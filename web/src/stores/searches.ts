/** The account's recent and saved searches. Read when first needed; every change is the server's first, then shown. */
import { create } from "zustand";
import { ApiError } from "../services/errors";
import {
  forgetSearch, forgetSearches, listRecentSearches, listSavedSearches, removeSavedSearch, rememberSearch, renameSavedSearch, saveSearch, setSearchMemory,
  type RecentSearch, type SavedSearch, type SearchQuestion,
} from "../services/searches";
import { useSession } from "./session";

/** As many as a person looks through below a field. */
const recentShown = 12;

export interface SearchesStore {
  saved: SavedSearch[];
  recent: RecentSearch[];
  /** Nothing before the first answer. */
  remember: boolean | undefined;
  load: () => Promise<void>;
  /** A person asked this: noted at most once in a row, and never in the way. */
  note: (question: SearchQuestion) => Promise<void>;
  forget: (id: number) => Promise<void>;
  forgetAll: () => Promise<void>;
  setRemember: (remember: boolean) => Promise<void>;
  save: (name: string, question: SearchQuestion) => Promise<void>;
  rename: (id: number, name: string) => Promise<void>;
  remove: (id: number) => Promise<void>;
}

/** What of an address is kept: the words, and how they are searched. */
export const questionOf = ({ query, mode, sort }: SearchQuestion): SearchQuestion => ({ query: query.trim(), mode, sort });

export const sameQuestion = (a: SearchQuestion, b: SearchQuestion): boolean => a.query === b.query && a.mode === b.mode && a.sort === b.sort;

/** Gone already, by another tab, is as good. */
const unlessGone = (error: unknown) => {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
};

const byName = (a: SavedSearch, b: SavedSearch) => a.name.localeCompare(b.name);

let noted: SearchQuestion | undefined;

export const useSearches = create<SearchesStore>((set) => ({
  saved: [],
  recent: [],
  remember: undefined,

  load: async () => {
    const [{ remember, searches }, saved] = await Promise.all([listRecentSearches(recentShown), listSavedSearches()]);
    set({ remember, recent: searches, saved: saved.sort(byName) });
  },

  note: async (question) => {
    if (question.query === "" || (noted && sameQuestion(noted, question))) return;
    noted = question;
    try {
      await rememberSearch(question);
    } catch {
      noted = undefined;
    }
  },

  forget: async (id) => {
    await forgetSearch(id).catch(unlessGone);
    noted = undefined;
    set(({ recent }) => ({ recent: recent.filter((one) => one.id !== id) }));
  },

  forgetAll: async () => {
    await forgetSearches();
    noted = undefined;
    set({ recent: [] });
  },

  setRemember: async (remember) => {
    await setSearchMemory(remember);
    noted = undefined;
    set(remember ? { remember } : { remember, recent: [] });
  },

  save: async (name, question) => {
    const made = await saveSearch(name, question);
    set(({ saved }) => ({ saved: [...saved, made].sort(byName) }));
  },

  rename: async (id, name) => {
    const renamed = await renameSavedSearch(id, name);
    set(({ saved }) => ({ saved: saved.map((one) => (one.id === id ? renamed : one)).sort(byName) }));
  },

  remove: async (id) => {
    await removeSavedSearch(id).catch(unlessGone);
    set(({ saved }) => ({ saved: saved.filter((one) => one.id !== id) }));
  },
}));

// Whoever signs in next on this page must not see what the one before asked.
useSession.subscribe(({ state }) => {
  if (state?.signed_in !== false) return;
  noted = undefined;
  useSearches.setState({ saved: [], recent: [], remember: undefined });
});
