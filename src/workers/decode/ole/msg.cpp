#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/ole/msg_store.hpp"
#include "workers/decode/ole/readers.hpp"
#include "workers/decode/plain/plain.hpp"

namespace alcove::ole {
namespace {

using input::TextCollector;
using wire::BlockKind;
using namespace msg;

wire::Place part_place(std::string_view part) {
  wire::Place place;
  place.kind = wire::PlaceKind::kPart;
  place.part = part;
  return place;
}

}  // namespace

input::Verdict read_msg(const CompoundFile& file, TextCollector& collector) {
  const Properties properties(file, CompoundFile::kRoot, Properties::Kind::kMessage);
  const Message message = load_message(properties, CompoundFile::kRoot);
  collector.add(BlockKind::kHeading, message.subject, part_place("subject"), {.level = 1});
  const std::array<std::pair<std::string_view, std::string>, 4> heads = {{
      {"From", message.from},
      {"To", message.to},
      {"Cc", message.cc},
      {"Date", date_text(message.date_unix_ms)},
  }};
  constexpr std::array<std::string_view, 4> kParts = {"from", "to", "cc", "date"};
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (!heads[i].second.empty()) {
      collector.add(BlockKind::kMetadata, fmt::format("{}: {}", heads[i].first, heads[i].second),
                    part_place(kParts[i]));
    }
  }
  if (message.encrypted) {
    collector.note("encrypted", "The message is encrypted; only its headers were read");
  }
  const Body body = load_body(properties);
  collector.set_part("body", TextCollector::PartPlace::kAlone);
  const std::string text = charset::clean(body.text);
  if (body.is_html) {
    markup::read_html(text, collector);
  } else {
    plain::read_text(text, collector);
  }
  collector.set_part({}, TextCollector::PartPlace::kOnTop);
  for (const Attachment& attachment : list_attachments(properties, CompoundFile::kRoot)) {
    if (!collector.add(BlockKind::kMetadata, attachment.name, part_place(attachment.name))) {
      break;
    }
  }
  return {};
}

wire::FactsArtefact msg_facts(const CompoundFile& file) {
  const Properties properties(file, CompoundFile::kRoot, Properties::Kind::kMessage);
  const Message message = load_message(properties, CompoundFile::kRoot);
  wire::FactsArtefact facts;
  facts.title = message.subject;
  facts.author = message.from;
  facts.created_unix_ms = message.date_unix_ms;
  return facts;
}

}  // namespace alcove::ole
