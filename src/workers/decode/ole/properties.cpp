#include "workers/decode/ole/properties.hpp"

#include <algorithm>
#include <string>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/file_time.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole {
namespace {

constexpr std::size_t kSetBytesMax = 4UL * 1024 * 1024;
constexpr std::uint32_t kPropertiesMax = 1'000;

enum : std::uint32_t {
  kCodePageId = 1,
  kTitleId = 2,
  kSubjectId = 3,
  kAuthorId = 4,
  kCreatedId = 12,
  kSavedId = 13,
};
enum : std::uint16_t { kShortType = 2, kCodePageText = 0x1E, kWideText = 0x1F, kFileTime = 0x40 };

std::string text_value(ByteView value, std::uint32_t code_page) {
  const std::uint32_t length = u32_at(value, 4);
  std::string out;
  if (u16_at(value, 0) == kWideText) {
    out = decode_utf16(slice(value, 8, static_cast<std::size_t>(length) * 2));
    out.resize(std::min(out.find('\0'), out.size()));
  } else if (u16_at(value, 0) == kCodePageText) {
    out = decode_code_page(slice(value, 8, length), code_page);
  }
  return charset::collapse_spaces(charset::clean(out));
}

std::int64_t time_value(ByteView value) {
  return u16_at(value, 0) == kFileTime ? unix_ms_of_file_time(u64_at(value, 4)) : 0;
}

}  // namespace

wire::FactsArtefact summary_facts(const CompoundFile& file) {
  wire::FactsArtefact facts;
  const auto stream = file.read("\005SummaryInformation", CompoundFile::kRoot, kSetBytesMax);
  if (!stream || u16_at(stream->bytes, 0) != 0xFFFE) {
    return facts;
  }
  const ByteView bytes = stream->bytes;
  const ByteView set = slice(bytes, u32_at(bytes, 44), bytes.size());
  const std::uint32_t count = std::min(u32_at(set, 4), kPropertiesMax);
  const auto value_of = [&](std::uint32_t id) {
    for (std::uint32_t i = 0; i < count; ++i) {
      if (u32_at(set, 8 + i * 8UL) == id) {
        return slice(set, u32_at(set, 12 + i * 8UL), set.size());
      }
    }
    return ByteView();
  };
  const ByteView stated = value_of(kCodePageId);
  const std::uint32_t code_page = u16_at(stated, 0) == kShortType ? u16_at(stated, 4) : 1252;
  facts.title = text_value(value_of(kTitleId), code_page);
  facts.subject = text_value(value_of(kSubjectId), code_page);
  facts.author = text_value(value_of(kAuthorId), code_page);
  facts.created_unix_ms = time_value(value_of(kCreatedId));
  facts.modified_unix_ms = time_value(value_of(kSavedId));
  return facts;
}

}  // namespace alcove::ole
