#pragma once
/// @file
/// Numbers of spreadsheets as people read them.

#include <string>
#include <string_view>

namespace alcove::office {

/// What a number format code asks for, as far as text needs it.
struct NumberFormat {
  bool general = true;
  bool date = false;  ///< Shows a day.
  bool time = false;  ///< Shows hours, minutes or seconds.
  bool percent = false;
  int decimals = 0;  ///< Unless general.
};

/// The format of a built-in id (ECMA-376 part 1, 18.8.30).
NumberFormat builtin_format(unsigned id);
/// The first section of a custom code.
NumberFormat parse_format(std::string_view code);

/// `value` shown: dates as 2026-01-31, times as 23:59:58, numbers without the noise of binary fractions.
/// `days_1904`: serial numbers count from 1904.
std::string format_number(double value, const NumberFormat& format, bool days_1904);

/// "A", "Z", "AA" for 1, 26, 27.
std::string column_name(unsigned column);
/// The column number in a reference such as "AB12"; 0 when there is none.
unsigned column_of(std::string_view reference);

}  // namespace alcove::office
