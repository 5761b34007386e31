#include "workers/decode/ole/ole.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "workers/decode/ole/compound_file.hpp"
#include "workers/decode/ole/properties.hpp"
#include "workers/decode/ole/readers.hpp"

namespace alcove::ole {
namespace {

using wire::Format;

/// In this order: a message may carry documents, but not at its top.
constexpr std::array kMainStreams = {
    std::pair{std::string_view("EncryptedPackage"), Format::kEncryptedOffice},
    std::pair{std::string_view("__properties_version1.0"), Format::kMsg},
    std::pair{std::string_view("WordDocument"), Format::kDoc},
    std::pair{std::string_view("Workbook"), Format::kXls},
    std::pair{std::string_view("Book"), Format::kXls},
    std::pair{std::string_view("PowerPoint Document"), Format::kPpt},
};

}  // namespace

Format identify(const input::ByteSource& source) {
  const auto file = CompoundFile::open(source);
  return file ? identify(*file, CompoundFile::kRoot) : Format::kUnknown;
}

Format identify(const CompoundFile& file, std::size_t storage) {
  for (const auto& [stream, format] : kMainStreams) {
    if (file.find(stream, storage)) {
      return format;
    }
  }
  return Format::kUnknown;
}

input::Verdict read_ole(Format format, const input::ByteSource& source, input::TextCollector& collector) {
  const auto file = CompoundFile::open(source);
  if (!file) {
    return file.error().code == ErrorCode::kCorrupt
               ? damaged_document()
               : input::Verdict{wire::StageOutcome::kFailedRetryable, "unreadable", file.error().message};
  }
  if (file->is_damaged()) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  switch (format) {
    case Format::kDoc: return read_doc(*file, collector);
    case Format::kXls: return read_xls(*file, collector);
    case Format::kPpt: return read_ppt(*file, collector);
    case Format::kMsg: return read_msg(*file, collector);
    default: return damaged_document();
  }
}

wire::FactsArtefact ole_facts(Format format, const input::ByteSource& source) {
  const auto file = CompoundFile::open(source);
  if (!file) {
    return {};
  }
  return format == Format::kMsg ? msg_facts(*file) : summary_facts(*file);
}

}  // namespace alcove::ole
