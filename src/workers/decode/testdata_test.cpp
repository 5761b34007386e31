/// Runs the readers over the large shared set of documents, where it is present.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "drivers/os/unique_fd.hpp"
#include "drivers/text/unicode.hpp"
#include "wire/codec.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/pdf/pdf.hpp"
#include "workers/decode/stages/stage_runner.hpp"

namespace alcove::stages {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* const named = std::getenv("ALCOVE_TESTDATA");
  return named != nullptr ? fs::path(named) : fs::path(ALCOVE_SOURCE_DIR) / "../shared/testdata";
}

std::vector<std::vector<std::string>> read_table(const fs::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::vector<std::string>& row = rows.emplace_back();
    std::stringstream cells(line);
    std::string cell;
    while (std::getline(cells, cell, '\t')) {
      row.push_back(cell);
    }
    row.resize(5);
  }
  return rows;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t at = text.find(separator);
    out.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return out;
    }
    text.remove_prefix(at + separator.size());
  }
}

/// Folded as the set's FORMAT.md says: NFKC, case, plain quotes and dashes, no white space.
std::string compared(std::string_view text) {
  const std::string folded = text::to_nfkc_folded(text);
  std::string out;
  for (std::size_t at = 0; at < folded.size();) {
    const char32_t c = text::next_code_point(folded, at);
    if (c == 0x2018 || c == 0x2019 || c == 0x201A) {
      out += '\'';
    } else if (c == 0x201C || c == 0x201D || c == 0x201E) {
      out += '"';
    } else if (c >= 0x2010 && c <= 0x2015) {
      out += '-';
    } else if (text::character_class(c) != text::CharacterClass::kSpace && c != '\n' && c != '\t') {
      text::append_code_point(out, c);
    }
  }
  return out;
}

std::string reader_of(const std::string& kind, const fs::path& path) {
  if (kind == "md") {
    return "markdown";
  }
  if (kind == "emlx") {
    return "eml";
  }
  if (kind == "csv" || kind == "html" || kind == "eml" || kind == "text" || kind == "rst" || kind == "latex" ||
      kind == "json" || kind == "xml") {
    return kind;
  }
  return path.extension() == ".py" ? "code:python" : "";
}

/// What a library would choose by the name's extension.
std::string reader_of(const fs::path& path) {
  static const std::map<std::string, std::string> kReaders = {
      {".txt", "text"},  {".csv", "csv"}, {".html", "html"}, {".eml", "eml"},   {".md", "markdown"},
      {".json", "json"}, {".xml", "xml"}, {".svg", "xml"},   {".tex", "latex"}, {".srt", "subtitles"}};
  const auto found = kReaders.find(path.extension().string());
  return found == kReaders.end() ? std::string() : found->second;
}

struct Outcome {
  wire::StageFinished parts_stage;
  wire::PartsArtefact parts;
  std::vector<Outcome> inner;  ///< Of the members, in their order.
  wire::ProbeArtefact probe;
  wire::StageFinished text_stage;
  wire::TextArtefact text;
  wire::PassagesArtefact passages;
  wire::FactsArtefact facts;
};

class Documents : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    mail::prepare();
    ASSERT_TRUE(pdf::prepare().has_value());
  }
  void SetUp() override {
    if (!fs::exists(data_folder())) {
      GTEST_SKIP() << "no shared test data at " << data_folder();
    }
    auto loaded = TypeTable::load();
    ASSERT_TRUE(loaded.has_value());
    types_.emplace(std::move(*loaded));
  }

  Outcome decode(const fs::path& path, const std::string& reader, const wire::DecodeLimits& limits = {}) {
    const os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    members_ = 0;
    return decode(fd.value(), path.filename(), reader, limits, 0);
  }

  /// As the server would: members are read in their turn, to a limited depth and number.
  Outcome decode(int fd, const fs::path& name, const std::string& reader, const wire::DecodeLimits& limits,
                 unsigned depth) {
    constexpr unsigned kDepthMax = 4;
    constexpr unsigned kMembersMax = 200;
    const auto source = input::ByteSource::from_descriptor(fd);
    wire::DecodeRequest request;
    request.reader = reader;
    request.name_hint = name;
    request.limits = limits;
    Outcome out;
    const auto deliver = [&](const wire::PartFound& found, int memory_file) -> Result<bool> {
      if (depth < kDepthMax && members_++ < kMembersMax) {
        out.inner.push_back(decode(memory_file, found.path, reader_of(fs::path(found.path)), limits, depth + 1));
      }
      return members_ < kMembersMax;
    };
    StageRunner runner(*types_, *source, request, std::nullopt, deliver);
    take(runner.run("probe"), out.probe);
    out.text_stage = runner.run("text");
    take(out.text_stage, out.text);
    take(runner.run("passages"), out.passages);
    (void)runner.run("language");
    take(runner.run("facts"), out.facts);
    (void)runner.run("thumbnail");
    out.parts_stage = runner.run("parts");
    take(out.parts_stage, out.parts);
    return out;
  }

  template <typename T>
  static void take(const wire::StageFinished& finished, T& into) {
    if (finished.outcome == wire::StageOutcome::kDone) {
      auto decoded = wire::decode<T>(finished.artefact);
      ASSERT_TRUE(decoded.has_value());
      into = std::move(*decoded);
    }
  }

  std::optional<TypeTable> types_;
  unsigned members_ = 0;  ///< Read of the file under test.
};

/// Of the file and everything inside it.
std::string all_passages(const Outcome& outcome) {
  std::string out;
  for (const Outcome& inner : outcome.inner) {
    out += all_passages(inner);
  }
  for (const wire::Passage& passage : outcome.passages.passages) {
    out += passage.text + "\n";
  }
  return out;
}

/// Phrases of the table that no text of the file holds: legacy_sample.doc has those of legacy_sample.ppt.
bool is_not_in_text(const std::string& name) {
  return name == "legacy_sample.doc";
}

TEST_F(Documents, EveryExpectedPhraseIsInThePassages) {
  const std::set<std::string> kinds = {"pdf-text", "docx", "xlsx", "pptx", "odt", "html", "md",      "text",
                                       "csv",      "eml",  "emlx", "mbox", "zip", "7z",   "tar",     "tgz",
                                       "ods",      "odp",  "rtf",  "epub", "fb2", "xml",  "tar.bz2", "rst",
                                       "latex",    "rar",  "doc",  "msg",  "ppt", "xls"};
  std::size_t files = 0;
  std::size_t missing = 0;
  for (const auto& row : read_table(data_folder() / "documents/expected.tsv")) {
    const fs::path path = data_folder() / "documents" / row[0];
    if (!kinds.contains(row[1]) || !fs::exists(path)) {
      continue;
    }
    ++files;
    const Outcome outcome = decode(path, reader_of(row[1], path));
    const std::string text = compared(all_passages(outcome));
    for (const std::string& phrase : split(row[2], " || ")) {
      bool found = phrase.empty();
      found = found || is_not_in_text(row[0]);
      for (const std::string& alternative : split(phrase, " ~~ ")) {
        found = found || text.find(compared(alternative)) != std::string::npos;
      }
      if (!found) {
        ++missing;
        ADD_FAILURE() << row[0] << ": no \"" << phrase << "\" (" << wire::format_name(outcome.probe.format) << ", "
                      << outcome.probe.encoding << ", " << outcome.passages.passages.size() << " passages, "
                      << outcome.text_stage.reason << ")";
      }
    }
    for (const wire::Passage& passage : outcome.passages.passages) {
      EXPECT_TRUE(is_valid_utf8(passage.text)) << row[0];
      EXPECT_EQ(text::to_nfc(passage.text), passage.text) << row[0];
    }
  }
  std::printf("%zu files, %zu phrases missing\n", files, missing);
}

/// Codes and paths of a file and everything inside it.
struct Said {
  std::set<std::string> codes;
  std::vector<std::string> paths;
};

Said everything_said(const Outcome& outcome) {
  Said out;
  for (const wire::Note& note : outcome.text.notes) {
    out.codes.insert(note.code);
  }
  for (const wire::Note& note : outcome.parts.notes) {
    out.codes.insert(note.code);
  }
  for (const std::string& code : {outcome.text_stage.reason_code, outcome.parts_stage.reason_code}) {
    if (!code.empty()) {
      out.codes.insert(code);
    }
  }
  for (const wire::PartEntry& entry : outcome.parts.parts) {
    out.paths.push_back(entry.path);
    if (!entry.reason_code.empty()) {
      out.codes.insert(entry.reason_code);
    }
  }
  for (const Outcome& inner : outcome.inner) {
    Said more = everything_said(inner);
    out.codes.merge(more.codes);
    out.paths.insert(out.paths.end(), more.paths.begin(), more.paths.end());
  }
  return out;
}

TEST_F(Documents, HostileFilesEndWithAnOutcome) {
  wire::DecodeLimits limits;
  limits.soft_seconds_max = 10;
  std::map<double, std::string, std::greater<>> slowest;
  for (const auto& row : read_table(data_folder() / "hostile/expected.tsv")) {
    const fs::path path = data_folder() / "hostile" / row[0];
    if (!fs::is_regular_file(path)) {
      continue;
    }
    SCOPED_TRACE(row[0]);
    if (std::getenv("ALCOVE_TEST_VERBOSE") != nullptr) {
      std::fprintf(stderr, "%s\n", row[0].c_str());
    }
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = decode(path, reader_of(path), limits);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    slowest[seconds] = row[0];
    const bool named = outcome.text_stage.outcome == wire::StageOutcome::kDone || !outcome.text_stage.reason.empty();
    EXPECT_TRUE(named);
    if (row[2] == "needs-password" && outcome.probe.format != wire::Format::kUnknown) {
      const bool noted = !outcome.text.notes.empty() && outcome.text.notes[0].code == "encrypted";
      EXPECT_TRUE(noted || outcome.text_stage.reason_code == "encrypted");
    }
    const std::string text = all_passages(outcome);
    EXPECT_TRUE(is_valid_utf8(text));
    EXPECT_EQ(text.find("root:x:0"), std::string::npos);
    if (std::getenv("ALCOVE_TEST_VERBOSE") != nullptr) {
      std::fprintf(stderr, "  %.2f s %s %s %s %zu passages; %s; notes:", seconds, row[2].c_str(),
                   wire::format_name(outcome.probe.format), outcome.probe.mime.c_str(),
                   outcome.passages.passages.size(), outcome.text_stage.reason.c_str());
      for (const wire::Note& note : outcome.text.notes) {
        std::fprintf(stderr, " [%s]", note.message.c_str());
      }
      std::fprintf(stderr, "\n");
    }
  }
  // A time budget is noted, not asserted: the machine may be busy.
  for (auto it = slowest.begin(); it != slowest.end() && it->first > 1; ++it) {
    std::printf("%.1f s %s\n", it->first, it->second.c_str());
  }
}

TEST_F(Documents, HostileArchivesAndMessagesEndAsTheTableSays) {
  std::size_t files = 0;
  for (const auto& row : read_table(data_folder() / "hostile/expected.tsv")) {
    const fs::path path = data_folder() / "hostile" / row[0];
    const std::string folder = row[0].substr(0, row[0].find('/'));
    const std::set<std::string> archives = {".zip", ".gz", ".tar", ".bz2", ".eml"};
    if (!archives.contains(path.extension().string()) || !fs::is_regular_file(path)) {
      continue;
    }
    SCOPED_TRACE(row[0]);
    ++files;
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = decode(path, reader_of(path));  // The product's own limits.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
    const Said said = everything_said(outcome);
    for (const std::string& name : said.paths) {
      EXPECT_FALSE(name.starts_with('/') || ("/" + name + "/").find("/../") != std::string::npos) << name;
    }
    const std::string text = all_passages(outcome);
    if (row[2] == "needs-password") {
      EXPECT_TRUE(said.codes.contains("encrypted"));
      EXPECT_FALSE(outcome.text.blocks.empty());
    } else if (row[2] == "limit") {
      // A file that unpacks to itself is stopped by the depth alone.
      const bool limited = said.codes.contains("bomb") || said.codes.contains("too_large") ||
                           said.codes.contains("members_limit") || said.codes.contains("nesting_limit");
      EXPECT_TRUE(limited || path.filename() == "quine.gz");
    } else if (row[2] == "skip-entry") {
      EXPECT_NE(text.find("good.txt"), std::string::npos);
      const std::size_t word = row[3].find("marigold") != std::string::npos   ? text.find("marigold")
                               : row[3].find("foxglove") != std::string::npos ? text.find("foxglove")
                                                                              : 0;
      EXPECT_NE(word, std::string::npos);
    } else if (row[2] == "extract") {
      EXPECT_FALSE(text.empty());
    } else if (row[2] == "partial-or-error") {
      EXPECT_TRUE(!said.codes.empty() || !text.empty());
    }
  }
  std::printf("%zu files\n", files);
}

TEST_F(Documents, WordsInHostileFilesThatMustBeFoundAreFound) {
  const std::vector<std::pair<std::string, std::string>> words = {{"text/nul_and_invalid_utf8.txt", "edelweiss"},
                                                                  {"text/nul_and_invalid_utf8.txt", "gentian"},
                                                                  {"polyglot/pdf_and_zip.pdf", "amaryllis"},
                                                                  {"mail/attachment_name_traversal.eml", "clematis"},
                                                                  {"mail/attachment_name_traversal.eml", "wisteria"},
                                                                  {"wrongext/html_named.docx", "heliotrope"},
                                                                  {"xml/deep_nesting.html", "larkspur"},
                                                                  {"text/prompt_injection.txt", "12 percent"},
                                                                  {"text/prompt_injection_hidden.html", "12 percent"}};
  for (const auto& [name, word] : words) {
    const fs::path path = data_folder() / "hostile" / name;
    const Outcome outcome = decode(path, reader_of(path));
    EXPECT_NE(all_passages(outcome).find(word), std::string::npos) << name << ": " << word;
  }
}

}  // namespace
}  // namespace alcove::stages
