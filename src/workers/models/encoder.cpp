#include "workers/models/encoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <onnxruntime_cxx_api.h>

#include "workers/models/operators.hpp"

namespace alcove::models {
namespace {

constexpr std::string_view kTokensInput = "input_ids";
constexpr std::string_view kMaskInput = "attention_mask";
constexpr std::string_view kTypesInput = "token_type_ids";
constexpr std::string_view kOutputName = "last_hidden_state";
/// Text encoders have three inputs and one or two outputs.
constexpr std::size_t kNamesMax = 8;

using Names = std::vector<std::string>;

Names input_names(const Ort::Session& session) {
  Ort::AllocatorWithDefaultOptions allocator;
  Names names;
  for (std::size_t i = 0; i < std::min(session.GetInputCount(), kNamesMax); ++i) {
    names.emplace_back(session.GetInputNameAllocated(i, allocator).get());
  }
  return names;
}

/// The place of the output that holds the last layer's states; nothing when it is not among them.
std::optional<std::size_t> find_output(const Ort::Session& session, std::string& name) {
  Ort::AllocatorWithDefaultOptions allocator;
  for (std::size_t i = 0; i < std::min(session.GetOutputCount(), kNamesMax); ++i) {
    name = session.GetOutputNameAllocated(i, allocator).get();
    if (name == kOutputName || session.GetOutputCount() == 1) {
      return i;
    }
  }
  return std::nullopt;
}

/// What an input gets for every token but its number.
std::optional<std::int64_t> filling_of(std::string_view input) {
  if (input == kMaskInput) {
    return 1;  // One text alone: nothing is padded.
  }
  return input == kTypesInput ? std::optional<std::int64_t>(0) : std::nullopt;
}

}  // namespace

// The members are destroyed bottom up: the session before what it refers to.
struct Encoder::Impl {
  Ort::Env environment{ORT_LOGGING_LEVEL_ERROR, "alcove"};
  Operators operators;
  std::optional<Ort::Session> session;
  Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  Names inputs;
  std::string output;
  Pooling pooling = Pooling::kMean;
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

Result<std::unique_ptr<Encoder>> Encoder::load(const std::filesystem::path& path, Pooling pooling) {
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
    impl->pooling = pooling;
    impl->inputs = input_names(*impl->session);
    const auto output = find_output(*impl->session, impl->output);
    const bool reads_tokens = std::ranges::find(impl->inputs, kTokensInput) != impl->inputs.end();
    const bool reads_what_we_have = std::ranges::all_of(
        impl->inputs, [](const std::string& name) { return name == kTokensInput || filling_of(name).has_value(); });
    if (!output || !reads_tokens || !reads_what_we_have) {
      return fail(ErrorCode::kCorrupt, "The model file is not a text encoder");
    }
    // The object behind a view is kept: the view would outlive it.
    const Ort::TypeInfo type = impl->session->GetOutputTypeInfo(*output);
    const auto shape = type.GetTensorTypeAndShapeInfo().GetShape();
    if (shape.size() != 3 || shape.back() <= 0) {
      return fail(ErrorCode::kCorrupt, "The model file is not a text encoder");
    }
    impl->dimensions = static_cast<std::size_t>(shape.back());
    return std::unique_ptr<Encoder>(new Encoder(std::move(impl)));
  } catch (const std::exception& error) {
    return fail(ErrorCode::kUnavailable, "The model could not be loaded", error.what());
  }
}

Result<std::vector<float>> Encoder::pooled_state(std::span<const std::int64_t> tokens) const {
  try {
    const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(tokens.size())};
    std::vector<std::vector<std::int64_t>> fillings;
    fillings.reserve(impl_->inputs.size());  // The tensors refer to them.
    std::vector<const char*> names;
    std::vector<Ort::Value> inputs;
    for (const std::string& name : impl_->inputs) {
      // The C++ interface asks for a mutable pointer also for inputs; the runtime only reads.
      auto* data = const_cast<std::int64_t*>(tokens.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
      if (const auto filling = filling_of(name)) {
        data = fillings.emplace_back(tokens.size(), *filling).data();
      }
      names.push_back(name.c_str());
      inputs.push_back(
          Ort::Value::CreateTensor<std::int64_t>(impl_->memory, data, tokens.size(), shape.data(), shape.size()));
    }
    const char* const output = impl_->output.c_str();
    const std::vector<Ort::Value> outputs =
        impl_->session->Run(Ort::RunOptions{nullptr}, names.data(), inputs.data(), inputs.size(), &output, 1);
    if (outputs.front().GetTensorTypeAndShapeInfo().GetElementCount() != tokens.size() * impl_->dimensions) {
      return fail(ErrorCode::kInternal, "The model failed on a text", "its answer has another shape");
    }
    const auto* state = outputs.front().GetTensorData<float>();
    const std::size_t pooled = impl_->pooling == Pooling::kFirst ? 1 : tokens.size();
    std::vector<float> mean(impl_->dimensions);
    for (std::size_t token = 0; token < pooled; ++token) {
      for (float& value : mean) {
        value += *state++;
      }
    }
    for (float& value : mean) {
      value /= static_cast<float>(pooled);
    }
    return mean;
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, "The model failed on a text", error.what());
  }
}

}  // namespace alcove::models
