#include "domain/search/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/search/dates.hpp"

namespace alcove::search {
namespace {

struct Quote {
  std::string_view opening;
  std::array<std::string_view, 2> closings;
};

/// What people type or what their keyboards make of it.
constexpr auto kQuotes = std::to_array<Quote>({
    {"\"", {"\"", "\""}},
    {"“", {"”", "“"}},
    {"„", {"“", "”"}},
    {"«", {"»", "»"}},
    {"「", {"」", "」"}},
});

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Length of white space at the beginning: ASCII, no-break and ideographic space.
std::size_t space_size(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  if (is_space(text.front())) {
    return 1;
  }
  for (const std::string_view wide : {std::string_view("\u00A0"), std::string_view("\u3000")}) {
    if (text.starts_with(wide)) {
      return wide.size();
    }
  }
  return 0;
}

/// A word that `*` or `?` make a pattern: letters, digits and what codes have between them. A question mark at the end
/// ends a question, and one in an address begins its parameters.
bool is_wildcard(std::string_view word) {
  const std::size_t first = word.find_first_of("*?");
  if (first == std::string_view::npos || word.find_first_of("/=&:") != std::string_view::npos) {
    return false;
  }
  const bool only_a_question = word.find('*') == std::string_view::npos && word.find_last_not_of('?') < first;
  return !only_a_question && word.find_first_not_of("*?") != std::string_view::npos;
}

enum class Operator : std::uint8_t { kNone, kAnd, kOr, kNear };

class Parser {
 public:
  Parser(std::string_view query, std::chrono::sys_days today) : query_(query), rest_(query), today_(today) {}

  ParsedQuery parse() && {
    parsed_.root = take_list();
    while (!rest_.empty() && items_ <= kQueryItemsMax) {
      // Only a parenthesis that nothing opened ends a list early.
      note("unbalanced_parenthesis", "A closing parenthesis has no opening one; it was left out");
      rest_.remove_prefix(1);
      Node more = take_list();
      std::ranges::move(more.children, std::back_inserter(parsed_.root.children));
    }
    merge_alternatives(parsed_.root);
    collect(parsed_.root);
    return std::move(parsed_);
  }

 private:
  void note(SearchNoteCode code, std::string message, std::vector<std::string> values = {}) {
    note_at(rest_, code, std::move(message), std::move(values));
  }
  void note_at(std::string_view at, SearchNoteCode code, std::string message, std::vector<std::string> values = {}) {
    const std::size_t bytes = query_.size() - at.size();
    parsed_.notes.push_back({.code = code,
                             .message = std::move(message),
                             .values = std::move(values),
                             .position = utf8_length(query_.substr(0, bytes))});
  }

  void skip_space() {
    while (const std::size_t size = space_size(rest_)) {
      rest_.remove_prefix(size);
    }
  }

  [[nodiscard]] bool at_end_of_list() {
    skip_space();
    return rest_.empty() ||
           (rest_.front() == ')' && (depth_ > 0 || rest_.size() == 1 || space_size(rest_.substr(1)) > 0));
  }

  /// The operator that stands next, if any; `distance` is set for NEAR. Nothing is taken.
  Operator peek_operator(std::size_t& size, std::uint32_t& distance) {
    skip_space();
    if (rest_.starts_with('|')) {
      size = rest_.starts_with("||") ? 2 : 1;
      return Operator::kOr;
    }
    size = 0;
    while (size < rest_.size() && space_size(rest_.substr(size)) == 0 && rest_[size] != '(' && rest_[size] != ')') {
      ++size;
    }
    const std::string_view word = rest_.substr(0, size);
    if (word == "OR") {
      return Operator::kOr;
    }
    if (word == "AND") {
      return Operator::kAnd;
    }
    if (word != "NEAR" && !word.starts_with("NEAR/")) {
      return Operator::kNone;
    }
    distance = kNearWords;
    if (word.size() > 4) {
      const std::string_view digits = word.substr(5);
      std::uint32_t typed = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), typed);
      if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || typed == 0) {
        return Operator::kNone;
      }
      distance = std::min(typed, kNearWordsMax);
    }
    return Operator::kNear;
  }

  Node take_list() {
    Node list;
    bool join_required = false;
    while (!at_end_of_list() && items_ <= kQueryItemsMax) {
      std::size_t size = 0;
      std::uint32_t distance = 0;
      const std::string_view before = rest_;
      if (peek_operator(size, distance) != Operator::kNone) {
        rest_.remove_prefix(size);
        const bool alone = list.children.empty() && at_end_of_list() && depth_ == 0;
        if (alone) {
          // "OR" may be a place or a word after all.
          add(list, word_node(before.substr(0, size)));
        } else if (!list.children.empty() && !at_end_of_list() && before.starts_with("AND")) {
          join_required = true;
          require(list.children.back());
        } else {
          note_at(before, "dangling_operator",
                  fmt::format("“{}” needs something on both sides; it was left out", before.substr(0, size)),
                  {std::string(before.substr(0, size))});
        }
        continue;
      }
      std::optional<Node> node = take_any();
      if (node) {
        if (std::exchange(join_required, false)) {
          require(*node);
        }
        add(list, std::move(*node));
      }
    }
    return list;
  }

  static void require(Node& node) {
    if (node.kind == Node::Kind::kWord) {
      node.required = true;
    } else if (node.kind == Node::Kind::kAll) {
      std::ranges::for_each(node.children, require);
    }
  }

  /// A list inside a list says the same without its parentheses.
  static void add(Node& list, Node node) {
    if (node.kind == Node::Kind::kAll) {
      std::ranges::move(node.children, std::back_inserter(list.children));
    } else {
      list.children.push_back(std::move(node));
    }
  }

  std::optional<Node> take_any() {
    std::optional<Node> first = take_near();
    std::vector<Node> alternatives;
    std::size_t size = 0;
    std::uint32_t distance = 0;
    while (items_ <= kQueryItemsMax && peek_operator(size, distance) == Operator::kOr) {
      const std::string_view before = rest_;
      rest_.remove_prefix(size);
      const bool another = !at_end_of_list() && peek_operator(size, distance) == Operator::kNone;
      std::optional<Node> next = another ? take_near() : std::nullopt;
      if (!another) {
        const std::string sign(before.substr(0, before.starts_with('|') && !before.starts_with("||") ? 1 : 2));
        note_at(before, "dangling_operator", fmt::format("“{}” needs something on both sides; it was left out", sign),
                {sign});
        break;
      }
      if (next) {
        alternatives.push_back(std::move(*next));
      }
    }
    if (alternatives.empty()) {
      return first;
    }
    if (first) {
      alternatives.insert(alternatives.begin(), std::move(*first));
    }
    return Node{.kind = Node::Kind::kAny, .text = {}, .filter = {}, .children = std::move(alternatives)};
  }

  std::optional<Node> take_near() {
    std::optional<Node> first = take_item();
    std::size_t size = 0;
    std::uint32_t distance = 0;
    if (!first || peek_operator(size, distance) != Operator::kNear) {
      return first;
    }
    Node near{.kind = Node::Kind::kNear, .text = {}, .filter = {}, .children = {}};
    near.children.push_back(std::move(*first));
    while (items_ <= kQueryItemsMax && peek_operator(size, distance) == Operator::kNear) {
      const std::string_view before = rest_;
      rest_.remove_prefix(size);
      std::uint32_t ignored = 0;
      std::size_t next_size = 0;
      const bool another = !at_end_of_list() && peek_operator(next_size, ignored) == Operator::kNone;
      std::optional<Node> next = another ? take_item() : std::nullopt;
      if (!next) {
        note_at(before, "dangling_operator", "“NEAR” needs something on both sides; it was left out", {"NEAR"});
        break;
      }
      near.distance = std::max(near.distance, distance);
      near.children.push_back(std::move(*next));
    }
    const bool near_texts = std::ranges::all_of(near.children, [](const Node& child) {
      return child.kind == Node::Kind::kWord || child.kind == Node::Kind::kPhrase;
    });
    if (near.children.size() == 1) {
      return std::move(near.children.front());
    }
    if (!near_texts) {
      note("bad_near", "“NEAR” stands between words and phrases; here it was taken as AND");
      Node all;
      for (Node& child : near.children) {
        require(child);
        add(all, std::move(child));
      }
      return all;
    }
    return near;
  }

  std::optional<Node> take_item() {
    skip_space();
    bool negated = false;
    if (rest_.size() > 1 && rest_.front() == '-' && rest_[1] != '-' && space_size(rest_.substr(1)) == 0) {
      negated = true;
      rest_.remove_prefix(1);
    }
    std::optional<Node> node = rest_.starts_with('(') && !begins_word() ? take_group() : take_leaf();
    if (!node || !negated) {
      return node;
    }
    Node not_node{.kind = Node::Kind::kNot, .text = {}, .filter = {}, .children = {}};
    not_node.children.push_back(std::move(*node));
    return not_node;
  }

  /// "(0)89" is a word: its parenthesis is closed before it ends, and by no white space.
  [[nodiscard]] bool begins_word() const {
    std::size_t open = 0;
    for (std::size_t i = 0; i < rest_.size() && space_size(rest_.substr(i)) == 0; ++i) {
      open += rest_[i] == '(' ? 1 : 0;
      open -= rest_[i] == ')' ? 1 : 0;
      if (open == 0) {
        const std::string_view after = rest_.substr(i + 1);
        return !after.empty() && space_size(after) == 0 && after.front() != ')' && after.front() != '|' &&
               after.front() != '(';
      }
    }
    return false;
  }

  std::optional<Node> take_group() {
    const std::string_view before = rest_;
    rest_.remove_prefix(1);
    if (depth_ >= kQueryDepthMax) {
      note_at(before, "too_deep", fmt::format("Parentheses deeper than {} were left out", kQueryDepthMax),
              {std::to_string(kQueryDepthMax)});
      return std::nullopt;
    }
    ++depth_;
    Node group = take_list();
    --depth_;
    if (rest_.starts_with(')')) {
      rest_.remove_prefix(1);
    } else if (items_ <= kQueryItemsMax) {
      note_at(before, "unbalanced_parenthesis", "A parenthesis is not closed; the group was taken to the end");
    }
    if (group.children.empty()) {
      return std::nullopt;
    }
    if (group.children.size() == 1) {
      return std::move(group.children.front());
    }
    return group;
  }

  std::optional<Node> take_leaf() {
    if (++items_ > kQueryItemsMax) {
      note("too_many", fmt::format("Only the first {} words were used", kQueryItemsMax),
           {std::to_string(kQueryItemsMax)});
      rest_ = {};
      return std::nullopt;
    }
    const std::string_view before = rest_;
    if (std::optional<std::string> quoted = take_quoted()) {
      if (quoted->empty()) {
        return std::nullopt;
      }
      return Node{.kind = Node::Kind::kPhrase, .text = std::move(*quoted), .filter = {}, .children = {}};
    }
    std::optional<Node> filter;
    if (take_filter(filter)) {
      return filter;
    }
    const std::string_view word = take_word();
    if (word.empty()) {
      return std::nullopt;
    }
    if (!is_wildcard(word)) {
      return word_node(word);
    }
    if (utf8_length(word.substr(0, word.find_first_of("*?"))) < kWildcardPrefixMin) {
      note_at(before, "bad_wildcard",
              fmt::format("“{}” needs {} characters before its first * or ?; it was searched as a word", word,
                          kWildcardPrefixMin),
              {std::string(word), std::to_string(kWildcardPrefixMin)});
      return word_node(word);
    }
    return Node{.kind = Node::Kind::kWildcard, .text = std::string(word), .filter = {}, .children = {}};
  }

  static Node word_node(std::string_view word) {
    return {.kind = Node::Kind::kWord, .text = std::string(word), .filter = {}, .children = {}};
  }

  /// A quoted text at the beginning of the rest; nothing when none begins here.
  std::optional<std::string> take_quoted() {
    for (const Quote& quote : kQuotes) {
      if (!rest_.starts_with(quote.opening)) {
        continue;
      }
      const std::string_view before = rest_;
      rest_.remove_prefix(quote.opening.size());
      std::size_t end = std::string_view::npos;
      std::size_t closing_size = 0;
      for (const std::string_view closing : quote.closings) {
        if (const std::size_t found = rest_.find(closing); found < end) {
          end = found;
          closing_size = closing.size();
        }
      }
      if (end == std::string_view::npos) {
        note_at(before, "unclosed_quote", "A quotation mark is not closed; the phrase was taken to the end");
        end = rest_.size();
      }
      std::string quoted(trimmed(rest_.substr(0, end)));
      rest_.remove_prefix(end + closing_size);
      return quoted;
    }
    return std::nullopt;
  }

  /// Up to white space, a bar, or the parenthesis that closes a group and none inside the word.
  std::string_view take_word() {
    std::size_t size = 0;
    std::size_t open = 0;
    while (size < rest_.size() && space_size(rest_.substr(size)) == 0) {
      const char c = rest_[size];
      if ((c == '|' && size > 0) || (c == ')' && open == 0 && depth_ > 0)) {
        break;
      }
      open += c == '(' ? 1 : 0;
      open -= c == ')' && open > 0 ? 1 : 0;
      ++size;
    }
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
  }

  /// True when a filter was taken, even if nothing came of it.
  bool take_filter(std::optional<Node>& taken) {
    const std::size_t colon = rest_.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 16) {
      return false;
    }
    const std::string_view before = rest_;
    const std::string_view prefix = rest_.substr(0, colon);
    if (!std::ranges::all_of(prefix, is_letter)) {
      return false;
    }
    const std::string name = ascii_lower(prefix);
    const FilterName* const filter = find_filter(name);
    const std::string_view after = rest_.substr(colon + 1);
    if (filter == nullptr) {
      note_unknown_filter(prefix, name, after);
      return false;
    }
    rest_ = after;
    std::optional<std::string> quoted = take_quoted();
    Filter read{.kind = filter->kind, .value = quoted ? std::move(*quoted) : take_value(filter->kind)};
    if (read.value.empty()) {
      note_at(before, "missing_value", fmt::format("“{}:” needs a value", name), {name});
    } else if (const std::optional<std::string> complaint = read_value(read, today_)) {
      note_at(before, "bad_value", *complaint, {name, read.value, std::string(filter->name)});
    } else {
      taken = Node{
          .kind = Node::Kind::kFilter, .text = std::string(filter->name), .filter = std::move(read), .children = {}};
    }
    return true;
  }

  /// One word; of a date as many as make one: "date:last week", "after:may 2024".
  std::string take_value(Filter::Kind kind) {
    std::string value(take_word());
    if (!takes_dates(kind) || value.empty()) {
      return value;
    }
    std::string longer = value;
    std::string_view after = rest_;
    for (std::size_t words = 1; words < kDateWordsMax && rest_.starts_with(' '); ++words) {
      skip_space();
      longer += ' ';
      longer += take_word();
      if (parse_date(longer, today_)) {
        value = longer;
        after = rest_;
      }
    }
    rest_ = after;
    return value;
  }

  void note_unknown_filter(std::string_view prefix, std::string_view name, std::string_view after) {
    // "Re: offer" and addresses of pages are everyday text, not mistaken filters.
    if (after.empty() || space_size(after) > 0 || after.starts_with("/")) {
      return;
    }
    const std::string_view nearest = nearest_filter(name);
    const std::string hint = nearest.empty() ? std::string() : fmt::format(". Did you mean {}:?", nearest);
    note("unknown_filter", fmt::format("“{}:” is no filter; it was searched as a word{}", prefix, hint),
         {std::string(prefix), std::string(nearest)});
  }

  /// "type:pdf type:docx" means either; "name:a name:b" means both.
  static void merge_alternatives(Node& node) {
    std::ranges::for_each(node.children, merge_alternatives);
    if (node.kind != Node::Kind::kAll) {
      return;
    }
    std::vector<Node> merged;
    for (Node& child : node.children) {
      const FilterName* const name = child.kind == Node::Kind::kFilter ? find_filter(child.text) : nullptr;
      if (name == nullptr || !name->alternatives) {
        merged.push_back(std::move(child));
        continue;
      }
      const auto same = std::ranges::find_if(merged, [&](const Node& other) {
        return other.kind == Node::Kind::kAny && other.text == child.text && !other.text.empty();
      });
      if (same != merged.end()) {
        same->children.push_back(std::move(child));
      } else {
        Node any{.kind = Node::Kind::kAny, .text = child.text, .filter = {}, .children = {}};
        any.children.push_back(std::move(child));
        merged.push_back(std::move(any));
      }
    }
    node.children = std::move(merged);
  }

  /// What ranks: everything that is asked for, wherever it stands.
  void collect(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kWord: parsed_.words.push_back(node.text); break;
      case Node::Kind::kPhrase: parsed_.phrases.push_back(node.text); break;
      case Node::Kind::kWildcard: parsed_.wildcards.push_back(node.text); return;
      case Node::Kind::kFilter:
      case Node::Kind::kNot: return;
      case Node::Kind::kNear:
      case Node::Kind::kAll:
      case Node::Kind::kAny:
        for (const Node& child : node.children) {
          collect(child);
        }
        return;
    }
    parsed_.text += parsed_.text.empty() ? "" : " ";
    parsed_.text += node.text;
  }

  std::string_view query_;
  std::string_view rest_;
  std::chrono::sys_days today_;
  std::size_t depth_ = 0;  ///< Open parentheses.
  std::size_t items_ = 0;
  ParsedQuery parsed_;
};

}  // namespace

ParsedQuery parse_query(std::string_view query) {
  return parse_query(query, local_today());
}

ParsedQuery parse_query(std::string_view query, std::chrono::sys_days today) {
  const std::string valid = to_valid_utf8(query);
  const std::string_view used = utf8_prefix(valid, kQueryBytesMax);
  ParsedQuery parsed = Parser(used, today).parse();
  if (used.size() < valid.size()) {
    parsed.notes.push_back({.code = "too_long",
                            .message = "The query is too long; its end was left out",
                            .values = {},
                            .position = utf8_length(used)});
  }
  return parsed;
}

}  // namespace alcove::search
