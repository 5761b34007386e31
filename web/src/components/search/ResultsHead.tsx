import { IconAdjustmentsHorizontal, IconX } from "@tabler/icons-react";
import { sorts } from "../../format/address";
import { filterText } from "../../format/facets";
import { elapsed } from "../../format/quantity";
import { filtersIn, withoutFilter } from "../../format/query";
import type { SearchResponse, Sort } from "../../services/search";
import { strings } from "../../strings";
import classes from "./ResultsHead.module.css";

interface Props {
  response: SearchResponse;
  query: string;
  count: number;
  stale: boolean;
  sort: Sort;
  onSort: (sort: Sort) => void;
  onQuery: (query: string) => void;
  /** Absent where the facets stand beside the hits anyway. */
  onFilters: (() => void) | undefined;
}

/** How many, in which order, within which filters. */
export function ResultsHead({ response, query, count, stale, sort, onSort, onQuery, onFilters }: Props) {
  const words = strings.search;
  const filters = filtersIn(query);
  return (
    <>
      <div className={classes.head}>
        <span className={classes.count} role="status" aria-live="polite">
          {stale ? words.busy : <>{words.count(count, response.more)} <span className={classes.took}>{words.took(elapsed(response.took_ms))}</span></>}
        </span>
        {onFilters && (
          <button type="button" className={classes.control} onClick={onFilters}>
            <IconAdjustmentsHorizontal size={16} stroke={1.8} aria-hidden="true" />
            {words.facets.open(filters.length)}
          </button>
        )}
        <select className={classes.control} aria-label={words.sort} value={sort} onChange={(event) => { onSort(event.currentTarget.value as Sort); }}>
          {sorts.map((known) => <option key={known} value={known}>{words.sorts[known]}</option>)}
        </select>
      </div>
      {filters.length > 0 && (
        <ul className={classes.chips} aria-label={words.facets.active}>
          {filters.map(({ text, start }) => (
            <li key={start}>
              <button type="button" className={classes.chip} aria-label={words.facets.remove(filterText(text))} onClick={() => { onQuery(withoutFilter(query, text)); }}>
                <bdi>{filterText(text)}</bdi>
                <IconX size={14} stroke={2} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
