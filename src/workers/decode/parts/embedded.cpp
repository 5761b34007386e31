#include "workers/decode/parts/embedded.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "workers/decode/office/office.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/ole/compound_copy.hpp"
#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/ole.hpp"
#include "workers/decode/ole/ole_object.hpp"

namespace alcove::parts {
namespace {

using wire::Format;

constexpr const char* kDamaged = "It is damaged and cannot be read";

std::string with_suffix(const std::string& path, const std::string& suffix) {
  const std::size_t name = path.find_last_of('/') + 1;
  const std::size_t dot = path.find_last_of('.');
  return (dot == std::string::npos || dot < name ? path : path.substr(0, dot)) + suffix;
}

bool take_bytes(std::string path, ByteView bytes, bool truncated, PartSink& sink) {
  if (!sink.begin(std::move(path), 0, bytes.size())) {
    return false;
  }
  if (!sink.wanted()) {
    return sink.end();
  }
  sink.write(bytes);
  return truncated ? sink.end_damaged("damaged", kDamaged) : sink.end();
}

std::string office_suffix(Format format) {
  const bool is_document = wire::is_office_document(format) || format == Format::kEpub || format == Format::kMsg;
  return is_document ? "." + std::string(wire::format_name(format)) : std::string();
}

/// Hands over the file that an object's storage holds; nothing when it holds none.
bool take_content(const ole::CompoundFile& file, std::size_t storage, const std::string& path,
                  const wire::DecodeLimits& limits, PartSink& sink) {
  const auto read = ole::read_object(file, storage, kObjectBytesMax);
  if (!read || !*read) {
    return sink.may_go_on();
  }
  const ole::ObjectContent& content = **read;
  const std::string suffix = document_suffix(input::ByteSource::from_bytes(content.bytes), limits);
  if (!content.named && suffix.empty()) {
    return sink.may_go_on();
  }
  return take_bytes(content.name.empty() ? with_suffix(path, suffix) : content.name, content.bytes, content.truncated,
                    sink);
}

}  // namespace

std::string document_suffix(const input::ByteSource& source, const wire::DecodeLimits& limits) {
  constexpr std::size_t kHeadBytes = 512;
  const auto head = source.read_range(0, kHeadBytes);
  const std::string_view text = head ? as_text(*head) : std::string_view();
  if (text.starts_with("%PDF-")) {
    return ".pdf";
  }
  if (text.starts_with("{\\rtf")) {
    return ".rtf";
  }
  if (text.starts_with("PK\x03\x04")) {
    return office_suffix(office::identify(source, limits));
  }
  return head && ole::CompoundFile::has_signature(*head) ? office_suffix(ole::identify(source)) : std::string();
}

bool take_object(ByteView object, const std::string& path, const wire::DecodeLimits& limits, PartSink& sink) {
  const auto source = input::ByteSource::from_bytes(object);
  const std::string suffix = document_suffix(source, limits);
  if (!suffix.empty()) {
    return take_bytes(with_suffix(path, suffix), object, false, sink);
  }
  const auto file = ole::CompoundFile::open(source);
  return file ? take_content(*file, ole::CompoundFile::kRoot, path, limits, sink) : sink.may_go_on();
}

bool take_storage(const ole::CompoundFile& file, std::size_t storage, const std::string& path,
                  const wire::DecodeLimits& limits, PartSink& sink) {
  const std::string suffix = office_suffix(ole::identify(file, storage));
  if (suffix.empty()) {
    return take_content(file, storage, path, limits, sink);
  }
  const auto copy = ole::copy_storage(file, storage, kObjectBytesMax);
  if (!copy) {
    const std::string name = with_suffix(path, suffix);
    return copy.error().code == ErrorCode::kTooLarge ? sink.refuse(name, 0, "too_large", copy.error().message)
                                                     : sink.refuse(name, 0, "damaged", copy.error().message);
  }
  return sink.pass_by(copy->size()) && take_bytes(with_suffix(path, suffix), *copy, false, sink);
}

bool take_member(office::Container& container, const std::string& name, PartSink& sink) {
  if (!sink.begin(name, 0, 0)) {
    return false;
  }
  if (!sink.wanted()) {
    return sink.end();
  }
  const Status inflated = container.stream(name, [&](std::string_view piece) { return sink.write(as_bytes(piece)); });
  if (inflated) {
    return sink.end();
  }
  const bool too_large = inflated.error().code == ErrorCode::kTooLarge;
  return too_large ? sink.end_damaged("too_large", inflated.error().message)
                   : sink.end_damaged("damaged", inflated.error().message);
}

bool take_object_member(office::Container& container, const std::string& name, const wire::DecodeLimits& limits,
                        PartSink& sink) {
  const auto content = container.read(name, kObjectBytesMax);
  if (!content) {
    return sink.refuse(name, 0, "damaged", kDamaged);
  }
  if (content->too_large) {
    return sink.refuse(name, 0, "too_large", "It is too large to be taken out of the document");
  }
  return sink.pass_by(content->bytes.size()) && take_object(as_bytes(content->bytes), name, limits, sink);
}

input::Verdict read_embedded(Format format, const input::ByteSource& source, const wire::DecodeLimits& limits,
                             PartSink& sink) {
  if (format == Format::kDoc || format == Format::kXls || format == Format::kPpt) {
    read_ole_parts(format, source, limits, sink);
    return {};
  }
  auto container = office::Container::open(source, limits);
  if (!container) {
    return office::damaged_office();
  }
  if (office::is_encrypted(format, *container)) {
    return input::skipped("encrypted", "The document is protected by a password");
  }
  sink.watch_ratio([&] { return container->consumed_bytes(); });
  const bool open_document = format == Format::kOdt || format == Format::kOds || format == Format::kOdp;
  open_document ? read_odf_parts(*container, limits, sink) : read_ooxml_parts(*container, limits, sink);
  sink.watch_ratio(nullptr);
  return {};
}

}  // namespace alcove::parts
