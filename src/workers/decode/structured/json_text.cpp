#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/structured/structured.hpp"

namespace alcove::structured {
namespace {

/// Values of one object or list that together pass this become several blocks.
constexpr std::size_t kBlockBytes = 1000;
/// Deeper containers are read as if they stood here; only the count of open ones is kept, so any depth is safe.
constexpr std::size_t kDepthMax = 10'000;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Walks over tokens without recursion and without a tree; what it cannot read it steps over.
class JsonReader {
 public:
  JsonReader(std::string_view json, input::TextCollector& collector) : json_(json), collector_(collector) {}

  void read() {
    while (at_ < json_.size() && open_ && collector_.may_go_on()) {
      const char c = json_[at_];
      if (c == '\n') {
        ++line_;
        ++at_;
      } else if (is_space(c) || c == ',' || c == ':') {
        ++at_;
      } else if (c == '{' || c == '[') {
        enter(c == '{');
      } else if (c == '}' || c == ']') {
        leave(c == '}');
      } else if (c == '"') {
        take_string();
      } else if (json_.substr(at_, 2) == "//" || json_.substr(at_, 2) == "/*") {
        skip_comment();
      } else {
        take_word();
      }
    }
    flush();
    const bool unfinished = at_ >= json_.size() && (!containers_.empty() || depth_beyond_ > 0);
    if (damaged_ || unfinished) {
      collector_.note("damaged", "The file is not well-formed JSON; what could be read is shown");
    }
  }

 private:
  void enter(bool object) {
    ++at_;
    flush();
    if (!key_.empty()) {
      first_line_ = key_line_;
      last_line_ = line_;
      row_ = std::exchange(key_, {}) + ":";
      row_opens_ = true;
    }
    if (containers_.size() < kDepthMax) {
      containers_.push_back(object);
    } else {
      ++depth_beyond_;
    }
  }

  void leave(bool object) {
    ++at_;
    flush();
    key_.clear();
    if (depth_beyond_ > 0) {
      --depth_beyond_;
    } else if (containers_.empty()) {
      damaged_ = true;
    } else {
      damaged_ = damaged_ || containers_.back() != object;
      containers_.pop_back();
    }
  }

  void take_string() {
    const unsigned line = line_;
    std::string text = string_at_cursor();
    std::size_t next = at_;
    while (next < json_.size() && is_space(json_[next])) {
      ++next;
    }
    const bool in_object = !containers_.empty() && containers_.back();
    if (in_object && key_.empty() && next < json_.size() && json_[next] == ':') {
      key_ = charset::collapse_spaces(text);
      key_line_ = line;
      return;
    }
    add_value(text, line);
  }

  /// The string whose opening quote is at the cursor, without escapes; the cursor then stands behind it.
  std::string string_at_cursor() {
    std::string out;
    for (++at_; at_ < json_.size() && json_[at_] != '"'; ++at_) {
      const char c = json_[at_];
      line_ += c == '\n' ? 1U : 0U;
      if (c != '\\' || at_ + 1 >= json_.size()) {
        out.push_back(c);
        continue;
      }
      switch (json_[++at_]) {
        case 'n': out.push_back('\n'); break;
        case 't': out.push_back('\t'); break;
        case 'r': out.push_back('\n'); break;
        case 'b':
        case 'f': out.push_back(' '); break;
        case 'u': append_escape(out); break;
        default: out.push_back(json_[at_]);
      }
    }
    damaged_ = damaged_ || at_ >= json_.size();
    at_ = std::min(at_ + 1, json_.size());
    return out;
  }

  /// "uXXXX" at the cursor, and the other half of a surrogate pair behind it; the cursor stays on the last digit.
  void append_escape(std::string& out) {
    char32_t unit = 0;
    if (!four_digits(at_ + 1, unit)) {
      damaged_ = true;
      return;
    }
    at_ += 4;
    char32_t low = 0;
    if (unit >= 0xD800 && unit < 0xDC00 && json_.substr(at_ + 1, 2) == "\\u" && four_digits(at_ + 3, low) &&
        low >= 0xDC00 && low < 0xE000) {
      unit = 0x10000 + ((unit - 0xD800) << 10U) + (low - 0xDC00);
      at_ += 6;
    }
    text::append_code_point(out, unit);
  }

  bool four_digits(std::size_t at, char32_t& unit) const {
    const std::string_view digits = json_.substr(std::min(at, json_.size()), 4);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    unit = value;
    return digits.size() == 4 && error == std::errc() && end == digits.data() + 4;
  }

  void skip_comment() {
    const bool line_comment = json_[at_ + 1] == '/';
    const std::size_t begin = at_;
    const std::size_t end = json_.find(line_comment ? "\n" : "*/", at_ + 2);
    at_ = end == std::string_view::npos ? json_.size() : end + (line_comment ? 0 : 2);
    add_value(std::string(trimmed(json_.substr(begin + 2, std::max(end, begin + 2) - begin - 2))), line_);
    line_ += static_cast<unsigned>(std::ranges::count(json_.substr(begin, at_ - begin), '\n'));
  }

  /// A number, true, false, null, or anything that is no JSON.
  void take_word() {
    const std::size_t begin = at_;
    while (at_ < json_.size() && !is_space(json_[at_]) &&
           std::string_view(",:{}[]\"").find(json_[at_]) == std::string_view::npos) {
      ++at_;
    }
    at_ = std::max(at_, begin + 1);
    const std::string_view word = json_.substr(begin, at_ - begin);
    const bool in_object = !containers_.empty() && containers_.back();
    if (in_object && key_.empty()) {
      damaged_ = true;  // A key without quotes, as people write them in settings.
      key_ = word;
      key_line_ = line_;
    } else if (word == "null") {
      key_.clear();
    } else {
      add_value(std::string(word), line_);
    }
  }

  void add_value(const std::string& value, unsigned line) {
    std::string item = key_.empty() ? std::string() : key_ + ": ";
    item += value;
    if (row_.size() + item.size() > kBlockBytes && !row_.empty() && !row_opens_) {
      flush();
    }
    if (row_.empty()) {
      first_line_ = key_.empty() ? line : key_line_;
    } else {
      row_ += row_opens_ ? " " : "\t";
    }
    row_ += item;
    row_opens_ = false;
    last_line_ = line_;
    key_.clear();
  }

  void flush() {
    if (!row_.empty()) {
      wire::Place place;
      place.kind = wire::PlaceKind::kLine;
      place.line_first = first_line_;
      place.line_last = std::max(first_line_, last_line_);
      open_ = collector_.add(wire::BlockKind::kLine, row_, std::move(place));
    }
    row_.clear();
    row_opens_ = false;
  }

  std::string_view json_;
  input::TextCollector& collector_;
  std::size_t at_ = 0;
  unsigned line_ = 1;
  std::vector<bool> containers_;  ///< True: an object.
  std::size_t depth_beyond_ = 0;  ///< Containers open beyond kDepthMax.
  std::string key_;               ///< Waits for its value.
  unsigned key_line_ = 1;
  std::string row_;
  bool row_opens_ = false;  ///< The row holds only the key of the container that has begun.
  unsigned first_line_ = 1;
  unsigned last_line_ = 1;
  bool damaged_ = false;
  bool open_ = true;
};

}  // namespace

void read_json(std::string_view json, input::TextCollector& collector) {
  JsonReader(json, collector).read();
}

}  // namespace alcove::structured
