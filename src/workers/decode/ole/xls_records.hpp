#pragma once
/// @file
/// Records of Excel's binary workbooks (BIFF5 and BIFF8, MS-XLS): their sequence, continued ones, strings in them.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace alcove::ole::xls {

enum RecordType : std::uint16_t {
  kFormula = 0x06,
  kEof = 0x0A,
  kHeader = 0x14,
  kFooter = 0x15,
  kNote = 0x1C,
  kDates1904 = 0x22,
  kFilePass = 0x2F,
  kContinue = 0x3C,
  kCodePage = 0x42,
  kObject = 0x5D,
  kBoundSheet = 0x85,
  kMultipleRk = 0xBD,
  kRichString = 0xD6,
  kExtendedFormat = 0xE0,
  kSharedStrings = 0xFC,
  kLabelShared = 0xFD,
  kTextObject = 0x1B6,
  kNumber = 0x203,
  kLabel = 0x204,
  kBoolOrError = 0x205,
  kString = 0x207,
  kRow = 0x208,
  kRk = 0x27E,
  kFormat = 0x41E,
  kBegin = 0x809,
  kSeriesText = 0x100D,
};

struct Record {
  std::uint16_t type = 0;
  ByteView data;
};

/// Walks the records of a stream.
class Records {
 public:
  Records(ByteView stream, std::size_t at) : stream_(stream), at_(at) {}

  /// Nothing at the end of the stream. A record that the end cuts comes with what there is of it.
  std::optional<Record> next();
  /// The type of the record that `next` will give; 0 at the end.
  [[nodiscard]] std::uint16_t next_type() const;
  /// `first` and the CONTINUE records that follow it, which are passed over.
  std::vector<ByteView> with_continued(ByteView first);

 private:
  ByteView stream_;
  std::size_t at_;
};

/// Reads a record that goes on in others. Past the end everything is 0 or empty.
class ContinuedReader {
 public:
  explicit ContinuedReader(std::vector<ByteView> pieces) : pieces_(std::move(pieces)) {}

  [[nodiscard]] bool at_end() const { return left_in_all() == 0; }
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  void skip(std::size_t bytes);
  /// `count` characters; where they go on in another record a new byte of flags says how wide they are there.
  std::string characters(std::size_t count, bool wide);
  /// A string with its flags, formatting runs and phonetic data, which are passed over (2.5.293).
  std::string rich_string();

 private:
  [[nodiscard]] std::size_t left_in_all() const;
  [[nodiscard]] ByteView rest() const { return piece_ < pieces_.size() ? pieces_[piece_].subspan(at_) : ByteView(); }
  void next_piece();

  std::vector<ByteView> pieces_;
  std::size_t piece_ = 0;
  std::size_t at_ = 0;
};

/// Characters of one byte each: the lower half of UTF-16.
std::string decode_narrow(ByteView bytes);
/// An RK number (2.5.122).
double rk_number(std::uint32_t rk);
/// "#DIV/0!" and its kin.
std::string error_name(std::uint8_t code);

}  // namespace alcove::ole::xls
