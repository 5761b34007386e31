/// @file
/// The real worker tries what no worker may do.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/work/worker_process.hpp"
#include "drivers/os/file.hpp"

namespace alcove::work {
namespace {

Context soon() {
  return Context::with_timeout(std::chrono::seconds(30));
}

WorkerOptions test_options() {
  return {.program = ALCOVE_WORKER_PATH, .role = "test", .models_folder = {}, .threads = 1};
}

bool is_active(const wire::Hello& hello, const std::string& means) {
  for (const wire::ConfinementState& state : hello.confinement) {
    if (state.means == means) {
      return state.active;
    }
  }
  return false;
}

class Sandbox : public testing::Test {
 protected:
  void SetUp() override {
    Result<std::unique_ptr<WorkerProcess>> started = WorkerProcess::start(test_options());
    ASSERT_TRUE(started.has_value()) << started.error().detail;
    worker_ = std::move(started).value();
  }

  /// What came of an action; a worker ended by SIGSYS was refused as well.
  wire::TestReply attempt(const std::string& action, std::span<const int> fds = {}) {
    EXPECT_TRUE(
        worker_->send(wire::MessageKind::kTestRequest, wire::TestRequest{.action = action}, soon(), fds).has_value());
    const Result<ipc::Frame> frame = worker_->receive(soon());
    if (frame) {
      return frame->as<wire::TestReply>(wire::MessageKind::kTestReply).value();
    }
    const std::string reason = worker_->end_reason().message;
    return {.action = action,
            .refused = frame.error().code == ErrorCode::kUnavailable && reason.find("forbidden") != std::string::npos,
            .detail = reason};
  }
  void expect_refused(const std::string& action) {
    const wire::TestReply reply = attempt(action);
    EXPECT_TRUE(reply.refused) << action << ": " << reply.detail;
  }

  std::unique_ptr<WorkerProcess> worker_;
};

TEST_F(Sandbox, HasNoNetwork) {
  expect_refused("socket");
  expect_refused("unix_socket");
}

TEST_F(Sandbox, SeesNoFileOutsideItsTables) {
  if (!is_active(worker_->hello(), "landlock")) {
    GTEST_SKIP() << "this kernel has no Landlock";
  }
  expect_refused("open_outside");
  expect_refused("list_outside");
}

TEST_F(Sandbox, WritesNoFile) {
  expect_refused("write_file");
  expect_refused("write_readable");
  EXPECT_FALSE(std::filesystem::exists("/tmp/alcove-sandbox-test"));
}

TEST_F(Sandbox, CannotReopenAPassedDescriptor) {
  if (!is_active(worker_->hello(), "landlock")) {
    GTEST_SKIP() << "this kernel has no Landlock";
  }
  std::string path = (std::filesystem::temp_directory_path() / "alcove_reopen_XXXXXX").string();
  const os::UniqueFd made(::mkstemp(path.data()));
  ASSERT_TRUE(os::write_all(made.value(), as_bytes("content")).has_value());
  const os::UniqueFd content = os::open_path(path, O_RDONLY).value();
  const std::array<int, 1> fds{content.value()};
  const wire::TestReply reply = attempt("reopen_fd", fds);
  EXPECT_TRUE(reply.refused) << reply.detail;
  std::filesystem::remove(path);
}

TEST_F(Sandbox, InheritsNoDescriptor) {
  expect_refused("inherited_fds");
}

TEST_F(Sandbox, MakesThreadsButNoProcess) {
  EXPECT_EQ(attempt("thread").detail, "a thread ran");
  expect_refused("fork");
}

TEST_F(Sandbox, SignalsNobody) {
  expect_refused("kill_parent");
}

TEST_F(Sandbox, BringsInNoCode) {
  expect_refused("writable_code");
}

TEST_F(Sandbox, HasNoMemoryThatCountsNowhere) {
  expect_refused("shared_memory");
  expect_refused("large_memory_file");
  expect_refused("many_memory_files");
}

TEST_F(Sandbox, RunsNoProgram) {
  expect_refused("exec");
}

TEST_F(Sandbox, TracesNobody) {
  expect_refused("ptrace");
}

TEST_F(Sandbox, ReadsNoOtherProcess) {
  expect_refused("read_parent_memory");
}

TEST_F(Sandbox, SaysHowItIsConfined) {
  for (const wire::ConfinementState& state : worker_->hello().confinement) {
    EXPECT_EQ(state.active, state.reason.empty()) << state.means << ": " << state.reason;
    RecordProperty(state.means, state.active ? "active" : state.reason);
  }
  EXPECT_TRUE(is_active(worker_->hello(), "seccomp"));
  EXPECT_TRUE(is_active(worker_->hello(), "no new privileges"));
}

TEST_F(Sandbox, ACrashIsToldInWords) {
  EXPECT_FALSE(attempt("crash").refused);
  EXPECT_EQ(worker_->end_reason().message, "The worker was ended by signal 11 (segmentation fault)");
}

TEST_F(Sandbox, AHangEndsAtTheDeadline) {
  ASSERT_TRUE(worker_->send(wire::MessageKind::kTestRequest, wire::TestRequest{.action = "hang"}, soon()).has_value());
  const Result<ipc::Frame> frame = worker_->receive(Context::with_timeout(std::chrono::milliseconds(300)));
  ASSERT_FALSE(frame.has_value());
  EXPECT_EQ(frame.error().code, ErrorCode::kTimedOut);
  worker_->kill();
  EXPECT_EQ(worker_->end_reason().message, "It did not answer in time");
}

TEST(WorkerMemory, EatingMoreThanTheLimitIsToldInWords) {
  WorkerOptions options = test_options();
  options.memory_bytes_max = 256ULL * 1024 * 1024;
  const std::unique_ptr<WorkerProcess> worker = WorkerProcess::start(options).value();
  ASSERT_TRUE(
      worker->send(wire::MessageKind::kTestRequest, wire::TestRequest{.action = "eat_memory"}, soon()).has_value());
  EXPECT_FALSE(worker->receive(soon()).has_value());
  EXPECT_EQ(worker->end_reason().message, "It used more than 256 MiB of memory");
}

TEST(WorkerMemory, PagesOfMemoryFilesCountWhileFramesKeepComing) {
  WorkerOptions options = test_options();
  options.memory_bytes_max = 256ULL * 1024 * 1024;
  const std::unique_ptr<WorkerProcess> worker = WorkerProcess::start(options).value();
  ASSERT_TRUE(worker->send(wire::MessageKind::kTestRequest, wire::TestRequest{.action = "eat_memory_files"}, soon())
                  .has_value());
  const Context context = soon();
  while (worker->receive(context).has_value()) {
  }
  EXPECT_TRUE(context.check().has_value()) << "the limit, not the deadline, ended it";
  EXPECT_EQ(worker->end_reason().message, "It used more than 256 MiB of memory");
}

TEST(WorkerMemory, IsLookedAtBetweenRequests) {
  WorkerOptions options = test_options();
  options.memory_bytes_max = 256ULL * 1024 * 1024;
  const std::unique_ptr<WorkerProcess> worker = WorkerProcess::start(options).value();
  EXPECT_EQ(worker->end_when_over_limit(), std::nullopt);
  ASSERT_TRUE(worker->send(wire::MessageKind::kTestRequest, wire::TestRequest{.action = "eat_memory_files"}, soon())
                  .has_value());
  std::optional<Remark> ended;
  for (const Context context = soon(); !ended && context.check();) {
    (void)worker->channel().receive(Context::with_timeout(std::chrono::milliseconds(20)));  // Looks at no memory.
    ended = worker->end_when_over_limit();
  }
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->message, "It used more than 256 MiB of memory");
}

TEST(WorkerTime, BurningMoreThanTheLimitIsToldInWords) {
  WorkerOptions options = test_options();
  options.processor_time_max = std::chrono::seconds(1);
  const std::unique_ptr<WorkerProcess> worker = WorkerProcess::start(options).value();
  EXPECT_TRUE(is_active(worker->hello(), "processor time limit"));
  EXPECT_FALSE(worker->is_worn());
  ASSERT_TRUE(worker->send(wire::MessageKind::kTestRequest, wire::TestRequest{.action = "burn"}, soon()).has_value());
  bool was_worn = false;
  for (const Context context = soon(); !was_worn && context.check();) {
    EXPECT_FALSE(worker->receive(Context::with_timeout(std::chrono::milliseconds(20))).has_value());
    was_worn = worker->is_worn();
  }
  EXPECT_TRUE(was_worn) << "its owner sees it coming";
  EXPECT_EQ(worker->receive(soon()).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(worker->end_reason().message, "It used more than 1 s of processor time");
}

/// The large set of test documents; empty when it is absent.
std::filesystem::path testdata(const std::string& name) {
  const char* named = std::getenv("ALCOVE_TESTDATA");
  const std::filesystem::path root =
      named != nullptr ? std::filesystem::path(named) : std::filesystem::path(ALCOVE_SOURCE_DIR "/../shared/testdata");
  std::error_code error;
  return std::filesystem::is_directory(root / name, error) ? root / name : std::filesystem::path();
}

/// The models as the set-up stores them; nothing when they are not installed.
std::filesystem::path installed_models() {
  const char* named = std::getenv("ALCOVE_MODELS");
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::filesystem::path folder =
      named != nullptr ? std::filesystem::path(named)
                       : (cache != nullptr ? std::filesystem::path(cache)
                                           : std::filesystem::path(home != nullptr ? home : "/") / ".cache") /
                             "alcove" / "models";
  std::error_code error;
  return std::filesystem::is_directory(folder / "multilingual-e5-small", error) ? folder : std::filesystem::path();
}

TEST(ConfinedModel, AnswersWithAVectorPerText) {
  WorkerOptions options = test_options();
  options.role = "model";
  options.threads = 2;
  options.models_folder = installed_models();
  if (options.models_folder.empty()) {
    GTEST_SKIP() << "no model is installed";
  }
  Result<std::unique_ptr<WorkerProcess>> worker = WorkerProcess::start(options);
  ASSERT_TRUE(worker.has_value()) << worker.error().detail;
  EXPECT_EQ((*worker)->hello().model_error, "");
  EXPECT_TRUE(is_active((*worker)->hello(), "seccomp"));
  const wire::EmbedRequest request{
      .request_id = 5, .purpose = wire::EmbedPurpose::kPassage, .texts = {"A red apple.", "Ein roter Apfel."}};
  ASSERT_TRUE((*worker)->send(wire::MessageKind::kEmbedRequest, request, soon()).has_value());
  const Result<ipc::Frame> frame = (*worker)->receive(soon());
  ASSERT_TRUE(frame.has_value()) << frame.error().detail << (*worker)->end_reason().message;
  const wire::EmbedReply reply = frame->as<wire::EmbedReply>(wire::MessageKind::kEmbedReply).value();
  EXPECT_EQ(reply.error, "");
  EXPECT_EQ(reply.scales.size(), 2U);
  EXPECT_EQ(reply.values.size(), 2U * reply.dimensions);
}

const std::string kWorkerEnded = "the worker ended: ";

/// Outcomes of all stages for one file, as "stage: reason" of what went wrong; the worker's end in place of a reply.
std::vector<std::string> decode_problems(WorkerProcess& worker, const std::filesystem::path& path, std::uint64_t id) {
  const os::UniqueFd content = os::open_path(path, O_RDONLY).value();
  const std::array<int, 1> fds{content.value()};
  wire::DecodeRequest request;
  request.request_id = id;
  request.stages = {"probe", "text", "passages", "language", "facts", "thumbnail", "parts"};
  request.name_hint = path.filename().string();
  EXPECT_TRUE(worker.send(wire::MessageKind::kDecodeRequest, request, soon(), fds).has_value());
  std::vector<std::string> problems;
  while (true) {
    const Result<ipc::Frame> frame = worker.receive(soon());
    if (!frame) {
      problems.push_back(kWorkerEnded + worker.end_reason().message);
      return problems;
    }
    if (frame->kind == wire::MessageKind::kDecodeFinished) {
      return problems;
    }
    if (frame->kind == wire::MessageKind::kPartFound) {
      EXPECT_EQ(frame->descriptors.size(), 1U);
      EXPECT_TRUE(worker.send(wire::MessageKind::kPartTaken, wire::PartTaken{.request_id = id}, soon()).has_value());
    }
    if (frame->kind == wire::MessageKind::kStageFinished) {
      const auto done = frame->as<wire::StageFinished>(wire::MessageKind::kStageFinished).value();
      if (done.outcome == wire::StageOutcome::kFailed || done.outcome == wire::StageOutcome::kFailedRetryable) {
        problems.push_back(done.stage + ": " + done.reason);
      }
    }
  }
}

TEST(ConfinedDecode, ReadsEverySample) {
  WorkerOptions options = test_options();
  options.role = "decode";
  const Result<std::unique_ptr<WorkerProcess>> worker = WorkerProcess::start(options);
  ASSERT_TRUE(worker.has_value()) << worker.error().detail;
  EXPECT_TRUE(is_active((*worker)->hello(), "seccomp"));
  std::uint64_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(ALCOVE_SOURCE_DIR "/samples")) {
    if (entry.is_regular_file()) {
      EXPECT_THAT(decode_problems(**worker, entry.path(), ++count), testing::IsEmpty()) << entry.path();
    }
  }
  EXPECT_GE(count, 20U);
}

/// Reads every file below `folder`; a worker that ends is replaced. Returns why workers ended.
std::vector<std::string> worker_ends(const std::filesystem::path& folder) {
  WorkerOptions options = test_options();
  options.role = "decode";
  std::unique_ptr<WorkerProcess> worker;
  std::vector<std::string> ends;
  std::uint64_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) {
      continue;
    }
    if (worker == nullptr) {
      worker = WorkerProcess::start(options).value();
    }
    const std::vector<std::string> problems = decode_problems(*worker, entry.path(), ++count);
    if (!problems.empty() && problems.back().starts_with(kWorkerEnded)) {
      ends.push_back(entry.path().filename().string() + ": " + problems.back());
      worker.reset();
    }
  }
  return ends;
}

TEST(ConfinedDecode, NoDocumentNeedsAForbiddenCall) {
  if (testdata("documents").empty()) {
    GTEST_SKIP() << "the large test data is absent";
  }
  for (const char* folder : {"documents", "hostile"}) {
    for (const std::string& end : worker_ends(testdata(folder))) {
      EXPECT_THAT(end, testing::Not(testing::HasSubstr("forbidden")));
      std::cout << end << "\n";
    }
  }
}

TEST(ConfinedModel, LivesWithoutAModelAndSaysWhy) {
  WorkerOptions options = test_options();
  options.role = "model";
  options.models_folder = "/nonexistent/models";
  const Result<std::unique_ptr<WorkerProcess>> worker = WorkerProcess::start(options);
  ASSERT_TRUE(worker.has_value()) << worker.error().detail;
  EXPECT_NE((*worker)->hello().model_error, "");
}

TEST(WorkerStart, AProgramThatIsNotThereIsToldSo) {
  WorkerOptions options = test_options();
  options.program = "/nonexistent/alcove-worker";
  EXPECT_EQ(WorkerProcess::start(options).error().code, ErrorCode::kNotFound);
  options.program = "/bin/true";
  EXPECT_EQ(WorkerProcess::start(options).error().code, ErrorCode::kUnavailable);
}

TEST(WorkerEnd, TheProcessIsGoneWithItsOwner) {
  pid_t pid = 0;
  {
    const std::unique_ptr<WorkerProcess> worker = WorkerProcess::start(test_options()).value();
    pid = worker->pid();
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace alcove::work
