#include "workers/decode/mail/mbox.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "workers/decode/mail/mail.hpp"
#include "workers/decode/parts/part_path.hpp"

namespace alcove::mail {
namespace {

/// Largest head of a message that is looked through for its subject.
constexpr std::size_t kHeadBytesMax = 64UL * 1024;
constexpr std::size_t kBufferBytes = 64UL * 1024;
/// A subject longer than this is cut in the part's name.
constexpr std::size_t kNameBytesMax = 120;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Whether the line has a time of day ("01:28") and a year, as every date behind "From " does.
bool has_date(std::string_view line) {
  bool time = false;
  bool year = false;
  for (std::size_t at = 0; at + 4 < line.size() + 1; ++at) {
    const std::string_view four = line.substr(at, 4);
    time = time || (line.size() > at + 4 && is_digit(four[1]) && four[2] == ':' && is_digit(four[3]));
    const bool starts_number = at == 0 || !is_digit(line[at - 1]);
    const bool ends_number = at + 4 >= line.size() || !is_digit(line[at + 4]);
    const bool century = four.starts_with("19") || four.starts_with("20");
    year = year || (starts_number && ends_number && century && is_digit(four[2]) && is_digit(four[3]));
  }
  return time && year;
}

bool is_separator(std::string_view line) {
  return line.starts_with("From ") && has_date(trimmed(line));
}

bool is_blank(std::string_view line) {
  return line == "\n" || line == "\r\n";
}

/// How many '>' stand before "From ", or 0 when that is not what the line begins with.
std::size_t quoted_from(std::string_view line) {
  const std::size_t marks = std::min(line.find_first_not_of('>'), line.size());
  return line.substr(marks).starts_with("From ") ? marks : 0;
}

/// A header's value with its folded lines, from the head of a message; empty when it is missing.
std::string raw_header(std::string_view head, std::string_view name) {
  std::string value;
  bool inside = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size() - 1);
    const std::string_view line = head.substr(0, end + 1);
    head.remove_prefix(end + 1);
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (inside && !folded) {
      break;
    }
    if (inside) {
      value += line;
    } else if (!folded && line.size() > name.size() && line[name.size()] == ':' &&
               ascii_lower(line.substr(0, name.size())) == name) {
      value = line.substr(name.size() + 1);
      inside = true;
    }
  }
  return decode_header(trimmed(value));
}

/// Lines of a source, each with its line end. Longer ones come in pieces.
class LineReader {
 public:
  explicit LineReader(const input::ByteSource& source) : source_(source) {}

  /// The next line or piece; empty at the end. It stays valid until the next call. `starts_line` is false for all
  /// pieces of a long line but the first.
  Result<std::string_view> next(bool& starts_line) {
    starts_line = ended_;
    std::size_t end = buffer_view().find('\n');
    if (end == std::string_view::npos && !at_end_) {
      ALCOVE_TRY_VOID(refill());
      end = buffer_view().find('\n');
    }
    const std::string_view rest = buffer_view();
    const std::string_view piece = rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    ended_ = end != std::string_view::npos;
    begin_ += piece.size();
    return piece;
  }

 private:
  [[nodiscard]] std::string_view buffer_view() const { return as_text(buffer_).substr(begin_); }

  Status refill() {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    ALCOVE_TRY(const Bytes more, source_.read_range(offset_, kBufferBytes));
    offset_ += more.size();
    at_end_ = more.empty();
    buffer_.insert(buffer_.end(), more.begin(), more.end());
    return {};
  }

  const input::ByteSource& source_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::uint64_t offset_ = 0;
  bool at_end_ = false;
  bool ended_ = true;
};

class MailboxWalk {
 public:
  MailboxWalk(parts::PartSink& sink, const std::function<void(const MailboxEntry&)>& announce)
      : sink_(sink), announce_(announce) {}

  Status walk(const input::ByteSource& source) {
    LineReader lines(source);
    bool after_blank = true;
    while (more_ && sink_.may_go_on()) {
      bool starts_line = false;
      ALCOVE_TRY(std::string_view line, lines.next(starts_line));
      if (line.empty()) {
        break;
      }
      if (starts_line && after_blank && is_separator(line)) {
        finish();
        inside_ = true;
        after_blank = false;
        continue;
      }
      after_blank = starts_line && is_blank(line);
      if (inside_) {
        take(starts_line && quoted_from(line) > 0 ? line.substr(1) : line, after_blank);
      }
    }
    finish();
    return {};
  }

 private:
  void take(std::string_view line, bool blank) {
    pending_ += line;
    if (!begun_ && (blank || pending_.size() >= kHeadBytesMax)) {
      begin();
    } else if (begun_ && pending_.size() >= kBufferBytes) {
      flush();
    }
  }

  void begin() {
    MailboxEntry entry;
    entry.subject = raw_header(pending_, "subject");
    entry.from = raw_header(pending_, "from");
    const std::string title = parts::as_step(utf8_prefix(entry.subject, kNameBytesMax));
    entry.name = fmt::format("{:04} {}.eml", sink_.count() + 1, title.empty() ? "message" : title);
    begun_ = true;
    more_ = sink_.begin(entry.name, 0, 0);
    if (more_ && announce_) {
      announce_(entry);
    }
  }

  void flush() {
    if (more_ && sink_.wanted()) {
      sink_.write(as_bytes(pending_));
    }
    pending_.clear();
  }

  void finish() {
    if (inside_ && !begun_ && !pending_.empty() && more_) {
      begin();
    }
    if (begun_ && more_) {
      flush();
      more_ = sink_.end();
    }
    begun_ = false;
    inside_ = false;
    pending_.clear();
  }

  parts::PartSink& sink_;
  const std::function<void(const MailboxEntry&)>& announce_;
  std::string pending_;
  bool inside_ = false;  ///< A separator was met.
  bool begun_ = false;   ///< The sink knows of the message.
  bool more_ = true;
};

}  // namespace

bool looks_like_mailbox(std::string_view head) {
  const std::size_t end = head.find('\n');
  if (end == std::string_view::npos || !is_separator(head.substr(0, end))) {
    return false;
  }
  const std::string_view rest = head.substr(end + 1);
  const std::string_view next = rest.substr(0, rest.find('\n'));
  const std::size_t colon = next.find(':');
  return colon != std::string_view::npos && colon > 0 &&
         next.substr(0, colon).find_first_of(" \t<>()\"") == std::string_view::npos;
}

input::Verdict read_mailbox(const input::ByteSource& source, parts::PartSink& sink,
                            const std::function<void(const MailboxEntry&)>& announce) {
  const Status status = MailboxWalk(sink, announce).walk(source);
  return status ? input::Verdict{}
                : input::Verdict{wire::StageOutcome::kFailedRetryable, "unreadable", status.error().message};
}

}  // namespace alcove::mail
