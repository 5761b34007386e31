/// @file
/// A large library in minutes: a small file per document, and in the artefact store of a stopped server everything that
/// decoding and embedding it would have made. The server then lists and hashes the files, finds that all is done, and
/// indexes the passages as it would any others.
///
/// A passage is made of sentences of two real texts, an invented word (the vocabulary grows as that of real libraries
/// does) and, in some, a code that stands nowhere else. Vectors are synthetic. The same number makes the same document,
/// so that a library grows by further runs.

#include <sys/stat.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/synthetic_vectors/vector_source.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/work/stages.hpp"
#include "drivers/crypto/hash.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "workers/models/embedder.hpp"

namespace alcove::bench {
namespace {

constexpr std::size_t kStep = 200;
constexpr std::uint32_t kFilesPerFolder = 1'000;
constexpr std::size_t kSentencesMax = 12;
/// Of the words that a passage adds, those that no passage had before; the others are drawn from these.
constexpr unsigned kNewWordPercent = 25;
constexpr unsigned kCodePercent = 20;
constexpr unsigned kDatedPercent = 30;

struct Settings {
  std::filesystem::path data;
  std::filesystem::path library;
  std::filesystem::path model;
  std::filesystem::path texts;
  std::uint32_t first_document = 0;
  std::uint32_t end_document = 0;
  std::uint32_t passages_per_document = 0;
};

/// A real text, cut into sentences.
struct Source {
  std::string language;
  std::vector<std::string> sentences;
};

/// Lines of language, tab, text.
std::vector<Source> read_sources(const std::filesystem::path& path) {
  std::vector<Source> sources;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      continue;
    }
    Source source{.language = line.substr(0, tab), .sentences = {}};
    for (std::size_t at = tab + 1; at < line.size() && source.sentences.size() < kSentencesMax;) {
      std::size_t end = line.find(". ", at);
      end = end == std::string::npos ? line.size() : end + 2;
      source.sentences.push_back(line.substr(at, end - at));
      at = end;
    }
    sources.push_back(std::move(source));
  }
  return sources;
}

/// A pronounceable word of its own for each number.
std::string invented_word(std::uint64_t number) {
  constexpr std::array<std::string_view, 16> kSyllables{"ba",  "ke",  "lor", "mi", "nus", "pa", "ter", "vo",
                                                        "sal", "den", "qui", "ro", "zam", "fe", "gol", "hy"};
  std::string word;
  // Neighbouring numbers shall not make neighbouring words; an odd factor keeps them distinct.
  for (std::uint64_t rest = (number * 2'654'435'761ULL + 40'503) & 0xFFFF'FFFFULL, i = 0; i < 3 || rest > 0; ++i) {
    word += kSyllables[rest % kSyllables.size()];
    rest /= kSyllables.size();
  }
  return word;
}

class DocumentMaker {
 public:
  DocumentMaker(const Settings& settings, const std::vector<Source>& sources)
      : settings_(settings), sources_(sources) {}

  wire::PassagesArtefact passages_of(std::uint32_t document) {
    random_.seed(document * 7919ULL + 8420);
    wire::PassagesArtefact made;
    for (std::uint32_t i = 0; i < settings_.passages_per_document; ++i) {
      const std::size_t at = below(sources_.size() - 1);
      wire::Passage passage;
      passage.language = sources_[at].language;
      passage.text = mixed(sources_[at], sources_[at + 1]);
      const std::uint64_t number = std::uint64_t{document} * settings_.passages_per_document + i;
      passage.text += word_for(number);
      if (below(100) < kCodePercent) {
        passage.text += fmt::format(" RE-{:04}-{:07}", 2010 + number % 16, number);
      }
      passage.place.kind = wire::PlaceKind::kLine;
      passage.place.line_first = passage.place.line_last = i + 1;
      made.passages.push_back(std::move(passage));
    }
    return made;
  }

  wire::FactsArtefact facts() {
    constexpr std::int64_t kFrom = 1'262'304'000'000;  // 2010
    constexpr std::int64_t kDayMs = 86'400'000;
    wire::FactsArtefact facts;
    facts.created_unix_ms = below(100) < kDatedPercent ? kFrom + static_cast<std::int64_t>(below(5'800)) * kDayMs : 0;
    return facts;
  }

 private:
  std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

  /// Two thirds of one text and a third of its neighbour's, so that words are as frequent as in the real ones.
  std::string mixed(const Source& first, const Source& second) {
    std::string text;
    const auto take = [&](const Source& source, std::size_t count) {
      const std::size_t from = below(source.sentences.size());
      for (std::size_t i = 0; i < count; ++i) {
        text += source.sentences[(from + i) % source.sentences.size()];
        text += text.ends_with(' ') ? "" : " ";
      }
    };
    take(first, std::max<std::size_t>(1, first.sentences.size() * 2 / 3));
    take(second, std::max<std::size_t>(1, second.sentences.size() / 3));
    return text;
  }

  std::string word_for(std::uint64_t passage) {
    const std::uint64_t known = passage * kNewWordPercent / 100;
    return invented_word(below(100) < kNewWordPercent || known == 0 ? known : below(known));
  }

  const Settings& settings_;
  const std::vector<Source>& sources_;
  std::mt19937_64 random_;
};

/// Artefacts of every stage, as the workers would have made them.
class Filler {
 public:
  Filler(artefacts::Store& store, const models::Embedder& embedder, std::uint64_t seed)
      : store_(store), model_fingerprint_(embedder.fingerprint()), vectors_(embedder.description().dimensions, seed) {}

  Status add(const std::string& file_bytes, DocumentMaker& maker, std::uint32_t document) {
    const auto bytes = std::as_bytes(std::span(file_bytes));
    ALCOVE_TRY(
        const artefacts::Content content,
        store_.ensure_content(crypto::sha256({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}),
                              "text", static_cast<std::int64_t>(file_bytes.size())));
    const wire::PassagesArtefact passages = maker.passages_of(document);
    const auto count = static_cast<std::uint32_t>(passages.passages.size());
    wire::TextArtefact text;
    for (const wire::Passage& passage : passages.passages) {
      text.blocks.push_back({.kind = wire::BlockKind::kParagraph, .text = passage.text, .place = passage.place});
    }
    put(content.number, "probe",
        wire::ProbeArtefact{
            .format = wire::Format::kPlainText, .mime = "text/plain", .encoding = "UTF-8", .code_language = {}});
    put(content.number, "parts", wire::PartsArtefact{});
    put(content.number, "text", text);
    put(content.number, "passages", passages).passage_count = count;
    put(content.number, "language",
        wire::LanguageArtefact{.languages = {{.language = passages.passages.front().language, .share = 1}}});
    put(content.number, "facts", maker.facts());
    put(content.number, "thumbnail", wire::ThumbnailArtefact{});
    put(content.number, "text_vectors", vectors_.make(count));
    return batch_.size() >= kStep * work::stages().size() ? flush() : Status{};
  }

  Status flush() {
    ALCOVE_TRY_VOID(store_.complete(batch_));
    batch_.clear();
    return {};
  }

 private:
  template <typename Artefact>
  artefacts::Completion& put(ContentNumber content, std::string_view stage, const Artefact& artefact) {
    artefacts::Completion& made = batch_.emplace_back();
    made.content = content;
    made.stage = stage;
    made.fingerprint = work::fingerprint_of(*work::find_stage(stage), model_fingerprint_);
    made.machine = "benchmark";
    made.data = wire::encode(artefact);
    return made;
  }

  artefacts::Store& store_;
  std::string model_fingerprint_;
  VectorSource vectors_;
  std::vector<artefacts::Completion> batch_;
};

Status fill(const Settings& settings) {
  const std::vector<Source> sources = read_sources(settings.texts);
  if (sources.size() < 2) {
    return fail(ErrorCode::kInvalidArgument, "Two texts at least are needed");
  }
  ALCOVE_TRY(const auto embedder, models::Embedder::load(settings.model));
  ALCOVE_TRY(const auto store, artefacts::Store::open(settings.data));
  DocumentMaker maker(settings, sources);
  Filler filler(*store, *embedder, settings.first_document + 1);
  std::filesystem::path folder;
  for (std::uint32_t document = settings.first_document; document < settings.end_document; ++document) {
    if (folder.empty() || document % kFilesPerFolder == 0) {
      folder = settings.library / fmt::format("folder-{:04}", document / kFilesPerFolder);
      std::filesystem::create_directories(folder);
    }
    const std::string bytes = fmt::format("Document {} of a synthetic library\n", document);
    std::ofstream(folder / fmt::format("{:07} {}.txt", document, invented_word(document % 5'000))) << bytes;
    ALCOVE_TRY_VOID(filler.add(bytes, maker, document));
  }
  return filler.flush();
}

bool parse(std::string_view text, std::uint32_t& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

}  // namespace
}  // namespace alcove::bench

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  alcove::bench::Settings settings;
  if (arguments.size() != 8 || !alcove::bench::parse(arguments[5], settings.first_document) ||
      !alcove::bench::parse(arguments[6], settings.end_document) ||
      !alcove::bench::parse(arguments[7], settings.passages_per_document)) {
    fmt::print(stderr,
               "usage: alcove_bench_synthetic_library DATA_FOLDER LIBRARY_FOLDER MODEL_FOLDER TEXTS.tsv FIRST_DOCUMENT "
               "END_DOCUMENT PASSAGES_PER_DOCUMENT (the server must not run)\n");
    return 2;
  }
  settings.data = arguments[1];
  settings.library = arguments[2];
  settings.model = arguments[3];
  settings.texts = arguments[4];
  if (const auto filled = alcove::bench::fill(settings); !filled) {
    fmt::print(stderr, "{} ({})\n", filled.error().message, filled.error().detail);
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
