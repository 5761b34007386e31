#include <bit>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "workers/decode/office/header_footer.hpp"
#include "workers/decode/office/number_format.hpp"
#include "workers/decode/office/readers.hpp"
#include "workers/decode/office/sheet_rows.hpp"
#include "workers/decode/office/xml.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/xls_records.hpp"

namespace alcove::office {
namespace {

using input::TextCollector;
using ole::slice;
using ole::u16_at;
using ole::u32_at;
using ole::u8_at;
using wire::BlockKind;

/// Largest member that is read.
constexpr std::size_t kMemberBytesMax = 128UL * 1024 * 1024;
constexpr std::size_t kFormatsMax = 65'536;
constexpr std::size_t kSheetsMax = 10'000;

/// Records of binary workbooks in ZIP files (MS-XLSB 2.3.2).
enum RecordType : std::uint32_t {
  kRowHeader = 0,
  kCellRk = 2,
  kCellError = 3,
  kCellBool = 4,
  kCellNumber = 5,
  kCellText = 6,
  kCellShared = 7,
  kFormulaText = 8,
  kFormulaNumber = 9,
  kFormulaBool = 10,
  kFormulaError = 11,
  kSharedItem = 19,
  kFormat = 44,
  kCellFormat = 47,
  kCellRichText = 62,
  kWorkbookProperties = 153,
  kSheet = 156,
  kHeaderFooter = 479,
  kCellFormatsBegin = 617,
  kCellFormatsEnd = 618,
  kComment = 635,
  kCommentText = 637,
};

/// A number of up to `bytes_max` bytes with seven bits in each.
std::uint32_t packed_number(ByteView bytes, std::size_t& at, unsigned bytes_max) {
  std::uint32_t out = 0;
  for (unsigned i = 0; i < bytes_max; ++i) {
    const std::uint8_t byte = u8_at(bytes, at++);
    out |= (byte & 0x7FU) << (7 * i);
    if ((byte & 0x80U) == 0) {
      break;
    }
  }
  return out;
}

/// Calls `take(type, data)` for each record until it returns false.
template <typename Take>
void for_each_record(ByteView bytes, Take take) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::uint32_t first = u8_at(bytes, at);
    // The second byte of a type keeps its upper bit out of the number's first byte.
    const std::uint32_t type = packed_number(bytes, at, (first & 0x80U) != 0 ? 2 : 1);
    const std::uint32_t size = packed_number(bytes, at, 4);
    if (!take(type, slice(bytes, at, size))) {
      return;
    }
    at += size;
  }
}

/// A string after its count of characters; `at` moves behind it. The count of all ones stands for none.
std::string wide_string(ByteView bytes, std::size_t& at) {
  const std::uint32_t count = u32_at(bytes, at);
  at += 4;
  if (count == 0xFFFFFFFF) {
    return {};
  }
  const ByteView text = slice(bytes, at, std::size_t{count} * 2);
  at += text.size();
  return ole::decode_utf16(text);
}
std::string wide_string_at(ByteView bytes, std::size_t at) {
  return wide_string(bytes, at);
}

class XlsbReader {
 public:
  XlsbReader(Container& container, TextCollector& collector)
      : container_(container), collector_(collector), rows_(collector) {}

  input::Verdict read(const std::string& main) {
    const std::string workbook = member(main);
    const auto relations = load_relations(container_, main, collector_);
    struct Sheet {
      std::string relation;
      std::string name;
      bool hidden = false;
    };
    std::vector<Sheet> sheets;
    for_each_record(as_bytes(workbook), [&](std::uint32_t type, ByteView data) {
      if (type == kWorkbookProperties) {
        days_1904_ = (u32_at(data, 0) & 1U) != 0;
      } else if (type == kSheet) {
        std::size_t at = 8;
        Sheet& sheet = sheets.emplace_back();
        sheet.relation = wide_string(data, at);
        sheet.name = wide_string(data, at);
        sheet.hidden = u32_at(data, 0) != 0;
      }
      return sheets.size() < kSheetsMax;
    });
    if (sheets.empty()) {
      return damaged_office();
    }
    collector_.artefact().page_count = static_cast<std::uint32_t>(sheets.size());
    read_styles(find_target(relations, "styles"));
    read_shared_strings(find_target(relations, "sharedStrings"));
    for (Sheet& sheet : sheets) {
      if (!collector_.may_go_on()) {
        break;
      }
      rows_.begin_sheet(std::move(sheet.name),
                        sheet.hidden ? SheetRows::Visibility::kHidden : SheetRows::Visibility::kShown);
      read_sheet(find_target_by_id(relations, sheet.relation));
    }
    return {};
  }

 private:
  std::string member(const std::string& name) {
    if (name.empty()) {
      return {};
    }
    auto content = container_.read(name, kMemberBytesMax);
    if (!content || content->truncated) {
      const bool large = content && content->too_large;
      collector_.note(large ? NoteCode("expanded_limit") : NoteCode("damaged"),
                      large ? "The document grows too large when it is unpacked; it was read in part"
                            : "The document is damaged; what could be read is shown");
    }
    return content ? std::move(content->bytes) : std::string();
  }

  void read_styles(const std::string& name) {
    const std::string bytes = member(name);
    std::map<unsigned, NumberFormat> custom;
    bool cell_formats = false;
    for_each_record(as_bytes(bytes), [&](std::uint32_t type, ByteView data) {
      cell_formats = type == kCellFormatsBegin || (cell_formats && type != kCellFormatsEnd);
      if (type == kFormat) {
        custom[u16_at(data, 0)] = parse_format(wide_string_at(data, 2));
      } else if (type == kCellFormat && cell_formats) {
        const unsigned id = u16_at(data, 2);
        const auto found = custom.find(id);
        formats_.push_back(found != custom.end() ? found->second : builtin_format(id));
      }
      return formats_.size() < kFormatsMax;
    });
  }

  void read_shared_strings(const std::string& name) {
    const std::string bytes = member(name);
    std::size_t total = 0;
    for_each_record(as_bytes(bytes), [&](std::uint32_t type, ByteView data) {
      if (type == kSharedItem) {
        strings_.push_back(wide_string_at(data, 1));
        // A string costs its object, too, so empty ones count.
        total += strings_.back().size() + sizeof(std::string);
      }
      if (total > collector_.limits().text_bytes_max * 4) {
        collector_.note("text_limit", "The workbook has more text than is read");
        return false;
      }
      return collector_.may_go_on();
    });
  }

  void read_sheet(const std::string& name) {
    const std::string bytes = member(name);
    unsigned row = 0;
    auto visibility = SheetRows::Visibility::kShown;
    for_each_record(as_bytes(bytes), [&](std::uint32_t type, ByteView data) {
      constexpr unsigned kZeroHeight = 0x10;
      if (type == kRowHeader) {
        row = u32_at(data, 0);
        visibility =
            (u8_at(data, 11) & kZeroHeight) != 0 ? SheetRows::Visibility::kHidden : SheetRows::Visibility::kShown;
      } else if (type == kHeaderFooter) {
        read_header_footer(data);
      } else if (const auto text = cell_text(type, data)) {
        rows_.add(row, u32_at(data, 0), *text, visibility);
      }
      return collector_.may_go_on();
    });
    rows_.finish();
    for (const Relation& relation : load_relations(container_, name, collector_)) {
      if (relation.type == "comments" && !relation.target.empty()) {
        read_comments(relation.target);
      }
    }
  }

  /// Nothing for records that are no cells.
  std::optional<std::string> cell_text(std::uint32_t type, ByteView data) {
    constexpr std::size_t kValueAt = 8;
    switch (type) {
      case kCellRk: return number_text(ole::xls::rk_number(u32_at(data, kValueAt)), data);
      case kCellNumber:
      case kFormulaNumber: return number_text(std::bit_cast<double>(ole::u64_at(data, kValueAt)), data);
      case kCellError:
      case kFormulaError: return ole::xls::error_name(u8_at(data, kValueAt));
      case kCellBool:
      case kFormulaBool: return u8_at(data, kValueAt) != 0 ? "TRUE" : "FALSE";
      case kCellText:
      case kFormulaText: return wide_string_at(data, kValueAt);
      case kCellRichText: return wide_string_at(data, kValueAt + 1);
      case kCellShared: {
        const std::uint32_t index = u32_at(data, kValueAt);
        return index < strings_.size() ? strings_[index] : std::string();
      }
      default: return std::nullopt;
    }
  }

  std::string number_text(double number, ByteView cell) const {
    constexpr std::uint32_t kStyle = 0xFFFFFF;
    const std::uint32_t style = u32_at(cell, 4) & kStyle;
    return format_number(number, style < formats_.size() ? formats_[style] : NumberFormat{}, days_1904_);
  }

  void read_header_footer(ByteView data) {
    constexpr unsigned kTexts = 6;
    std::size_t at = 2;
    for (unsigned i = 0; i < kTexts && at < data.size(); ++i) {
      collector_.add(BlockKind::kHeaderFooter, header_footer_text(wide_string(data, at)), rows_.place({}));
    }
  }

  void read_comments(const std::string& name) {
    const std::string bytes = member(name);
    std::string cell;
    for_each_record(as_bytes(bytes), [&](std::uint32_t type, ByteView data) {
      if (type == kComment) {
        cell = SheetRows::cell_name(u32_at(data, 4), u32_at(data, 12));
      } else if (type == kCommentText) {
        collector_.add(BlockKind::kComment, wide_string_at(data, 1), rows_.place(cell));
      }
      return collector_.may_go_on();
    });
  }

  Container& container_;
  TextCollector& collector_;
  SheetRows rows_;
  std::vector<std::string> strings_;
  std::vector<NumberFormat> formats_;
  bool days_1904_ = false;
};

}  // namespace

input::Verdict read_xlsb(Container& container, const std::string& main, TextCollector& collector) {
  return XlsbReader(container, collector).read(main);
}

}  // namespace alcove::office
