#include <chrono>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/glob.hpp"
#include "base/sync.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace alcove {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) {
    return fail(ErrorCode::kInvalidArgument, "The number is odd");
  }
  return number / 2;
}

Result<int> quarter(int number) {
  ALCOVE_TRY(const int once, half(number));
  ALCOVE_TRY(const int twice, half(once));
  return twice;
}

TEST(Result, TryPassesTheValueOrTheErrorOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, ErrorCode::kInvalidArgument);
}

TEST(Error, ContextGoesBeforeTheDetail) {
  const Error error = make_error(ErrorCode::kNotFound, "Gone", "no such row").with_context("library 3");
  EXPECT_EQ(error.detail, "library 3: no such row");
  EXPECT_EQ(error.message, "Gone");
}

TEST(Error, ErrnoBecomesACode) {
  EXPECT_EQ(make_errno_error(ENOENT, "open").code, ErrorCode::kNotFound);
  EXPECT_EQ(make_errno_error(ENOSPC, "write").code, ErrorCode::kOutOfSpace);
}

TEST(Text, RefusesIllFormedUtf8) {
  EXPECT_TRUE(is_valid_utf8("grün 日本 🤠"));
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));          // overlong
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));  // past U+10FFFF
  EXPECT_FALSE(is_valid_utf8("abc\xE6\x97"));       // cut
}

TEST(Text, ShowsAnyBytesAsUtf8) {
  EXPECT_EQ(to_valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(Text, PrefixNeverCutsACodePoint) {
  EXPECT_EQ(utf8_prefix("aé", 2), "a");
  EXPECT_EQ(utf8_prefix("aé", 3), "aé");
}

TEST(Bytes, HexRoundTrip) {
  const Bytes bytes{0x00, 0xFF, 0x1a};
  EXPECT_EQ(to_hex(bytes), "00ff1a");
  EXPECT_EQ(from_hex("00FF1a"), bytes);
  EXPECT_FALSE(from_hex("0").has_value());
  EXPECT_FALSE(from_hex("zz").has_value());
}

TEST(Time, FormatsUtcWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(UnixMillis{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(UnixMillis{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(BoundedQueue, RefusesBeyondItsCapacity) {
  BoundedQueue<int> queue(2);
  EXPECT_TRUE(queue.try_push(1));
  EXPECT_TRUE(queue.try_push(2));
  EXPECT_FALSE(queue.try_push(3));
  EXPECT_EQ(queue.depth(), 2U);
}

TEST(BoundedQueue, ClosingLetsTheRestBeTaken) {
  BoundedQueue<int> queue(2);
  EXPECT_TRUE(queue.try_push(1));
  queue.close();
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  EXPECT_EQ(queue.pop_until(soon), 1);
  EXPECT_EQ(queue.pop_until(soon), std::nullopt);
  EXPECT_FALSE(queue.try_push(2));
}

TEST(BoundedQueue, WaitingPushGoesOnWhenRoomIsMade) {
  BoundedQueue<int> queue(1);
  EXPECT_TRUE(queue.try_push(1));
  std::jthread taker([&] { (void)queue.pop_until(std::chrono::steady_clock::now() + std::chrono::seconds(5)); });
  EXPECT_TRUE(queue.push_until(2, std::chrono::steady_clock::now() + std::chrono::seconds(5)));
}

TEST(Glob, StarsAndQuestionMarksStandForCharacters) {
  EXPECT_TRUE(matches_glob("*.pdf", "a.b.pdf"));
  EXPECT_TRUE(matches_glob("invoice_????.*", "invoice_2024.pdf"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("?", "ü"));
  EXPECT_FALSE(matches_glob("*.pdf", "a.pdfx"));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_FALSE(matches_glob(std::string(60, '*') + "b", std::string(500, 'a')));
}

}  // namespace
}  // namespace alcove
