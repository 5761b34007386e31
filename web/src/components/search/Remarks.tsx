import { Link } from "react-router";
import { searchAddress, type SearchAddress } from "../../format/address";
import { noteText, notePlace } from "../../format/notes";
import type { SearchNote, SearchResponse } from "../../services/search";
import { strings } from "../../strings";
import { searchField } from "./useListKeys";
import classes from "./Remarks.module.css";

/** What must be known of the answer before its hits are read: how it was spelt, whether it fits, and what was not understood. */
export function Remarks({ response, address, stale }: { response: SearchResponse; address: SearchAddress; stale: boolean }) {
  const words = strings.search;
  const { searched_for: searchedFor, did_you_mean: meant, hits } = response;
  // That the query was corrected is said above, with the way back.
  const notes = response.notes.filter(({ code }) => code !== "corrected");
  if (stale) return null;
  return (
    <>
      {searchedFor !== undefined && (
        <p className={classes.spelling}>
          {words.searchedFor} <b><bdi>{searchedFor}</bdi></b>.{" "}
          {words.searchInstead} <Link to={searchAddress({ ...address, asTyped: true })}><bdi>{address.query}</bdi></Link>
        </p>
      )}
      {searchedFor === undefined && meant !== undefined && (
        <p className={classes.spelling}>
          {words.didYouMean} <Link to={searchAddress({ ...address, query: meant, asTyped: false })}><bdi>{meant}</bdi></Link>
        </p>
      )}
      {response.nothing_fits && hits.length > 0 && (
        <div className={classes.verdict} role="note">
          <p className={classes.strong}>{words.nothingFits}</p>
          <p>{words.nearest}</p>
        </div>
      )}
      {notes.length > 0 && (
        <ul className={classes.notes} aria-label={words.notes}>
          {notes.map((note) => <li key={`${note.code} ${String(note.position ?? "")} ${note.message}`}><Note note={note} query={searchedFor ?? response.query} /></li>)}
        </ul>
      )}
    </>
  );
}

/** A remark, with the place in the query that it is about. */
function Note({ note, query }: { note: SearchNote; query: string }) {
  const place = notePlace(query, note.position);
  if (!place) return noteText(note);
  const select = () => {
    const field = searchField();
    if (!field) return;
    // The field may begin with spaces that the query lost.
    const shift = Math.max(0, field.value.indexOf(query));
    field.focus();
    field.setSelectionRange(place.start + shift, place.end + shift);
  };
  return (
    <>
      {noteText(note)}{" "}
      <button type="button" className={classes.place} title={strings.search.showInQuery} onClick={select}>
        <bdi>{place.before}<mark>{query.slice(place.start, place.end)}</mark>{place.after}</bdi>
      </button>
    </>
  );
}
