#pragma once
/// @file
/// ZIP containers of office documents: members by name, inflated within limits. Names are keys, never paths.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "wire/messages.hpp"
#include "workers/decode/input/byte_source.hpp"

namespace alcove::office {

/// One entry as the directory lists it.
struct Member {
  std::string name;
  std::uint64_t offset = 0;  ///< Of its local header.
  bool encrypted = false;
};

/// A read-only view of a ZIP file.
///
/// The central directory is read by this class; libarchive inflates single members from their local headers on, so
/// reading one never walks the others. Without a directory (a cut file) the local headers are walked instead.
/// Thread safety: none. Ownership: borrows the source. Failure: kCorrupt for what is no ZIP file.
class Container {
 public:
  static Result<Container> open(const input::ByteSource& source, const wire::DecodeLimits& limits);

  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  /// By exact name, else by name regardless of ASCII case and leading slash.
  [[nodiscard]] const Member* find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }

  /// Hands over the member's bytes piece by piece until `take` returns false.
  /// Errors: kNotFound; kCorrupt when it cannot be inflated (pieces before the damage were handed over); kTooLarge when
  /// the container's expanded bytes pass the limit; kUnsupported when it is encrypted.
  Status stream(std::string_view name, const std::function<bool(std::string_view)>& take);
  /// At most `size_max` bytes of a member. `truncated` tells whether damage or a limit cut it.
  struct Content {
    std::string bytes;
    bool truncated = false;
    bool too_large = false;
  };
  Result<Content> read(std::string_view name, std::size_t size_max);

  /// True when the directory was missing or damaged.
  [[nodiscard]] bool is_damaged() const { return damaged_; }
  /// True when there were more members than the limit.
  [[nodiscard]] bool is_cut() const { return cut_; }
  /// Bytes of the source that its members took so far.
  [[nodiscard]] std::uint64_t consumed_bytes() const { return consumed_bytes_; }
  /// True once the expanded bytes passed their limit.
  [[nodiscard]] bool is_exhausted() const { return expanded_bytes_ >= limits_.expanded_bytes_max; }

 private:
  Container(const input::ByteSource& source, const wire::DecodeLimits& limits) : source_(&source), limits_(limits) {}
  Status read_directory();
  Status parse_directory(std::uint64_t offset, std::uint64_t size, std::uint64_t prefix);
  Status walk_local_headers();
  bool add_member(Member member);

  const input::ByteSource* source_;
  wire::DecodeLimits limits_;
  std::vector<Member> members_;
  std::map<std::string, std::size_t, std::less<>> by_name_;        ///< exact name → index
  std::map<std::string, std::size_t, std::less<>> by_lower_name_;  ///< lower-case name → index
  std::uint64_t expanded_bytes_ = 0;
  std::uint64_t consumed_bytes_ = 0;
  bool damaged_ = false;
  bool cut_ = false;
};

}  // namespace alcove::office
