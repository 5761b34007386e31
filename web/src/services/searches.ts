import { client, unwrap, type Schemas } from "./client";

export type SearchQuestion = Required<Schemas["SearchQuestion"]>;
export type RecentSearch = Schemas["RecentSearch"];
export type SavedSearch = Schemas["SavedSearch"];

/** The contract's bound on a saved search's name. */
export const savedNameLengthMax = 100;

export const listRecentSearches = (limit: number) => unwrap(client.GET("/searches/recent", { params: { query: { limit } } }));
export const rememberSearch = (body: SearchQuestion) => unwrap(client.POST("/searches/recent", { body }));
export const forgetSearches = () => unwrap(client.DELETE("/searches/recent"));
export const forgetSearch = (id: number) => unwrap(client.DELETE("/searches/recent/{id}", { params: { path: { id } } }));
export const listSavedSearches = async () => (await unwrap(client.GET("/searches/saved"))).searches;
export const saveSearch = (name: string, question: SearchQuestion) => unwrap(client.POST("/searches/saved", { body: { name, ...question } }));
export const renameSavedSearch = (id: number, name: string) =>
  unwrap(client.PATCH("/searches/saved/{id}", { params: { path: { id } }, body: { name } }));
export const removeSavedSearch = (id: number) => unwrap(client.DELETE("/searches/saved/{id}", { params: { path: { id } } }));
export const setSearchMemory = (remember: boolean) => unwrap(client.PUT("/searches/memory", { body: { remember } }));
