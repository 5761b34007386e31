#pragma once
/// @file
/// Records of PowerPoint's binary presentations (MS-PPT) and of the drawings in them (MS-ODRAW).

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace alcove::ole::ppt {

enum RecordType : std::uint16_t {
  kDocument = 0x03E8,
  kSlide = 0x03EE,
  kSlideAtom = 0x03EF,
  kNotes = 0x03F0,
  kSlidePersist = 0x03F3,
  kSlideShowInfo = 0x03F9,
  kDrawing = 0x040C,
  kOutlineText = 0x0F9E,
  kTextHeader = 0x0F9F,
  kTextChars = 0x0FA0,
  kTextStyle = 0x0FA1,
  kTextBytes = 0x0FA8,
  kWideString = 0x0FBA,
  kHeadersFooters = 0x0FD9,
  kSlideList = 0x0FF0,
  kUserEdit = 0x0FF5,
  kPersistDirectory = 0x1772,
  kComment = 0x2EE0,
  kShapeGroup = 0xF003,
  kShape = 0xF004,
  kShapeTextbox = 0xF00D,
  kChildAnchor = 0xF00F,
  kShapeProperties = 0xF122,
};

struct Record {
  std::uint16_t type = 0;
  std::uint16_t instance = 0;
  bool container = false;
  ByteView data;  ///< What there is of it.
};

/// The record at `at`; nothing at the end.
std::optional<Record> record_at(ByteView bytes, std::size_t at);

/// Calls `take(record)` for each record of a container, in order, until it returns false.
template <typename Take>
void for_each_record(ByteView bytes, Take take) {
  constexpr std::size_t kHeadBytes = 8;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto record = record_at(bytes, at);
    if (!record || !take(*record)) {
      return;
    }
    at += kHeadBytes + record->data.size();
  }
}

/// Where the current version of each object lies.
struct Edits {
  std::map<std::uint32_t, std::uint32_t> offsets;  ///< persist id → offset
  std::uint32_t document = 0;                      ///< persist id of the document; 0: not found
  bool encrypted = false;
};
/// Follows the chain of saves, the newest first. `user` is the stream "Current User".
Edits find_edits(ByteView stream, ByteView user);

}  // namespace alcove::ole::ppt
