#include "drivers/os/process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "drivers/os/file.hpp"

namespace alcove::os {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{20};

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Runs a shell command that writes to descriptor 3, and returns what it wrote.
std::string output_of(const std::string& command, std::vector<std::string> environment = {}) {
  Pipe pipe = make_pipe();
  ChildProcess child = ChildProcess::spawn({.program = "/bin/sh",
                                            .arguments = {"-c", command},
                                            .environment = std::move(environment),
                                            .descriptors = {pipe.write_end.value()}})
                           .value();
  pipe.write_end.reset();
  const Bytes bytes = read_file(pipe.read_end.value(), 100'000).value();
  EXPECT_TRUE(child.wait_until(steady_clock::now() + kPatience)->has_value());
  return std::string(as_text(bytes));
}

TEST(ChildProcess, InheritsOnlyWhatIsListed) {
  const UniqueFd leaked(::open("/etc/passwd", O_RDONLY));  // Deliberately without O_CLOEXEC.
  ASSERT_TRUE(static_cast<bool>(leaked));
  const std::string listing = output_of("for f in /proc/$$/fd/*; do l=$(readlink $f); echo ${f##*/} $l >&3; done");
  EXPECT_EQ(listing.find("/etc/passwd"), std::string::npos) << listing;
  EXPECT_NE(listing.find("0 /dev/null"), std::string::npos) << listing;
  EXPECT_NE(listing.find("1 /dev/null"), std::string::npos) << listing;
}

TEST(ChildProcess, HasItsOwnGroupAndEnvironment) {
  ::setenv("ALCOVE_TEST_SECRET", "1", 1);
  EXPECT_EQ(output_of("echo $ALCOVE_TEST_SECRET$NAME >&3", {"NAME=value"}), "value\n");
  ::unsetenv("ALCOVE_TEST_SECRET");
  EXPECT_EQ(output_of("set -- $(cat /proc/self/stat); echo $(( $5 == $4 )) >&3"), "1\n");
}

TEST(ChildProcess, ReportsCodesSignalsAndMissingPrograms) {
  ChildProcess coded = ChildProcess::spawn({.program = "/bin/sh", .arguments = {"-c", "exit 7"}}).value();
  EXPECT_EQ(coded.wait_until(steady_clock::now() + kPatience).value()->exit_code, 7);
  ChildProcess signalled = ChildProcess::spawn({.program = "/bin/sh", .arguments = {"-c", "kill -SEGV $$"}}).value();
  const ExitStatus status = signalled.wait_until(steady_clock::now() + kPatience).value().value();
  EXPECT_EQ(status.signal, SIGSEGV);
  EXPECT_EQ(describe(status), "was ended by signal 11 (segmentation fault)");
  EXPECT_EQ(ChildProcess::spawn({.program = "/nonexistent/program"}).error().code, ErrorCode::kNotFound);
}

TEST(ChildProcess, WaitsNoLongerThanTheDeadlineAndCanBeKilled) {
  ChildProcess child = ChildProcess::spawn({.program = "/bin/sh", .arguments = {"-c", "sleep 600; :"}}).value();
  EXPECT_FALSE(child.wait_until(steady_clock::now() + std::chrono::milliseconds(20))->has_value());
  child.kill();
  EXPECT_EQ(child.wait_until(steady_clock::now() + kPatience).value()->signal, SIGKILL);
}

TEST(ChildProcess, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    const ChildProcess child = ChildProcess::spawn({.program = "/bin/sleep", .arguments = {"600"}}).value();
    pid = child.pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ProcessorTime, GrowsWithWorkOfAllThreads) {
  const auto before = read_processor_time(::getpid()).value();
  const auto enough = before + std::chrono::milliseconds(60);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::jthread([&] {
    while (read_processor_time(::getpid()).value() < enough && std::chrono::steady_clock::now() < give_up) {
    }
  }).join();
  EXPECT_GE(read_processor_time(::getpid()).value(), enough);
  EXPECT_EQ(read_processor_time(999'999'999).error().code, ErrorCode::kNotFound);
}

TEST(MemoryUse, OfThisProcessIsPlausible) {
  const MemoryUse use = read_memory_use(::getpid()).value();
  EXPECT_TRUE(use.exact);
  EXPECT_GT(use.private_bytes, 100'000U);
  EXPECT_GE(use.resident_bytes, use.proportional_bytes);
  EXPECT_FALSE(read_memory_use(0x3FFFFFFF).has_value());
}

}  // namespace
}  // namespace alcove::os
