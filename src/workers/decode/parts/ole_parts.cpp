#include <gio/gio.h>

#include <algorithm>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/ole_object.hpp"
#include "workers/decode/ole/ppt_records.hpp"
#include "workers/decode/parts/embedded.hpp"

namespace alcove::parts {
namespace {

using ole::CompoundFile;

/// Objects have numbers only, and nobody knows the names of their storages.
std::string object_path(unsigned number) {
  return fmt::format("object {}", number);
}

/// At most kObjectBytesMax bytes of zlib's format, up to any damage.
Bytes inflate(ByteView packed) {
  struct Unref {
    void operator()(GZlibDecompressor* object) const { g_object_unref(object); }
  };
  const std::unique_ptr<GZlibDecompressor, Unref> inflater(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  constexpr std::size_t kPieceBytes = 64UL * 1024;
  Bytes out;
  std::size_t read = 0;
  for (GConverterResult result = G_CONVERTER_CONVERTED;
       result == G_CONVERTER_CONVERTED && out.size() < kObjectBytesMax && read < packed.size();) {
    const std::size_t before = out.size();
    out.resize(before + kPieceBytes);
    std::size_t consumed = 0;
    std::size_t written = 0;
    result =
        g_converter_convert(G_CONVERTER(inflater.get()), packed.data() + read, packed.size() - read,
                            out.data() + before, kPieceBytes, G_CONVERTER_INPUT_AT_END, &consumed, &written, nullptr);
    const bool error = result == G_CONVERTER_ERROR;
    read += error ? 0 : consumed;
    out.resize(before + (error ? 0 : written));
  }
  return out;
}

/// Objects of PowerPoint lie in its own stream as compound files of their own.
void read_slides_objects(const CompoundFile& file, const wire::DecodeLimits& limits, PartSink& sink) {
  constexpr std::uint16_t kObjectStorage = 0x1011;
  constexpr std::size_t kUserBytesMax = 4096;
  const auto stream = file.read("PowerPoint Document");
  const auto user = file.read("Current User", CompoundFile::kRoot, kUserBytesMax);
  if (!stream || !user) {
    return;
  }
  const ole::ppt::Edits edits = ole::ppt::find_edits(stream->bytes, user->bytes);
  unsigned number = 0;
  for (const auto& [id, offset] : edits.offsets) {
    const auto record = edits.encrypted ? std::nullopt : ole::ppt::record_at(stream->bytes, offset);
    if (!record || record->type != kObjectStorage) {
      continue;
    }
    constexpr std::size_t kSizeBytes = 4;
    const bool packed = record->instance == 1;
    const Bytes inflated = packed ? inflate(ole::slice(record->data, kSizeBytes, record->data.size())) : Bytes();
    ++number;
    if (!sink.pass_by(inflated.size()) ||
        !take_object(packed ? ByteView(inflated) : record->data, object_path(number), limits, sink)) {
      return;
    }
  }
}

/// Objects of Word and Excel are storages of the document's own file.
void read_storages(const CompoundFile& file, std::size_t parent, std::string_view prefix,
                   const wire::DecodeLimits& limits, PartSink& sink) {
  unsigned number = 0;
  for (const std::size_t child : file.entries()[parent].children) {
    const ole::Entry& entry = file.entries()[child];
    if (!entry.is_storage || !entry.name.starts_with(prefix)) {
      continue;
    }
    ++number;
    if (!take_storage(file, child, object_path(number), limits, sink)) {
      return;
    }
  }
}

}  // namespace

void read_ole_parts(wire::Format format, const input::ByteSource& source, const wire::DecodeLimits& limits,
                    PartSink& sink) {
  const auto file = CompoundFile::open(source);
  if (!file) {
    return;  // Said by the text.
  }
  if (format == wire::Format::kPpt) {
    read_slides_objects(*file, limits, sink);
  } else if (format == wire::Format::kXls) {
    read_storages(*file, CompoundFile::kRoot, "MBD", limits, sink);
  } else if (const auto pool = file->find("ObjectPool")) {
    read_storages(*file, *pool, "_", limits, sink);
  }
}

}  // namespace alcove::parts
