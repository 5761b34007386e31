#include "workers/decode/office/office.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/office/container.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::office {
namespace {

using wire::Format;

constexpr std::size_t kSmallMemberBytesMax = 1024UL * 1024;

/// Parts of the main member's content type, with and without macros.
constexpr std::array kContentTypes = {
    std::pair{"wordprocessingml.document.main", Format::kDocx},
    std::pair{"wordprocessingml.template.main", Format::kDocx},
    std::pair{"ms-word.document.macroEnabled.main", Format::kDocx},
    std::pair{"ms-word.template.macroEnabledTemplate.main", Format::kDocx},
    std::pair{"spreadsheetml.sheet.main", Format::kXlsx},
    std::pair{"spreadsheetml.template.main", Format::kXlsx},
    std::pair{"ms-excel.sheet.macroEnabled.main", Format::kXlsx},
    std::pair{"ms-excel.template.macroEnabled.main", Format::kXlsx},
    std::pair{"ms-excel.sheet.binary.macroEnabled.main", Format::kXlsx},
    std::pair{"presentationml.presentation.main", Format::kPptx},
    std::pair{"presentationml.slideshow.main", Format::kPptx},
    std::pair{"presentationml.template.main", Format::kPptx},
    std::pair{"ms-powerpoint.presentation.macroEnabled.main", Format::kPptx},
    std::pair{"ms-powerpoint.slideshow.macroEnabled.main", Format::kPptx},
};
/// What the member "mimetype" begins with; templates add a suffix.
constexpr std::array kMimeTypes = {
    std::pair{std::string_view("application/vnd.oasis.opendocument.text"), Format::kOdt},
    std::pair{std::string_view("application/vnd.oasis.opendocument.spreadsheet"), Format::kOds},
    std::pair{std::string_view("application/vnd.oasis.opendocument.presentation"), Format::kOdp},
    std::pair{std::string_view("application/epub+zip"), Format::kEpub},
};
constexpr std::array kMainMembers = {
    std::pair{"word/document.xml", Format::kDocx},
    std::pair{"xl/workbook.xml", Format::kXlsx},
    std::pair{"ppt/presentation.xml", Format::kPptx},
    std::pair{"META-INF/container.xml", Format::kEpub},
};

Format identify_container(Container& container) {
  if (const auto types = container.read("[Content_Types].xml", kSmallMemberBytesMax)) {
    for (const auto& [type, format] : kContentTypes) {
      if (types->bytes.find(type) != std::string::npos) {
        return format;
      }
    }
  }
  if (const auto type = container.read("mimetype", kSmallMemberBytesMax)) {
    const std::string_view name = trimmed(type->bytes);
    const auto found = std::ranges::find_if(kMimeTypes, [&](const auto& row) { return name.starts_with(row.first); });
    return found == kMimeTypes.end() ? Format::kUnknown : found->second;
  }
  for (const auto& [member, format] : kMainMembers) {
    if (container.has(member)) {
      return format;
    }
  }
  return Format::kUnknown;
}

bool is_open_document(Format format) {
  return format == Format::kOdt || format == Format::kOds || format == Format::kOdp;
}

bool is_encrypted(Format format, Container& container) {
  for (const Member& member : container.members()) {
    if (member.encrypted) {
      return true;
    }
  }
  if (!is_open_document(format)) {
    return false;
  }
  const auto manifest = container.read("META-INF/manifest.xml", kSmallMemberBytesMax);
  return manifest && manifest->bytes.find("encryption-data") != std::string::npos;
}

void read_properties(const Node& root, wire::FactsArtefact& facts) {
  for (const Node& node : root.children()) {
    const std::string_view name = local_name(node);
    const std::string value = charset::collapse_spaces(charset::clean(all_text(node)));
    if (value.empty()) {
      continue;
    }
    if (name == "title") {
      facts.title = value;
    } else if (name == "initial-creator" || (name == "creator" && facts.author.empty())) {
      facts.author = value;
    } else if (name == "subject") {
      facts.subject = value;
    } else if (name == "created" || name == "creation-date") {
      facts.created_unix_ms = input::parse_moment(value);
    } else if (name == "modified" || name == "date") {
      facts.modified_unix_ms = input::parse_moment(value);
    }
  }
}

/// Member and parent of what the document says of itself.
Tree load_properties(Format format, Container& container, input::TextCollector& notes) {
  std::string member = "meta.xml";
  if (!is_open_document(format)) {
    member = find_target(load_relations(container, "", notes), "core-properties");
    member = member.empty() ? "docProps/core.xml" : member;
  }
  return container.has(member) ? load_xml(container, member, notes) : nullptr;
}

Node properties_of(Format format, const Tree& tree) {
  const Node root = tree->find_child([](const Node& node) { return node.type() == pugi::node_element; });
  return is_open_document(format) ? child(root, "meta") : root;
}

/// Keywords, comments and the like, which people wrote to find the document again.
void read_keywords(Format format, Container& container, input::TextCollector& collector) {
  const Tree tree = load_properties(format, container, collector);
  if (tree == nullptr) {
    return;
  }
  for (const Node& node : properties_of(format, tree).children()) {
    const std::string_view name = local_name(node);
    if (name == "keywords" || name == "keyword" || name == "description" || name == "category" ||
        name == "user-defined") {
      collector.add(wire::BlockKind::kMetadata, charset::collapse_spaces(all_text(node)), wire::Place{});
    }
  }
}

input::Verdict read_by_format(Format format, Container& container, input::TextCollector& collector) {
  switch (format) {
    case Format::kDocx: return read_docx(container, collector);
    case Format::kXlsx: return read_xlsx(container, collector);
    case Format::kPptx: return read_pptx(container, collector);
    case Format::kOdt: return read_odt(container, collector);
    case Format::kOds: return read_ods(container, collector);
    case Format::kOdp: return read_odp(container, collector);
    default: return damaged_office();
  }
}

}  // namespace

input::Verdict damaged_office() {
  return input::failed("damaged", "The document is damaged and cannot be read");
}

std::string find_main_member(Container& container, std::string_view usual, input::TextCollector& collector) {
  const std::string target = find_target(load_relations(container, "", collector), "officeDocument");
  return !target.empty() && container.has(target) ? target : std::string(usual);
}

wire::Format identify(const input::ByteSource& source, const wire::DecodeLimits& limits) {
  auto container = Container::open(source, limits);
  return container ? identify_container(*container) : Format::kUnknown;
}

input::Verdict read_office(Format format, const input::ByteSource& source, input::TextCollector& collector) {
  auto container = Container::open(source, collector.limits());
  if (!container) {
    return damaged_office();
  }
  if (is_encrypted(format, *container)) {
    return input::skipped("encrypted", "The document is protected by a password");
  }
  if (container->is_damaged()) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  if (container->is_cut()) {
    collector.note("members_limit", "The document has too many parts; only the first ones were read");
  }
  input::Verdict verdict = read_by_format(format, *container, collector);
  if (verdict.outcome == wire::StageOutcome::kDone) {
    read_keywords(format, *container, collector);
  }
  const auto refused = [](const wire::Note& note) { return note.code == "doctype_refused"; };
  if (verdict.outcome == wire::StageOutcome::kFailed && std::ranges::any_of(collector.artefact().notes, refused)) {
    verdict = input::failed("doctype_refused",
                            "The document declares a document type of its own, which office documents never do; it was "
                            "not read");
  }
  return verdict;
}

wire::FactsArtefact office_facts(Format format, const input::ByteSource& source, const wire::DecodeLimits& limits) {
  wire::FactsArtefact facts;
  auto container = Container::open(source, limits);
  if (!container) {
    return facts;
  }
  input::TextCollector notes(limits);
  const Tree tree = load_properties(format, *container, notes);
  if (tree != nullptr) {
    read_properties(properties_of(format, tree), facts);
  }
  return facts;
}

}  // namespace alcove::office
