#include "workers/decode/input/text_collector.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"

namespace alcove::input {
namespace {

constexpr std::size_t kNotesMax = 100;
constexpr std::uint64_t kMegabyte = 1024ULL * 1024;

}  // namespace

Verdict skipped(ReasonCode code, std::string reason, RemarkValues values) {
  return {wire::StageOutcome::kSkipped, code, std::move(reason), std::move(values)};
}
Verdict failed(ReasonCode code, std::string reason) {
  return {wire::StageOutcome::kFailed, code, std::move(reason)};
}

TextCollector::TextCollector(const wire::DecodeLimits& limits)
    : limits_(limits), deadline_(std::chrono::steady_clock::now() + std::chrono::seconds(limits.soft_seconds_max)) {}

bool TextCollector::add(wire::BlockKind kind, std::string_view text, wire::Place place, Style style) {
  if (!may_go_on()) {
    return false;
  }
  // Cleaning never makes text longer than three times its bytes, so an oversized piece is cut before it is worked on.
  std::string cleaned = charset::clean(utf8_prefix(text, text_bytes_left() + kSlackBytes));
  const std::string_view kept = utf8_prefix(trimmed(cleaned), text_bytes_left());
  const bool fits = kept.size() == trimmed(cleaned).size() && !is_surplus(text.size());
  if (!kept.empty()) {
    text_bytes_ += kept.size();
    wire::Block& block = artefact_.blocks.emplace_back();
    block.kind = kind;
    block.level = style.level;
    block.starts_paragraph = style.starts_paragraph;
    // Indentation of code carries meaning; elsewhere the ends are trimmed.
    block.text = kind == wire::BlockKind::kCode && fits ? cleaned.substr(0, cleaned.find_last_not_of(" \t\n") + 1)
                                                        : std::string(kept);
    block.place = std::move(place);
    if (!part_.empty() && part_place_ == PartPlace::kAlone) {
      block.place = {};
      block.place.kind = wire::PlaceKind::kPart;
    }
    if (!part_.empty()) {
      block.place.part = part_;
    }
  }
  if (!fits || text_bytes_ >= limits_.text_bytes_max) {
    const std::uint64_t limit_mb = limits_.text_bytes_max / kMegabyte;
    note("text_limit", fmt::format("Only the first {} MB of the text were read", limit_mb), {std::to_string(limit_mb)});
    full_ = true;
  }
  if (artefact_.blocks.size() >= kBlocksMax) {
    note("text_limit", fmt::format("Only the first {} pieces of text were read", kBlocksMax));
    full_ = true;
  }
  return !full_;
}

bool TextCollector::may_go_on() {
  constexpr unsigned kCallsPerClock = 16;
  if (!full_ && calls_++ % kCallsPerClock == 0 && std::chrono::steady_clock::now() >= deadline_) {
    note("time_limit",
         fmt::format("Reading was stopped after {} seconds; the text may be incomplete", limits_.soft_seconds_max),
         {std::to_string(limits_.soft_seconds_max)});
    full_ = true;
  }
  return !full_;
}

void TextCollector::note(NoteCode code, std::string message, RemarkValues values) {
  take_over({code.text(), std::move(message), std::move(values)});
}

void TextCollector::take_over(wire::Note note) {
  if (std::ranges::find(artefact_.notes, note.code, &wire::Note::code) == artefact_.notes.end()) {
    add_note(std::move(note));
  }
}

void TextCollector::note_each(NoteCode code, std::string message, RemarkValues values) {
  add_note({code.text(), std::move(message), std::move(values)});
}

void TextCollector::add_note(wire::Note note) {
  if (artefact_.notes.size() < kNotesMax) {
    artefact_.notes.push_back(std::move(note));
  }
}

std::size_t TextCollector::text_bytes_left() const {
  return static_cast<std::size_t>(limits_.text_bytes_max - std::min(text_bytes_, limits_.text_bytes_max));
}

}  // namespace alcove::input
