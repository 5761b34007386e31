#include "drivers/os/watch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "drivers/os/file.hpp"
#include "drivers/os/folder.hpp"

namespace alcove::os {
namespace {

TEST(FolderWatch, WithoutAWatcherOfTheSystemNothingIsWatchedAndWakingWorks) {
  const UniqueFd folder = open_folder("/tmp").value();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // One descriptor more is allowed: for waking.
  const int next = ::dup(folder.value());
  ::close(next);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(next) + 1;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  auto watch = FolderWatch::open();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(watch.has_value()) << watch.error().detail;
  EXPECT_EQ(watch->add(folder.value()).error().code, ErrorCode::kOverloaded);
  watch->wake();
  const auto events = watch->read(std::chrono::seconds(60));
  ASSERT_TRUE(events.has_value());
  EXPECT_TRUE(events->empty());
}

TEST(Folder, OnlyNetworkFileSystemsAreRemote) {
  EXPECT_FALSE(is_remote_file_system(open_folder("/proc").value().value()));
}

}  // namespace
}  // namespace alcove::os
