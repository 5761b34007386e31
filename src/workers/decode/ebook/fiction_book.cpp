#include <algorithm>
#include <string>
#include <utility>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/ebook/ebook.hpp"
#include "workers/decode/input/moment.hpp"
#include "workers/decode/office/xml.hpp"

namespace alcove::ebook {
namespace {

using input::TextCollector;
using office::all_text;
using office::attribute;
using office::child;
using office::local_name;
using office::Node;
using office::Tree;
using wire::BlockKind;

std::string line_of_text(const Node& node) {
  return charset::collapse_spaces(charset::clean(all_text(node)));
}

/// The paragraphs of a title as one line.
std::string title_text(const Node& title) {
  std::string out;
  for (const Node& paragraph : title.children()) {
    const std::string line = line_of_text(paragraph);
    out += out.empty() || line.empty() ? line : " " + line;
  }
  return out;
}

class FictionBookReader {
 public:
  explicit FictionBookReader(TextCollector& collector) : collector_(collector) {}

  void read_body(const Node& body) {
    const std::string_view name = attribute(body, "name");
    plain_ = name == "notes" || name == "comments" ? BlockKind::kNote : BlockKind::kParagraph;
    heading_ = title_text(child(body, "title"));
    for (const Node& node : body.children()) {
      if (local_name(node) == "section") {
        ++chapter_;
        heading_ = title_text(child(node, "title"));
        read_blocks(node, 1);
      } else {
        read_block(node, 1);
      }
    }
  }

 private:
  void read_blocks(const Node& parent, unsigned depth) {
    for (const Node& node : parent.children()) {
      if (!collector_.may_go_on()) {
        return;
      }
      read_block(node, depth);
    }
  }

  void read_block(const Node& node, unsigned depth) {
    const std::string_view name = local_name(node);
    const bool notes = plain_ == BlockKind::kNote;
    if (name == "title" && !notes) {
      add(BlockKind::kHeading, title_text(node), std::min(depth, 6U));
    } else if (name == "subtitle" && !notes) {
      add(BlockKind::kHeading, line_of_text(node), std::min(depth + 1, 6U));
    } else if (name == "p" || name == "v" || name == "text-author" || name == "subtitle" || name == "title") {
      add(plain_, line_of_text(node), 0);
    } else if (name == "tr") {
      std::string row;
      for (const Node& cell : node.children()) {
        if (cell.type() == pugi::node_element) {
          row += (row.empty() ? "" : "\t") + line_of_text(cell);
        }
      }
      add(BlockKind::kTableRow, row, 0);
    } else if (name == "image") {
      add(plain_, std::string(attribute(node, "alt")), 0);
    } else if (node.type() == pugi::node_element) {
      read_blocks(node, depth + (name == "section" ? 1 : 0));
    }
  }

  void add(BlockKind kind, const std::string& text, unsigned level) {
    wire::Place place;
    place.kind = wire::PlaceKind::kChapter;
    place.chapter = std::max(chapter_, 1U);
    place.heading = heading_;
    collector_.add(kind, text, std::move(place), {.level = static_cast<std::uint8_t>(level)});
  }

  TextCollector& collector_;
  BlockKind plain_ = BlockKind::kParagraph;
  std::string heading_;
  std::uint32_t chapter_ = 0;
};

Tree parse(std::string xml, TextCollector& collector) {
  // Pictures at the end may make the book longer than what is read of it.
  const bool cut = xml.size() >= std::min<std::size_t>(collector.limits().text_bytes_max, office::kXmlBytesMax);
  xml.resize(std::min(xml.size(), office::kXmlBytesMax));
  return office::parse_xml(std::move(xml), collector.limits().nesting_max, collector,
                           cut ? office::Extent::kPrefix : office::Extent::kWhole, office::DocumentType::kSkipped);
}

std::string person(const Node& author) {
  std::string out;
  for (const std::string_view part : {"first-name", "middle-name", "last-name"}) {
    const std::string name = line_of_text(child(author, part));
    out += out.empty() || name.empty() ? name : " " + name;
  }
  return out.empty() ? line_of_text(child(author, "nickname")) : out;
}

}  // namespace

input::Verdict read_fiction_book(std::string xml, TextCollector& collector) {
  const Tree tree = parse(std::move(xml), collector);
  const Node book = tree == nullptr ? Node() : child(*tree, "FictionBook");
  if (child(book, "body").empty()) {
    return input::failed("damaged", "The book is damaged and cannot be read");
  }
  FictionBookReader reader(collector);
  for (const Node& node : book.children()) {
    if (local_name(node) == "body") {
      reader.read_body(node);
    }
  }
  return {};
}

wire::FactsArtefact fiction_book_facts(std::string xml, const wire::DecodeLimits& limits) {
  wire::FactsArtefact facts;
  TextCollector notes(limits);
  const Tree tree = parse(std::move(xml), notes);
  if (tree == nullptr) {
    return facts;
  }
  const Node description = child(child(*tree, "FictionBook"), "description");
  const Node info = child(description, "title-info");
  facts.title = line_of_text(child(info, "book-title"));
  for (const Node& node : info.children()) {
    if (local_name(node) == "author") {
      const std::string name = person(node);
      facts.author += facts.author.empty() || name.empty() ? name : ", " + name;
    }
  }
  facts.subject = line_of_text(child(info, "annotation"));
  facts.subject = facts.subject.empty() ? line_of_text(child(info, "keywords")) : facts.subject;
  const Node date = child(info, "date");
  const std::string_view value = attribute(date, "value");
  facts.created_unix_ms = input::parse_moment(value.empty() ? line_of_text(date) : std::string(value));
  return facts;
}

}  // namespace alcove::ebook
