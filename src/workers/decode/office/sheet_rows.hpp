#pragma once
/// @file
/// Cells of a spreadsheet, gathered into rows with their places.

#include <string>
#include <string_view>

#include "workers/decode/input/text_collector.hpp"

namespace alcove::office {

/// Joins the cells of each row and adds them as blocks; what cells are empty shows in the range only.
///
/// Cells come row by row. Thread safety: none. Ownership: borrows the collector. Failure: none; the collector's limits
/// hold, and a row longer than kRowBytesMax becomes several blocks.
class SheetRows {
 public:
  explicit SheetRows(input::TextCollector& collector) : collector_(collector) {}

  enum class Visibility : unsigned char { kShown, kHidden };
  /// Adds the sheet's name as a heading.
  void begin_sheet(std::string name, Visibility visibility);
  /// A cell by its row and column, which count from 0.
  void add(unsigned row, unsigned column, std::string_view text, Visibility row_visibility);
  /// Adds the last row.
  void finish();
  /// A place in this sheet.
  [[nodiscard]] wire::Place place(std::string cells) const;
  /// "C2" for row 1, column 2.
  static std::string cell_name(unsigned row, unsigned column);

 private:
  input::TextCollector& collector_;
  std::string sheet_;
  bool sheet_hidden_ = false;
  bool row_hidden_ = false;
  unsigned row_ = 0;
  unsigned first_column_ = 0;
  unsigned last_column_ = 0;
  std::string text_;
};

}  // namespace alcove::office
