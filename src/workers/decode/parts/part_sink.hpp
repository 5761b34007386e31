#pragma once
/// @file
/// Where every container reader puts its members, one after another.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"

namespace alcove::parts {

/// Gathers a PartsArtefact within limits and hands the members' bytes over.
///
/// A reader calls `begin`, `write` for each piece, `end` for a member that it can read, `refuse` for one that it
/// cannot, in the container's order, until one of them returns false; then it stops. Each call of `begin` or `refuse`
/// takes the next position. Paths are cleaned here: valid UTF-8, '/'-separated, no control characters, no leading '/'
/// and no "." or ".." steps; an empty one becomes "part N".
///
/// Thread safety: one reader's thread. Failure: a member that passes a limit is listed with the reason, and the next
/// one may follow; what ends the whole stage (members_max, expanded_bytes_max, time) leaves a note.
class PartSink {
 public:
  /// Takes over a member's bytes as a memory file: false when no further one is wanted. An error ends the stage.
  using Deliver = std::function<Result<bool>(const wire::PartFound& found, int memory_file)>;

  PartSink(const wire::DecodeLimits& limits, std::uint32_t parts_from, Deliver deliver);
  ~PartSink();
  PartSink(const PartSink&) = delete;
  PartSink& operator=(const PartSink&) = delete;

  /// Begins a member. `wanted` (after it returned true) tells whether its bytes are of any use; a reader that can skip
  /// them cheaply calls `end` at once.
  bool begin(std::string path, std::int64_t modified_unix_ms, std::uint64_t size_declared);
  [[nodiscard]] bool wanted() const;
  /// False once this member is refused by a limit; the reader then calls `end` and goes on with the next.
  bool write(ByteView piece);
  bool end();
  /// The member that was begun cannot be read to its end: `damaged` keeps the pieces that came, with a note in its
  /// entry's reason only when there was none.
  bool end_damaged(std::string code, std::string reason);
  /// Lists a member without its bytes.
  bool refuse(std::string path, std::uint64_t size_declared, std::string code, std::string reason);
  void note(std::string_view code, std::string message);
  /// False once a limit is met or nothing more is wanted; also notices that time is up.
  bool may_go_on();

  /// Set when `deliver` failed: the channel is gone.
  [[nodiscard]] const Status& status() const;
  wire::PartsArtefact take() &&;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::parts
