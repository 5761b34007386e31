#include "workers/decode/stages/stage_runner.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "wire/codec.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/ebook/ebook.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/office/office.hpp"
#include "workers/decode/ole/ole.hpp"
#include "workers/decode/parts/parts.hpp"
#include "workers/decode/pdf/pdf.hpp"
#include "workers/decode/plain/plain.hpp"
#include "workers/decode/rtf/rtf.hpp"
#include "workers/decode/stages/language.hpp"
#include "workers/decode/stages/passages.hpp"
#include "workers/decode/structured/structured.hpp"
#include "workers/decode/subtitles/subtitles.hpp"

namespace alcove::stages {
namespace {

using input::Verdict;
using wire::Format;
using wire::StageFinished;
using wire::StageOutcome;

constexpr unsigned kThumbnailSidePx = 512;

/// From this share on a document's language stands for its passages that are too short to tell.
constexpr float kDocumentLanguageShare = 0.8F;

StageFinished finished(const Verdict& verdict) {
  StageFinished out;
  out.outcome = verdict.outcome;
  out.reason_code = verdict.code.text();
  out.reason = verdict.reason;
  out.reason_values = verdict.values;
  return out;
}

template <typename T>
StageFinished done(const T& artefact) {
  StageFinished out;
  out.outcome = StageOutcome::kDone;
  out.artefact = wire::encode(artefact);
  return out;
}

StageFinished not_applicable() {
  return finished({StageOutcome::kNotApplicable, {}, {}});
}

StageFinished read_failed(const Error& error) {
  return finished({StageOutcome::kFailedRetryable, "unreadable", error.message});
}

std::uint32_t cpu_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
}

bool is_office(Format format) {
  return format == Format::kDocx || format == Format::kXlsx || format == Format::kPptx || format == Format::kOdt ||
         format == Format::kOds || format == Format::kOdp;
}

bool is_archive(Format format) {
  return format == Format::kZip || format == Format::kSevenZip || format == Format::kTar ||
         format == Format::kCompressed || format == Format::kRar;
}

bool is_ole(Format format) {
  return format == Format::kMsg || format == Format::kDoc || format == Format::kXls || format == Format::kPpt;
}

/// Read from the beginning on, so that the size of the file does not matter.
bool is_decoded_text(Format format) {
  return format == Format::kPlainText || format == Format::kCsv || format == Format::kSourceCode ||
         format == Format::kMarkdown || format == Format::kHtml || format == Format::kXml || format == Format::kJson ||
         format == Format::kLatex || format == Format::kSubtitles || format == Format::kFictionBook;
}

/// Words parted by anything but letters and digits; of Chinese, Japanese and Thai each character counts as one.
void count_words(const wire::TextArtefact& text, wire::FactsArtefact& facts) {
  for (const wire::Block& block : text.blocks) {
    bool inside = false;
    for (std::size_t at = 0; at < block.text.size();) {
      const char32_t c = text::next_code_point(block.text, at);
      ++facts.character_count;
      const auto kind = text::character_class(c);
      const bool part_of_word = kind == text::CharacterClass::kUpper || kind == text::CharacterClass::kLower ||
                                kind == text::CharacterClass::kLetter || kind == text::CharacterClass::kDigit ||
                                kind == text::CharacterClass::kMark;
      const auto script = text::script_of(c);
      const bool alone = script == text::Script::kHan || script == text::Script::kKana || script == text::Script::kThai;
      facts.word_count += part_of_word && (alone || !inside) ? 1 : 0;
      inside = part_of_word && !alone;
    }
  }
}

/// Titles that programs write when nobody gave one.
bool is_meaningless_title(std::string_view title) {
  const std::string lower = ascii_lower(trimmed(title));
  return lower == "untitled" || lower == "title" || lower == "document" || lower == "powerpoint presentation" ||
         lower == "presentation" || lower.starts_with("untitled-");
}

std::string tidy_title(std::string title) {
  for (const std::string_view prefix : {"Microsoft Word - ", "Microsoft PowerPoint - ", "Microsoft Excel - "}) {
    if (title.starts_with(prefix)) {
      title.erase(0, prefix.size());
    }
  }
  constexpr std::size_t kTitleBytesMax = 500;
  title.resize(utf8_prefix(title, kTitleBytesMax).size());
  return is_meaningless_title(title) ? std::string() : title;
}

/// The heading that opens a document, if one stands among its first blocks.
std::string opening_heading(const wire::TextArtefact& text) {
  constexpr std::size_t kBlocksSeen = 8;
  for (std::size_t i = 0; i < std::min(text.blocks.size(), kBlocksSeen); ++i) {
    if (text.blocks[i].kind == wire::BlockKind::kHeading) {
      return charset::collapse_spaces(text.blocks[i].text);
    }
  }
  return {};
}

}  // namespace

StageRunner::StageRunner(TypeTable& types, const input::ByteSource& source, const wire::DecodeRequest& request,
                         std::optional<wire::TextArtefact> text, parts::PartSink::Deliver deliver)
    : types_(types), source_(source), request_(request), text_(std::move(text)), deliver_(std::move(deliver)) {
  if (!request.probe.empty()) {
    if (auto given = wire::decode<wire::ProbeArtefact>(request.probe)) {
      probe_ = std::move(*given);
    }
  }
}

StageFinished StageRunner::run(std::string_view stage) {
  const std::uint32_t before = cpu_milliseconds();
  StageFinished out;
  if (stage == "probe") {
    out = run_probe();
  } else if (stage == "text") {
    out = run_text();
  } else if (stage == "passages") {
    out = run_passages();
  } else if (stage == "language") {
    out = run_language();
  } else if (stage == "facts") {
    out = run_facts();
  } else if (stage == "thumbnail") {
    out = run_thumbnail();
  } else if (stage == "parts") {
    out = run_parts();
  } else {
    out = finished(input::failed("unknown_stage", "This program does not know that step"));
  }
  out.request_id = request_.request_id;
  out.stage = stage;
  out.cpu_ms = cpu_milliseconds() - before;
  return out;
}

const wire::ProbeArtefact& StageRunner::known_probe() {
  if (!probe_) {
    auto made = probe(types_, source_, request_.reader, request_.limits);
    probe_ = made ? std::move(*made) : wire::ProbeArtefact{};
  }
  return *probe_;
}

StageFinished StageRunner::run_probe() {
  auto made = probe(types_, source_, request_.reader, request_.limits);
  if (!made) {
    return read_failed(made.error());
  }
  probe_ = std::move(*made);
  return done(*probe_);
}

std::string StageRunner::decoded_text(std::size_t size_max) {
  // Only wide encodings take more bytes than UTF-8 does.
  const std::string encoding = ascii_lower(known_probe().encoding);
  const std::size_t widest = encoding.starts_with("utf-32") ? 4 : encoding.starts_with("utf-16") ? 2 : 1;
  const auto bytes = source_.read_range(0, size_max * widest);
  return bytes ? charset::decode(*bytes, known_probe().encoding) : std::string();
}

Verdict StageRunner::read_decoded(input::TextCollector& collector) {
  // One byte more than fits tells the collector that something was left out.
  const std::size_t size_max = static_cast<std::size_t>(request_.limits.text_bytes_max) + 1;
  std::string text = decoded_text(size_max);
  text = charset::clean(utf8_prefix(text, size_max + 4));
  const bool had_text = !trimmed(text).empty();
  Verdict verdict;
  switch (known_probe().format) {
    case Format::kXml: verdict = structured::read_xml(std::move(text), collector); break;
    case Format::kFictionBook:
      structured::blank_declaration(text);
      verdict = ebook::read_fiction_book(std::move(text), collector);
      break;
    case Format::kJson: structured::read_json(text, collector); break;
    case Format::kLatex: markup::read_latex(text, collector); break;
    case Format::kSubtitles: subtitles::read_subtitles(text, collector); break;
    case Format::kHtml: markup::read_html(text, collector); break;
    case Format::kMarkdown: markup::read_markdown(text, collector); break;
    case Format::kCsv: plain::read_csv(text, collector); break;
    case Format::kSourceCode: plain::read_code(text, collector); break;
    default:
      if (known_probe().mime == "text/x-rst") {
        markup::read_rst(text, collector);
      } else {
        plain::read_text(text, collector);
      }
      break;
  }
  if (had_text && collector.artefact().blocks.empty()) {
    collector.note("no_text", "There is no text in this file");
  }
  return verdict;
}

Verdict StageRunner::read_by_format(input::TextCollector& collector) {
  const wire::ProbeArtefact& known = known_probe();
  switch (known.format) {
    case Format::kEmpty: collector.note("empty", "The file is empty"); return {};
    case Format::kEncryptedOffice: return input::skipped("encrypted", "The document is protected by a password");
    case Format::kUnknown:
      if (known.mime.empty() || known.mime == "application/octet-stream") {
        return input::skipped("unsupported_type", "The kind of this file is not known");
      }
      return input::skipped("unsupported_type", fmt::format("There is no reader for {} yet", known.mime), {known.mime});
    default: break;
  }
  if (source_.size() > request_.limits.file_bytes_max) {
    constexpr std::uint64_t kMegabyte = 1024ULL * 1024;
    const std::uint64_t limit_mb = request_.limits.file_bytes_max / kMegabyte;
    if (!is_decoded_text(known.format)) {
      return input::skipped("too_large",
                            fmt::format("The file is larger than {} MB, the limit for reading files", limit_mb),
                            {std::to_string(limit_mb)});
    }
    collector.note("too_large", fmt::format("The file is larger than {} MB; only its beginning was read", limit_mb),
                   {std::to_string(limit_mb)});
  }
  if (known.format == Format::kPdf) {
    return pdf::read_pdf(source_, collector);
  }
  if (is_office(known.format)) {
    return office::read_office(known.format, source_, collector);
  }
  if (known.format == Format::kEpub) {
    return ebook::read_epub(source_, collector);
  }
  if (known.format == Format::kRtf) {
    const auto bytes = source_.read_range(0, rtf::kRtfBytesMax + 1);
    return bytes ? rtf::read_rtf(as_text(*bytes), collector)
                 : Verdict{StageOutcome::kFailedRetryable, "unreadable", bytes.error().message};
  }
  if (is_ole(known.format)) {
    return ole::read_ole(known.format, source_, collector);
  }
  if (known.format == Format::kEml) {
    const auto bytes = source_.read_range(0, mail::kMessageBytesMax + 1);
    return bytes ? mail::read_message(*bytes, known.encoding, collector)
                 : Verdict{StageOutcome::kFailedRetryable, "unreadable", bytes.error().message};
  }
  if (is_archive(known.format) || known.format == Format::kMbox) {
    return read_names(collector);
  }
  return read_decoded(collector);
}

Verdict StageRunner::read_names(input::TextCollector& collector) {
  if (known_probe().format == Format::kMbox) {
    return parts::list_mailbox(source_, collector);
  }
  if (!members_) {
    wire::PartsArtefact listed;
    const Verdict verdict =
        parts::list_archive(known_probe().format, source_, request_.name_hint, request_.limits, listed);
    if (verdict.outcome != StageOutcome::kDone) {
      return verdict;
    }
    members_ = std::move(listed);
  }
  parts::write_names(*members_, collector);
  return {};
}

StageFinished StageRunner::run_parts() {
  const Format format = known_probe().format;
  if (!wire::is_container(format)) {
    return not_applicable();
  }
  const bool own_text = !wire::is_collection(format);
  if (source_.size() > request_.limits.file_bytes_max) {
    return own_text ? not_applicable() : finished(input::skipped("too_large", "The file is too large to be unpacked"));
  }
  parts::PartSink sink(request_.limits, request_.parts_from, deliver_);
  const Verdict verdict = parts::read_parts(known_probe(), source_, request_, sink);
  if (!sink.status()) {
    return read_failed(sink.status().error());
  }
  const bool walked_to_the_end = sink.may_go_on();
  wire::PartsArtefact artefact = std::move(sink).take();
  // What is wrong with a document as a whole is said by `text`; most documents have nothing inside.
  if (own_text && verdict.outcome != StageOutcome::kFailedRetryable && artefact.parts.empty() &&
      artefact.notes.empty()) {
    return not_applicable();
  }
  if (verdict.outcome != StageOutcome::kDone) {
    return finished(verdict);
  }
  if (is_archive(format) && walked_to_the_end) {
    members_ = artefact;  // What is compressed as a whole is inflated once for both.
  }
  return done(artefact);
}

void StageRunner::read_text() {
  input::TextCollector collector(request_.limits);
  const auto begin = std::chrono::steady_clock::now();
  verdict_ = read_by_format(collector);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  text_seconds_per_page_ =
      spent.count() / static_cast<double>(std::max<std::size_t>(collector.artefact().page_ratios.size(), 1));
  if (verdict_->outcome == StageOutcome::kDone) {
    text_ = std::move(collector).take();
  }
}

StageFinished StageRunner::run_text() {
  read_text();
  return verdict_->outcome == StageOutcome::kDone ? done(*text_) : finished(*verdict_);
}

const wire::TextArtefact* StageRunner::known_text() {
  if (!text_ && !verdict_) {
    read_text();
  }
  return text_ ? &*text_ : nullptr;
}

const wire::LanguageArtefact& StageRunner::known_language() {
  if (!language_) {
    const wire::TextArtefact* const text = known_text();
    language_ = text == nullptr ? wire::LanguageArtefact{} : detect_languages(*text);
  }
  return *language_;
}

StageFinished StageRunner::without_text() const {
  // When reading may go better later, what rests on it must wait with it.
  const bool later = verdict_ && verdict_->outcome == StageOutcome::kFailedRetryable;
  return later ? finished(*verdict_) : not_applicable();
}

StageFinished StageRunner::run_passages() {
  const wire::TextArtefact* const text = known_text();
  if (text == nullptr) {
    return without_text();
  }
  PassageOptions options;
  options.title = known_facts().title;
  options.count_max = request_.limits.passages_max;
  if (const auto& languages = known_language().languages;
      !languages.empty() && languages.front().share >= kDocumentLanguageShare) {
    options.document_language = languages.front().language;
  }
  bool was_cut = false;
  wire::PassagesArtefact passages = make_passages(*text, options, was_cut);
  if (was_cut) {
    passages.notes.push_back({.code = NoteCode("passages_limit").text(),
                              .message = fmt::format("Only the first {} passages were kept", options.count_max),
                              .values = {std::to_string(options.count_max)}});
  }
  return done(passages);
}

StageFinished StageRunner::run_language() {
  return known_text() == nullptr ? without_text() : done(known_language());
}

wire::FactsArtefact StageRunner::stated_facts() {
  const wire::ProbeArtefact& known = known_probe();
  constexpr std::size_t kHeadBytes = 256UL * 1024;
  if (source_.size() > request_.limits.file_bytes_max) {
    return {};
  }
  switch (known.format) {
    case Format::kPdf: return pdf::pdf_facts(source_);
    case Format::kDocx:
    case Format::kXlsx:
    case Format::kPptx:
    case Format::kOdt:
    case Format::kOds:
    case Format::kOdp: return office::office_facts(known.format, source_, request_.limits);
    case Format::kEpub: return ebook::epub_facts(source_, request_.limits);
    case Format::kFictionBook: {
      std::string text = charset::clean(decoded_text(kHeadBytes));
      structured::blank_declaration(text);
      return ebook::fiction_book_facts(std::move(text), request_.limits);
    }
    case Format::kRtf: {
      const auto bytes = source_.read_range(0, kHeadBytes);
      return bytes ? rtf::rtf_facts(as_text(*bytes)) : wire::FactsArtefact{};
    }
    case Format::kLatex: return markup::latex_facts(charset::clean(decoded_text(kHeadBytes)));
    case Format::kSubtitles: return subtitles::subtitle_facts(charset::clean(decoded_text(kHeadBytes)));
    case Format::kMsg:
    case Format::kDoc:
    case Format::kXls:
    case Format::kPpt: return ole::ole_facts(known.format, source_);
    case Format::kHtml: return markup::html_facts(charset::clean(decoded_text(kHeadBytes)));
    case Format::kMarkdown: return markup::markdown_facts(charset::clean(decoded_text(kHeadBytes)));
    case Format::kEml: {
      const auto bytes = source_.read_range(0, mail::kMessageBytesMax);
      return bytes ? mail::message_facts(*bytes, known.encoding) : wire::FactsArtefact{};
    }
    default: return {};
  }
}

const wire::FactsArtefact& StageRunner::known_facts() {
  if (!facts_) {
    wire::FactsArtefact facts = stated_facts();
    facts.title = tidy_title(std::move(facts.title));
    if (const wire::TextArtefact* const text = known_text()) {
      facts.page_count = std::max(facts.page_count, text->page_count);
      count_words(*text, facts);
      const Format format = known_probe().format;
      const bool by_heading = format == Format::kDocx || format == Format::kOdt || format == Format::kHtml ||
                              format == Format::kPptx || format == Format::kOdp || format == Format::kRtf ||
                              format == Format::kDoc || format == Format::kPpt || format == Format::kXml ||
                              (format == Format::kPlainText && known_probe().mime == "text/x-rst");
      if (facts.title.empty() && by_heading) {
        facts.title = tidy_title(opening_heading(*text));
      }
    }
    facts_ = std::move(facts);
  }
  return *facts_;
}

StageFinished StageRunner::run_facts() {
  const Format format = known_probe().format;
  const bool nothing = format == Format::kUnknown || format == Format::kEmpty || format == Format::kEncryptedOffice;
  if (nothing) {
    return not_applicable();
  }
  const bool later = known_text() == nullptr && verdict_ && verdict_->outcome == StageOutcome::kFailedRetryable;
  return later ? finished(*verdict_) : done(known_facts());
}

StageFinished StageRunner::run_thumbnail() {
  if (known_probe().format != Format::kPdf || source_.size() > request_.limits.file_bytes_max) {
    return not_applicable();
  }
  // Drawing goes through the same page description as reading does: what inflates without end does so again.
  constexpr double kSecondsPerPageMax = 5;
  if (text_seconds_per_page_ > kSecondsPerPageMax) {
    return finished(input::skipped("time_limit", "The pages take too long to draw"));
  }
  const auto drawn = pdf::draw_first_page(source_, kThumbnailSidePx);
  // A damaged or encrypted file is reported by `text`; a second complaint would say nothing new.
  return drawn ? done(*drawn) : not_applicable();
}

}  // namespace alcove::stages
