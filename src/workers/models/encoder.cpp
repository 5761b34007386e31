#include "workers/models/encoder.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <onnxruntime_cxx_api.h>

#include "workers/models/block_linear.hpp"

namespace alcove::models {
namespace {

constexpr const char* kInputName = "input_ids";
constexpr const char* kOutputName = "last_hidden_state";

template <typename T>
std::span<const T> constant_input(const Ort::ConstKernelInfo& info, std::size_t index) {
  int is_constant = 0;
  const Ort::ConstValue value = info.GetTensorConstantInput(index, &is_constant);
  if (is_constant == 0) {
    throw Ort::Exception("weights must be constants", ORT_INVALID_GRAPH);
  }
  return {value.GetTensorData<T>(), value.GetTensorTypeAndShapeInfo().GetElementCount()};
}

OrtStatusPtr status_of(const std::exception& error) {
  return Ort::GetApi().CreateStatus(ORT_FAIL, error.what());
}

/// ONNX Runtime's view of one BlockLinear layer.
class BlockLinearKernel {
 public:
  explicit BlockLinearKernel(BlockLinear layer)
      : layer_(std::move(layer)), memory_(Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault)) {}

  OrtStatusPtr ComputeV2(OrtKernelContext* raw_context) const {
    try {
      const Ort::KernelContext context(raw_context);
      const Ort::ConstValue input = context.GetInput(0);
      std::vector<std::int64_t> shape = input.GetTensorTypeAndShapeInfo().GetShape();
      const std::size_t rows = input.GetTensorTypeAndShapeInfo().GetElementCount() / layer_.depth();
      shape.back() = static_cast<std::int64_t>(layer_.columns());
      Ort::UnownedValue output = context.GetOutput(0, shape);
      const Scratch scratch(context.GetAllocator(*memory_), rows, layer_.depth());
      QuantizedRows quantized = scratch.rows();
      layer_.quantize(input.GetTensorData<float>(), rows, quantized);
      layer_.multiply(quantized, rows, 0, layer_.panels(), output.GetTensorMutableData<float>());
      return nullptr;
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }

 private:
  /// Memory for the rounded activations, from the session's arena.
  class Scratch {
   public:
    Scratch(OrtAllocator* allocator, std::size_t count, std::size_t depth) : allocator_(allocator), count_(count) {
      memory_ = allocator_->Alloc(allocator_, count * (depth + 2 * sizeof(float)));
      if (memory_ == nullptr) {
        Ort::GetApi().ReleaseAllocator(allocator_);
        throw Ort::Exception("out of memory", ORT_FAIL);
      }
    }
    ~Scratch() {
      allocator_->Free(allocator_, memory_);
      Ort::GetApi().ReleaseAllocator(allocator_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] QuantizedRows rows() const {
      auto* const floats = static_cast<float*>(memory_);
      return {
          .values = reinterpret_cast<std::uint8_t*>(floats + 2 * count_), .scales = floats, .offsets = floats + count_};
    }

   private:
    OrtAllocator* allocator_;
    std::size_t count_;
    void* memory_ = nullptr;
  };

  BlockLinear layer_;
  Ort::MemoryInfo memory_;
};

/// `alcove.BlockLinear`: activations, weights [columns, depth / 2], scales [columns, depth / 32], bias [columns].
struct BlockLinearOperator : Ort::CustomOpBase<BlockLinearOperator, BlockLinearKernel, true> {
  // Names are ONNX Runtime's.
  OrtStatusPtr CreateKernelV2(const OrtApi& /*api*/, const OrtKernelInfo* raw_info, void** kernel) const {
    try {
      const Ort::ConstKernelInfo info(raw_info);
      const auto weights = constant_input<std::uint8_t>(info, 1);
      const auto scales = constant_input<float>(info, 2);
      const auto bias = constant_input<float>(info, 3);
      const std::size_t columns = bias.size();
      auto layer = BlockLinear::create(columns, columns == 0 ? 0 : weights.size() * 2 / columns, weights, scales, bias);
      if (!layer) {
        return Ort::GetApi().CreateStatus(ORT_INVALID_GRAPH, layer.error().detail.c_str());
      }
      *kernel = new BlockLinearKernel(std::move(*layer));
      return nullptr;
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }
  [[nodiscard]] const char* GetName() const { return "BlockLinear"; }
  [[nodiscard]] std::size_t GetInputTypeCount() const { return 4; }
  [[nodiscard]] ONNXTensorElementDataType GetInputType(std::size_t index) const {
    return index == 1 ? ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
  [[nodiscard]] std::size_t GetOutputTypeCount() const { return 1; }
  [[nodiscard]] ONNXTensorElementDataType GetOutputType(std::size_t /*index*/) const {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
};

}  // namespace

// The members are destroyed bottom up: the session before what it refers to.
struct Encoder::Impl {
  Ort::Env environment{ORT_LOGGING_LEVEL_ERROR, "alcove"};
  BlockLinearOperator block_linear;
  Ort::CustomOpDomain domain{"alcove"};
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
    impl->domain.Add(&impl->block_linear);
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);
    options.SetInterOpNumThreads(1);
    options.SetExecutionMode(ORT_SEQUENTIAL);
    options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
    options.AddConfigEntry("session.intra_op.allow_spinning", "0");
    // Lengths differ from text to text, so a remembered plan of memory would seldom fit.
    options.DisableMemPattern();
    options.Add(impl->domain);
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
