#include "workers/decode/input/list_numbers.hpp"

#include <gtest/gtest.h>

namespace alcove::input {
namespace {

TEST(Numeral, WritesEveryForm) {
  EXPECT_EQ(numeral(7, Numeral::kDecimal), "7");
  EXPECT_EQ(numeral(7, Numeral::kTwoDigits), "07");
  EXPECT_EQ(numeral(12, Numeral::kTwoDigits), "12");
  EXPECT_EQ(numeral(26, Numeral::kLowerLetter), "z");
  EXPECT_EQ(numeral(28, Numeral::kUpperLetter), "BB");
  EXPECT_EQ(numeral(1994, Numeral::kLowerRoman), "mcmxciv");
  EXPECT_EQ(numeral(4, Numeral::kUpperRoman), "IV");
  EXPECT_EQ(numeral(0, Numeral::kUpperRoman), "0");
  EXPECT_EQ(numeral(5000, Numeral::kLowerRoman), "5000");
  EXPECT_LE(numeral(1'000'000, Numeral::kLowerLetter).size(), 30U);
}

ListLevels legal() {
  ListLevels levels;
  levels[0] = {.kind = Numeral::kUpperRoman, .start = 1, .text = "Article %1."};
  levels[1] = {.kind = Numeral::kDecimal, .start = 1, .text = "%1.%2", .all_decimal = true};
  levels[2] = {.kind = Numeral::kLowerLetter, .start = 3, .text = "(%3)"};
  return levels;
}

TEST(ListCounter, CountsLevelsInsideOneAnother) {
  const ListLevels levels = legal();
  ListCounter counter;
  EXPECT_EQ(counter.next(levels, 0), "Article I.");
  EXPECT_EQ(counter.next(levels, 1), "1.1");
  EXPECT_EQ(counter.next(levels, 2), "(c)");
  EXPECT_EQ(counter.next(levels, 2), "(d)");
  EXPECT_EQ(counter.next(levels, 1), "1.2");
  EXPECT_EQ(counter.next(levels, 2), "(c)");
  EXPECT_EQ(counter.next(levels, 0), "Article II.");
  EXPECT_EQ(counter.next(levels, 1), "2.1");
}

TEST(ListCounter, ShowsWhereAHigherLevelWouldStart) {
  ListCounter counter;
  EXPECT_EQ(counter.next(legal(), 1), "1.1");
}

TEST(ListCounter, RestartsWhereItIsTold) {
  const ListLevels levels = legal();
  ListCounter counter;
  (void)counter.next(levels, 0);
  counter.restart(0, 0);
  EXPECT_EQ(counter.next(levels, 0), "Article 0.");
  counter.restart(0, 9);
  EXPECT_EQ(counter.next(levels, 0), "Article IX.");
  EXPECT_EQ(counter.next(levels, 0), "Article X.");
}

TEST(ListCounter, GivesBulletsNoLabel) {
  ListLevels levels;
  levels[0].text = "\u2022";
  ListCounter counter;
  EXPECT_EQ(counter.next(levels, 0), "");
  EXPECT_EQ(counter.next(levels, 99), "");
}

TEST(ListNumber, IsTakenForABulletWhenItIsALetterAlone) {
  EXPECT_TRUE(is_list_number("3."));
  EXPECT_TRUE(is_list_number(" iv) "));
  EXPECT_TRUE(is_list_number("2.1"));
  EXPECT_TRUE(is_list_number("(a)"));
  EXPECT_FALSE(is_list_number("o"));
  EXPECT_FALSE(is_list_number("\u00D8"));
  EXPECT_FALSE(is_list_number("\u2022"));
  EXPECT_FALSE(is_list_number(""));
}

}  // namespace
}  // namespace alcove::input
