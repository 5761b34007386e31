#include "workers/decode/subtitles/subtitles.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "drivers/text/unicode.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/plain/plain.hpp"

namespace alcove::subtitles {
namespace {

using input::TextCollector;

constexpr std::string_view kArrow = "-->";

/// Milliseconds of "1:02:03,456", "02:03.456" or "0:00:01.50"; nothing for anything else.
std::optional<std::int64_t> parse_time(std::string_view text) {
  text = trimmed(text);
  std::int64_t total = 0;
  std::int64_t field = 0;
  unsigned digits = 0;
  unsigned colons = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != ',' && text[at] != '.'; ++at) {
    if (text[at] == ':' && digits > 0) {
      total = (total + field) * 60;
      field = 0;
      digits = 0;
      ++colons;
    } else if (std::isdigit(static_cast<unsigned char>(text[at])) != 0 && digits < 5) {
      field = field * 10 + (text[at] - '0');
      ++digits;
    } else {
      return std::nullopt;
    }
  }
  if (colons == 0 || colons > 2 || digits == 0) {
    return std::nullopt;
  }
  total = (total + field) * 1000;
  std::int64_t unit = 100;
  for (++at; at < text.size() && std::isdigit(static_cast<unsigned char>(text[at])) != 0; ++at) {
    total += (text[at] - '0') * unit;
    unit /= 10;
  }
  return at >= text.size() ? std::optional(total) : std::nullopt;
}

struct Span {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

/// "START --> END settings".
std::optional<Span> parse_timing(std::string_view line) {
  const std::size_t arrow = line.find(kArrow);
  if (arrow == std::string_view::npos) {
    return std::nullopt;
  }
  const auto start = parse_time(line.substr(0, arrow));
  const std::string_view rest = trimmed(line.substr(arrow + kArrow.size()));
  const auto end = parse_time(rest.substr(0, rest.find_first_of(" \t")));
  return start && end ? std::optional(Span{*start, std::max(*start, *end)}) : std::nullopt;
}

/// Without "<i>" and "{\an8}". A voice "<v Name>" becomes "Name: ". Brackets that close nothing are text.
std::string without_tags(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool style = c == '{' && text.substr(at, 2) == "{\\";
    const bool tag = c == '<' && at + 1 < text.size() &&
                     (std::isalnum(static_cast<unsigned char>(text[at + 1])) != 0 || text[at + 1] == '/');
    // A bracket that does not close soon is text; looking farther would take long for a line of brackets.
    constexpr std::size_t kTagBytesMax = 512;
    const std::string_view ahead = text.substr(0, std::min(text.size(), at + kTagBytesMax));
    const std::size_t end = style || tag ? ahead.find(style ? '}' : '>', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    const std::string_view inside = text.substr(at + 1, end - at - 1);
    const std::size_t space = inside.find(' ');
    if (tag && space != std::string_view::npos && (inside[0] == 'v' && (space == 1 || inside[1] == '.'))) {
      out += std::string(trimmed(inside.substr(space + 1))) + ": ";
    }
    at = end;
  }
  return out;
}

/// WebVTT writes these characters as entities.
std::string without_entities(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&nbsp;", " "},
                                                                         {"&lrm;", ""}, {"&rlm;", ""}, {"&amp;", "&"}};
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto* const found = std::ranges::find_if(
        kEntities, [&](const auto& row) { return text.substr(at, row.first.size()) == row.first; });
    if (found == std::ranges::end(kEntities)) {
      out.push_back(text[at++]);
    } else {
      out += found->second;
      at += found->first.size();
    }
  }
  return out;
}

bool add_cue(TextCollector& collector, const Span& span, std::string_view text) {
  wire::Place place;
  place.kind = wire::PlaceKind::kTime;
  place.start_ms = span.start_ms;
  place.end_ms = span.end_ms;
  return collector.add(wire::BlockKind::kLine, text, std::move(place));
}

/// SRT and WebVTT: a line of times, then lines of text up to an empty one. True when there was a cue.
bool read_cues(std::string_view text, TextCollector& collector) {
  std::optional<Span> span;
  std::string words;
  bool any = false;
  bool open = true;
  const auto flush = [&] {
    if (span) {
      open = add_cue(collector, *span, without_entities(without_tags(words)));
      any = true;
    }
    span.reset();
    words.clear();
    return open;
  };
  plain::for_each_line(text, [&](std::string_view line, unsigned) {
    if (const auto timing = parse_timing(line)) {
      // Files without empty lines between cues: the number above the times is no text.
      const std::size_t last = words.rfind('\n');
      const std::string_view number = std::string_view(words).substr(last == std::string::npos ? 0 : last + 1);
      if (last != std::string::npos && std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; })) {
        words.resize(last);
      }
      flush();
      span = timing;
    } else if (trimmed(line).empty()) {
      flush();
    } else if (span) {
      words += words.empty() ? "" : "\n";
      words += line;
    }
    return open;
  });
  flush();
  return any;
}

std::vector<std::string> fields_of(std::string_view list, std::size_t count_max) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t comma = out.size() + 1 < count_max ? list.find(',') : std::string_view::npos;
    out.emplace_back(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) {
      return out;
    }
    list.remove_prefix(comma + 1);
  }
}

std::string_view after(std::string_view line, std::string_view name) {
  return line.starts_with(name) ? trimmed(line.substr(name.size())) : std::string_view();
}

/// "\N" is a line end, "\h" a space.
std::string plain_event(std::string_view text) {
  const std::string plain = without_tags(text);
  std::string out;
  for (std::size_t at = 0; at < plain.size(); ++at) {
    const char next = at + 1 < plain.size() ? plain[at + 1] : '\0';
    const bool mark = plain[at] == '\\' && (next == 'N' || next == 'n' || next == 'h');
    out.push_back(mark ? (next == 'h' ? ' ' : '\n') : plain[at]);
    at += mark ? 1 : 0;
  }
  return out;
}

/// SSA and ASS: "Format:" names the fields of "Dialogue:", of which the last one may hold commas.
bool read_events(std::string_view text, TextCollector& collector) {
  constexpr std::size_t kFieldsMax = 32;
  std::vector<std::string> format =
      fields_of("Layer,Start,End,Style,Name,MarginL,MarginR,MarginV,Effect,Text", kFieldsMax);
  bool in_events = false;
  bool any = false;
  plain::for_each_line(text, [&](std::string_view line, unsigned) {
    line = trimmed(line);
    if (line.starts_with('[')) {
      in_events = ascii_lower(line) == "[events]";
      return true;
    }
    if (const std::string_view names = after(line, "Format:"); in_events && !names.empty()) {
      format = fields_of(names, kFieldsMax);
      return true;
    }
    const std::string_view event = after(line, "Dialogue:");
    if (!in_events || event.empty()) {
      return true;
    }
    const std::vector<std::string> fields = fields_of(event, format.size());
    const auto field = [&](std::string_view name) {
      const auto found = static_cast<std::size_t>(std::ranges::find(format, name) - format.begin());
      return found < fields.size() ? fields[found] : std::string();
    };
    const auto start = parse_time(field("Start"));
    const auto end = parse_time(field("End"));
    const std::string words = plain_event(field("Text"));
    if (!start || !end || words.empty()) {
      return true;
    }
    any = true;
    const std::string name = field("Name").empty() ? field("Actor") : field("Name");
    return add_cue(collector, {*start, std::max(*start, *end)}, name.empty() ? words : name + ": " + words);
  });
  return any;
}

bool is_script(std::string_view text) {
  return ascii_lower(trimmed(text.substr(0, 64))).starts_with("[script info]");
}

}  // namespace

bool looks_like_subtitles(std::string_view head) {
  const std::string_view start = trimmed(head);
  if (start.starts_with("WEBVTT") || is_script(start)) {
    return true;
  }
  constexpr unsigned kLinesSeen = 3;
  bool found = false;
  plain::for_each_line(start, [&](std::string_view line, unsigned number) {
    found = found || parse_timing(line).has_value();
    return !found && number < kLinesSeen;
  });
  return found;
}

void read_subtitles(std::string_view text, TextCollector& collector) {
  const bool any = is_script(text) ? read_events(text, collector) : read_cues(text, collector);
  if (!any) {
    plain::read_text(text, collector);
  }
}

wire::FactsArtefact subtitle_facts(std::string_view text) {
  wire::FactsArtefact facts;
  if (!is_script(text)) {
    return facts;
  }
  plain::for_each_line(text, [&](std::string_view line, unsigned) {
    const std::string_view title = after(line, "Title:");
    facts.title = title.empty() || title == "<untitled>" ? facts.title : charset::collapse_spaces(title);
    return !line.starts_with("[Events]");
  });
  return facts;
}

}  // namespace alcove::subtitles
