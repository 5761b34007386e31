#include "workers/decode/decode_worker.hpp"

#include <array>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "drivers/os/sealed_memory.hpp"
#include "wire/artefacts.hpp"
#include "wire/messages.hpp"
#include "workers/decode/office/zip_writer.hpp"

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

TEST(DecodeWorker, HandsPartsOverOneByOneAsLongAsTheyAreWanted) {
  auto pair = ipc::Channel::make_pair();
  ASSERT_TRUE(pair.has_value());
  auto worker = DecodeWorker::prepare();
  ASSERT_TRUE(worker.has_value());
  ipc::Channel theirs(std::move(pair->second));
  const std::string zip = office::make_zip({{"a.txt", "one"}, {"b.txt", "two"}, {"c.txt", "three"}, {"d.txt", "four"}});
  const auto content = os::make_sealed_file(as_bytes(zip), "content");
  ASSERT_TRUE(content.has_value());
  const std::jthread thread([&] { (void)worker->run(theirs); });
  wire::DecodeRequest request;
  request.request_id = 9;
  request.stages = {"parts"};
  request.parts_from = 1;
  const Context context = Context::with_timeout(std::chrono::seconds(30));
  const std::array<int, 1> descriptors = {content->value()};
  ASSERT_TRUE(pair->first.send(wire::MessageKind::kDecodeRequest, request, context, descriptors).has_value());
  ASSERT_EQ(pair->first.receive(context)->kind, wire::MessageKind::kStageStarted);
  for (const std::string_view words : {"two", "three"}) {
    auto frame = pair->first.receive(context);
    ASSERT_TRUE(frame.has_value());
    const auto found = frame->as<wire::PartFound>(wire::MessageKind::kPartFound);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->request_id, 9U);
    EXPECT_EQ(found->position, words == "two" ? 1U : 2U);
    const auto memory = os::SealedMemory::open(std::move(frame->descriptors.at(0)), found->size_bytes);
    ASSERT_TRUE(memory.has_value());
    EXPECT_EQ(as_text(memory->view()), words);
    const wire::PartTaken taken{.request_id = 9, .go_on = words == "two"};
    ASSERT_TRUE(pair->first.send(wire::MessageKind::kPartTaken, taken, context).has_value());
  }
  const auto frame = pair->first.receive(context);
  ASSERT_TRUE(frame.has_value());
  const auto finished = frame->as<wire::StageFinished>(wire::MessageKind::kStageFinished);
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->outcome, wire::StageOutcome::kDone);
  const auto parts = wire::decode<wire::PartsArtefact>(finished->artefact);
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->parts.size(), 3U);
  EXPECT_EQ(parts->parts[0].path, "a.txt");
  EXPECT_EQ(pair->first.receive(context)->kind, wire::MessageKind::kDecodeFinished);
  pair->first.shut_down();
}

}  // namespace
}  // namespace alcove::decode
