#include <array>
#include <cstdio>

#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "base/text.hpp"

namespace alcove::cli {

namespace {

std::string escaped(std::string_view text, std::string_view kept) {
  std::string out;
  const std::string valid = to_valid_utf8(text);
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const auto next = static_cast<unsigned char>(i + 1 < valid.size() ? valid[i + 1] : 0);
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next <= 0x9F;  // U+0080 to U+009F
    if (is_c1) {
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else if ((byte < 0x20 && !kept.contains(valid[i])) || byte == 0x7F) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += valid[i];
    }
  }
  return out;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

}  // namespace

std::string shown(std::string_view text) {
  return escaped(text, "");
}

void print_line(std::string_view line) {
  print(shown(line));
}

void print_text(std::string_view text) {
  print(escaped(text, "\n\t"));
}

void print_json(const json::Value& value) {
  json::Writer writer;
  writer.value(value);
  print_line(std::move(writer).take());
}

std::string shown_bytes(std::int64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string shown_place(const json::Value& place) {
  const std::string kind = place.text_at("kind");
  const auto range = [&](const char* word, const char* first, const char* last) {
    const auto a = place.int64_at(first);
    const auto b = place.int64_at(last);
    return b > a ? fmt::format("{}s {} to {}", word, a, b) : fmt::format("{} {}", word, a);
  };
  std::string text;
  if (kind == "page") {
    text = fmt::format("page {}", place.int64_at("page"));
  } else if (kind == "line") {
    text = range("line", "line_first", "line_last");
  } else if (kind == "paragraph") {
    text = range("paragraph", "paragraph_first", "paragraph_last");
  } else if (kind == "cell") {
    text = fmt::format("{}!{}", place.text_at("sheet"), place.text_at("cells"));
  } else if (kind == "slide") {
    text = fmt::format("slide {}", place.int64_at("slide"));
  } else if (kind == "time") {
    text = fmt::format("{:.1f} s", static_cast<double>(place.int64_at("start_ms")) / 1000);
  }
  if (const std::string part = place.text_at("part"); !part.empty()) {
    text = text.empty() ? part : fmt::format("{}, {}", part, text);
  }
  return text;
}

}  // namespace alcove::cli
