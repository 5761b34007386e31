#include "drivers/os/guarded_mapping.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "drivers/os/unique_fd.hpp"

namespace alcove::os {
namespace {

constexpr std::size_t kBytes = 3 * kGivenUpBytes;

class GuardedMappingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "alcove_mapping_XXXXXX").string();
    file_ = UniqueFd(::mkstemp(pattern.data()));
    ASSERT_GE(file_.value(), 0);
    ::unlink(pattern.c_str());
    ASSERT_EQ(::ftruncate(file_.value(), kBytes), 0);
    put(0, 'a');
    put(kBytes - 1, 'z');
  }
  void put(std::size_t at, char byte) const { ASSERT_EQ(::pwrite(file_.value(), &byte, 1, static_cast<off_t>(at)), 1); }

  UniqueFd file_;
};

TEST_F(GuardedMappingTest, WhatTheFileHasLostReadsAsZerosAndIsReported) {
  const auto mapping = GuardedMapping::map(file_.value(), kBytes);
  ASSERT_TRUE(mapping);
  const std::uint8_t* const data = (*mapping)->data();
  EXPECT_EQ(data[0], 'a');
  EXPECT_EQ(data[kBytes - 1], 'z');
  EXPECT_FALSE((*mapping)->is_damaged());
  ASSERT_EQ(::ftruncate(file_.value(), 8192), 0);
  EXPECT_EQ(data[kBytes - 1], 0);
  EXPECT_TRUE((*mapping)->is_damaged());
  EXPECT_EQ(data[0], 'a') << "only the block around the place is given up";
}

TEST_F(GuardedMappingTest, TheFileGrowsIntoTheMapping) {
  const auto mapping = GuardedMapping::map(file_.value(), 4 * kBytes);
  ASSERT_TRUE(mapping);
  ASSERT_EQ(::ftruncate(file_.value(), 2 * kBytes), 0);
  put(2 * kBytes - 1, 'n');
  EXPECT_EQ((*mapping)->data()[2 * kBytes - 1], 'n');
  EXPECT_FALSE((*mapping)->is_damaged());
}

TEST_F(GuardedMappingTest, OneTooManyIsRefusedUntilAnotherGoes) {
  std::vector<std::unique_ptr<GuardedMapping>> held;
  for (std::size_t i = 0; i < kGuardedMappingsMax; ++i) {
    auto mapping = GuardedMapping::map(file_.value(), kBytes);
    ASSERT_TRUE(mapping);
    held.push_back(std::move(*mapping));
  }
  EXPECT_EQ(GuardedMapping::map(file_.value(), kBytes).error().code, ErrorCode::kOverloaded);
  held.pop_back();
  EXPECT_TRUE(GuardedMapping::map(file_.value(), kBytes));
}

using GuardedMappingDeathTest = GuardedMappingTest;

TEST_F(GuardedMappingDeathTest, AnyOtherBusErrorEndsTheProcess) {
  const auto mapping = GuardedMapping::map(file_.value(), kBytes);
  ASSERT_TRUE(mapping);
  const auto end = [] {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::raise(SIGBUS);
  };
  EXPECT_EXIT(end(), testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace alcove::os
