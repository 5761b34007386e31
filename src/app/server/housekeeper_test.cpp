#include "app/server/housekeeper.hpp"

#include <gtest/gtest.h>

namespace alcove::server {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kDay = 24h;
constexpr milliseconds kYear = 365 * kDay;

/// A clock on the wall and one that cannot be moved.
struct Clocks {
  UnixMillis wall{1'800'000'000'000};
  ClockWatch::Steady steady;

  void pass(milliseconds time) {
    wall.value += time.count();
    steady += time;
  }
  void put_forward(milliseconds by) { wall.value += by.count(); }
};

TEST(ClockWatch, TimeThatPassesIsNoJump) {
  Clocks clocks;
  ClockWatch watch(clocks.wall, clocks.steady, std::nullopt);
  for (int i = 0; i < 100; ++i) {
    clocks.pass(1min);
    clocks.put_forward(1s);  // A clock that is being corrected.
    EXPECT_EQ(watch.look(clocks.wall, clocks.steady), 0ms);
  }
}

TEST(ClockWatch, AJumpIsSeenOnceAndInBothDirections) {
  Clocks clocks;
  ClockWatch watch(clocks.wall, clocks.steady, std::nullopt);
  clocks.pass(1min);
  clocks.put_forward(10 * kYear);
  EXPECT_EQ(watch.look(clocks.wall, clocks.steady), 10 * kYear);
  clocks.pass(1min);
  EXPECT_EQ(watch.look(clocks.wall, clocks.steady), 0ms);
  clocks.put_forward(-20 * kYear);
  EXPECT_EQ(watch.look(clocks.wall, clocks.steady), -20 * kYear);
}

TEST(ClockWatch, ARestCountsUpToItsLimitAndAClockThatWentBackNotAtAll) {
  Clocks clocks;
  const UnixMillis before = clocks.wall;
  clocks.pass(3 * kDay);
  EXPECT_EQ(ClockWatch(clocks.wall, clocks.steady, before).look(clocks.wall, clocks.steady), 0ms);
  clocks.put_forward(kYear);
  EXPECT_EQ(ClockWatch(clocks.wall, clocks.steady, before).look(clocks.wall, clocks.steady),
            kYear + 3 * kDay - milliseconds(kRestCounted));
  clocks.put_forward(-2 * kYear);
  EXPECT_EQ(ClockWatch(clocks.wall, clocks.steady, before).look(clocks.wall, clocks.steady), -kYear + 3 * kDay);
}

}  // namespace
}  // namespace alcove::server
