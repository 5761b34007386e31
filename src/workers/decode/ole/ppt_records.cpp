#include "workers/decode/ole/ppt_records.hpp"

#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole::ppt {
namespace {

/// Quick saves that one file keeps.
constexpr unsigned kEditsMax = 10'000;
constexpr std::size_t kObjectsMax = 1'000'000;

void add_directory(ByteView data, Edits& edits) {
  for (std::size_t at = 0; at + 4 <= data.size();) {
    const std::uint32_t head = u32_at(data, at);
    const std::uint32_t first = head & 0xFFFFFU;
    const std::uint32_t count = head >> 20U;
    at += 4;
    for (std::uint32_t i = 0; i < count && at + 4 <= data.size() && edits.offsets.size() < kObjectsMax; ++i, at += 4) {
      edits.offsets.emplace(first + i, u32_at(data, at));  // A newer one stays.
    }
    if (count > 0 && edits.offsets.size() >= kObjectsMax) {
      return;
    }
  }
}

/// For files whose "Current User" is lost.
std::uint32_t last_edit(ByteView stream) {
  std::uint32_t found = 0;
  std::uint32_t at = 0;
  for_each_record(stream, [&](const Record& record) {
    found = record.type == kUserEdit ? at : found;
    at += static_cast<std::uint32_t>(record.data.size() + 8);
    return true;
  });
  return found;
}

}  // namespace

std::optional<Record> record_at(ByteView bytes, std::size_t at) {
  constexpr std::size_t kHeadBytes = 8;
  if (at >= bytes.size() || bytes.size() - at < kHeadBytes) {
    return std::nullopt;
  }
  const std::uint16_t head = u16_at(bytes, at);
  return Record{u16_at(bytes, at + 2), static_cast<std::uint16_t>(head >> 4U), (head & 0xFU) == 0xF,
                slice(bytes, at + kHeadBytes, u32_at(bytes, at + 4))};
}

Edits find_edits(ByteView stream, ByteView user) {
  Edits out;
  constexpr std::uint32_t kEncryptedToken = 0xF3D1C4DF;
  constexpr std::size_t kPlainEditBytes = 28;
  out.encrypted = u32_at(user, 12) == kEncryptedToken;
  std::uint32_t offset = u32_at(user, 16);
  const auto named = record_at(stream, offset);
  if (!named || named->type != kUserEdit) {
    offset = last_edit(stream);
  }
  for (unsigned i = 0; i < kEditsMax; ++i) {
    const auto edit = record_at(stream, offset);
    if (!edit || edit->type != kUserEdit) {
      break;
    }
    out.document = out.document == 0 ? u32_at(edit->data, 16) : out.document;
    out.encrypted = out.encrypted || (edit->data.size() > kPlainEditBytes && u32_at(edit->data, kPlainEditBytes) != 0);
    const auto directory = record_at(stream, u32_at(edit->data, 12));
    if (directory && directory->type == kPersistDirectory) {
      add_directory(directory->data, out);
    }
    const std::uint32_t before = u32_at(edit->data, 8);
    if (before == 0 || before >= offset) {
      break;  // Older saves lie further in front, so this cannot run in circles.
    }
    offset = before;
  }
  return out;
}

}  // namespace alcove::ole::ppt
