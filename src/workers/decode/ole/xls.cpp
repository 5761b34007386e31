#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/header_footer.hpp"
#include "workers/decode/office/number_format.hpp"
#include "workers/decode/office/sheet_rows.hpp"
#include "workers/decode/ole/code_page.hpp"
#include "workers/decode/ole/little_endian.hpp"
#include "workers/decode/ole/readers.hpp"
#include "workers/decode/ole/xls_records.hpp"

namespace alcove::ole {
namespace {

using input::TextCollector;
using wire::BlockKind;
using Visibility = office::SheetRows::Visibility;
using namespace xls;

/// As many rows as a sheet can have.
constexpr std::size_t kRowsMax = 65'536;
constexpr std::size_t kSheetsMax = 10'000;
constexpr std::size_t kFormatsMax = 65'536;
constexpr std::size_t kTextObjectsMax = 100'000;

class XlsReader {
 public:
  XlsReader(ByteView stream, TextCollector& collector) : stream_(stream), collector_(collector), rows_(collector) {}

  input::Verdict read() {
    Records records(stream_, 0);
    const auto begin = records.next();
    if (!begin || (begin->type & 0xFFU) != (kBegin & 0xFFU)) {
      return damaged_document();
    }
    constexpr std::uint16_t kVersion8 = 0x0600;
    unicode_ = u16_at(begin->data, 0) >= kVersion8;
    if (!read_globals(records)) {
      return encrypted_document();
    }
    collector_.artefact().page_count = static_cast<std::uint32_t>(sheets_.size());
    if (sheets_.empty()) {
      return damaged_document();
    }
    for (const Sheet& sheet : sheets_) {
      if (!collector_.may_go_on()) {
        break;
      }
      read_sheet(sheet);
    }
    return {};
  }

 private:
  struct Sheet {
    std::size_t offset = 0;
    std::string name;
    bool hidden = false;
  };

  /// False when the workbook is encrypted.
  bool read_globals(Records& records) {
    while (const auto record = collector_.may_go_on() ? records.next() : std::nullopt) {
      const ByteView data = record->data;
      switch (record->type) {
        case kFilePass: return false;
        case kCodePage: code_page_ = u16_at(data, 0) == 32'769 ? 1252 : u16_at(data, 0); break;
        case kDates1904: days_1904_ = u16_at(data, 0) == 1; break;
        case kFormat: read_format(data); break;
        case kExtendedFormat:
          if (cell_formats_.size() < kFormatsMax) {
            cell_formats_.push_back(u16_at(data, 2));
          }
          break;
        case kBoundSheet: add_sheet(data); break;
        case kSharedStrings: read_shared_strings(ContinuedReader(records.with_continued(data))); break;
        case kEof: return true;
        default: break;
      }
    }
    return true;
  }

  void read_format(ByteView data) {
    const std::string code = unicode_ ? counted_string(data, 2) : short_string(data, 2);
    formats_[u16_at(data, 0)] = office::parse_format(code);
  }

  void add_sheet(ByteView data) {
    constexpr std::uint8_t kWorksheet = 0;
    constexpr std::uint8_t kChart = 2;
    const std::uint8_t type = u8_at(data, 5);
    if ((type == kWorksheet || type == kChart) && sheets_.size() < kSheetsMax) {
      sheets_.push_back({u32_at(data, 0), charset::clean(short_string(data, 6)), (u8_at(data, 4) & 3U) != 0});
    }
  }

  void read_shared_strings(ContinuedReader reader) {
    reader.skip(8);  // two counts, which need not be true
    std::size_t bytes = 0;
    while (!reader.at_end() && collector_.may_go_on()) {
      strings_.push_back(reader.rich_string());
      // A string costs its object, too, so empty ones count.
      bytes += strings_.back().size() + sizeof(std::string);
      if (bytes > collector_.limits().text_bytes_max * 4) {
        collector_.note("text_limit", "The workbook has more text than is read");
        break;
      }
    }
  }

  /// A string after a count of one byte.
  [[nodiscard]] std::string short_string(ByteView data, std::size_t at) const {
    const std::size_t count = u8_at(data, at);
    if (!unicode_) {
      return decode_code_page(slice(data, at + 1, count), code_page_);
    }
    return ContinuedReader({slice(data, at + 2, data.size())}).characters(count, (u8_at(data, at + 1) & 1U) != 0);
  }

  /// A string after a count of two bytes.
  [[nodiscard]] std::string counted_string(ByteView data, std::size_t at) const {
    if (!unicode_) {
      return decode_code_page(slice(data, at + 2, u16_at(data, at)), code_page_);
    }
    return ContinuedReader({slice(data, at, data.size())}).rich_string();
  }

  void read_sheet(const Sheet& sheet) {
    hidden_rows_.assign(kRowsMax, false);
    text_objects_.clear();
    notes_.clear();
    rows_.begin_sheet(sheet.name, sheet.hidden ? Visibility::kHidden : Visibility::kShown);
    Records records(stream_, sheet.offset);
    unsigned depth = 0;
    while (const auto record = records.next()) {
      if (record->type == kBegin) {
        ++depth;
      } else if (record->type == kEof && depth <= 1) {
        break;
      } else if (record->type == kEof) {
        --depth;
      } else if (depth == 0 || !collector_.may_go_on()) {
        break;  // not a sheet at all
      } else if (record->type == kSeriesText) {
        collector_.add(BlockKind::kNote, short_string(record->data, 2), rows_.place({}));
      } else if (depth == 1) {
        read_record(*record, records);
      }
    }
    rows_.finish();
    add_remarks();
  }

  void read_record(const Record& record, Records& records) {
    const ByteView data = record.data;
    switch (record.type) {
      case kLabelShared: {
        const std::uint32_t index = u32_at(data, 6);
        add_cell(data, index < strings_.size() ? strings_[index] : std::string());
        break;
      }
      case kLabel:
      case kRichString: add_cell(data, counted_string(data, 6)); break;
      case kNumber: add_number(data, std::bit_cast<double>(u64_at(data, 6)), u16_at(data, 4)); break;
      case kRk: add_number(data, rk_number(u32_at(data, 6)), u16_at(data, 4)); break;
      case kMultipleRk: add_numbers(data); break;
      case kBoolOrError: add_cell(data, bool_or_error(u8_at(data, 6), u8_at(data, 7) != 0)); break;
      case kFormula: add_formula(data, records); break;
      case kRow: hide_row(data); break;
      case kHeader:
      case kFooter:
        collector_.add(BlockKind::kHeaderFooter,
                       office::header_footer_text(unicode_ ? counted_string(data, 0) : short_string(data, 0)),
                       rows_.place({}));
        break;
      case kNote: add_note(data); break;
      case kObject: object_ = u16_at(data, 6); break;
      case kTextObject: add_text_object(data, records); break;
      default: break;
    }
  }

  void hide_row(ByteView data) {
    constexpr unsigned kZeroHeight = 0x20;
    hidden_rows_[u16_at(data, 0)] = (u16_at(data, 12) & kZeroHeight) != 0;
  }

  static std::string bool_or_error(std::uint8_t value, bool error) {
    return error ? error_name(value) : value != 0 ? "TRUE" : "FALSE";
  }

  [[nodiscard]] std::string number_text(double number, std::uint16_t cell_format) const {
    office::NumberFormat format;
    if (cell_format < cell_formats_.size()) {
      const unsigned id = cell_formats_[cell_format];
      const auto custom = formats_.find(id);
      format = custom != formats_.end() ? custom->second : office::builtin_format(id);
    }
    return office::format_number(number, format, days_1904_);
  }

  void add_number(ByteView data, double number, std::uint16_t cell_format) {
    add_cell(data, number_text(number, cell_format));
  }

  void add_numbers(ByteView data) {
    constexpr std::size_t kNumberBytes = 6;
    unsigned column = u16_at(data, 2);
    for (std::size_t at = 4; at + kNumberBytes + 2 <= data.size(); at += kNumberBytes) {
      add_cell(u16_at(data, 0), column++, number_text(rk_number(u32_at(data, at + 2)), u16_at(data, at)));
    }
  }

  /// A formula's last result, which for a text stands in a record of its own.
  void add_formula(ByteView data, Records& records) {
    enum : std::uint8_t { kText = 0, kBool = 1, kError = 2 };
    if (u16_at(data, 12) != 0xFFFF) {
      add_number(data, std::bit_cast<double>(u64_at(data, 6)), u16_at(data, 4));
      return;
    }
    const std::uint8_t kind = u8_at(data, 6);
    if (kind == kBool || kind == kError) {
      add_cell(data, bool_or_error(u8_at(data, 8), kind == kError));
    } else if (kind == kText) {
      // Shared and array formulas may stand between a formula and its text.
      for (unsigned i = 0; i < 4 && records.next_type() != kString && records.next_type() != kFormula; ++i) {
        constexpr std::array<std::uint16_t, 3> kBetween = {0x4BC, 0x221, 0x236};
        if (std::ranges::find(kBetween, records.next_type()) == kBetween.end()) {
          return;
        }
        (void)records.next();
      }
      if (records.next_type() == kString) {
        const auto record = records.next();
        const ByteView text = record ? record->data : ByteView();
        add_cell(data,
                 unicode_ ? ContinuedReader(records.with_continued(text)).rich_string() : counted_string(text, 0));
      }
    }
  }

  void add_cell(ByteView data, const std::string& text) { add_cell(u16_at(data, 0), u16_at(data, 2), text); }
  void add_cell(unsigned row, unsigned column, const std::string& text) {
    rows_.add(row, column, text, hidden_rows_[row % kRowsMax] ? Visibility::kHidden : Visibility::kShown);
  }

  struct Remark {
    std::string cell;
    std::uint16_t object = 0;
    std::string text;  ///< BIFF5 only; else the object's.
  };

  void add_note(ByteView data) {
    const unsigned row = u16_at(data, 0);
    if (notes_.size() >= kTextObjectsMax) {
      return;
    }
    std::string cell = office::SheetRows::cell_name(row, u16_at(data, 2));
    if (unicode_) {
      notes_.push_back({std::move(cell), u16_at(data, 6), {}});
      return;
    }
    // Long notes go on in further records with this row.
    constexpr unsigned kGoesOn = 0xFFFF;
    const std::string text = decode_code_page(slice(data, 6, data.size()), code_page_);
    if (row == kGoesOn && !notes_.empty()) {
      notes_.back().text += text;
    } else {
      notes_.push_back({std::move(cell), 0, text});
    }
  }

  void add_text_object(ByteView data, Records& records) {
    const std::size_t count = u16_at(data, 10);
    std::vector<ByteView> pieces = records.with_continued({});
    if (count == 0 || pieces.size() < 2 || text_objects_.size() >= kTextObjectsMax) {
      return;
    }
    const bool wide = (u8_at(pieces[1], 0) & 1U) != 0;
    pieces.erase(pieces.begin());
    pieces.front() = slice(pieces.front(), 1, pieces.front().size());
    text_objects_[object_] = ContinuedReader(std::move(pieces)).characters(count, wide);
  }

  /// Comments at their cells, then the text of shapes.
  void add_remarks() {
    for (Remark& remark : notes_) {
      const auto found = text_objects_.find(remark.object);
      if (found != text_objects_.end()) {
        remark.text = std::move(found->second);
        text_objects_.erase(found);
      }
      collector_.add(BlockKind::kComment, remark.text, rows_.place(std::move(remark.cell)));
    }
    for (const auto& [object, text] : text_objects_) {
      collector_.add(BlockKind::kNote, text, rows_.place({}));
    }
  }

  ByteView stream_;
  TextCollector& collector_;
  bool unicode_ = true;  ///< BIFF8
  std::uint32_t code_page_ = 1252;
  bool days_1904_ = false;
  std::vector<Sheet> sheets_;
  std::vector<std::string> strings_;
  std::map<unsigned, office::NumberFormat> formats_;
  std::vector<std::uint16_t> cell_formats_;
  // The sheet that is being read.
  office::SheetRows rows_;
  std::vector<bool> hidden_rows_;
  std::map<std::uint16_t, std::string> text_objects_;  ///< by object id
  std::vector<Remark> notes_;
  std::uint16_t object_ = 0;
};

}  // namespace

input::Verdict read_xls(const CompoundFile& file, TextCollector& collector) {
  const auto entry = file.find("Workbook") ? file.find("Workbook") : file.find("Book");
  const auto stream = entry ? file.read(*entry) : Result<CompoundFile::Content>(CompoundFile::Content{});
  if (!stream) {
    return {wire::StageOutcome::kFailedRetryable, "unreadable", stream.error().message};
  }
  if (stream->truncated) {
    collector.note("damaged", "The document is damaged; what could be read is shown");
  }
  return XlsReader(stream->bytes, collector).read();
}

}  // namespace alcove::ole
