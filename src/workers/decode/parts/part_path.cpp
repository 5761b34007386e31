#include "workers/decode/parts/part_path.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"

namespace alcove::parts {
namespace {

/// "C:" and the like, as archives of careless programs begin their paths.
std::string_view without_drive(std::string_view path) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool drive = path.size() >= 2 && path[1] == ':' && is_letter(path[0]);
  return drive ? path.substr(2) : path;
}

/// A step by what can be seen of it: line breaks and tabs become spaces.
std::string visible_step(std::string_view step) {
  return charset::collapse_spaces(charset::clean(step));
}

/// The end of `path` that fits, from a character's beginning on.
std::string_view cut_at_front(std::string_view path) {
  if (path.size() <= kPathBytesMax) {
    return path;
  }
  std::size_t begin = path.size() - kPathBytesMax;
  while (begin < path.size() && (static_cast<unsigned char>(path[begin]) & 0xC0U) == 0x80U) {
    ++begin;
  }
  return path.substr(begin);
}

/// Western European names, told by their few accents among plain letters, which statistics know too little of; empty
/// when it is another script. DOS and Windows write the machine's OEM set: IBM850, which has the letters of CP437 at
/// the same places, with accents from 0x80 to 0xA5. Others write windows-1252, with accents from 0xC0 on.
std::string western_encoding(std::string_view names) {
  constexpr std::size_t kAccentsInHundredMax = 40;
  std::size_t letters = 0;
  std::size_t accents = 0;
  std::size_t low = 0;
  for (std::size_t begin = 0; begin < names.size();) {
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    };
    std::size_t end = begin;
    std::size_t high = 0;
    for (; end < names.size() && is_letter(names[end]); ++end) {
      const auto byte = static_cast<unsigned char>(names[end]);
      high += byte >= 0x80 ? 1 : 0;
      low += byte >= 0x80 && byte <= 0xA5 ? 1 : 0;
    }
    letters += high > 0 ? end - begin : 0;
    accents += high;
    begin = end + 1;
  }
  if (accents * 100 > letters * kAccentsInHundredMax) {
    return {};
  }
  return low * 2 >= accents ? "IBM850" : "windows-1252";
}

}  // namespace

std::string clean_path(std::string_view raw, std::uint32_t position) {
  // Cleaning costs with the length; more than this is cut anyway.
  constexpr std::size_t kRawBytesMax = 64UL * 1024;
  std::string path = to_valid_utf8(raw.substr(raw.size() - std::min(raw.size(), kRawBytesMax)));
  std::ranges::replace(path, '\\', '/');
  std::string out;
  std::string_view rest = without_drive(path);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string step = visible_step(rest.substr(0, slash));
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (step.empty() || step == "." || step == "..") {
      continue;
    }
    out += out.empty() ? "" : "/";
    out += step;
  }
  const std::string_view kept = trimmed(cut_at_front(out));
  const std::size_t begin = kept.find_first_not_of('/');
  return begin == std::string_view::npos ? fmt::format("part {}", position + 1) : std::string(kept.substr(begin));
}

std::string as_step(std::string_view text) {
  std::string out = visible_step(to_valid_utf8(text));
  std::ranges::replace(out, '/', '_');
  std::ranges::replace(out, '\\', '_');
  return out;
}

void NameDecoder::learn(std::string_view raw) {
  constexpr std::size_t kLearntBytesMax = 32UL * 1024;
  if (seen_.size() < kLearntBytesMax && !is_valid_utf8(raw)) {
    seen_ += raw.substr(0, kLearntBytesMax);
    seen_ += '\n';
    encoding_.clear();
  }
}

std::string NameDecoder::decode(std::string_view raw) {
  if (is_valid_utf8(raw)) {
    return std::string(raw);
  }
  if (seen_.empty()) {
    learn(raw);
  }
  if (encoding_.empty()) {
    encoding_ = western_encoding(seen_);
    if (encoding_.empty()) {
      encoding_ = charset::detect_encoding(as_bytes(seen_), charset::Expectation::kText).value_or("IBM850");
    }
  }
  return charset::decode(as_bytes(raw), encoding_);
}

}  // namespace alcove::parts
