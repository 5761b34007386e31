#pragma once
/// @file
/// What people are told beside answers: each remark has a code, so that a client can say it in its own words.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alcove {

// clang-format off: one code a line.

/// What is to be known of a document that was read. This list and those below are all there is: api/openapi.yaml
/// repeats them for clients, and tests compare both with the page's sentences.
inline constexpr auto kNoteCodes = std::to_array<std::string_view>({
    "bomb",  // something inside was left out
    "broken_encoding",
    "damaged",  // what could be read is there
    "doctype_refused",
    "empty",
    "encrypted",  // values: how many files inside, when it is they
    "expanded_limit",  // values: MB
    "hidden_sheet",  // values: its name
    "hidden_slide",
    "members_limit",  // values: files
    "nesting_limit",
    "no_text",
    "pages_limit",  // values: pages read, pages there
    "passages_limit",  // values: passages
    "text_limit",  // values: MB
    "time_limit",  // values: seconds
    "too_large",  // values: MB
});

/// Why a step was not done for a document, or a file inside another not read.
inline constexpr auto kReasonCodes = std::to_array<std::string_view>({
    "bomb",
    "broken_encoding",
    "cycle",
    "damaged",
    "doctype_refused",
    "encrypted",
    "model_error",
    "nesting_limit",
    "no_text",
    "not_a_file",
    "time_limit",
    "too_large",  // values: MB
    "unavailable",  // values: an error's code
    "unknown_stage",
    "unreadable",
    "unsupported_type",  // values: its media type, when that is known
    "worker_ended",  // values: a code that begins with "worker_", and that one's values
});

/// What the server says of itself: the status, its libraries, its workers and what confines them, a file's problem.
inline constexpr auto kNoticeCodes = std::to_array<std::string_view>({
    // The status.
    "disk_low",  // values: GB left
    "library_not_added",  // values: folder, an error's code
    "model_unavailable",
    "results_damaged",
    "results_damaged_at_start",
    "results_missing",
    "results_other_version",
    "writes_wait",  // values: an error's code
    // Libraries.
    "folders_too_deep",  // values: folders
    "folders_unreadable",
    "ignore_file_too_long",  // values: its name
    "library_missing",  // values: folder
    "library_unmounted",  // values: folder
    "remote_file_system",  // values: seconds between two walks
    "watch_limit",
    "watch_refused",
    // Files.
    "file_forbidden",
    "file_read_error",
    "file_unreadable",
    // Workers.
    "worker_crashed",
    "worker_forbidden_call",
    "worker_garbled",
    "worker_memory",  // values: MiB
    "worker_other_version",
    "worker_silent",
    "worker_stopped",
    "worker_time",  // values: seconds
    "worker_unstartable",  // values: an error's code
    // What confines them.
    "confinement_refused",  // values: the system's word for why
    "landlock_missing",
    "landlock_off",
    "limit_not_asked",
    "namespaces_forbidden",
    "namespaces_used_up",
    "sanitizer_build",
});

/// What is to be known of a search's answer. The values of each are told in api/openapi.yaml.
inline constexpr auto kSearchNoteCodes = std::to_array<std::string_view>({
    "bad_near",
    "bad_value",
    "bad_wildcard",
    "compared_by_words",
    "corrected",
    "dangling_operator",
    "index_rebuilding",
    "list_cut",
    "many_words_fit",
    "meaning_pending",
    "meaning_renewed",
    "missing_value",
    "model_unavailable",
    "no_such_folder",
    "no_word_fits",
    "nothing_to_compare",
    "order_cut",
    "problems_cut",
    "too_deep",
    "too_long",
    "too_many",
    "unbalanced_parenthesis",
    "unclosed_quote",
    "unknown_filter",
});

// clang-format on

/// A name out of one of the lists above, which the compiler checks. Empty: there is nothing to say.
template <const auto& kList>
class Code {
 public:
  constexpr Code() = default;
  template <std::size_t kBytes>
  consteval Code(const char (&name)[kBytes]) : name_(name) {  // NOLINT(*-explicit-*): written as a plain literal
    if (std::ranges::find(kList, name_) == kList.end()) {
      throw "the code is in no list: add it to this file and to api/openapi.yaml";
    }
  }

  [[nodiscard]] constexpr std::string_view name() const { return name_; }
  [[nodiscard]] std::string text() const { return std::string(name_); }
  [[nodiscard]] constexpr bool empty() const { return name_.empty(); }
  friend constexpr bool operator==(Code left, std::string_view right) { return left.name_ == right; }

 private:
  std::string_view name_;
};

using NoteCode = Code<kNoteCodes>;
using ReasonCode = Code<kReasonCodes>;
using NoticeCode = Code<kNoticeCodes>;
using SearchNoteCode = Code<kSearchNoteCodes>;

/// Numbers, names and limits that a remark's sentence holds, in the order that its list gives.
using RemarkValues = std::vector<std::string>;

/// One of the server's notices.
struct Remark {
  NoticeCode code;
  std::string message;  ///< A plain English sentence for who has none of their own, without a trailing full stop.
  RemarkValues values = {};

  [[nodiscard]] bool empty() const { return code.empty(); }
  bool operator==(const Remark& other) const {
    return code == other.code.name() && message == other.message && values == other.values;
  }
};

/// As the values of another remark that this one explains: its code, then what it names.
inline RemarkValues values_of(const Remark& remark) {
  RemarkValues values{remark.code.text()};
  values.insert(values.end(), remark.values.begin(), remark.values.end());
  return values;
}

}  // namespace alcove
