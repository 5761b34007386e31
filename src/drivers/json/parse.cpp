#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "drivers/json/json.hpp"

namespace alcove::json {
namespace {

/// Builds a Value from nlohmann's events, so that depth and repeated names are refused while reading and no second
/// tree is made.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add(Value()); }
  bool boolean(bool value) override { return add(Value(value)); }
  bool number_integer(number_integer_t value) override { return add(Value(static_cast<std::int64_t>(value))); }
  bool number_unsigned(number_unsigned_t value) override {
    return std::in_range<std::int64_t>(value) ? add(Value(static_cast<std::int64_t>(value)))
                                              : add(Value(static_cast<double>(value)));
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return add(Value(value)); }
  bool string(string_t& value) override { return add(Value(std::move(value))); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*elements*/) override { return open(Frame{.is_object = true}); }
  bool start_array(std::size_t /*elements*/) override { return open(Frame{.is_object = false}); }
  bool key(string_t& name) override {
    if (!open_.back().names.insert(name).second) {
      error_ = make_error(ErrorCode::kInvalidArgument, "The JSON text repeats a member's name");
      return false;
    }
    open_.back().key = std::move(name);
    return true;
  }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*why*/) override {
    error_ = make_error(ErrorCode::kInvalidArgument, fmt::format("Not valid JSON at byte {}", position));
    return false;
  }

  std::optional<Error> error_;
  Value root_;

 private:
  struct Frame {
    bool is_object = false;
    Value::Array items{};
    Value::Object members{};
    std::unordered_set<std::string> names{};
    std::string key{};
  };

  bool open(Frame frame) {
    if (open_.size() >= kDepthMax) {
      error_ = make_error(ErrorCode::kTooLarge, fmt::format("JSON nested deeper than {} levels", kDepthMax));
      return false;
    }
    open_.push_back(std::move(frame));
    return true;
  }
  bool close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    return add(frame.is_object ? Value(std::move(frame.members)) : Value(std::move(frame.items)));
  }
  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_object) {
      open_.back().members.emplace_back(std::move(open_.back().key), std::move(value));
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Frame> open_;
};

}  // namespace

Result<Value> parse(std::string_view text, std::size_t text_bytes_max) {
  if (text.size() > text_bytes_max) {
    return fail(ErrorCode::kTooLarge, fmt::format("JSON text of more than {} bytes", text_bytes_max));
  }
  Builder builder;
  try {
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder) || builder.error_) {
      return std::unexpected(
          builder.error_.value_or(make_error(ErrorCode::kInvalidArgument, "The text is not valid JSON")));
    }
  } catch (const nlohmann::json::exception&) {
    return fail(ErrorCode::kInvalidArgument, "The text is not valid JSON");
  }
  return std::move(builder.root_);
}

std::optional<double> Value::number() const {
  if (const auto* whole = if_int64()) {
    return static_cast<double>(*whole);
  }
  if (const auto* real = if_double()) {
    return *real;
  }
  return std::nullopt;
}

const Value* Value::find(std::string_view name) const {
  const Object* object = if_object();
  if (object == nullptr) {
    return nullptr;
  }
  const auto found =
      std::ranges::find(*object, name, [](const Member& member) -> std::string_view { return member.first; });
  return found == object->end() ? nullptr : &found->second;
}

std::string Value::text_at(std::string_view name, std::string_view fallback) const {
  const Value* member = find(name);
  const std::string* text = member == nullptr ? nullptr : member->if_text();
  return text == nullptr ? std::string(fallback) : *text;
}

std::int64_t Value::int64_at(std::string_view name, std::int64_t fallback) const {
  const Value* member = find(name);
  const std::int64_t* number = member == nullptr ? nullptr : member->if_int64();
  return number == nullptr ? fallback : *number;
}

double Value::double_at(std::string_view name, double fallback) const {
  const Value* member = find(name);
  return member == nullptr ? fallback : member->number().value_or(fallback);
}

bool Value::is_true_at(std::string_view name) const {
  const Value* member = find(name);
  const bool* truth = member == nullptr ? nullptr : member->if_bool();
  return truth != nullptr && *truth;
}

const Value::Array& Value::items_at(std::string_view name) const {
  static const Array kNone;
  const Value* member = find(name);
  const Array* items = member == nullptr ? nullptr : member->if_array();
  return items == nullptr ? kNone : *items;
}

}  // namespace alcove::json
