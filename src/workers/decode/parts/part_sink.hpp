#pragma once
/// @file
/// Where every container reader puts its members, one after another.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/remark.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"

namespace alcove::parts {

/// Beyond this many bytes out of one member, the bytes that it took to hold them are compared.
inline constexpr std::uint64_t kBombBytes = 64ULL * 1024 * 1024;
/// More bytes out per byte in than this and the member is taken for a bomb. What people compress stays far below; runs
/// of one byte reach 1,030 (gzip) and more.
inline constexpr std::uint64_t kBombRatio = 1'000;

/// Gathers a PartsArtefact within limits and hands the members' bytes over.
///
/// A reader calls `begin`, `write` for each piece, `end` (or `end_damaged`) for a member that it can read, `refuse` for
/// one that it cannot, in the container's order, until one of them returns false; then it stops. Each call of `begin`
/// or `refuse` that returns true takes the next position. When `write` returns false the reader calls `end`, which
/// tells whether a next member may follow. Paths are cleaned here (see part_path.hpp).
///
/// Thread safety: one reader's thread. Failure: a member that passes a limit is listed with the reason, and the next
/// one may follow; what ends the whole stage (members_max, expanded_bytes_max, time) leaves a note.
class PartSink {
 public:
  /// Takes over a member's bytes as a sealed memory file, which stays the sink's: false when no further one is wanted.
  /// An error ends the stage.
  using Deliver = std::function<Result<bool>(const wire::PartFound& found, int memory_file)>;
  /// Where in the container the reader stands, in bytes.
  using Consumed = std::function<std::uint64_t()>;

  /// Without `deliver` members are listed only; `wanted` is then false of all.
  PartSink(const wire::DecodeLimits& limits, std::uint32_t parts_from, Deliver deliver);
  ~PartSink();
  PartSink(const PartSink&) = delete;
  PartSink& operator=(const PartSink&) = delete;

  /// Lets the sink tell bombs: for readers that inflate. `consumed` must live as long as members are begun.
  void watch_ratio(Consumed consumed);

  /// Begins a member. `wanted` (after it returned true) tells whether its bytes are of any use; a reader that can skip
  /// them cheaply calls `end` at once. `size_declared` is what the container says, 0 when it says nothing.
  bool begin(std::string path, std::int64_t modified_unix_ms, std::uint64_t size_declared);
  [[nodiscard]] bool wanted() const;
  /// False once the bytes of this member are not wanted (any more); the reader then calls `end`.
  bool write(ByteView piece);
  /// Counts bytes that a reader had to inflate only to pass them by. False: a limit ends the walk.
  bool pass_by(std::uint64_t size_bytes);
  bool end();
  /// The member that was begun cannot be read to its end. Pieces that came are handed over and a note says so; without
  /// any, its entry gets the reason.
  bool end_damaged(ReasonCode code, std::string reason);
  /// Lists a member without its bytes.
  bool refuse(std::string path, std::uint64_t size_declared, ReasonCode code, std::string reason);
  /// Adds a note once per code.
  void note(NoteCode code, std::string message, RemarkValues values = {});
  /// False once a limit is met or nothing more is wanted; also notices that time is up.
  bool may_go_on();
  /// Entries so far.
  [[nodiscard]] std::uint32_t count() const;

  /// Set when `deliver` failed: the channel is gone.
  [[nodiscard]] const Status& status() const;
  wire::PartsArtefact take() &&;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::parts
