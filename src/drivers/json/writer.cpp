#include <cmath>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "drivers/json/json.hpp"

namespace alcove::json {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  out += '"';
  for (const char letter : text) {
    switch (letter) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(letter) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(letter));
        } else {
          out += letter;
        }
    }
  }
  out += '"';
}

void append_text(std::string& out, std::string_view text) {
  if (is_valid_utf8(text)) {
    append_escaped(out, text);
  } else {
    append_escaped(out, to_valid_utf8(text));
  }
}

void append_double(std::string& out, double value) {
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(out), "{}", value);
  } else {
    out += "null";
  }
}

void append_pretty(std::string& out, const Value& value, std::size_t indent) {
  const auto list = [&](const auto& items, char open, char close, auto&& one) {
    if (items.empty()) {
      out += open;
      out += close;
      return;
    }
    out += open;
    const char* separator = "\n";
    for (const auto& item : items) {
      out += separator;
      out.append(indent + 2, ' ');
      one(item);
      separator = ",\n";
    }
    out += '\n';
    out.append(indent, ' ');
    out += close;
  };
  if (const auto* array = value.if_array()) {
    list(*array, '[', ']', [&](const Value& item) { append_pretty(out, item, indent + 2); });
  } else if (const auto* object = value.if_object()) {
    list(*object, '{', '}', [&](const Value::Member& member) {
      append_text(out, member.first);
      out += ": ";
      append_pretty(out, member.second, indent + 2);
    });
  } else {
    Writer writer;
    writer.value(value);
    out += std::move(writer).take();
  }
}

}  // namespace

void Writer::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!first_.empty()) {
    if (!first_.back()) {
      text_ += ',';
    }
    first_.back() = false;
  }
}

Writer& Writer::begin_object() {
  before_value();
  text_ += '{';
  first_.push_back(true);
  return *this;
}

Writer& Writer::end_object() {
  ALCOVE_CHECK(!first_.empty() && !after_key_, "an open object ends");
  first_.pop_back();
  text_ += '}';
  return *this;
}

Writer& Writer::begin_array() {
  before_value();
  text_ += '[';
  first_.push_back(true);
  return *this;
}

Writer& Writer::end_array() {
  ALCOVE_CHECK(!first_.empty() && !after_key_, "an open array ends");
  first_.pop_back();
  text_ += ']';
  return *this;
}

Writer& Writer::key(std::string_view name) {
  ALCOVE_CHECK(!first_.empty() && !after_key_, "a key stands in an object");
  before_value();
  append_text(text_, name);
  text_ += ':';
  after_key_ = true;
  return *this;
}

Writer& Writer::text(std::string_view value) {
  before_value();
  append_text(text_, value);
  return *this;
}

Writer& Writer::number(std::int64_t value) {
  before_value();
  fmt::format_to(std::back_inserter(text_), "{}", value);
  return *this;
}

Writer& Writer::number(double value) {
  before_value();
  append_double(text_, value);
  return *this;
}

Writer& Writer::boolean(bool value) {
  before_value();
  text_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::null() {
  before_value();
  text_ += "null";
  return *this;
}

Writer& Writer::value(const Value& value) {
  if (const auto* truth = value.if_bool()) {
    return boolean(*truth);
  }
  if (const auto* whole = value.if_int64()) {
    return number(*whole);
  }
  if (const auto* real = value.if_double()) {
    return number(*real);
  }
  if (const auto* words = value.if_text()) {
    return text(*words);
  }
  if (const auto* array = value.if_array()) {
    begin_array();
    for (const Value& item : *array) {
      this->value(item);
    }
    return end_array();
  }
  if (const auto* object = value.if_object()) {
    begin_object();
    for (const auto& [name, member_value] : *object) {
      key(name).value(member_value);
    }
    return end_object();
  }
  return null();
}

std::string Writer::take() && {
  ALCOVE_CHECK(first_.empty() && !after_key_, "every object and array is closed");
  return std::move(text_);
}

std::string pretty(const Value& value) {
  std::string out;
  append_pretty(out, value, 0);
  return out;
}

}  // namespace alcove::json
