/**
 * What the server remarks, by its codes. Its own sentences are English and tell more than a code does, so that here they stand;
 * where it would be a list of kinds (one sentence for each), ours stands for all.
 */
import type { Remarks } from "./remarks";

const theirs = () => "";

export const remarks: Remarks = {
  notes: {
    bomb: theirs, broken_encoding: theirs, damaged: theirs, doctype_refused: theirs, empty: theirs, encrypted: theirs, expanded_limit: theirs,
    hidden_sheet: theirs, hidden_slide: theirs, members_limit: theirs, nesting_limit: theirs, no_text: theirs, pages_limit: theirs,
    passages_limit: theirs, text_limit: theirs, time_limit: theirs, too_large: theirs,
  },
  reasons: {
    bomb: theirs, broken_encoding: theirs, cycle: theirs, damaged: theirs, doctype_refused: theirs, encrypted: theirs, model_error: theirs,
    nesting_limit: theirs, no_text: theirs, not_a_file: theirs, time_limit: theirs, too_large: theirs, unavailable: theirs, unknown_stage: theirs,
    unreadable: theirs, unsupported_type: () => "There is no reader for this kind of file yet.", worker_ended: theirs,
  },
  notices: {
    disk_low: theirs, library_not_added: theirs, model_unavailable: theirs, results_damaged: theirs, results_damaged_at_start: theirs,
    results_missing: theirs, results_other_version: theirs, writes_wait: theirs, folders_too_deep: theirs, folders_unreadable: theirs,
    ignore_file_too_long: theirs, library_missing: theirs, library_unmounted: theirs, remote_file_system: theirs, watch_limit: theirs,
    watch_refused: theirs, file_forbidden: theirs, file_read_error: theirs, file_unreadable: theirs, worker_crashed: theirs,
    worker_forbidden_call: theirs, worker_garbled: theirs, worker_memory: theirs, worker_other_version: theirs, worker_silent: theirs,
    worker_stopped: theirs, worker_time: theirs, worker_unstartable: theirs, confinement_refused: theirs, landlock_missing: theirs, landlock_off: theirs,
    limit_not_asked: theirs, namespaces_forbidden: theirs, namespaces_used_up: theirs, sanitizer_build: theirs,
  },
  search: {
    bad_near: theirs, bad_value: theirs, bad_wildcard: theirs, compared_by_words: theirs, corrected: theirs, dangling_operator: theirs,
    index_rebuilding: theirs, list_cut: theirs, many_words_fit: theirs, meaning_pending: theirs, meaning_renewed: theirs, missing_value: theirs,
    model_unavailable: theirs, no_such_folder: theirs, no_word_fits: theirs, nothing_to_compare: theirs, order_cut: theirs, problems_cut: theirs,
    too_deep: theirs, too_long: theirs, too_many: theirs, unbalanced_parenthesis: theirs, unclosed_quote: theirs, unknown_filter: theirs,
  },
};
