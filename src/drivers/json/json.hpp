#pragma once
/// @file
/// JSON as values: a strict parser with limits, a reader that refuses what it does not know, and a writer.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace alcove::json {

/// Deepest nesting of arrays and objects that is followed; requests of ours go to 3.
inline constexpr std::size_t kDepthMax = 64;
/// Largest text that is parsed unless the caller says otherwise: the default limit of a request's body.
inline constexpr std::size_t kTextBytesMax = 1024UL * 1024;

/// A parsed JSON value. Integers outside int64 are kept as doubles; objects keep the order of their members.
class Value {
 public:
  using Array = std::vector<Value>;
  using Member = std::pair<std::string, Value>;
  using Object = std::vector<Member>;

  Value() = default;
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(double value) : data_(value) {}
  explicit Value(std::string value) : data_(std::move(value)) {}
  explicit Value(Array value) : data_(std::move(value)) {}
  explicit Value(Object value) : data_(std::move(value)) {}

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  /// Nothing when the value is of another kind.
  [[nodiscard]] const bool* if_bool() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::int64_t* if_int64() const { return std::get_if<std::int64_t>(&data_); }
  [[nodiscard]] const double* if_double() const { return std::get_if<double>(&data_); }
  [[nodiscard]] const std::string* if_text() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* if_array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* if_object() const { return std::get_if<Object>(&data_); }
  /// Integer or double as a double.
  [[nodiscard]] std::optional<double> number() const;

  /// The member of an object; nothing when there is none or the value is no object.
  [[nodiscard]] const Value* find(std::string_view name) const;
  /// Lenient access for answers of our own server: the member's value, or `fallback` when absent or of another kind.
  [[nodiscard]] std::string text_at(std::string_view name, std::string_view fallback = {}) const;
  [[nodiscard]] std::int64_t int64_at(std::string_view name, std::int64_t fallback = 0) const;
  [[nodiscard]] double double_at(std::string_view name, double fallback = 0) const;
  [[nodiscard]] bool is_true_at(std::string_view name) const;
  /// The items of the array member; none when absent or of another kind.
  [[nodiscard]] const Array& items_at(std::string_view name) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// Parses one JSON text. Errors: kInvalidArgument for malformed text, ill-formed UTF-8, repeated member names and
/// anything after the value; kTooLarge beyond `text_bytes_max` or kDepthMax.
Result<Value> parse(std::string_view text, std::size_t text_bytes_max = kTextBytesMax);

/// Lengths in code points.
struct TextLimits {
  std::size_t length_min = 0;
  std::size_t length_max = std::numeric_limits<std::size_t>::max();
};
struct NumberLimits {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

/// Reads an object member by member and remembers the first mistake, so that a handler asks once, at the end.
///
/// Errors (from `finish`): kInvalidArgument with `field` = the JSON pointer of the member that is missing, unknown,
/// of the wrong type or outside its limits. After a mistake every read yields an empty value.
/// Thread safety: none. Ownership: borrows `value`, which must outlive the reader.
class ObjectReader {
 public:
  explicit ObjectReader(const Value& value, std::string pointer = {});

  std::string required_text(std::string_view name, TextLimits limits);
  std::optional<std::string> optional_text(std::string_view name, TextLimits limits);
  std::int64_t required_int64(std::string_view name, NumberLimits limits);
  std::optional<std::int64_t> optional_int64(std::string_view name, NumberLimits limits);
  std::optional<bool> optional_bool(std::string_view name);
  bool required_bool(std::string_view name);
  /// The member itself, for nested readers; nothing when absent.
  const Value* optional_value(std::string_view name);

  /// Refuses members that were never asked for; returns the first mistake.
  Status finish();

 private:
  const Value* take(std::string_view name, bool required);
  void fail_at(std::string_view name, std::string_view why);

  const Value& value_;
  std::string pointer_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

/// Writes one JSON text, compact. Ill-formed UTF-8 becomes U+FFFD; doubles that are no number become null.
///
/// Requires: calls in an order that makes sense (a key before each value in an object); anything else is a bug.
class Writer {
 public:
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);
  Writer& text(std::string_view value);
  Writer& number(std::int64_t value);
  Writer& number(double value);
  Writer& boolean(bool value);
  Writer& null();
  /// Copies a parsed value.
  Writer& value(const Value& value);

  /// `key` and value in one.
  Writer& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  Writer& member(std::string_view name, const char* value) { return key(name).text(value); }
  Writer& member(std::string_view name, const std::string& value) { return key(name).text(value); }
  Writer& member(std::string_view name, bool value) { return key(name).boolean(value); }
  Writer& member(std::string_view name, double value) { return key(name).number(value); }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Writer& member(std::string_view name, T value) {
    return key(name).number(static_cast<std::int64_t>(value));
  }

  std::string take() &&;

 private:
  void before_value();

  std::string text_;
  std::vector<bool> first_;  ///< One per open container: nothing written in it yet.
  bool after_key_ = false;
};

/// Indented by two spaces, for people.
std::string pretty(const Value& value);

}  // namespace alcove::json
