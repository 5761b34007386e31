#include "domain/files/identity.hpp"

namespace alcove::files {

bool same_bytes_likely(const Version& a, const Version& b) {
  return a.size_bytes == b.size_bytes && a.mtime_ns == b.mtime_ns;
}

Decision decide(const Version& found, const std::optional<Candidate>& at_place,
                const std::vector<Candidate>& by_inode) {
  if (at_place && at_place->present) {
    if (at_place->version == found) {
      return {.verdict = Verdict::kUnchanged, .file = at_place->id};
    }
    Version touched = at_place->version;
    touched.ctime_ns = found.ctime_ns;
    return {.verdict = touched == found ? Verdict::kTouched : Verdict::kEdited, .file = at_place->id};
  }
  const Candidate* moved = nullptr;
  std::size_t fitting = 0;
  for (const Candidate& candidate : by_inode) {
    if (candidate.version.inode == found.inode && same_bytes_likely(candidate.version, found) &&
        !candidate.still_at_its_place) {
      moved = &candidate;
      ++fitting;
    }
  }
  if (fitting == 1) {
    return {.verdict = Verdict::kMoved, .file = moved->id};
  }
  if (at_place) {
    return {.verdict = same_bytes_likely(at_place->version, found) ? Verdict::kCameBack : Verdict::kEdited,
            .file = at_place->id};
  }
  return {};
}

std::optional<Adoption> decide_by_content(const HashCandidates& candidates, std::int64_t size_bytes) {
  if (size_bytes == 0 || candidates.vanished.size() != 1 || candidates.appeared.size() != 1) {
    return std::nullopt;
  }
  return Adoption{.survivor = candidates.vanished.front(), .absorbed = candidates.appeared.front()};
}

}  // namespace alcove::files
