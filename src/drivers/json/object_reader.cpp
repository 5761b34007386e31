#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "drivers/json/json.hpp"

namespace alcove::json {
namespace {

/// RFC 6901: "~" and "/" inside a name are escaped.
std::string escaped_pointer_token(std::string_view name) {
  std::string token;
  for (const char letter : name) {
    if (letter == '~') {
      token += "~0";
    } else if (letter == '/') {
      token += "~1";
    } else {
      token += letter;
    }
  }
  return token;
}

}  // namespace

ObjectReader::ObjectReader(const Value& value, std::string pointer) : value_(value), pointer_(std::move(pointer)) {
  if (value_.if_object() == nullptr) {
    error_ = make_error(ErrorCode::kInvalidArgument, "An object is expected");
    error_->field = pointer_;
  }
}

void ObjectReader::fail_at(std::string_view name, std::string_view why) {
  if (!error_) {
    error_ =
        make_error(ErrorCode::kInvalidArgument, fmt::format("\"{}\" {}", to_valid_utf8(utf8_prefix(name, 100)), why));
    error_->field = fmt::format("{}/{}", pointer_, escaped_pointer_token(name));
  }
}

const Value* ObjectReader::take(std::string_view name, bool required) {
  known_.emplace_back(name);
  const Value* member = error_ ? nullptr : value_.find(name);
  if (member == nullptr && required) {
    fail_at(name, "is missing");
  }
  return member;
}

std::optional<std::string> ObjectReader::optional_text(std::string_view name, TextLimits limits) {
  const Value* member = take(name, false);
  if (member == nullptr) {
    return std::nullopt;
  }
  const std::string* text = member->if_text();
  if (text == nullptr) {
    fail_at(name, "must be a text");
    return std::nullopt;
  }
  const std::size_t length = utf8_length(*text);
  if (length < limits.length_min || length > limits.length_max) {
    fail_at(name, length < limits.length_min ? fmt::format("must have at least {} characters", limits.length_min)
                                             : fmt::format("must have at most {} characters", limits.length_max));
    return std::nullopt;
  }
  return *text;
}

std::string ObjectReader::required_text(std::string_view name, TextLimits limits) {
  if (take(name, true) == nullptr) {
    return {};
  }
  return optional_text(name, limits).value_or(std::string());
}

std::optional<std::int64_t> ObjectReader::optional_int64(std::string_view name, NumberLimits limits) {
  const Value* member = take(name, false);
  if (member == nullptr) {
    return std::nullopt;
  }
  std::optional<std::int64_t> whole;
  if (const auto* number = member->if_int64()) {
    whole = *number;
  } else if (const auto* real = member->if_double()) {
    // JSON knows one kind of number: 3.0 is the integer 3. 2^53 is where doubles stop being exact.
    constexpr double kExactMax = 9007199254740992.0;
    if (*real >= -kExactMax && *real <= kExactMax && static_cast<double>(static_cast<std::int64_t>(*real)) == *real) {
      whole = static_cast<std::int64_t>(*real);
    }
  }
  if (!whole) {
    fail_at(name, "must be a whole number");
    return std::nullopt;
  }
  if (*whole < limits.min || *whole > limits.max) {
    fail_at(name, fmt::format("must be from {} to {}", limits.min, limits.max));
    return std::nullopt;
  }
  return whole;
}

std::int64_t ObjectReader::required_int64(std::string_view name, NumberLimits limits) {
  if (take(name, true) == nullptr) {
    return 0;
  }
  return optional_int64(name, limits).value_or(0);
}

std::optional<bool> ObjectReader::optional_bool(std::string_view name) {
  const Value* member = take(name, false);
  if (member == nullptr) {
    return std::nullopt;
  }
  const bool* truth = member->if_bool();
  if (truth == nullptr) {
    fail_at(name, "must be true or false");
    return std::nullopt;
  }
  return *truth;
}

bool ObjectReader::required_bool(std::string_view name) {
  if (take(name, true) == nullptr) {
    return false;
  }
  return optional_bool(name).value_or(false);
}

const Value* ObjectReader::optional_value(std::string_view name) {
  return take(name, false);
}

Status ObjectReader::finish() {
  if (!error_) {
    for (const auto& [name, member] : *value_.if_object()) {
      if (std::ranges::find(known_, name) == known_.end()) {
        fail_at(name, "is not a field of this request");
        break;
      }
    }
  }
  if (error_) {
    return std::unexpected(*error_);
  }
  return {};
}

}  // namespace alcove::json
