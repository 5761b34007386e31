#include "drivers/text/fingerprint.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace alcove::text {
namespace {

Fingerprint of(std::string_view text) {
  Fingerprinter maker;
  maker.add(text);
  return std::move(maker).finish();
}

bool same(std::string_view a, std::string_view b) {
  EXPECT_EQ(is_near_identical(of(a), of(b)), is_near_identical(of(b), of(a)));
  return is_near_identical(of(a), of(b));
}

const std::string kLetter =
    "Dear Ms Archer, thank you for your letter about the garden wall. We have looked at the place where the old stones "
    "came loose and found that frost had lifted the ground below. The mason proposes to take the upper rows down, to "
    "lay a new bed of gravel, and to set the stones again with lime. He can begin as soon as the nights are free of "
    "frost and needs about two weeks. Please tell us whether this suits you, and whether the cart may stand in the "
    "yard "
    "meanwhile. The neighbours have been told. Yours sincerely, the parish office";

std::string invoice(std::string_view number, std::string_view date, std::string_view amount) {
  return "Green Power Ltd, Mill Lane, invoice " + std::string(number) + " of " + std::string(date) +
         " for the supply of electricity to your house under the usual terms. The price per unit is as agreed in the "
         "contract. Please pay the amount of " +
         std::string(amount) +
         " euros within two weeks to the account named below. If you have asked us to collect the amount you need do "
         "nothing. Thank you for being our customer.";
}

TEST(Fingerprint, LayoutDoesNotCount) {
  std::string other = "DEAR Ms Archer -\n\n" + kLetter.substr(std::string_view("Dear Ms Archer, ").size());
  EXPECT_EQ(of(kLetter), of(other));
  EXPECT_TRUE(same("A short note: buy “milk”", "a short note – buy milk."));
}

TEST(Fingerprint, AFewWordsDoNotCountInALongText) {
  std::string edited = kLetter;
  edited.replace(edited.find("thank you for"), 13, "many thanks for");
  EXPECT_TRUE(same(kLetter, edited));
  EXPECT_TRUE(same("3 May 2024. " + kLetter, "27 May 2024. " + kLetter)) << "sent again";
  EXPECT_TRUE(same("03.05.2024 " + kLetter, "27.5.2024 " + kLetter));
}

TEST(Fingerprint, OneWordOfAShortTextCounts) {
  EXPECT_FALSE(same("Meeting with Ada on the roof", "Meeting with Bob on the roof"));
  EXPECT_FALSE(same("", ""));
}

TEST(Fingerprint, OtherTextsDiffer) {
  std::string reversed = kLetter.substr(kLetter.size() / 2) + " " + kLetter.substr(0, kLetter.size() / 2);
  EXPECT_TRUE(same(kLetter, reversed)) << "the order of long stretches is layout";
  EXPECT_FALSE(same(kLetter, kLetter.substr(0, kLetter.size() / 2)));
  EXPECT_FALSE(same(kLetter, kLetter + " And this is what was said about the wall when it was built: it would stand "
                                       "for longer than the church, and so it has."));
  EXPECT_FALSE(same(kLetter, invoice("5017", "3 May 2024", "81.20")));
}

TEST(Fingerprint, OneFormWithOtherNumbersIsAnotherDocument) {
  const std::string may = invoice("RE-2024/0517", "03.05.2024", "81,20");
  EXPECT_TRUE(same(may, invoice("RE-2024/0517", "05.05.2024", "81.20")));
  EXPECT_FALSE(same(may, invoice("RE-2024/0618", "03.05.2024", "81,20"))) << "number";
  EXPECT_FALSE(same(may, invoice("RE-2024/0517", "03.06.2024", "81,20"))) << "month";
  EXPECT_FALSE(same(may, invoice("RE-2024/0517", "03.05.2024", "81,30"))) << "amount";
}

TEST(Fingerprint, MonthsCountInEveryLanguage) {
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{{"May 2024", "June 2024"},
                                                        {"May 3, 2024", "June 3, 2024"},
                                                        {"3. März 2024", "3. April 2024"},
                                                        {"3 de marzo de 2024", "3 de abril de 2024"},
                                                        {"3 марта 2024", "3 апреля 2024"},
                                                        {"2024年3月", "2024年4月"},
                                                        {"2024-03-17", "2024-04-17"},
                                                        {"17.03.2024", "17.04.2024"}}) {
    EXPECT_FALSE(same(first + " " + kLetter, second + " " + kLetter)) << first;
  }
}

TEST(Fingerprint, NumbersOfPagesAndListsDoNotCount) {
  EXPECT_TRUE(same(kLetter, "1. " + kLetter + "\nPage 2 of 3"));
}

TEST(Fingerprint, TakesAnyScriptAndAnyBytes) {
  EXPECT_TRUE(same("電熱 ポンプの説明書です", "電熱ポンプの説明書です"))
      << "white space is layout where words have none";
  EXPECT_FALSE(same("電熱ポンプの説明書です", "電熱ポンプの契約書です"));
  EXPECT_GT(of("\xFF\xFE broken \xC3").words, 0U);
  std::string endless;
  for (int i = 0; i < 120'000; ++i) {
    endless += "word" + std::to_string(i % 777) + " ";
  }
  EXPECT_EQ(of(endless).words, kFingerprintWordsMax);
}

}  // namespace
}  // namespace alcove::text
