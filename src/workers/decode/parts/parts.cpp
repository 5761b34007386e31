#include "workers/decode/parts/parts.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "workers/decode/mail/mail.hpp"
#include "workers/decode/mail/mbox.hpp"
#include "workers/decode/ole/msg_parts.hpp"
#include "workers/decode/parts/archive.hpp"
#include "workers/decode/parts/embedded.hpp"
#include "workers/decode/pdf/pdf.hpp"

namespace alcove::parts {
namespace {

using wire::BlockKind;
using wire::Format;

wire::Place part_place(std::string path) {
  wire::Place place;
  place.kind = wire::PlaceKind::kPart;
  place.part = std::move(path);
  return place;
}

void note_protected(const wire::PartsArtefact& artefact, input::TextCollector& collector) {
  const auto count = std::ranges::count(artefact.parts, "encrypted", &wire::PartEntry::reason_code);
  if (count > 0) {
    collector.note("encrypted",
                   count == 1 ? "One file inside is protected by a password"
                              : fmt::format("{} files inside are protected by a password", count),
                   {std::to_string(count)});
  }
}

}  // namespace

input::Verdict read_parts(const wire::ProbeArtefact& probe, const input::ByteSource& source,
                          const wire::DecodeRequest& request, PartSink& sink) {
  if (wire::is_office_document(probe.format)) {
    return read_embedded(probe.format, source, request.limits, sink);
  }
  switch (probe.format) {
    case Format::kPdf: return pdf::read_attachments(source, request.limits, sink);
    case Format::kMbox: return mail::read_mailbox(source, sink, {});
    case Format::kMsg: ole::msg_parts(source, sink); return {};
    case Format::kEml: {
      const auto bytes = source.read_range(0, mail::kMessageBytesMax + 1);
      return bytes ? mail::read_attachments(*bytes, probe.encoding, sink)
                   : input::Verdict{wire::StageOutcome::kFailedRetryable, "unreadable", bytes.error().message};
    }
    default: return read_archive(probe.format, source, request.name_hint, sink);
  }
}

void write_names(const wire::PartsArtefact& members, input::TextCollector& collector) {
  for (const wire::Note& note : members.notes) {
    collector.take_over(note);
  }
  note_protected(members, collector);
  for (const wire::PartEntry& entry : members.parts) {
    if (!collector.add(BlockKind::kListItem, entry.path, part_place(entry.path))) {
      break;
    }
  }
  if (members.parts.empty() && members.notes.empty()) {
    collector.note("empty", "There is no file in this archive");
  }
}

input::Verdict list_archive(Format format, const input::ByteSource& source, std::string_view name_hint,
                            const wire::DecodeLimits& limits, wire::PartsArtefact& members) {
  PartSink sink(limits, 0, {});
  input::Verdict verdict = read_archive(format, source, name_hint, sink);
  members = std::move(sink).take();
  return verdict;
}

input::Verdict list_mailbox(const input::ByteSource& source, input::TextCollector& collector) {
  PartSink sink(collector.limits(), 0, {});
  const auto add = [&](const mail::MailboxEntry& entry) {
    const std::string text = entry.from.empty() ? entry.subject : fmt::format("{} — {}", entry.subject, entry.from);
    collector.add(BlockKind::kListItem, text.empty() ? entry.name : text, part_place(entry.name));
  };
  input::Verdict verdict = mail::read_mailbox(source, sink, add);
  for (const wire::Note& note : std::move(sink).take().notes) {
    collector.take_over(note);
  }
  return verdict;
}

}  // namespace alcove::parts
