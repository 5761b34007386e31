#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/charset/detect.hpp"
#include "workers/decode/ebook/ebook.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/markup/markup.hpp"
#include "workers/decode/office/container.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::ebook {
namespace {

using input::TextCollector;
using office::all_text;
using office::attribute;
using office::child;
using office::Container;
using office::descendant;
using office::DocumentType;
using office::local_name;
using office::Node;
using office::Tree;
using wire::BlockKind;

std::string line_of_text(const Node& node) {
  return charset::collapse_spaces(charset::clean(all_text(node)));
}

/// "a%20b.xhtml#part" as the member's name relative to `base`.
std::string member_of_href(std::string_view base, std::string_view href) {
  href = href.substr(0, href.find('#'));
  std::string plain;
  for (std::size_t i = 0; i < href.size(); ++i) {
    unsigned byte = 0;
    const bool escaped = href[i] == '%' && i + 2 < href.size() &&
                         std::from_chars(href.data() + i + 1, href.data() + i + 3, byte, 16).ptr == href.data() + i + 3;
    plain.push_back(escaped ? static_cast<char>(byte) : href[i]);
    i += escaped ? 2 : 0;
  }
  return office::resolve_target(base, plain);
}

std::string package_name(Container& container, TextCollector& collector) {
  const Tree tree = load_xml(container, "META-INF/container.xml", collector, DocumentType::kSkipped);
  std::string named(tree == nullptr ? std::string_view() : attribute(descendant(*tree, "rootfile"), "full-path"));
  if (!named.empty() && container.has(named)) {
    return named;
  }
  const auto is_package = [](const office::Member& member) { return ascii_lower(member.name).ends_with(".opf"); };
  const auto found = std::ranges::find_if(container.members(), is_package);
  return found == container.members().end() ? std::string() : found->name;
}

class EpubReader {
 public:
  EpubReader(Container& container, TextCollector& collector) : container_(container), collector_(collector) {}

  input::Verdict read() {
    load_package();
    read_encrypted_names();
    std::size_t encrypted = 0;
    std::size_t there = 0;
    for (const std::string& member : spine_) {
      if (!container_.has(member)) {
        collector_.note("damaged", "The book is damaged; what could be read is shown");
        continue;
      }
      ++there;
      if (encrypted_.contains(member)) {
        ++encrypted;
        continue;
      }
      if (++chapter_ > collector_.limits().pages_max) {
        collector_.note("pages_limit", "Only the first chapters of the book were read");
        break;
      }
      if (!collector_.may_go_on()) {
        break;
      }
      read_chapter(member);
    }
    if (encrypted > 0 && encrypted == there) {
      return input::skipped("encrypted", "The book is under copy protection");
    }
    if (encrypted > 0) {
      collector_.note("encrypted", "Parts of the book are under copy protection; they were not read");
    }
    return there > 0 ? input::Verdict{} : input::failed("damaged", "The book is damaged and cannot be read");
  }

 private:
  struct Item {
    std::string member;
    std::string type;
    std::string properties;
  };

  void load_package() {
    const std::string name = package_name(container_, collector_);
    const Tree tree = name.empty() ? nullptr : load_xml(container_, name, collector_, DocumentType::kSkipped);
    const Node package = tree == nullptr ? Node() : child(*tree, "package");
    std::map<std::string, Item, std::less<>> items;
    for (const Node& node : child(package, "manifest").children()) {
      if (local_name(node) != "item") {
        continue;
      }
      items.emplace(attribute(node, "id"),
                    Item{member_of_href(name, attribute(node, "href")), std::string(attribute(node, "media-type")),
                         std::string(attribute(node, "properties"))});
    }
    for (const Node& node : child(package, "spine").children()) {
      const auto item = local_name(node) == "itemref" ? items.find(attribute(node, "idref")) : items.end();
      if (item != items.end()) {
        spine_.push_back(item->second.member);
      }
    }
    for (const auto& [id, item] : items) {
      if (item.properties.find("nav") != std::string::npos) {
        read_navigation(item.member);
      } else if (item.type == "application/x-dtbncx+xml") {
        read_ncx(item.member);
      }
    }
    if (spine_.empty()) {
      take_all_pages();
    }
  }

  /// Without a usable spine the pages follow in the order of the container.
  void take_all_pages() {
    for (const office::Member& member : container_.members()) {
      const std::string lower = ascii_lower(member.name);
      if (lower.ends_with(".xhtml") || lower.ends_with(".html") || lower.ends_with(".htm")) {
        spine_.push_back(member.name);
      }
    }
  }

  void add_title(std::string member, std::string title) {
    if (!title.empty()) {
      titles_.emplace(std::move(member), std::move(title));
    }
  }

  /// EPUB 3: the links of the navigation document.
  void read_navigation(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_, DocumentType::kSkipped);
    if (tree == nullptr) {
      return;
    }
    Node contents =
        tree->find_node([](const Node& node) { return local_name(node) == "nav" && attribute(node, "type") == "toc"; });
    contents = contents.empty() ? descendant(*tree, "nav") : contents;
    (void)contents.find_node([&](const Node& node) {
      if (local_name(node) == "a") {
        add_title(member_of_href(member, attribute(node, "href")), line_of_text(node));
      }
      return false;
    });
  }

  /// EPUB 2: the points of the "navigation control file".
  void read_ncx(const std::string& member) {
    const Tree tree = load_xml(container_, member, collector_, DocumentType::kSkipped);
    if (tree == nullptr) {
      return;
    }
    (void)tree->find_node([&](const Node& node) {
      if (local_name(node) == "navPoint") {
        add_title(member_of_href(member, attribute(child(node, "content"), "src")),
                  line_of_text(child(node, "navLabel")));
      }
      return false;
    });
  }

  /// Fonts are often obfuscated; pages are encrypted only under copy protection.
  void read_encrypted_names() {
    constexpr std::string_view kMember = "META-INF/encryption.xml";
    const Tree tree = container_.has(kMember) ? load_xml(container_, kMember, collector_) : nullptr;
    if (tree == nullptr) {
      return;
    }
    (void)tree->find_node([&](const Node& node) {
      if (local_name(node) == "CipherReference") {
        encrypted_.insert(member_of_href("", attribute(node, "URI")));
      }
      return false;
    });
  }

  void read_chapter(const std::string& member) {
    auto content = container_.read(member, markup::kHtmlBytesMax + 1);
    if (!content || (content->truncated && !content->too_large)) {
      collector_.note("damaged", "The book is damaged; what could be read is shown");
    }
    if (!content) {
      return;
    }
    std::string page = std::move(content->bytes);
    office::make_utf8(page);
    auto& blocks = collector_.artefact().blocks;
    const std::size_t before = blocks.size();
    markup::read_html(expand_empty_elements(charset::clean(page)), collector_);
    // A page's own title repeats the book's or the chapter's.
    const auto begin = blocks.begin() + static_cast<std::ptrdiff_t>(before);
    blocks.erase(std::remove_if(begin, blocks.end(),
                                [](const wire::Block& block) { return block.kind == BlockKind::kMetadata; }),
                 blocks.end());
    const std::string title = title_of(member, before);
    for (std::size_t i = before; i < blocks.size(); ++i) {
      blocks[i].place = {};
      blocks[i].place.kind = wire::PlaceKind::kChapter;
      blocks[i].place.chapter = chapter_;
      blocks[i].place.heading = title;
    }
  }

  std::string title_of(const std::string& member, std::size_t first_block) {
    if (const auto title = titles_.find(member); title != titles_.end()) {
      return title->second;
    }
    const auto& blocks = collector_.artefact().blocks;
    const auto heading = std::find_if(blocks.begin() + static_cast<std::ptrdiff_t>(first_block), blocks.end(),
                                      [](const wire::Block& block) { return block.kind == BlockKind::kHeading; });
    return heading == blocks.end() ? std::string() : charset::collapse_spaces(heading->text);
  }

  Container& container_;
  TextCollector& collector_;
  std::vector<std::string> spine_;
  std::map<std::string, std::string, std::less<>> titles_;  ///< Member → title; the first one stands.
  std::set<std::string, std::less<>> encrypted_;
  std::uint32_t chapter_ = 0;
};

bool is_void(std::string_view name) {
  constexpr std::array<std::string_view, 14> kNames = {"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                                       "input", "link", "meta", "param", "source", "track", "wbr"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

std::string expand_empty_elements(std::string_view xhtml) {
  std::string out;
  out.reserve(xhtml.size());
  std::size_t copied = 0;
  std::size_t open = std::string_view::npos;
  for (std::size_t at = 0; at < xhtml.size(); ++at) {
    if (xhtml[at] == '<') {
      open = at;
    }
    if (xhtml[at] != '>' || open == std::string_view::npos) {
      continue;
    }
    const std::string_view tag = xhtml.substr(open + 1, at - open - 1);
    open = std::string_view::npos;
    const std::string name = ascii_lower(tag.substr(0, tag.find_first_of(" \t\n\r/")));
    const bool named = !name.empty() && name.find_first_of("!?&\"'") == std::string::npos;
    if (!tag.ends_with('/') || !named || is_void(name)) {
      continue;
    }
    out += xhtml.substr(copied, at - 1 - copied);
    out += "></" + name + ">";
    copied = at + 1;
  }
  out += xhtml.substr(copied);
  return out;
}

input::Verdict read_epub(const input::ByteSource& source, TextCollector& collector) {
  auto container = Container::open(source, collector.limits());
  if (!container) {
    return input::failed("damaged", "The book is damaged and cannot be read");
  }
  if (container->is_damaged()) {
    collector.note("damaged", "The book is damaged; what could be read is shown");
  }
  return EpubReader(*container, collector).read();
}

wire::FactsArtefact epub_facts(const input::ByteSource& source, const wire::DecodeLimits& limits) {
  wire::FactsArtefact facts;
  auto container = Container::open(source, limits);
  if (!container) {
    return facts;
  }
  TextCollector notes(limits);
  const std::string name = package_name(*container, notes);
  const Tree tree = name.empty() ? nullptr : load_xml(*container, name, notes, DocumentType::kSkipped);
  if (tree == nullptr) {
    return facts;
  }
  std::string description;
  const auto join = [](std::string& list, const std::string& item) {
    list += list.empty() || item.empty() ? item : ", " + item;
  };
  // Early books wrap the elements in "dc-metadata".
  (void)child(child(*tree, "package"), "metadata").find_node([&](const Node& node) {
    const std::string_view kind = local_name(node);
    if (kind == "title" && facts.title.empty()) {
      facts.title = line_of_text(node);
    } else if (kind == "creator") {
      join(facts.author, line_of_text(node));
    } else if (kind == "subject") {
      join(facts.subject, line_of_text(node));
    } else if (kind == "description") {
      description = line_of_text(node);
    } else if (kind == "date" && attribute(node, "event") == "modification") {
      facts.modified_unix_ms = input::parse_moment(line_of_text(node));
    } else if (kind == "date" && facts.created_unix_ms == 0) {
      facts.created_unix_ms = input::parse_moment(line_of_text(node));
    } else if (kind == "meta" && attribute(node, "property") == "dcterms:modified") {
      facts.modified_unix_ms = input::parse_moment(line_of_text(node));
    }
    return false;
  });
  facts.subject = facts.subject.empty() ? description : facts.subject;
  return facts;
}

}  // namespace alcove::ebook
