#include "workers/decode/decode_worker.hpp"

#include <array>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "drivers/os/sealed_memory.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"

namespace alcove::decode {
namespace {

TEST(DecodeWorker, AnswersStageByStageUntilTheChannelCloses) {
  auto pair = ipc::Channel::make_pair();
  ASSERT_TRUE(pair.has_value());
  auto worker = DecodeWorker::prepare();
  ASSERT_TRUE(worker.has_value());
  ipc::Channel theirs(std::move(pair->second));
  Status served;
  {
    const std::jthread thread([&] { served = worker->run(theirs); });
    const auto content = os::make_sealed_file(as_bytes("Plain words in a file."), "content");
    ASSERT_TRUE(content.has_value());
    wire::DecodeRequest request;
    request.request_id = 3;
    request.stages = {"probe", "text", "passages"};
    const Context context = Context::with_timeout(std::chrono::seconds(30));
    const std::array<int, 1> descriptors = {content->value()};
    ASSERT_TRUE(pair->first.send(wire::MessageKind::kDecodeRequest, request, context, descriptors).has_value());
    wire::PassagesArtefact passages;
    for (const std::string& stage : request.stages) {
      const auto started = pair->first.receive(context);
      ASSERT_TRUE(started.has_value());
      EXPECT_EQ(started->as<wire::StageStarted>(wire::MessageKind::kStageStarted)->stage, stage);
      const auto frame = pair->first.receive(context);
      ASSERT_TRUE(frame.has_value());
      const auto finished = frame->as<wire::StageFinished>(wire::MessageKind::kStageFinished);
      ASSERT_TRUE(finished.has_value());
      EXPECT_EQ(finished->stage, stage);
      EXPECT_EQ(finished->request_id, 3U);
      EXPECT_EQ(finished->outcome, wire::StageOutcome::kDone);
      if (stage == "passages") {
        passages = *wire::decode<wire::PassagesArtefact>(finished->artefact);
      }
    }
    EXPECT_EQ(pair->first.receive(context)->kind, wire::MessageKind::kDecodeFinished);
    ASSERT_EQ(passages.passages.size(), 1U);
    EXPECT_EQ(passages.passages[0].text, "Plain words in a file.");
    pair->first.shut_down();
  }
  EXPECT_TRUE(served.has_value());
}

}  // namespace
}  // namespace alcove::decode
