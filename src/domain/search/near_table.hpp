#pragma once
/// @file
/// Which texts are the same but for a few words, in memory.

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/sync.hpp"
#include "drivers/sets/bitmap.hpp"
#include "drivers/text/fingerprint.hpp"

namespace alcove::search {

/// The fingerprint of every content with text: 32 bytes by content number. Filled from the passage index, which stores
/// the same with each content's facts. It may be ahead of that index's last commit; what is found is cut to a scope.
///
/// Thread safety: any thread.
class NearTable {
 public:
  /// An empty fingerprint removes.
  void set(ContentNumber content, const text::Fingerprint& fingerprint);
  void clear();
  /// Empty for a content without text.
  [[nodiscard]] text::Fingerprint find(ContentNumber content) const;

  struct Near {
    std::size_t to = 0;  ///< Index of the first of those asked for that it is like.
    ContentNumber content;
  };
  /// The members of `among` that are like one of `asked`, by content. One pass over them, whatever the number of those
  /// asked for: 20 ms for a million texts.
  [[nodiscard]] std::vector<Near> near(std::span<const text::Fingerprint> asked, const sets::Bitmap& among) const;

 private:
  Guarded<std::vector<text::Fingerprint>> rows_;  ///< By content.
};

}  // namespace alcove::search
