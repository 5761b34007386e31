import { useState } from "react";
import { facetNames, facetText, listedValues, type FacetName } from "../../format/facets";
import { count } from "../../format/quantity";
import { hasFilter, withFilter, withoutFilter } from "../../format/query";
import type { FacetValue } from "../../services/search";
import { useSearch } from "../../stores/search";
import { strings } from "../../strings";
import classes from "./Facets.module.css";

interface Props {
  query: string;
  onQuery: (query: string) => void;
}

/** Values of one facet that are listed before the person asks for more. */
const shownValues = 6;

/** What was found, counted; each value adds its filter to the query or takes it out again. */
export function Facets({ query, onQuery }: Props) {
  const facets = useSearch((store) => store.facets);
  const words = strings.search.facets;
  if (!facets) return null;
  const groups = facetNames.map((name) => ({ name, values: listedValues(facets, name) })).filter(({ values }) => worthShowing(values, query));
  if (groups.length === 0) return <p className={classes.quiet}>{words.none}</p>;
  return (
    <div className={classes.facets}>
      {groups.map(({ name, values }) => <Group key={name} name={name} values={values} complete={facets.complete} query={query} onQuery={onQuery} />)}
      {!facets.complete && <p className={classes.quiet}>{words.incomplete(count(facets.counted))}</p>}
    </div>
  );
}

/** A single value that all hits share says nothing, unless it can be taken out again. */
const worthShowing = (values: readonly FacetValue[], query: string) => values.length > 1 || values.some(({ filter }) => hasFilter(query, filter));

interface GroupProps extends Props {
  name: FacetName;
  values: readonly FacetValue[];
  complete: boolean;
}

function Group({ name, values, complete, query, onQuery }: GroupProps) {
  const [all, setAll] = useState(false);
  const words = strings.search.facets;
  const listed = all ? values : values.slice(0, shownValues);
  return (
    <section className={classes.group} aria-label={words.names[name]}>
      <h2 className={classes.title}>{words.names[name]}</h2>
      <ul className={classes.values}>
        {listed.map(({ value, filter, count: number }) => {
          const active = hasFilter(query, filter);
          return (
            <li key={filter}>
              <button type="button" className={classes.value} aria-pressed={active} title={filter} onClick={() => { onQuery(active ? withoutFilter(query, filter) : withFilter(query, filter)); }}>
                <bdi className={classes.label}>{facetText(name, value)}</bdi>
                <span className={classes.count}>{complete ? count(number) : words.atLeast(count(number))}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {values.length > shownValues && (
        <button type="button" className={classes.more} aria-expanded={all} onClick={() => { setAll(!all); }}>{all ? words.fewer : words.all(values.length)}</button>
      )}
    </section>
  );
}
