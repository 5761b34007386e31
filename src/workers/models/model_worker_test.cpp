#include "workers/models/model_worker.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <cmath>
#include <fstream>
#include <map>
#include <thread>

#include "workers/models/test_model.hpp"

namespace alcove::models {
namespace {

constexpr std::chrono::seconds kPatience{60};

/// A worker on a thread of its own and the server's end of its channel.
class RunningWorker {
 public:
  explicit RunningWorker(const std::filesystem::path& models_folder) {
    worker_ = prepare_model_worker({.models_folder = models_folder});
    auto pair = ipc::Channel::make_pair();
    server_ = std::make_unique<ipc::Channel>(std::move(pair->first));
    client_ = std::make_unique<ipc::Channel>(std::move(pair->second));
    thread_ = std::jthread([this] { exit_code_ = run_model_worker(worker_, *client_); });
  }
  ~RunningWorker() { end(); }

  int end() {
    server_->shut_down();
    if (thread_.joinable()) {
      thread_.join();
    }
    return exit_code_;
  }
  [[nodiscard]] bool has_model() const { return worker_.embedder != nullptr; }
  [[nodiscard]] const PreparedModelWorker& prepared() const { return worker_; }

  void send(std::uint64_t id, wire::EmbedPurpose purpose, std::vector<std::string> texts) {
    const wire::EmbedRequest request{.request_id = id, .purpose = purpose, .texts = std::move(texts)};
    ASSERT_TRUE(server_->send(wire::MessageKind::kEmbedRequest, request, Context::with_timeout(kPatience)));
  }
  wire::EmbedReply receive() {
    const auto frame = server_->receive(Context::with_timeout(kPatience));
    EXPECT_TRUE(frame.has_value());
    auto reply = frame->as<wire::EmbedReply>(wire::MessageKind::kEmbedReply);
    EXPECT_TRUE(reply.has_value());
    return std::move(*reply);
  }
  wire::EmbedReply ask(wire::EmbedPurpose purpose, std::vector<std::string> texts) {
    send(1, purpose, std::move(texts));
    return receive();
  }

 private:
  PreparedModelWorker worker_;
  std::unique_ptr<ipc::Channel> server_;
  std::unique_ptr<ipc::Channel> client_;
  std::jthread thread_;
  int exit_code_ = -1;
};

std::vector<double> row(const wire::EmbedReply& reply, std::size_t index) {
  std::vector<double> values(reply.dimensions);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(reply.scales.at(index)) * reply.values.at(index * reply.dimensions + i);
  }
  return values;
}

double cosine(const std::vector<double>& left, const std::vector<double>& right) {
  double dot = 0, left_squares = 0, right_squares = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    dot += left[i] * right[i];
    left_squares += left[i] * left[i];
    right_squares += right[i] * right[i];
  }
  return dot / std::sqrt(left_squares * right_squares);
}

class ModelWorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(test_model_folder() / "model.json")) {
      GTEST_SKIP() << "the embedding model is not installed";
    }
    worker_ = std::make_unique<RunningWorker>(test_model_folder().parent_path());
    ASSERT_TRUE(worker_->has_model()) << worker_->prepared().error;
  }
  std::unique_ptr<RunningWorker> worker_;
};

TEST_F(ModelWorkerTest, SaysWhichModelItHas) {
  wire::Hello hello;
  worker_->prepared().describe(hello);
  EXPECT_EQ(hello.role, "model");
  EXPECT_EQ(hello.model_name, kDefaultEmbeddingModel);
  EXPECT_TRUE(hello.model_fingerprint.starts_with("multilingual-e5-small "));
  EXPECT_EQ(hello.dimensions, 384U);
  EXPECT_TRUE(hello.model_error.empty());
}

TEST_F(ModelWorkerTest, AnswersWithUnitRowsInTheOrderOfTheTexts) {
  const std::vector<std::string> texts{"short", "a much longer text about the weather in spring and its many moods",
                                       ""};
  const wire::EmbedReply reply = worker_->ask(wire::EmbedPurpose::kPassage, texts);
  ASSERT_TRUE(reply.error.empty()) << reply.error;
  ASSERT_EQ(reply.scales.size(), 3U);
  ASSERT_EQ(reply.values.size(), 3U * 384);
  EXPECT_GT(reply.token_count, 20U);
  for (std::size_t i = 0; i < 3; ++i) {
    double squares = 0;
    for (const double value : row(reply, i)) {
      squares += value * value;
    }
    EXPECT_NEAR(std::sqrt(squares), 1.0, 0.01);
    EXPECT_GT(cosine(row(reply, i), row(worker_->ask(wire::EmbedPurpose::kPassage, {texts[i]}), 0)), 0.9999);
  }
}

TEST_F(ModelWorkerTest, FindsTheSameMeaningInAnotherLanguage) {
  const auto passages = worker_->ask(
      wire::EmbedPurpose::kPassage,
      {"Der Mietvertrag kann mit einer Frist von drei Monaten gekündigt werden.",
       "Backe den Kuchen vierzig Minuten bei 180 Grad.", "Поезд отправляется с третьего пути в восемь утра."});
  const auto question = [&](const std::string& text) {
    return row(worker_->ask(wire::EmbedPurpose::kQuery, {text}), 0);
  };
  const auto lease = question("how much notice must I give to end the lease?");
  EXPECT_GT(cosine(lease, row(passages, 0)), cosine(lease, row(passages, 1)) + 0.02);
  EXPECT_GT(cosine(lease, row(passages, 0)), cosine(lease, row(passages, 2)) + 0.02);
  const auto train = question("¿de qué vía sale el tren?");
  EXPECT_GT(cosine(train, row(passages, 2)), cosine(train, row(passages, 0)) + 0.02);
}

TEST_F(ModelWorkerTest, AVectorIsTheSameAloneAndAmongOthers) {
  std::vector<std::string> texts;
  for (int i = 0; i < 8; ++i) {
    texts.push_back("Invoice " + std::to_string(i) +
                    std::string(static_cast<std::size_t>(i) * 30, i % 2 == 0 ? 'x' : ' '));
  }
  const auto together = worker_->ask(wire::EmbedPurpose::kPassage, texts);
  const auto alone = worker_->ask(wire::EmbedPurpose::kPassage, {texts[5]});
  EXPECT_GT(cosine(row(together, 5), row(alone, 0)), 0.9999);
}

TEST_F(ModelWorkerTest, AQueryOvertakesPassages) {
  std::string passage;
  for (int i = 0; i < 200; ++i) {
    passage += "word ";
  }
  worker_->send(1, wire::EmbedPurpose::kPassage, std::vector<std::string>(24, passage));
  worker_->send(2, wire::EmbedPurpose::kQuery, {"a question"});
  EXPECT_EQ(worker_->receive().request_id, 2U);
  EXPECT_EQ(worker_->receive().request_id, 1U);
}

TEST_F(ModelWorkerTest, EmbedsTextsBeyondTheModelsLength) {
  std::string lease;
  for (int i = 0; i < 120; ++i) {
    lease += "The tenant may end the lease with three months' notice. ";
  }
  const auto reply =
      worker_->ask(wire::EmbedPurpose::kPassage,
                   {lease, "The tenant may end the lease with three months' notice.", "Bread and butter"});
  ASSERT_TRUE(reply.error.empty());
  EXPECT_GT(reply.token_count, 1024U);
  EXPECT_GT(cosine(row(reply, 0), row(reply, 1)), cosine(row(reply, 0), row(reply, 2)) + 0.05);
}

TEST_F(ModelWorkerTest, RefusesAFloodWithAnErrorAndKeepsWorking) {
  EXPECT_FALSE(worker_->ask(wire::EmbedPurpose::kPassage, {}).error.empty());
  EXPECT_FALSE(
      worker_->ask(wire::EmbedPurpose::kPassage, std::vector<std::string>(kTextsPerRequestMax + 1)).error.empty());
  EXPECT_FALSE(
      worker_->ask(wire::EmbedPurpose::kQuery, std::vector<std::string>(kQueriesWaitingMax + 1, "q")).error.empty());
  EXPECT_TRUE(worker_->ask(wire::EmbedPurpose::kQuery, {"still there?"}).error.empty());
}

TEST_F(ModelWorkerTest, EndsWhenTheServerDoes) {
  EXPECT_EQ(worker_->end(), 0);
}

TEST(ModelWorkerWithoutModel, AnswersWithTheReason) {
  const auto folder = std::filesystem::temp_directory_path() / "alcove-no-models";
  RunningWorker worker(folder);
  EXPECT_FALSE(worker.has_model());
  wire::Hello hello;
  worker.prepared().describe(hello);
  EXPECT_FALSE(hello.model_error.empty());
  EXPECT_TRUE(hello.model_name.empty());
  EXPECT_EQ(worker.ask(wire::EmbedPurpose::kQuery, {"hello"}).error, hello.model_error);
  EXPECT_EQ(worker.end(), 0);
}

TEST(ModelDescription, IsReadAndItsMistakesAreRefused) {
  const std::string hash(64, 'a');
  const std::string good = R"({"name":"m","dimensions":4,"tokens_max":64,"prefixes":{"query":"q ","passage":"p "},)"
                           R"("files":{"model.onnx":")" +
                           hash + R"(","tokenizer.bin":")" + hash + R"("}})";
  const auto description = parse_model_description(good);
  ASSERT_TRUE(description.has_value());
  EXPECT_EQ(description->query_prefix, "q ");
  EXPECT_EQ(description->tokens_max, 64U);
  for (const std::string_view bad : {"", "{", "[]", "{}", R"({"name":"m","dimensions":-1,"tokens_max":64})"}) {
    EXPECT_FALSE(parse_model_description(bad).has_value()) << bad;
  }
}

TEST(ModelFiles, ACutModelIsRefusedWithARepair) {
  if (!std::filesystem::exists(test_model_folder() / "model.json")) {
    GTEST_SKIP() << "the embedding model is not installed";
  }
  const auto folder = std::filesystem::temp_directory_path() / ("alcove-cut-model-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  for (const char* name : {"model.json", "tokenizer.bin", "model.onnx"}) {
    std::filesystem::copy_file(test_model_folder() / name, folder / name);
  }
  std::filesystem::resize_file(folder / "model.onnx", 1'000'000);
  const auto embedder = Embedder::load(folder);
  ASSERT_FALSE(embedder.has_value());
  EXPECT_EQ(embedder.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(embedder.error().message.find("model.onnx"), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(QuantizeUnit, KeepsTheDirectionAndGivesUnitLength) {
  const std::vector<float> values{3, -4, 0, 0.5F};
  const QuantizedVector result = quantize_unit(values);
  double squares = 0;
  for (const std::int8_t value : result.values) {
    squares += std::pow(static_cast<double>(result.scale) * value, 2);
  }
  EXPECT_NEAR(squares, 1.0, 0.01);
  EXPECT_EQ(result.values[1], -127);
  EXPECT_EQ(quantize_unit(std::vector<float>(4)).scale, 0.0F);
  EXPECT_EQ(quantize_unit(std::vector<float>{NAN, 1}).scale, 0.0F);
}

}  // namespace
}  // namespace alcove::models
