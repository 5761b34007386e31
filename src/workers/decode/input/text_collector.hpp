#pragma once
/// @file
/// Where every reader puts its blocks: cleans their text and enforces the limits.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/remark.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"

namespace alcove::input {

/// Most blocks kept of one document; a block takes about 250 bytes besides its text, so this bounds them to 100 MB.
inline constexpr std::size_t kBlocksMax = wire::Block::kItemsMax;

/// How a reader ended.
struct Verdict {
  wire::StageOutcome outcome = wire::StageOutcome::kDone;
  ReasonCode code;
  std::string reason;        ///< Plain sentence for the person.
  RemarkValues values = {};  ///< What it names, as base/remark.hpp says.
};
Verdict skipped(ReasonCode code, std::string reason, RemarkValues values = {});
Verdict failed(ReasonCode code, std::string reason);

/// Gathers a TextArtefact within limits.
///
/// A reader calls `add` until it returns false, then stops; what was added stays, and a note says why it ended.
/// Thread safety: one reader's thread. Ownership: holds the artefact until `take`.
class TextCollector {
 public:
  /// The soft time limit counts from here.
  explicit TextCollector(const wire::DecodeLimits& limits);

  struct Style {
    std::uint8_t level = 0;
    bool starts_paragraph = true;
  };
  /// Adds `text` (any bytes) unless nothing is left of it after cleaning. False once a limit is met.
  bool add(wire::BlockKind kind, std::string_view text, wire::Place place, Style style);
  bool add(wire::BlockKind kind, std::string_view text, wire::Place place) {
    return add(kind, text, std::move(place), Style{.level = 0, .starts_paragraph = true});
  }
  /// False once a limit is met; also notices that time is up.
  bool may_go_on();
  /// Adds a note once per code.
  void note(NoteCode code, std::string message, RemarkValues values = {});
  /// One that another reader made.
  void take_over(wire::Note note);
  /// Adds a note that may stand several times (one per attachment); at most 100 of them.
  void note_each(NoteCode code, std::string message, RemarkValues values);

  /// How blocks name the part they stand in.
  enum class PartPlace : std::uint8_t {
    kOnTop,  ///< The reader's place stays, the part is added: attachments.
    kAlone,  ///< The part is the place: bodies of messages.
  };
  /// While `part` is not empty, every added block's place names it.
  void set_part(std::string part, PartPlace part_place) {
    part_ = std::move(part);
    part_place_ = part_place;
  }

  [[nodiscard]] const wire::DecodeLimits& limits() const { return limits_; }
  /// Bytes of text that still fit.
  [[nodiscard]] std::size_t text_bytes_left() const;
  /// Whether a piece of text of this size is cut by `add`, so that a reader need not gather more of it.
  [[nodiscard]] bool is_surplus(std::size_t size_bytes) const { return size_bytes > text_bytes_left() + kSlackBytes; }
  wire::TextArtefact& artefact() { return artefact_; }
  wire::TextArtefact take() && { return std::move(artefact_); }

 private:
  void add_note(wire::Note note);
  /// A little over the limit is looked at, so that trimming may still make it fit.
  static constexpr std::size_t kSlackBytes = 16;

  wire::DecodeLimits limits_;
  std::chrono::steady_clock::time_point deadline_;
  wire::TextArtefact artefact_;
  std::string part_;
  PartPlace part_place_ = PartPlace::kOnTop;
  std::uint64_t text_bytes_ = 0;
  unsigned calls_ = 0;
  bool full_ = false;
};

}  // namespace alcove::input
