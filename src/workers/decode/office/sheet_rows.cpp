#include "workers/decode/office/sheet_rows.hpp"

#include <utility>

#include "workers/decode/charset/clean.hpp"
#include "workers/decode/office/number_format.hpp"

namespace alcove::office {
namespace {

/// A row of 256 cells with 32,767 characters each stays below it.
constexpr std::size_t kRowBytesMax = 32UL * 1024 * 1024;

}  // namespace

void SheetRows::begin_sheet(std::string name, Visibility visibility) {
  sheet_ = charset::clean(name);
  sheet_hidden_ = visibility == Visibility::kHidden;
  if (sheet_hidden_) {
    collector_.note_each("hidden_sheet", "The sheet \"" + sheet_ + "\" is hidden; it was read, too", {sheet_});
  }
  collector_.add(wire::BlockKind::kHeading, sheet_, place({}), {.level = 1});
}

wire::Place SheetRows::place(std::string cells) const {
  wire::Place out;
  out.kind = wire::PlaceKind::kCell;
  out.sheet = sheet_;
  out.cells = std::move(cells);
  out.hidden = sheet_hidden_;
  return out;
}

std::string SheetRows::cell_name(unsigned row, unsigned column) {
  return column_name(column + 1) + std::to_string(row + 1);
}

void SheetRows::add(unsigned row, unsigned column, std::string_view text, Visibility row_visibility) {
  if (row != row_ || text_.size() + text.size() > kRowBytesMax) {
    finish();
    row_ = row;
  }
  row_hidden_ = row_visibility == Visibility::kHidden;
  const std::string value = charset::collapse_spaces(charset::clean(text));
  if (value.empty()) {
    return;
  }
  if (text_.empty()) {
    first_column_ = column;
  } else {
    text_ += '\t';
  }
  text_ += value;
  last_column_ = column;
}

void SheetRows::finish() {
  if (!text_.empty()) {
    std::string cells = cell_name(row_, first_column_);
    if (last_column_ != first_column_) {
      cells += ":" + cell_name(row_, last_column_);
    }
    wire::Place at = place(std::move(cells));
    at.hidden = at.hidden || row_hidden_;
    collector_.add(wire::BlockKind::kTableRow, text_, std::move(at));
  }
  text_.clear();
}

}  // namespace alcove::office
