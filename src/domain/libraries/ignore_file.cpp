#include "domain/libraries/ignore_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace alcove::libraries {

namespace {

constexpr unsigned kBytes = 256;

unsigned char unsigned_of(char c) {
  return static_cast<unsigned char>(c);
}

bool is_special(char c) {
  return c == '*' || c == '?' || c == '[' || c == '\\';
}

/// ASCII only, whatever the locale, and with git's own idea of space.
struct NamedClass {
  std::string_view name;
  bool (*holds)(unsigned c);
};
constexpr bool is_digit(unsigned c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_upper(unsigned c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(unsigned c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_alnum(unsigned c) {
  return is_digit(c) || is_upper(c) || is_lower(c);
}
constexpr bool is_space(unsigned c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
constexpr bool is_print(unsigned c) {
  return c >= 0x20 && c <= 0x7E;
}
constexpr std::array<NamedClass, 12> kNamedClasses{{
    {"alnum", is_alnum},
    {"alpha", [](unsigned c) { return is_upper(c) || is_lower(c); }},
    {"blank", [](unsigned c) { return c == ' ' || c == '\t'; }},
    {"cntrl", [](unsigned c) { return c < 0x20 || c == 0x7F; }},
    {"digit", is_digit},
    {"graph", [](unsigned c) { return is_print(c) && !is_space(c); }},
    {"lower", is_lower},
    {"print", is_print},
    {"punct", [](unsigned c) { return is_print(c) && c != ' ' && !is_alnum(c); }},
    {"space", is_space},
    {"upper", is_upper},
    {"xdigit", [](unsigned c) { return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }},
}};

/// Spaces at the end do not count unless a backslash stands before.
std::string_view without_spaces_at_end(std::string_view line) {
  std::size_t end = line.size();
  bool in_spaces = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ' ') {
      end = in_spaces ? end : i;
      in_spaces = true;
      continue;
    }
    if (line[i] == '\\' && ++i == line.size()) {
      return line;
    }
    in_spaces = false;
  }
  return in_spaces ? line.substr(0, end) : line;
}

}  // namespace

void Wildmatch::add_byte(char byte) {
  Step step{.kind = Kind::kByte, .set = {}};
  step.set.set(unsigned_of(byte));
  steps_.push_back(step);
}

void Wildmatch::add_star(std::string_view pattern, std::size_t& at) {
  const std::size_t begin = at;
  at = std::min(pattern.find_first_not_of('*', at), pattern.size());
  const std::string_view rest = pattern.substr(at);
  // Two stars pass '/' only as a whole component.
  const bool whole = at - begin >= 2 && (begin == 0 || pattern[begin - 1] == '/') &&
                     (rest.empty() || rest.front() == '/' || rest.starts_with("\\/"));
  if (whole && rest.starts_with('/')) {
    steps_.push_back({.kind = Kind::kMaybeFolders, .set = {}});
    steps_.push_back({.kind = Kind::kStarStar, .set = {}});
    add_byte('/');
    ++at;
  } else {
    steps_.push_back({.kind = whole ? Kind::kStarStar : Kind::kStar, .set = {}});
  }
}

Wildmatch::Step Wildmatch::read_class(std::string_view pattern, std::size_t& at) {
  const auto byte_at = [&](std::size_t i) { return i < pattern.size() ? pattern[i] : '\0'; };
  const Step mistake{.kind = Kind::kNever, .set = {}};
  Step step{.kind = Kind::kByte, .set = {}};
  ++at;
  const bool negated = byte_at(at) == '!' || byte_at(at) == '^';
  at += negated ? 1 : 0;
  // The byte that a '-' may follow; 0 when none may. A ']' that comes first stands for itself.
  char previous = '\0';
  for (bool first = true; first || byte_at(at) != ']'; first = false, ++at) {
    char byte = byte_at(at);
    if (byte == '\0') {
      return mistake;
    }
    if (byte == '-' && previous != '\0' && byte_at(at + 1) != '\0' && byte_at(at + 1) != ']') {
      byte = byte_at(++at);
      if (byte == '\\') {
        byte = byte_at(++at);
        if (byte == '\0') {
          return mistake;
        }
      }
      for (unsigned c = unsigned_of(previous); c <= unsigned_of(byte); ++c) {
        step.set.set(c);
      }
      previous = '\0';
      continue;
    }
    if (byte == '[' && byte_at(at + 1) == ':') {
      const std::size_t end = pattern.find(']', at + 2);
      if (end == std::string_view::npos) {
        return mistake;
      }
      if (end >= at + 3 && pattern[end - 1] == ':') {
        const std::string_view name = pattern.substr(at + 2, end - at - 3);
        const auto* const named = std::ranges::find(kNamedClasses, name, &NamedClass::name);
        if (named == kNamedClasses.end()) {
          return mistake;
        }
        for (unsigned c = 0; c < kBytes; ++c) {
          step.set.set(c, step.set.test(c) || named->holds(c));
        }
        at = end;
        previous = '\0';
        continue;
      }
    }
    if (byte == '\\') {
      byte = byte_at(++at);
      if (byte == '\0') {
        return mistake;
      }
    }
    step.set.set(unsigned_of(byte));
    previous = byte;
  }
  ++at;
  if (negated) {
    step.set.flip();
  }
  step.set.reset(unsigned_of('/'));
  return step;
}

Wildmatch::Wildmatch(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size();) {
    switch (pattern[at]) {
      case '*': add_star(pattern, at); break;
      case '[': steps_.push_back(read_class(pattern, at)); break;
      case '?': {
        Step step{.kind = Kind::kByte, .set = {}};
        step.set.set().reset(unsigned_of('/'));
        steps_.push_back(step);
        ++at;
        break;
      }
      case '\\':
        if (++at == pattern.size()) {
          steps_.push_back({});
          break;
        }
        [[fallthrough]];
      default: add_byte(pattern[at++]);
    }
    if (steps_.back().kind == Kind::kNever) {
      return;
    }
  }
}

bool Wildmatch::matches(std::string_view text) const {
  // All steps that the text so far may have reached, side by side.
  std::vector<bool> reached(steps_.size() + 1);
  std::vector<bool> next(steps_.size() + 1);
  const auto pass_empty = [&](std::vector<bool>& states) {
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!states[i]) {
        continue;
      }
      const Kind kind = steps_[i].kind;
      if (kind == Kind::kStar || kind == Kind::kStarStar || kind == Kind::kMaybeFolders) {
        states[i + 1] = true;
      }
      if (kind == Kind::kMaybeFolders) {
        states[i + 3] = true;
      }
    }
  };
  reached[0] = true;
  pass_empty(reached);
  for (const char c : text) {
    std::fill(next.begin(), next.end(), false);
    bool any = false;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!reached[i]) {
        continue;
      }
      switch (steps_[i].kind) {
        case Kind::kByte:
          if (steps_[i].set.test(unsigned_of(c))) {
            next[i + 1] = any = true;
          }
          break;
        case Kind::kStar:
          if (c != '/') {
            next[i] = any = true;
          }
          break;
        case Kind::kStarStar: next[i] = any = true; break;
        case Kind::kMaybeFolders:
        case Kind::kNever: break;
      }
    }
    if (!any) {
      return false;
    }
    pass_empty(next);
    reached.swap(next);
  }
  return reached[steps_.size()];
}

void IgnoreFile::add(std::string_view line) {
  line = without_spaces_at_end(line);
  const bool keeps = line.starts_with('!');
  line.remove_prefix(keeps ? 1 : 0);
  const bool folders_only = line.ends_with('/');
  line.remove_suffix(folders_only ? 1 : 0);
  const bool name_only = !line.contains('/');
  if (line.starts_with('/')) {
    line.remove_prefix(1);
  }
  if (line.empty() || line.size() > kIgnorePatternBytesMax) {
    return;
  }
  // As git does it: a path's plain beginning is taken off, and what is left is a pattern of its own. (Two stars at its
  // beginning count as a whole component then.) A name's is not.
  const auto* const special = name_only ? line.begin() : std::ranges::find_if(line, is_special);
  const auto plain = static_cast<std::size_t>(special - line.begin());
  patterns_.push_back({.keeps = keeps,
                       .folders_only = folders_only,
                       .name_only = name_only,
                       .prefix = std::string(line.substr(0, plain)),
                       .rest = Wildmatch(line.substr(plain))});
}

IgnoreFile IgnoreFile::parse(std::string_view text) {
  IgnoreFile file;
  if (text.size() > kIgnoreFileBytesMax) {
    text = text.substr(0, text.rfind('\n', kIgnoreFileBytesMax) + 1);
    file.is_cut_ = true;
  }
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  text.remove_prefix(text.starts_with(kMark) ? kMark.size() : 0);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') {
      continue;
    }
    if (file.patterns_.size() == kIgnorePatternsMax) {
      file.is_cut_ = true;
      break;
    }
    line.remove_suffix(line.ends_with('\r') ? 1 : 0);
    file.add(line.substr(0, line.find('\0')));
  }
  return file;
}

IgnoreFile::Verdict IgnoreFile::judge(std::string_view path, bool is_folder) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
    if (pattern->folders_only && !is_folder) {
      continue;
    }
    std::string_view text = pattern->name_only ? name : path;
    if (!text.starts_with(pattern->prefix)) {
      continue;
    }
    text.remove_prefix(pattern->prefix.size());
    if (pattern->rest.matches(text)) {
      return pattern->keeps ? Verdict::kKept : Verdict::kIgnored;
    }
  }
  return Verdict::kSilent;
}

bool is_left_out(const IgnoreScope* scope, std::string_view path, bool is_folder) {
  for (; scope != nullptr; scope = scope->above.get()) {
    const std::string_view below = path.substr(scope->folder.empty() ? 0 : scope->folder.size() + 1);
    const IgnoreFile::Verdict verdict = scope->rules.judge(below, is_folder);
    if (verdict != IgnoreFile::Verdict::kSilent) {
      return verdict == IgnoreFile::Verdict::kIgnored;
    }
  }
  return false;
}

}  // namespace alcove::libraries
