#pragma once
/// @file
/// Numbers of spreadsheets as their cells show them (ECMA-376 part 1, 18.8.31).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alcove::office {

/// One piece of a number format code.
struct FormatToken {
  enum class Kind : std::uint8_t {
    kLiteral,
    kDigit,  ///< `code` is '0', '#' or '?'.
    kPoint,
    kExponent,  ///< `code` is '+' or '-': whether a plus sign shows.
    kSlash,     ///< Of a fraction.
    kGeneral,
    kYear,
    kMonth,
    kDay,
    kHour,
    kMinute,
    kSecond,
    kFraction,  ///< Of a second; `count` digits.
    kNoon,      ///< "AM" or "PM".
  };
  Kind kind = Kind::kLiteral;
  char code = 0;
  bool elapsed = false;  ///< "[h]": counts on beyond a day.
  unsigned count = 1;    ///< Letters of a part of a date.
  std::string text;      ///< kLiteral
};

/// What is shown of some numbers: all, or those that meet a condition.
struct FormatSection {
  enum class Condition : std::uint8_t { kNone, kLess, kLessEqual, kEqual, kNotEqual, kGreaterEqual, kGreater };
  /// Dates in the form of the machine that shows them: given as 2026-01-31, which everybody understands.
  enum class System : std::uint8_t { kNone, kDate, kMoment };
  std::vector<FormatToken> tokens;
  Condition condition = Condition::kNone;
  double limit = 0;
  System system = System::kNone;
  bool is_date = false;
  bool has_thousands = false;
  unsigned percents = 0;
  unsigned scalings = 0;  ///< Each divides by 1,000.
};

/// A parsed code: sections for positive and negative numbers and zero. Without any: general.
struct NumberFormat {
  std::vector<FormatSection> sections;
};

/// The format of a built-in id (18.8.30).
NumberFormat builtin_format(unsigned id);
NumberFormat parse_format(std::string_view code);

/// `value` as the cell shows it, with English names and signs; without formats, and for moments before the first day,
/// as a plain number without the noise of binary fractions. `days_1904`: serial numbers count from 1904.
std::string format_number(double value, const NumberFormat& format, bool days_1904);

/// "A", "Z", "AA" for 1, 26, 27.
std::string column_name(unsigned column);
/// The column number in a reference such as "AB12"; 0 when there is none.
unsigned column_of(std::string_view reference);

}  // namespace alcove::office
