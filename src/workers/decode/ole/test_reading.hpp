#pragma once
/// @file
/// For tests: what a reader makes of bytes.

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "workers/decode/input/text_collector.hpp"
#include "workers/decode/ole/ole.hpp"

namespace alcove::ole {

struct Reading {
  input::Verdict verdict;
  wire::TextArtefact text;

  [[nodiscard]] const wire::Block* find(std::string_view piece) const {
    const auto found = std::ranges::find_if(
        text.blocks, [&](const wire::Block& block) { return block.text.find(piece) != std::string::npos; });
    return found == text.blocks.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool has_note(std::string_view code) const {
    return std::ranges::any_of(text.notes, [&](const wire::Note& note) { return note.code == code; });
  }
};

inline Reading read_bytes(wire::Format format, std::string_view bytes, const wire::DecodeLimits& limits = {}) {
  const auto source = input::ByteSource::from_bytes(as_bytes(bytes));
  input::TextCollector collector(limits);
  Reading out;
  out.verdict = read_ole(format, source, collector);
  out.text = std::move(collector).take();
  return out;
}

/// A damaged file ends in text or a reason, and its text is well-formed.
inline bool ends_well(const Reading& reading) {
  const bool named = reading.verdict.outcome == wire::StageOutcome::kDone || !reading.verdict.reason.empty();
  return named &&
         std::ranges::all_of(reading.text.blocks, [](const wire::Block& block) { return is_valid_utf8(block.text); });
}

/// Calls `take(bytes)` with the file cut at `cuts` places and with `flips` random changes.
template <typename Take>
void for_each_damage(const std::string& file, std::size_t cuts, std::size_t flips, Take take) {
  for (std::size_t i = 0; i < cuts; ++i) {
    take(file.substr(0, file.size() * i / cuts));
  }
  std::mt19937 random(20'260'201);  // NOLINT: the same damage on every run
  for (std::size_t i = 0; i < flips && !file.empty(); ++i) {
    std::string changed = file;
    const std::size_t changes = 1 + random() % 8;
    for (std::size_t change = 0; change < changes; ++change) {
      const std::size_t at = random() % changed.size();
      constexpr std::string_view kExtremes("\x00\xFF\x7F\x80", 4);
      changed[at] = random() % 2 == 0 ? static_cast<char>(changed[at] ^ static_cast<char>(1U << random() % 8))
                                      : kExtremes[random() % kExtremes.size()];
    }
    take(changed);
  }
}

}  // namespace alcove::ole
