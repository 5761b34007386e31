#include <gumbo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csetjmp>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/input/list_numbers.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/markup/markup.hpp"

namespace alcove::markup {
namespace {

using wire::BlockKind;

/// What one tree may take. Formatting elements that are left open are made anew in every paragraph, and much in Gumbo
/// takes the square of its input; people's pages stay below a tenth of both.
constexpr std::size_t kTreeBytesMax = 1024UL * 1024 * 1024;
constexpr std::chrono::seconds kTreeTimeMax{10};

/// Memory of one tree, given back as a whole. Gumbo's own destruction recurses as deep as the document nests, which a
/// hostile page turns into a stack overflow; so the tree is never destroyed, only its memory. Gumbo cannot be told to
/// stop either, but it asks for memory at every step: at a limit `allocate` jumps out of it. What is jumped over is C
/// without anything to clean up.
class Arena {
 public:
  static void* allocate(void* arena, std::size_t size) { return static_cast<Arena*>(arena)->take(size); }
  static void release(void* /*arena*/, void* /*memory*/) {}
  /// Where to go at a limit.
  std::jmp_buf& way_out() { return way_out_; }

 private:
  void* take(std::size_t size) {
    constexpr unsigned kCallsPerClock = 1'024;
    const bool late = calls_++ % kCallsPerClock == 0 && std::chrono::steady_clock::now() >= deadline_;
    total_ += size;
    if (late || total_ > kTreeBytesMax) {
      std::longjmp(way_out_, 1);
    }
    constexpr std::size_t kBlockBytes = 256UL * 1024;
    size = (size + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) * alignof(std::max_align_t);
    if (size > left_) {
      left_ = std::max(size, kBlockBytes);
      blocks_.push_back(std::make_unique<std::byte[]>(left_));
      next_ = blocks_.back().get();
    }
    std::byte* const memory = next_;
    next_ += size;
    left_ -= size;
    return memory;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t total_ = 0;
  unsigned calls_ = 0;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + kTreeTimeMax;
  std::jmp_buf way_out_{};
};

/// A parsed page, without a root when it met a limit; `text` must outlive it.
class Page {
 public:
  explicit Page(std::string_view text) {
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = &Arena::allocate;
    options.deallocator = &Arena::release;
    options.userdata = &arena_;
    options.max_errors = 0;
    if (setjmp(arena_.way_out()) == 0) {
      output_ = gumbo_parse_with_options(&options, text.data(), text.size());
    }
  }
  [[nodiscard]] const GumboNode* root() const { return output_ == nullptr ? nullptr : output_->root; }

 private:
  Arena arena_;
  GumboOutput* output_ = nullptr;
};

bool is_element(const GumboNode* node) {
  return node->type == GUMBO_NODE_ELEMENT;
}

std::string_view attribute(const GumboNode* node, const char* name) {
  const GumboAttribute* const found = gumbo_get_attribute(&node->v.element.attributes, name);
  return found == nullptr ? std::string_view() : found->value;
}

/// What an element means for the blocks.
enum class Role : unsigned char { kInline, kBlock, kDropped, kLineBreak, kRow, kCell, kItem, kHeading, kPreformatted };

Role role_of(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_NOEMBED: return Role::kDropped;
    case GUMBO_TAG_BR:
    case GUMBO_TAG_HR: return Role::kLineBreak;
    case GUMBO_TAG_TR: return Role::kRow;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH: return Role::kCell;
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_OPTION: return Role::kItem;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6: return Role::kHeading;
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_TEXTAREA: return Role::kPreformatted;
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_CENTER: return Role::kBlock;
    default: return Role::kInline;
  }
}

class HtmlReader {
 public:
  explicit HtmlReader(input::TextCollector& collector) : collector_(collector) {}

  /// Walks the tree with a stack of its own: pages nest as deep as their authors like.
  void read(const GumboNode* root) {
    struct Step {
      const GumboNode* node;
      bool leaving;
    };
    std::vector<Step> steps{{root, false}};
    while (!steps.empty() && open_) {
      const Step step = steps.back();
      steps.pop_back();
      if (step.leaving) {
        leave(step.node);
        continue;
      }
      if (step.node->type == GUMBO_NODE_TEXT || step.node->type == GUMBO_NODE_CDATA ||
          step.node->type == GUMBO_NODE_WHITESPACE) {
        add_text(step.node->v.text.text);
        continue;
      }
      if (!is_element(step.node) || !enter(step.node)) {
        continue;
      }
      steps.push_back({step.node, true});
      const GumboVector& children = step.node->v.element.children;
      for (unsigned i = children.length; i > 0; --i) {
        steps.push_back({static_cast<const GumboNode*>(children.data[i - 1]), false});
      }
    }
    flush();
  }

  /// What stands outside of angle brackets, a block per line.
  void add_without_tags(std::string_view html) {
    bool inside = false;
    for (const char c : html) {
      if (c == '\n' && !inside && open_) {
        flush();
      }
      inside = c == '<' || (inside && c != '>');
      add_text(inside || c == '>' ? std::string_view(" ") : std::string_view(&c, 1));
    }
    flush();
  }

  void add_block(BlockKind kind, std::string_view text, std::uint8_t level) {
    wire::Place place;
    place.kind = wire::PlaceKind::kLine;
    place.line_first = place.line_last = line_ + 1;
    const std::size_t before = collector_.artefact().blocks.size();
    open_ = collector_.add(kind, text, std::move(place), {.level = level});
    line_ += collector_.artefact().blocks.size() > before ? 1 : 0;
  }

 private:
  /// False when the element and all below it are left out.
  bool enter(const GumboNode* node) {
    const GumboTag tag = node->v.element.tag;
    const Role role = role_of(tag);
    if (role == Role::kDropped) {
      return false;
    }
    if (tag == GUMBO_TAG_IMG) {
      add_text(" ");
      add_text(attribute(node, "alt"));
      add_text(" ");
    } else if (role == Role::kLineBreak) {
      text_ += '\n';
    } else if (role == Role::kCell) {
      if (cell_depth_ == 0 && row_has_cell_) {
        text_ += '\t';
      }
      row_has_cell_ = true;
      ++cell_depth_;
    } else if (role != Role::kInline) {
      boundary();
    }
    if (cell_depth_ == 0) {
      start_block(role, tag);
    }
    preformatted_ += role == Role::kPreformatted ? 1 : 0;
    if (tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL) {
      lists_.push_back(list_of(node));
    } else if (tag == GUMBO_TAG_LI && !lists_.empty()) {
      number_item(node, lists_.back());
    }
    return true;
  }

  /// How a list counts: items of unordered ones have no number.
  struct List {
    input::Numeral kind = input::Numeral::kBullet;
    long next = 1;
    long step = 1;
  };
  static List list_of(const GumboNode* node) {
    if (node->v.element.tag != GUMBO_TAG_OL) {
      return {};
    }
    List list{.kind = input::Numeral::kDecimal};
    const std::string_view type = attribute(node, "type");
    constexpr std::array kTypes = {
        std::pair{'a', input::Numeral::kLowerLetter}, std::pair{'A', input::Numeral::kUpperLetter},
        std::pair{'i', input::Numeral::kLowerRoman}, std::pair{'I', input::Numeral::kUpperRoman}};
    for (const auto& [letter, kind] : kTypes) {
      list.kind = type.size() == 1 && type[0] == letter ? kind : list.kind;
    }
    if (gumbo_get_attribute(&node->v.element.attributes, "reversed") != nullptr) {
      const GumboVector& children = node->v.element.children;
      list.step = -1;
      list.next = std::count_if(children.data, children.data + children.length, [](const void* item) {
        const auto* element = static_cast<const GumboNode*>(item);
        return is_element(element) && element->v.element.tag == GUMBO_TAG_LI;
      });
    }
    (void)take_number(attribute(node, "start"), list.next);
    return list;
  }
  static bool take_number(std::string_view text, long& number) {
    text = trimmed(text);
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
  }
  void number_item(const GumboNode* node, List& list) {
    if (list.kind == input::Numeral::kBullet) {
      return;
    }
    (void)take_number(attribute(node, "value"), list.next);
    constexpr long kNumberMax = 1'000'000;
    const long number =
        std::clamp(std::exchange(list.next, std::clamp(list.next, 0L, kNumberMax) + list.step), 0L, kNumberMax);
    label_ = input::numeral(static_cast<unsigned>(number), list.kind) + ".";
    if (cell_depth_ > 0) {
      add_text(std::exchange(label_, {}) + " ");
    }
  }

  void start_block(Role role, GumboTag tag) {
    if (role == Role::kRow) {
      kind_ = BlockKind::kTableRow;
      row_has_cell_ = false;
    } else if (role == Role::kItem) {
      kind_ = BlockKind::kListItem;
      level_ = static_cast<std::uint8_t>(std::clamp<std::size_t>(lists_.size(), 1, 9) - 1);
    } else if (role == Role::kHeading) {
      kind_ = BlockKind::kHeading;
      level_ = static_cast<std::uint8_t>(tag - GUMBO_TAG_H1 + 1);
    } else if (role == Role::kPreformatted) {
      kind_ = BlockKind::kCode;
    }
  }

  void leave(const GumboNode* node) {
    const GumboTag tag = node->v.element.tag;
    const Role role = role_of(tag);
    preformatted_ -= role == Role::kPreformatted ? 1 : 0;
    if ((tag == GUMBO_TAG_UL || tag == GUMBO_TAG_OL) && !lists_.empty()) {
      lists_.pop_back();
    }
    if (role == Role::kCell) {
      --cell_depth_;
    } else if (role != Role::kInline && role != Role::kLineBreak) {
      boundary();
    }
    if (tag == GUMBO_TAG_LI) {
      label_.clear();
    }
  }

  /// Between blocks; inside a cell only a space, so that a row stays one block.
  void boundary() {
    if (cell_depth_ > 0) {
      add_text(" ");
    } else {
      flush();
    }
  }

  void add_text(std::string_view text) {
    if (preformatted_ > 0 && cell_depth_ == 0) {
      text_ += text;
      return;
    }
    for (const char c : text) {
      const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
      if (!space) {
        text_ += c;
      } else if (!text_.empty() && text_.back() != ' ' && text_.back() != '\n' && text_.back() != '\t') {
        text_ += ' ';
      }
    }
  }

  void flush() {
    if (!text_.empty()) {
      if (!label_.empty() && !trimmed(text_).empty()) {
        text_.insert(0, std::exchange(label_, {}) + " ");
      }
      add_block(kind_, text_, level_);
      text_.clear();
    }
    kind_ = BlockKind::kParagraph;
    level_ = 0;
  }

  input::TextCollector& collector_;
  std::string text_;
  BlockKind kind_ = BlockKind::kParagraph;
  std::uint8_t level_ = 0;
  unsigned line_ = 0;
  int cell_depth_ = 0;
  int preformatted_ = 0;
  std::vector<List> lists_;  ///< Those that are open, the outermost first.
  std::string label_;        ///< Of the item whose words are still to come.
  bool row_has_cell_ = false;
  bool open_ = true;
};

/// Calls `visit` for the elements of the head.
template <typename Visit>
void for_each_head_element(const GumboNode* root, Visit&& visit) {
  if (root == nullptr) {
    return;
  }
  for (unsigned i = 0; i < root->v.element.children.length; ++i) {
    const auto* head = static_cast<const GumboNode*>(root->v.element.children.data[i]);
    if (!is_element(head) || head->v.element.tag != GUMBO_TAG_HEAD) {
      continue;
    }
    for (unsigned j = 0; j < head->v.element.children.length; ++j) {
      const auto* node = static_cast<const GumboNode*>(head->v.element.children.data[j]);
      if (is_element(node)) {
        visit(node);
      }
    }
  }
}

std::string first_text(const GumboNode* node) {
  const GumboVector& children = node->v.element.children;
  const auto* text = children.length == 0 ? nullptr : static_cast<const GumboNode*>(children.data[0]);
  const bool has_text = text != nullptr && (text->type == GUMBO_NODE_TEXT || text->type == GUMBO_NODE_CDATA);
  return has_text ? charset::collapse_spaces(charset::clean(text->v.text.text)) : std::string();
}

}  // namespace

void read_html(std::string_view html, input::TextCollector& collector) {
  if (html.size() > kHtmlBytesMax) {
    html = utf8_prefix(html, kHtmlBytesMax);
    collector.note("text_limit", "Only the first 16 MB of the page were read", {"16"});
  }
  const std::string flat = flatten_html(html, kHtmlDepthMax);
  if (!flat.empty()) {
    collector.note("nesting_limit", "The page is nested very deeply; its innermost structure was left out");
  }
  const Page page(flat.empty() ? html : flat);
  HtmlReader reader(collector);
  if (page.root() == nullptr) {
    collector.note("nesting_limit", "The page is too entangled to be taken apart; only its words were read");
    reader.add_without_tags(html);
    return;
  }
  for_each_head_element(page.root(), [&](const GumboNode* node) {
    if (node->v.element.tag == GUMBO_TAG_TITLE) {
      reader.add_block(BlockKind::kMetadata, first_text(node), 0);
    }
  });
  reader.read(page.root());
}

wire::FactsArtefact html_facts(std::string_view html) {
  wire::FactsArtefact facts;
  constexpr std::size_t kHeadBytesMax = 256UL * 1024;
  html = utf8_prefix(html, kHeadBytesMax);
  const std::string flat = flatten_html(html, kHtmlDepthMax);
  const Page page(flat.empty() ? html : flat);
  for_each_head_element(page.root(), [&](const GumboNode* node) {
    if (node->v.element.tag == GUMBO_TAG_TITLE && facts.title.empty()) {
      facts.title = first_text(node);
    }
    if (node->v.element.tag != GUMBO_TAG_META) {
      return;
    }
    const std::string_view property = attribute(node, "property");
    const std::string name = ascii_lower(property.empty() ? attribute(node, "name") : property);
    const std::string content = charset::collapse_spaces(charset::clean(attribute(node, "content")));
    if (name == "author") {
      facts.author = content;
    } else if (name == "description" || (name == "og:description" && facts.subject.empty())) {
      facts.subject = content;
    } else if (name == "article:published_time" || name == "dcterms.created" || name == "date") {
      facts.created_unix_ms = input::parse_moment(content);
    } else if (name == "article:modified_time" || name == "dcterms.modified") {
      facts.modified_unix_ms = input::parse_moment(content);
    }
  });
  return facts;
}

std::string html_declared_encoding(ByteView head) {
  const std::string text = ascii_lower(as_text(head.first(std::min<std::size_t>(head.size(), 4096))));
  const std::size_t at = text.find("charset");
  if (at == std::string::npos || text.rfind("<meta", at) == std::string::npos) {
    return {};
  }
  const std::size_t begin = text.find_first_not_of(" \t\r\n=\"'", at + 7);
  const std::size_t end = begin == std::string::npos ? begin : text.find_first_of(" \t\r\n\"'/>;", begin);
  return end == std::string::npos ? std::string() : text.substr(begin, end - begin);
}

}  // namespace alcove::markup
