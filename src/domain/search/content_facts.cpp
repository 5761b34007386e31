#include "domain/search/content_facts.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace alcove::search {
namespace {

/// Of the text: a quotation in another language does not make the document one of that language.
constexpr double kMainShareMin = 0.2;
constexpr std::size_t kLanguagesMax = 3;
constexpr std::size_t kLanguageBytesMax = 8;

void append_number(std::string& key, std::uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    key += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
  }
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) {
    number = (number << 8U) | static_cast<unsigned char>(byte);
  }
  return number;
}

std::string joined(std::vector<std::pair<double, std::string>> shares) {
  std::ranges::sort(shares, std::greater());
  std::string languages;
  std::size_t count = 0;
  for (const auto& [share, language] : shares) {
    if (share >= kMainShareMin && !language.empty() && language.size() <= kLanguageBytesMax &&
        count++ < kLanguagesMax) {
      languages += languages.empty() ? "" : ",";
      languages += language;
    }
  }
  return languages;
}

}  // namespace

std::int64_t stated_date(const wire::FactsArtefact& facts) {
  return facts.created_unix_ms != 0 ? facts.created_unix_ms : facts.modified_unix_ms;
}

std::string main_languages(const wire::LanguageArtefact& language) {
  std::vector<std::pair<double, std::string>> shares;
  shares.reserve(language.languages.size());
  for (const wire::LanguageShare& share : language.languages) {
    shares.emplace_back(share.share, share.language);
  }
  return joined(std::move(shares));
}

std::string main_languages(const wire::PassagesArtefact& passages) {
  std::map<std::string, std::size_t> counts;
  for (const wire::Passage& passage : passages.passages) {
    ++counts[passage.language];
  }
  std::vector<std::pair<double, std::string>> shares;
  shares.reserve(counts.size());
  for (const auto& [language, count] : counts) {
    shares.emplace_back(static_cast<double>(count) / static_cast<double>(passages.passages.size()), language);
  }
  return joined(std::move(shares));
}

text::Fingerprint fingerprint_of(const wire::PassagesArtefact& passages) {
  text::Fingerprinter maker;
  for (const wire::Passage& passage : passages.passages) {
    maker.add(passage.text);
  }
  return std::move(maker).finish();
}

std::string content_facts_key(ContentNumber content, const ContentFacts& facts) {
  std::string key(kContentFactsKey);
  append_number(key, content.value, 4);
  append_number(key, static_cast<std::uint64_t>(facts.format), 1);
  append_number(key, static_cast<std::uint64_t>(facts.stated_unix_ms), 8);
  append_number(key, facts.fingerprint.words, 4);
  append_number(key, facts.fingerprint.numbers, 8);
  append_number(key, facts.fingerprint.sketch[0], 8);
  append_number(key, facts.fingerprint.sketch[1], 8);
  return key + facts.languages + ";" + facts.passage_languages;
}

std::optional<std::pair<ContentNumber, ContentFacts>> read_content_facts_key(std::string_view key) {
  constexpr std::size_t kFixedBytes = 1 + 4 + 1 + 8 + 4 + 8 + 16;
  if (key.size() <= kFixedBytes || !key.starts_with(kContentFactsKey)) {
    return std::nullopt;
  }
  const std::string_view languages = key.substr(kFixedBytes);
  const std::size_t parting = languages.find(';');
  const auto format = static_cast<unsigned char>(key[5]);
  if (parting == std::string_view::npos || format > static_cast<unsigned char>(wire::Format::kCount_)) {
    return std::nullopt;
  }
  ContentFacts facts;
  facts.format = static_cast<wire::Format>(format);
  facts.stated_unix_ms = static_cast<std::int64_t>(read_number(key.substr(6, 8)));
  facts.fingerprint.words = static_cast<std::uint32_t>(read_number(key.substr(14, 4)));
  facts.fingerprint.numbers = read_number(key.substr(18, 8));
  facts.fingerprint.sketch = {read_number(key.substr(26, 8)), read_number(key.substr(34, 8))};
  facts.languages = languages.substr(0, parting);
  facts.passage_languages = languages.substr(parting + 1);
  return std::pair(ContentNumber{static_cast<std::uint32_t>(read_number(key.substr(1, 4)))}, std::move(facts));
}

}  // namespace alcove::search
