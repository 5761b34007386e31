#include "workers/decode/stages/language.hpp"

#include <cld2/public/compact_lang_det.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace alcove::stages {
namespace {

/// CLD2's verdicts settle long before this many bytes.
constexpr std::size_t kSampleBytesMax = 200UL * 1024;
/// Below this many bytes of letters CLD2 guesses.
constexpr int kTextBytesMin = 40;

struct Detection {
  bool reliable = false;
  int text_bytes = 0;
  std::array<CLD2::Language, 3> languages{};
  std::array<int, 3> percents{};
};

Detection detect(std::string_view text) {
  Detection out;
  text = utf8_prefix(text, kSampleBytesMax);
  CLD2::ExtDetectLanguageSummary(text.data(), static_cast<int>(text.size()), true, out.languages.data(),
                                 out.percents.data(), &out.text_bytes, &out.reliable);
  return out;
}

/// CLD2's codes as ISO 639-1 where there is one: script suffixes cut, old codes replaced.
std::string iso_code(CLD2::Language language) {
  if (language == CLD2::UNKNOWN_LANGUAGE || language == CLD2::TG_UNKNOWN_LANGUAGE) {
    return {};
  }
  std::string code = CLD2::LanguageCode(language);
  code.resize(std::min(code.find('-'), code.size()));
  if (code == "iw") {
    return "he";
  }
  if (code == "jw") {
    return "jv";
  }
  return code == "un" || code.size() > 3 || code.starts_with("xx") ? std::string() : code;
}

/// Pieces from the whole document, so that a foreign preface does not decide.
std::string make_sample(const wire::TextArtefact& text) {
  std::size_t total = 0;
  for (const wire::Block& block : text.blocks) {
    total += block.text.size();
  }
  const std::size_t step = total / kSampleBytesMax + 1;
  std::string sample;
  // Runs of blocks are taken rather than single ones: a line alone says little.
  constexpr std::size_t kRun = 16;
  for (std::size_t i = 0; i < text.blocks.size() && sample.size() < kSampleBytesMax; ++i) {
    if (i / kRun % step == 0 && text.blocks[i].kind != wire::BlockKind::kCode) {
      sample += utf8_prefix(text.blocks[i].text, kSampleBytesMax);
      sample += '\n';
    }
  }
  return sample;
}

}  // namespace

wire::LanguageArtefact detect_languages(const wire::TextArtefact& text) {
  wire::LanguageArtefact out;
  const Detection found = detect(make_sample(text));
  if (found.text_bytes < kTextBytesMin) {
    return out;
  }
  for (std::size_t i = 0; i < found.languages.size(); ++i) {
    const std::string code = iso_code(found.languages.at(i));
    if (!code.empty() && found.percents.at(i) > 0 && (found.reliable || found.percents.at(i) >= 60)) {
      out.languages.push_back({code, static_cast<float>(found.percents.at(i)) / 100.0F});
    }
  }
  std::ranges::sort(out.languages, [](const wire::LanguageShare& a, const wire::LanguageShare& b) {
    return a.share != b.share ? a.share > b.share : a.language < b.language;
  });
  return out;
}

std::string detect_language(std::string_view text) {
  const Detection found = detect(text);
  constexpr int kClearPercent = 70;
  const bool clear = found.reliable && found.text_bytes >= kTextBytesMin && found.percents[0] >= kClearPercent;
  return clear ? iso_code(found.languages[0]) : std::string();
}

}  // namespace alcove::stages
