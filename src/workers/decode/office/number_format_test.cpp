#include "workers/decode/office/number_format.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace alcove::office {
namespace {

std::string shown(double value, std::string_view code) {
  return format_number(value, parse_format(code), false);
}

TEST(NumberFormat, ShowsNumbersAsPeopleReadThem) {
  EXPECT_EQ(format_number(0.1 + 0.2, {}, false), "0.3");
  EXPECT_EQ(format_number(1e6, {}, false), "1000000");
  EXPECT_EQ(shown(1e300, "0.00"), "1e+300");
  EXPECT_EQ(column_name(28), "AB");
  EXPECT_EQ(column_of("AB12"), 28U);
}

TEST(NumberFormat, LaysDigitsOut) {
  EXPECT_EQ(shown(2.5, "\"Day\" 0.00"), "Day 2.50");
  EXPECT_EQ(shown(3, "[Red]#,##0"), "3");
  EXPECT_EQ(shown(1234567.891, "#,##0.00"), "1,234,567.89");
  EXPECT_EQ(shown(0.5, "#.00"), ".50");
  EXPECT_EQ(shown(1.5, "0.##"), "1.5");
  EXPECT_EQ(shown(2.5, "0"), "3");
  EXPECT_EQ(shown(1.005, "0.00"), "1.01");
  EXPECT_EQ(shown(7, "000"), "007");
  EXPECT_EQ(shown(5551234, "000-0000"), "555-1234");
  EXPECT_EQ(shown(0.1256, "0.0%"), "12.6%");
  EXPECT_EQ(shown(12'345'678, "0.0,,\" million\""), "12.3 million");
  EXPECT_EQ(shown(1234.5, "#,##0.00\\ [$€-407]"), "1,234.50 €");
  EXPECT_EQ(shown(12345.6789, "0.00E+00"), "1.23E+04");
  EXPECT_EQ(shown(12345.6789, "##0.0E+0"), "12.3E+3");
}

TEST(NumberFormat, ChoosesTheSection) {
  EXPECT_EQ(shown(-1234.5, "#,##0.00;(#,##0.00)"), "(1,234.50)");
  EXPECT_EQ(shown(-3, "0"), "-3");
  EXPECT_EQ(shown(-0.2, "0"), "0");
  EXPECT_EQ(shown(0, "0.0;-0.0;\"none\""), "none");
  EXPECT_EQ(shown(150, "[>=100]\"many\";0"), "many");
  EXPECT_EQ(shown(50, "[>=100]\"many\";0"), "50");
  EXPECT_EQ(shown(-1.5, "m/d/yy;@"), "-1.5");
}

/// What Excel shows; it takes the last convergent that fits, not the nearest fraction.
TEST(NumberFormat, ShowsFractions) {
  EXPECT_EQ(shown(12.3, "# ?/?"), "12 1/3");
  EXPECT_EQ(shown(-123.456, "# ?\?/?\?"), "-123 26/57");
  EXPECT_EQ(shown(1234.5678, "# ?\?\?/?\?\?"), "1234 67/118");
  EXPECT_EQ(shown(2.75, "# ?/8"), "2 6/8");
  EXPECT_EQ(shown(2, "# ?/?"), "2");
}

TEST(NumberFormat, ShowsMoments) {
  EXPECT_EQ(shown(43'466.5, "yyyy-mm-dd hh:mm"), "2019-01-01 12:00");
  EXPECT_EQ(shown(12345.6789, "dddd, mmmm dd, yyyy"), "Wednesday, October 18, 1933");
  EXPECT_EQ(shown(12345.6789, "d-mmm-yy h:mm:ss AM/PM"), "18-Oct-33 4:17:37 PM");
  EXPECT_EQ(shown(12345.6789, "[h]:mm:ss"), "296296:17:37");
  EXPECT_EQ(shown(1234.5678, "mm:ss.0"), "37:37.9");
  EXPECT_EQ(shown(0.25, "[h]:mm"), "6:00");
  EXPECT_EQ(shown(1, "dd/mm/yyyy"), "01/01/1900");
  EXPECT_EQ(shown(60, "d.m.yy"), "28.2.00");
  EXPECT_EQ(format_number(1, parse_format("d.m.yyyy"), true), "2.1.1904");
}

TEST(NumberFormat, GivesDatesOfTheMachinesFormUnambiguously) {
  EXPECT_EQ(format_number(45'000.75, builtin_format(14), false), "2023-03-15");
  EXPECT_EQ(format_number(45'000.75, builtin_format(22), false), "2023-03-15 18:00");
  EXPECT_EQ(shown(45'000, "[$-F800]dddd, mmmm dd, yyyy"), "2023-03-15");
}

}  // namespace
}  // namespace alcove::office
