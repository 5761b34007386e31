#pragma once
/// @file
/// Names of a container's members, made fit to be shown and stored.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace alcove::parts {

/// Longest path kept; the beginning of a longer one is cut, so that the member's own name and suffix stay.
inline constexpr std::size_t kPathBytesMax = 1'000;

/// `raw` as a path: valid UTF-8, composed, '/'-separated ('\\' counts as a separator too), without drive letter,
/// leading
/// '/', "." and ".." steps, control and direction characters. An empty one becomes "part N" with `position` + 1.
std::string clean_path(std::string_view raw, std::uint32_t position);

/// Text as one step of a path: separators become '_'.
std::string as_step(std::string_view text);

/// Encodings of names in archives that do not say which they use.
///
/// Names are few and short, so all of an archive's are looked at together.
/// Thread safety: none.
class NameDecoder {
 public:
  /// Notes a name; valid UTF-8 tells nothing.
  void learn(std::string_view raw);
  /// `raw` as UTF-8: as it is when that is valid, else in the encoding that fits what was learnt and `raw` best.
  [[nodiscard]] std::string decode(std::string_view raw);

 private:
  std::string seen_;      ///< Names that are not UTF-8, a line each.
  std::string encoding_;  ///< Empty until decided from `seen_`.
};

}  // namespace alcove::parts
