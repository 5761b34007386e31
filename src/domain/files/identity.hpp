#pragma once
/// @file
/// The table of cases: which known file, if any, a name found on disk is.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.hpp"

namespace alcove::files {

/// What `fstat` says of one version of a file, as far as the catalog keeps it.
struct Version {
  std::int64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const Version&, const Version&) = default;
};

/// Same size and modification time: what a rename keeps and an edit does not.
bool same_bytes_likely(const Version& a, const Version& b);

/// A row of the catalog that could be the file just found.
struct Candidate {
  FileId id;
  Version version;
  bool present = false;  ///< false: it vanished and its row is being kept.
  /// The row's own place still holds this very inode: then the new name is a second link, not a move.
  bool still_at_its_place = false;
};

enum class Verdict : std::uint8_t {
  kUnchanged,  ///< The same version at the same place.
  kTouched,    ///< Same place; only the change time differs (mode, owner, link count, or an edit that set mtime back).
  kEdited,     ///< Same place, other bytes: keeps its id and is read again.
  kCameBack,   ///< A vanished file of that place, unchanged: keeps its id and its content.
  kMoved,      ///< A known file under a new place: keeps its id and its content, is not read.
  kNew,        ///< Nothing known. It may still turn out to be a move once its bytes are read.
};

struct Decision {
  Verdict verdict = Verdict::kNew;
  FileId file;  ///< Not set for kNew.
  friend bool operator==(const Decision&, const Decision&) = default;
};

/// Decides for one name found on disk. The first case that holds:
///
/// | case | verdict |
/// | --- | --- |
/// | a present row has this place, all equal | kUnchanged |
/// | … only ctime differs | kTouched |
/// | … inode, size or mtime differ (edit in place, or a new file renamed over it) | kEdited |
/// | one row elsewhere has this inode, size and mtime and is gone from its own place | kMoved |
/// | a vanished row has this place with this size and mtime (inode may differ: unmounted, restored) | kCameBack |
/// | a vanished row has this place, other bytes | kEdited |
/// | else | kNew |
///
/// ctime is not asked for in a move: renaming changes it. Two rows that fit a move decide nothing (kNew): hashing will.
///
/// `at_place`: the row of this folder and name. `by_inode`: rows of the same library with the same inode elsewhere.
Decision decide(const Version& found, const std::optional<Candidate>& at_place, const std::vector<Candidate>& by_inode);

/// A vanished file whose bytes were found again, or a new file with the bytes of a vanished one.
struct HashCandidates {
  std::vector<FileId> vanished;  ///< Rows that vanished in the same pass (or after the new one appeared).
  std::vector<FileId> appeared;  ///< New rows with those bytes that appeared in the same pass.
};
struct Adoption {
  FileId survivor;  ///< Gets the new place.
  FileId absorbed;  ///< The new row; goes.
};
/// A move across file systems: exactly one file vanished and exactly one appeared with the same bytes. Anything else
/// is ambiguous, and empty files are never evidence.
std::optional<Adoption> decide_by_content(const HashCandidates& candidates, std::int64_t size_bytes);

}  // namespace alcove::files
