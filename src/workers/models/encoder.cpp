#include "workers/models/encoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <onnxruntime_cxx_api.h>

#include "workers/models/operators.hpp"

namespace alcove::models {
namespace {

constexpr const char* kInputName = "input_ids";
constexpr const char* kOutputName = "last_hidden_state";

}  // namespace

// The members are destroyed bottom up: the session before what it refers to.
struct Encoder::Impl {
  Ort::Env environment{ORT_LOGGING_LEVEL_ERROR, "alcove"};
  Operators operators;
  std::optional<Ort::Session> session;
  Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  std::size_t dimensions = 0;
};

Encoder::Encoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Encoder::~Encoder() = default;
std::size_t Encoder::dimensions() const {
  return impl_->dimensions;
}
std::string Encoder::runtime_version() {
  return OrtGetApiBase()->GetVersionString();
}

Result<std::unique_ptr<Encoder>> Encoder::load(const std::filesystem::path& path) {
  try {
    auto impl = std::make_unique<Impl>();
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    options.SetInterOpNumThreads(1);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
    options.AddConfigEntry("session.intra_op.allow_spinning", "0");
    // Lengths differ from text to text, so a remembered plan of memory would seldom fit.
    options.DisableMemPattern();
    impl->operators.add_to(options);
    impl->session.emplace(impl->environment, path.c_str(), options);
    const auto shape = impl->session->GetOutputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape();
    if (impl->session->GetInputCount() != 1 || shape.size() != 3 || shape.back() <= 0) {
      return fail(ErrorCode::kCorrupt, "The model file is not a text encoder");
    }
    impl->dimensions = static_cast<std::size_t>(shape.back());
    return std::unique_ptr<Encoder>(new Encoder(std::move(impl)));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kUnavailable, "The model could not be loaded", error.what());
  }
}

Result<std::vector<float>> Encoder::mean_state(std::span<const std::int64_t> tokens) const {
  try {
    // The C++ interface asks for a mutable pointer also for inputs; the runtime only reads.
    auto* const data = const_cast<std::int64_t*>(tokens.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(tokens.size())};
    const Ort::Value input =
        Ort::Value::CreateTensor<std::int64_t>(impl_->memory, data, tokens.size(), shape.data(), shape.size());
    const std::vector<Ort::Value> outputs =
        impl_->session->Run(Ort::RunOptions{nullptr}, &kInputName, &input, 1, &kOutputName, 1);
    const auto* state = outputs.front().GetTensorData<float>();
    std::vector<float> mean(impl_->dimensions);
    for (std::size_t token = 0; token < tokens.size(); ++token) {
      for (float& value : mean) {
        value += *state++;
      }
    }
    for (float& value : mean) {
      value /= static_cast<float>(tokens.size());
    }
    return mean;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, "The model failed on a text", error.what());
  }
}

}  // namespace alcove::models
