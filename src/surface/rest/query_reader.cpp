#include "surface/rest/query_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace alcove::rest {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kBase64LengthMax = 8192;

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i >= text.size() - padding;
    const std::size_t digit = is_padding ? 0 : kAlphabet.find(text[i]);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    if (i % 4 == 3) {
      bytes += static_cast<char>((bits >> 16U) & 0xFFU);
      bytes += static_cast<char>((bits >> 8U) & 0xFFU);
      bytes += static_cast<char>(bits & 0xFFU);
      bits = 0;
    }
  }
  bytes.resize(bytes.size() - padding);
  return to_base64(bytes) == text ? std::optional(bytes) : std::nullopt;
}

std::string to_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      bits = (bits << 8U) | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= count ? kAlphabet[(bits >> (18U - 6U * k)) & 0x3FU] : '=';
    }
  }
  return text;
}

std::optional<std::int64_t> parse_int64(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(number)
                                                                                   : std::nullopt;
}

QueryReader::QueryReader(const http::Request& request) : request_(request) {}

void QueryReader::fail_at(std::string_view name, std::string_view why) {
  if (!error_) {
    const std::string shown = to_valid_utf8(utf8_prefix(name, 100));
    error_ = make_error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" {}", shown, why));
    error_->field = shown;
  }
}

const std::string* QueryReader::take(std::string_view name) {
  known_.emplace_back(name);
  const std::string* found = nullptr;
  for (const auto& [key, value] : request_.query) {
    if (key != name) {
      continue;
    }
    if (found != nullptr) {
      fail_at(name, "is given twice");
    }
    found = &value;
  }
  return error_ ? nullptr : found;
}

std::optional<std::string> QueryReader::optional_text(std::string_view name, json::TextLimits limits) {
  const std::string* text = take(name);
  if (text == nullptr) {
    return std::nullopt;
  }
  if (!is_valid_utf8(*text)) {
    fail_at(name, "is not valid text");
    return std::nullopt;
  }
  const std::size_t length = utf8_length(*text);
  if (length < limits.length_min || length > limits.length_max) {
    fail_at(name, fmt::format("must have from {} to {} characters", limits.length_min, limits.length_max));
    return std::nullopt;
  }
  return *text;
}

std::string QueryReader::required_text(std::string_view name, json::TextLimits limits) {
  auto text = optional_text(name, limits);
  if (!text) {
    fail_at(name, "is missing");
  }
  return text.value_or(std::string());
}

std::optional<std::int64_t> QueryReader::optional_int64(std::string_view name, json::NumberLimits limits) {
  const std::string* text = take(name);
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto number = parse_int64(*text);
  if (!number) {
    fail_at(name, "must be a whole number");
    return std::nullopt;
  }
  if (*number < limits.min || *number > limits.max) {
    fail_at(name, fmt::format("must be from {} to {}", limits.min, limits.max));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> QueryReader::optional_bool(std::string_view name) {
  const auto word = optional_choice(name, {"true", "false"});
  return word ? std::optional(*word == "true") : std::nullopt;
}

std::optional<std::string> QueryReader::optional_choice(std::string_view name,
                                                        const std::vector<std::string_view>& choices) {
  const std::string* text = take(name);
  if (text == nullptr) {
    return std::nullopt;
  }
  if (std::ranges::find(choices, *text) == choices.end()) {
    fail_at(name, fmt::format("must be one of: {}", fmt::join(choices, ", ")));
    return std::nullopt;
  }
  return *text;
}

std::optional<std::string> QueryReader::optional_path(std::string_view name, json::TextLimits limits) {
  auto text = optional_text(name, limits);
  const std::string bytes_name = fmt::format("{}_base64", name);
  const std::string* coded = take(bytes_name);
  if (coded == nullptr) {
    return text;
  }
  auto bytes = coded->size() <= kBase64LengthMax ? from_base64(*coded) : std::nullopt;
  if (!bytes) {
    fail_at(bytes_name, "must be base64");
    return std::nullopt;
  }
  return bytes;
}

Status QueryReader::finish() {
  if (!error_) {
    for (const auto& [key, value] : request_.query) {
      if (std::ranges::find(known_, key) == known_.end()) {
        fail_at(key, "is not a parameter of this request");
        break;
      }
    }
  }
  if (error_) {
    return std::unexpected(*error_);
  }
  return {};
}

}  // namespace alcove::rest
