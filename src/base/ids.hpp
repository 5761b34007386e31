#pragma once
/// @file
/// Distinct types for the numbers that name things, so that none can be passed for another.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace alcove {

/// A number that names one kind of thing. Zero means "none" and is never assigned.
template <typename Tag, typename Number = std::int64_t>
struct Id {
  Number value = 0;
  explicit constexpr operator bool() const { return value != 0; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using LibraryId = Id<struct LibraryTag>;  ///< catalog: libraries.id
using FolderId = Id<struct FolderTag>;    ///< catalog: folders.id
using FileId = Id<struct FileTag>;        ///< catalog: files.id; durable through renames and edits
using UserId = Id<struct UserTag>;        ///< catalog: users.id

/// Number of a content in the artefact store; never reused there, so a stale one names nothing.
using ContentNumber = Id<struct ContentTag, std::uint32_t>;
/// Number of a passage: the Xapian document and the vector row. Never reused within one artefact store.
using PassageNumber = Id<struct PassageTag, std::uint32_t>;

}  // namespace alcove

template <typename Tag, typename Number>
struct std::hash<alcove::Id<Tag, Number>> {
  std::size_t operator()(alcove::Id<Tag, Number> id) const noexcept { return std::hash<Number>{}(id.value); }
};
