#pragma once
/// @file
/// What filters and folding know of a content, as the passage index keeps it: one metadata key without a value per
/// content.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "drivers/text/fingerprint.hpp"
#include "wire/artefacts.hpp"

namespace alcove::search {

/// First byte of the keys.
inline constexpr std::string_view kContentFactsKey = "C";

struct ContentFacts {
  wire::Format format = wire::Format::kCount_;  ///< kCount_: not probed.
  std::int64_t stated_unix_ms = 0;              ///< The date that the document states of itself; 0: none.
  std::string languages;                        ///< ISO codes, comma between: of the text as a whole.
  std::string passage_languages;                ///< Of its passages, for texts too short to tell as a whole.
  text::Fingerprint fingerprint;                ///< Of its passages; empty: it has none.

  [[nodiscard]] bool empty() const { return *this == ContentFacts{}; }
  friend bool operator==(const ContentFacts&, const ContentFacts&) = default;
};

/// What `facts` says of the document's date: when it was made, else when it was changed; 0 when neither is stated.
std::int64_t stated_date(const wire::FactsArtefact& facts);
/// The languages that make up a good part of a text.
std::string main_languages(const wire::LanguageArtefact& language);
std::string main_languages(const wire::PassagesArtefact& passages);
text::Fingerprint fingerprint_of(const wire::PassagesArtefact& passages);

/// Big-endian, so that keys of one content stand together: content, format, date, fingerprint,
/// languages.
std::string content_facts_key(ContentNumber content, const ContentFacts& facts);
/// Nothing for a key that is not one of these.
std::optional<std::pair<ContentNumber, ContentFacts>> read_content_facts_key(std::string_view key);

}  // namespace alcove::search
