/** Filters and their values in plain words. */
import type { Facets } from "../services/search";
import { strings, word } from "../strings";
import { languageName } from "./quantity";

export type FacetName = Exclude<keyof Facets, "counted" | "complete">;

/** In the order in which a person thinks of them. */
export const facetNames: readonly FacetName[] = ["type", "library", "folder", "year", "language"];

export function facetText(facet: FacetName, value: string): string {
  switch (facet) {
    case "type": return word(strings.facetTypes, value) ?? word(strings.types, value) ?? value;
    case "language": return languageName(value);
    case "folder": return value.replaceAll("/", " / ");
    default: return value;
  }
}

const facetOfFilter: Readonly<Record<string, FacetName>> = { type: "type", lang: "language", language: "language", in: "folder" };

/** A filter of the query as its chip says it; those that no facet makes stand as they are typed. */
export function filterText(filter: string): string {
  const [, name = "", value = ""] = /^([a-z]+):["“„«「]?(.*?)["”“»」]?$/iu.exec(filter) ?? [];
  const facet = Object.hasOwn(facetOfFilter, name.toLowerCase()) ? facetOfFilter[name.toLowerCase()] : undefined;
  if (facet !== undefined) return facetText(facet, value);
  return /^date:\d{4}$/iu.test(filter) ? value : filter;
}

/** Values as they are listed: years by time, all else by how many. */
export function listedValues(facets: Facets, facet: FacetName): Facets[FacetName] {
  return facet === "year" ? [...facets.year].sort((a, b) => b.value.localeCompare(a.value)) : facets[facet];
}
