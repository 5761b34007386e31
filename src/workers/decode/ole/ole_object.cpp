#include "workers/decode/ole/ole_object.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"

namespace alcove::ole {
namespace {

/// Streams that hold a whole file: Office's own formats, PDF and others, OpenDocument by two programs.
constexpr std::array<std::string_view, 4> kFileStreams = {"Package", "CONTENTS", "package_stream", "EmbeddedOdf"};

/// Reads fields of a packaged file one after another.
class Fields {
 public:
  explicit Fields(ByteView bytes) : bytes_(bytes) {}

  std::uint16_t u16() { return u16_at(bytes_, std::exchange(at_, at_ + 2)); }
  std::uint32_t u32() { return u32_at(bytes_, std::exchange(at_, at_ + 4)); }
  /// Up to a zero byte.
  ByteView text() {
    const ByteView rest = slice(bytes_, at_, kPackagedNameBytesMax + 1);
    const auto length = static_cast<std::size_t>(std::ranges::find(rest, std::uint8_t{0}) - rest.begin());
    at_ += length + 1;
    return rest.first(length);
  }
  ByteView block(std::size_t size) { return slice(bytes_, std::exchange(at_, at_ + size), size); }
  /// Characters of two bytes behind their number; empty where there is none.
  std::string wide_text() {
    const std::size_t bytes = std::size_t{u32()} * 2;
    return bytes > kPackagedNameBytesMax * 2 ? std::string() : decode_utf16(block(bytes));
  }
  [[nodiscard]] bool is_past_end() const { return at_ > bytes_.size(); }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

/// The last step of a path as Windows or another system writes it.
std::string_view base_name(std::string_view path) {
  return path.substr(path.find_last_of("/\\:") + 1);
}

/// The label is the file's name unless somebody wrote a caption there; the path may be of a copy with an odd name.
std::string best_name(std::string_view label, std::string_view path) {
  label = trimmed(base_name(label));
  path = trimmed(base_name(path));
  const bool label_is_file = label.find('.') != std::string_view::npos;
  return std::string(label_is_file || path.empty() ? label : path);
}

}  // namespace

std::optional<PackagedFile> parse_packaged_file(ByteView stream) {
  constexpr std::size_t kSizeBytes = 4;
  constexpr std::uint16_t kPackageMark = 2;
  constexpr std::uint16_t kEmbedded = 3;
  constexpr std::uint32_t kWindows1252 = 1252;
  Fields fields(stream.subspan(std::min(kSizeBytes, stream.size())));
  if (fields.u16() != kPackageMark) {
    return std::nullopt;
  }
  std::string label = decode_code_page(fields.text(), kWindows1252);
  std::string path = decode_code_page(fields.text(), kWindows1252);
  fields.u16();
  const bool embedded = fields.u16() == kEmbedded;
  const std::uint32_t command_bytes = fields.u32();
  if (!embedded || command_bytes > stream.size()) {
    return std::nullopt;
  }
  fields.block(command_bytes);
  const std::uint32_t size = fields.u32();
  if (fields.is_past_end()) {
    return std::nullopt;
  }
  const ByteView data = fields.block(size);
  PackagedFile out;
  out.bytes.assign(data.begin(), data.end());
  out.truncated = data.size() < size;
  // Newer programs repeat the three texts in Unicode: command, label, path.
  fields.wide_text();
  const std::string wide_label = fields.wide_text();
  const std::string wide_path = fields.wide_text();
  label = fields.is_past_end() || wide_label.empty() ? label : wide_label;
  path = fields.is_past_end() || wide_path.empty() ? path : wide_path;
  out.name = best_name(label, path);
  return out;
}

Result<std::optional<ObjectContent>> read_object(const CompoundFile& file, std::size_t storage, std::size_t size_max) {
  std::optional<ObjectContent> out;
  if (const auto native = file.find("\1Ole10Native", storage)) {
    ALCOVE_TRY(const CompoundFile::Content content, file.read(*native, size_max));
    if (auto packaged = parse_packaged_file(content.bytes)) {
      out = ObjectContent{.name = std::move(packaged->name),
                          .bytes = std::move(packaged->bytes),
                          .truncated = packaged->truncated,
                          .named = true};
      return out;
    }
  }
  for (const std::string_view name : kFileStreams) {
    if (const auto stream = file.find(name, storage)) {
      ALCOVE_TRY(CompoundFile::Content content, file.read(*stream, size_max));
      out = ObjectContent{.name = {}, .bytes = std::move(content.bytes), .truncated = content.truncated};
      return out;
    }
  }
  return out;
}

}  // namespace alcove::ole
