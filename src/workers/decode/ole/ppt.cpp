#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "workers/decode/charset/clean.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/ppt_numbers.hpp"
#include "workers/decode/ole/ppt_records.hpp"
#include "workers/decode/ole/readers.hpp"
#include "workers/decode/ole/xls_records.hpp"

namespace alcove::ole {
namespace {

using input::TextCollector;
using wire::BlockKind;
using namespace ppt;

/// Groups inside groups; each level reads its bytes once more.
constexpr unsigned kDepthMax = 32;
constexpr std::size_t kTextsMax = 200'000;
/// Of one slide's texts: many shapes may refer to one text.
constexpr std::size_t kSlideBytesMax = 64UL * 1024 * 1024;

/// What a text is for (2.13.33).
enum TextType : std::uint32_t {
  kTitle = 0,
  kBody = 1,
  kNotesText = 2,
  kCenterBody = 5,
  kCenterTitle = 6,
  kHalfBody = 7,
  kQuarterBody = 8,
  kTableRow = 100
};

struct SlideText {
  std::uint32_t type = 4;
  std::string text;
  ByteView style = {};      ///< Runs of paragraphs and characters.
  ByteView numbering = {};  ///< Of list items.
};

/// A slide or a page of notes as the document lists it.
struct SlideEntry {
  std::uint32_t persist_id = 0;
  std::uint32_t slide_id = 0;
  std::vector<SlideText> outline;  ///< Texts of its placeholders.
};

std::string atom_text(const Record& record) {
  return record.type == kTextBytes ? xls::decode_narrow(record.data) : decode_utf16(record.data);
}

/// How many UTF-16 units a text takes: files count in them.
std::size_t utf16_units(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xC0) != 0x80; })) +
         static_cast<std::size_t>(std::ranges::count_if(utf8, [](char c) { return (c & 0xF8) == 0xF0; }));
}

/// What one slide's drawing holds.
struct Drawing {
  std::vector<SlideText> texts;
  std::vector<std::uint32_t> outline_used;
  std::size_t bytes = 0;

  void add(SlideText text) {
    bytes += text.text.size();
    texts.push_back(std::move(text));
  }
  [[nodiscard]] bool has_room() const { return texts.size() < kTextsMax && bytes < kSlideBytesMax; }
};

/// A shape's text; `outline` holds what its placeholders refer to.
SlideText textbox_text(ByteView data, const SlideEntry* entry, Drawing& drawing, ByteView numbering = {}) {
  SlideText out;
  for_each_record(data, [&](const Record& record) {
    if (record.type == kTextHeader) {
      out.type = u32_at(record.data, 0);
    } else if (record.type == kTextChars || record.type == kTextBytes) {
      out.text = atom_text(record);
    } else if (record.type == kTextStyle) {
      out.style = record.data;
    } else if (record.type == kOutlineText && entry != nullptr) {
      const std::uint32_t index = u32_at(record.data, 0);
      if (index < entry->outline.size()) {
        out = entry->outline[index];
        drawing.outline_used.push_back(index);
      }
    }
    return true;
  });
  out.numbering = numbering.empty() ? out.numbering : numbering;
  return out;
}

bool is_table(ByteView group) {
  bool table = false;
  for_each_record(group, [&](const Record& shape) {
    for_each_record(shape.data, [&](const Record& record) {
      constexpr std::uint16_t kTableProperties = 0x039F;
      constexpr std::size_t kPropertyBytes = 6;
      for (std::size_t i = 0; record.type == kShapeProperties && i < record.instance; ++i) {
        table = table || (u16_at(record.data, i * kPropertyBytes) & 0x3FFFU) == kTableProperties;
      }
      return true;
    });
    return false;  // The first shape stands for the group.
  });
  return table;
}

/// A table's cells, row by row as their upper edges tell.
void read_table(ByteView group, Drawing& drawing) {
  struct Cell {
    std::int32_t top = 0;
    std::int32_t left = 0;
    std::string text;
  };
  std::vector<Cell> cells;
  for_each_record(group, [&](const Record& shape) {
    Cell cell;
    for_each_record(shape.data, [&](const Record& record) {
      if (record.type == kChildAnchor) {
        cell.left = std::bit_cast<std::int32_t>(u32_at(record.data, 0));
        cell.top = std::bit_cast<std::int32_t>(u32_at(record.data, 4));
      } else if (record.type == kShapeTextbox) {
        cell.text = charset::collapse_spaces(charset::clean(textbox_text(record.data, nullptr, drawing).text));
      }
      return true;
    });
    if (!cell.text.empty() && cells.size() < kTextsMax) {
      cells.push_back(std::move(cell));
    }
    return true;
  });
  std::ranges::sort(cells, {}, [](const Cell& cell) { return std::tie(cell.top, cell.left, cell.text); });
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0 && cells[i].top == cells[i - 1].top) {
      drawing.texts.back().text += "\t" + cells[i].text;
    } else {
      drawing.add({kTableRow, cells[i].text});
    }
  }
}

/// `numbering` is that of the shape whose records these are.
void read_drawing(ByteView data, const SlideEntry* entry, Drawing& drawing, unsigned depth, ByteView numbering = {}) {
  for_each_record(data, [&](const Record& record) {
    if (record.type == kShapeTextbox) {
      drawing.add(textbox_text(record.data, entry, drawing, numbering));
    } else if (record.type == kShapeGroup && is_table(record.data)) {
      read_table(record.data, drawing);
    } else if (record.container && depth < kDepthMax) {
      read_drawing(record.data, entry, drawing, depth + 1,
                   record.type == kShape ? find_numbering(record.data) : ByteView());
    }
    return drawing.has_room();
  });
}

class PptReader {
 public:
  PptReader(ByteView stream, Edits edits, TextCollector& collector)
      : stream_(stream), edits_(std::move(edits)), collector_(collector) {}

  input::Verdict read() {
    load_lists();
    if (slides_.empty()) {
      return read_without_lists();
    }
    collector_.artefact().page_count = static_cast<std::uint32_t>(slides_.size());
    for (const SlideEntry& entry : slides_) {
      if (!begin_slide()) {
        break;
      }
      const auto slide = object(entry.persist_id, kSlide);
      read_slide(slide ? slide->data : ByteView(), entry);
    }
    return {};
  }

 private:
  [[nodiscard]] std::optional<Record> object(std::uint32_t persist_id, std::uint16_t type) const {
    const auto found = edits_.offsets.find(persist_id);
    auto record = found == edits_.offsets.end() ? std::nullopt : record_at(stream_, found->second);
    return record && record->type == type ? record : std::nullopt;
  }

  void load_lists() {
    auto document = object(edits_.document, kDocument);
    if (!document) {
      for_each_record(stream_, [&](const Record& record) {
        document = record.type == kDocument ? record : document;
        return true;
      });
    }
    if (!document) {
      return;
    }
    for_each_record(document->data, [&](const Record& record) {
      constexpr unsigned kSlidesList = 0;
      constexpr unsigned kNotesList = 2;
      if (record.type == kSlideList && record.instance == kSlidesList) {
        load_list(record.data, slides_);
      } else if (record.type == kSlideList && record.instance == kNotesList) {
        std::vector<SlideEntry> notes;
        load_list(record.data, notes);
        for (const SlideEntry& entry : notes) {
          notes_[entry.slide_id] = entry.persist_id;
        }
      }
      return true;
    });
    number_outlines(find_outline_numbering(document->data));
  }

  /// Of a slide's texts of one kind the first has the first numbering.
  void number_outlines(const std::vector<OutlineNumbering>& all) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<ByteView>> of_texts;
    for (const OutlineNumbering& one : all) {
      of_texts[{one.slide_id, one.text_type}].push_back(one.numbering);
    }
    for (SlideEntry& entry : slides_) {
      std::map<std::uint32_t, std::size_t> used;
      for (SlideText& text : entry.outline) {
        const auto found = of_texts.find({entry.slide_id, text.type});
        const std::size_t position = used[text.type]++;
        if (found != of_texts.end() && position < found->second.size()) {
          text.numbering = found->second[position];
        }
      }
    }
  }

  void load_list(ByteView data, std::vector<SlideEntry>& entries) {
    std::size_t texts = 0;
    for_each_record(data, [&](const Record& record) {
      if (record.type == kSlidePersist) {
        entries.push_back({u32_at(record.data, 0), u32_at(record.data, 12), {}});
      } else if (entries.empty()) {
        return true;
      } else if (record.type == kTextHeader) {
        entries.back().outline.push_back({u32_at(record.data, 0), {}});
      } else if ((record.type == kTextChars || record.type == kTextBytes) && !entries.back().outline.empty()) {
        entries.back().outline.back().text = atom_text(record);
      } else if (record.type == kTextStyle && !entries.back().outline.empty()) {
        entries.back().outline.back().style = record.data;
      }
      return ++texts < kTextsMax;
    });
  }

  /// Slides in the order in which they lie in the stream.
  input::Verdict read_without_lists() {
    std::uint32_t count = 0;
    bool wants_more = true;
    for_each_record(stream_, [&](const Record& record) {
      if (record.type == kSlide) {
        ++count;
        wants_more = wants_more && begin_slide();
        if (wants_more) {
          read_slide(record.data, {});
        }
      }
      return true;
    });
    collector_.artefact().page_count = count;
    if (count == 0) {
      return damaged_document();
    }
    collector_.note("damaged", "The document is damaged; what could be read is shown");
    return {};
  }

  bool begin_slide() {
    if (slide_ >= collector_.limits().pages_max) {
      collector_.note("pages_limit", "Only the first slides of the presentation were read");
      return false;
    }
    ++slide_;
    hidden_ = false;
    return collector_.may_go_on();
  }

  bool add(BlockKind kind, std::string_view text, std::uint8_t level = 0) {
    wire::Place place;
    place.kind = wire::PlaceKind::kSlide;
    place.slide = slide_;
    place.hidden = hidden_;
    return collector_.add(kind, text, std::move(place), {.level = level});
  }

  /// Each paragraph as a block; lines in it are kept.
  void add_text(const SlideText& text, BlockKind kind) {
    std::uint8_t level = 0;
    if (kind == BlockKind::kParagraph) {
      switch (text.type) {
        case kTitle:
        case kCenterTitle:
          kind = BlockKind::kHeading;
          level = 1;
          break;
        case kBody:
        case kCenterBody:
        case kHalfBody:
        case kQuarterBody: kind = BlockKind::kListItem; break;
        case kNotesText: kind = BlockKind::kNote; break;
        case kTableRow: kind = BlockKind::kTableRow; break;
        default: break;
      }
    }
    ParagraphNumbers numbers(text.style, text.numbering, utf16_units(text.text));
    std::size_t unit = 0;
    std::string_view rest = text.text;
    // A lone asterisk stands for the number of the slide or the date.
    while (!rest.empty() && trimmed(rest) != "*") {
      const std::size_t end = std::min(rest.find('\r'), rest.size());
      std::string line(rest.substr(0, end));
      std::ranges::replace(line, '\v', '\n');
      const std::string label = numbers.next(unit, trimmed(line).empty());
      unit += utf16_units(line) + 1;
      if (!add(kind, label.empty() ? line : label + " " + line, level)) {
        return;
      }
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void read_slide(ByteView slide, const SlideEntry& entry) {
    Drawing drawing;
    std::uint32_t notes_id = 0;
    std::vector<ByteView> asides;
    for_each_record(slide, [&](const Record& record) {
      constexpr unsigned kHiddenFlag = 4;
      if (record.type == kDrawing) {
        read_drawing(record.data, &entry, drawing, 0);
      } else if (record.type == kSlideAtom) {
        notes_id = u32_at(record.data, 16);
      } else if (record.type == kSlideShowInfo) {
        hidden_ = (u16_at(record.data, 10) & kHiddenFlag) != 0;
      } else if (record.container) {
        asides.push_back(
            slice(slide, static_cast<std::size_t>(record.data.data() - slide.data()) - 8, record.data.size() + 8));
      }
      return true;
    });
    if (hidden_) {
      collector_.note("hidden_slide", "Some slides are hidden; their text was read, too");
    }
    std::ranges::sort(drawing.outline_used);
    for (std::uint32_t i = 0; i < entry.outline.size(); ++i) {
      if (!std::ranges::binary_search(drawing.outline_used, i)) {
        add_text(entry.outline[i], BlockKind::kParagraph);
      }
    }
    for (const SlideText& text : drawing.texts) {
      add_text(text, BlockKind::kParagraph);
    }
    for (const ByteView aside : asides) {
      read_asides(aside, 0);
    }
    read_notes(notes_id);
  }

  void read_notes(std::uint32_t notes_id) {
    const auto found = notes_id == 0 ? notes_.end() : notes_.find(notes_id);
    const auto notes = found == notes_.end() ? std::nullopt : object(found->second, kNotes);
    if (!notes) {
      return;
    }
    Drawing drawing;
    for_each_record(notes->data, [&](const Record& record) {
      if (record.type == kDrawing) {
        read_drawing(record.data, nullptr, drawing, 0);
      }
      return true;
    });
    for (const SlideText& text : drawing.texts) {
      add_text(text, BlockKind::kNote);
    }
  }

  /// Comments and footers, which lie in containers of several kinds.
  void read_asides(ByteView data, unsigned depth) {
    for_each_record(data, [&](const Record& record) {
      if (record.type == kComment || record.type == kHeadersFooters) {
        std::map<std::uint16_t, std::string> strings;
        for_each_record(record.data, [&](const Record& part) {
          if (part.type == kWideString) {
            strings[part.instance] = charset::collapse_spaces(charset::clean(decode_utf16(part.data)));
          }
          return true;
        });
        if (record.type == kComment) {
          add(BlockKind::kComment, strings[0].empty() ? strings[1] : strings[0] + ": " + strings[1]);
        } else {
          for (const auto& [instance, text] : strings) {
            add(BlockKind::kHeaderFooter, text);
          }
        }
      } else if (record.container && depth < kDepthMax) {
        read_asides(record.data, depth + 1);
      }
      return collector_.may_go_on();
    });
  }

  ByteView stream_;
  Edits edits_;
  TextCollector& collector_;
  std::vector<SlideEntry> slides_;
  std::map<std::uint32_t, std::uint32_t> notes_;  ///< id of a page of notes → persist id
  std::uint32_t slide_ = 0;
  bool hidden_ = false;
};

}  // namespace

input::Verdict read_ppt(const CompoundFile& file, TextCollector& collector) {
  const auto stream = file.read("PowerPoint Document");
  const auto user = file.read("Current User", CompoundFile::kRoot, 4096);
  if (!stream || !user) {
    return {wire::StageOutcome::kFailedRetryable, "unreadable", (stream ? user : stream).error().message};
  }
  Edits edits = find_edits(stream->bytes, user->bytes);
  if (edits.encrypted) {
    return encrypted_document();
  }
  if (stream->truncated) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  return PptReader(stream->bytes, std::move(edits), collector).read();
}

}  // namespace alcove::ole
