#include "workers/models/operators.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "workers/models/block_linear.hpp"
#include "workers/models/encoder_math.hpp"

namespace alcove::models {
namespace {

template <typename T>
std::span<const T> constant_input(const Ort::ConstKernelInfo& info, std::size_t index) {
  int is_constant = 0;
  const Ort::ConstValue value = info.GetTensorConstantInput(index, &is_constant);
  if (is_constant == 0) {
    throw Ort::Exception("weights must be constants", ORT_INVALID_GRAPH);
  }
  return {value.GetTensorData<T>(), value.GetTensorTypeAndShapeInfo().GetElementCount()};
}

std::vector<float> constant_floats(const Ort::ConstKernelInfo& info, std::size_t index) {
  const auto values = constant_input<float>(info, index);
  return {values.begin(), values.end()};
}

/// A tensor of floats that came in.
struct Input {
  Input(const Ort::KernelContext& context, std::size_t index) {
    const Ort::ConstValue value = context.GetInput(index);
    const auto info = value.GetTensorTypeAndShapeInfo();
    shape = info.GetShape();
    count = info.GetElementCount();
    data = value.GetTensorData<float>();
  }
  std::vector<std::int64_t> shape;
  std::size_t count = 0;
  const float* data = nullptr;
};

/// Makes the output: `input`'s shape with another last dimension.
float* make_output(const Ort::KernelContext& context, const Input& input, std::size_t width) {
  std::vector<std::int64_t> shape = input.shape;
  shape.back() = static_cast<std::int64_t>(width);
  return context.GetOutput(0, shape).GetTensorMutableData<float>();
}

void require(bool condition, const char* what) {
  if (!condition) {
    throw Ort::Exception(what, ORT_INVALID_GRAPH);
  }
}

/// Memory for one call, from the session's arena.
class Scratch {
 public:
  Scratch(const Ort::KernelContext& context, std::size_t bytes)
      : allocator_(context.GetAllocator(*Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault))),
        memory_(allocator_->Alloc(allocator_, bytes)) {
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
  [[nodiscard]] float* floats() const { return static_cast<float*>(memory_); }

 private:
  OrtAllocator* allocator_;
  void* memory_;
};

class BlockLinearKernel {
 public:
  explicit BlockLinearKernel(const Ort::ConstKernelInfo& info) {
    const auto weights = constant_input<std::uint8_t>(info, 1);
    const auto bias = constant_input<float>(info, 3);
    require(!bias.empty(), "a linear layer without columns");
    auto layer = BlockLinear::create(bias.size(), weights.size() * 2 / bias.size(), weights,
                                     constant_input<float>(info, 2), bias);
    require(layer.has_value(), "a linear layer whose sizes disagree");
    layer_ = std::move(*layer);
  }
  void compute(const Ort::KernelContext& context) const {
    const Input input(context, 0);
    const std::size_t rows = input.count / layer_.depth();
    require(rows * layer_.depth() == input.count, "rows of another width");
    const Scratch scratch(context, rows * (layer_.depth() + 2 * sizeof(float)));
    QuantizedRows rounded{.values = reinterpret_cast<std::uint8_t*>(scratch.floats() + 2 * rows),
                          .scales = scratch.floats(),
                          .offsets = scratch.floats() + rows};
    layer_.quantize(input.data, rows, rounded);
    layer_.multiply(rounded, rows, 0, layer_.panels(), make_output(context, input, layer_.columns()));
  }

 private:
  BlockLinear layer_;
};

class SelfAttentionKernel {
 public:
  explicit SelfAttentionKernel(const Ort::ConstKernelInfo& info) {
    const auto heads = info.GetAttribute<std::int64_t>("heads");
    require(heads > 0, "attention without heads");
    heads_ = static_cast<std::size_t>(heads);
  }
  void compute(const Ort::KernelContext& context) const {
    const Input input(context, 0);
    require(input.shape.size() == 3 && input.shape[0] == 1, "attention takes one text at a time");
    const auto width = static_cast<std::size_t>(input.shape[2]);
    const AttentionShape shape{
        .tokens = static_cast<std::size_t>(input.shape[1]), .heads = heads_, .head_size = width / 3 / heads_};
    require(shape.hidden() * 3 == width && shape.head_size % 8 == 0, "heads of an unsuitable size");
    const std::size_t floats = attention_scratch(shape);
    const Scratch scratch(context, floats * sizeof(float));
    attend(shape, input.data, {scratch.floats(), floats}, make_output(context, input, shape.hidden()));
  }

 private:
  std::size_t heads_ = 0;
};

class AddNormKernel {
 public:
  explicit AddNormKernel(const Ort::ConstKernelInfo& info)
      : scale_(constant_floats(info, 2)),
        bias_(constant_floats(info, 3)),
        epsilon_(info.GetAttribute<float>("epsilon")) {
    require(!scale_.empty() && scale_.size() == bias_.size() && scale_.size() % 8 == 0, "norm weights disagree");
  }
  void compute(const Ort::KernelContext& context) const {
    const Input left(context, 0);
    const Input right(context, 1);
    const std::size_t width = scale_.size();
    require(left.shape == right.shape && left.count % width == 0, "norm of unequal shapes");
    add_norm({.scale = scale_.data(), .bias = bias_.data(), .epsilon = epsilon_}, left.count / width, width, left.data,
             right.data, make_output(context, left, width));
  }

 private:
  std::vector<float> scale_;
  std::vector<float> bias_;
  float epsilon_;
};

OrtStatusPtr status_of(const std::exception& error) {
  return Ort::GetApi().CreateStatus(ORT_FAIL, error.what());
}

// NOLINTBEGIN(readability-identifier-naming): the names that ONNX Runtime's templates ask for.
/// What ONNX Runtime holds per node: a kernel whose exceptions end here.
template <typename Kernel>
struct Guard {
  Kernel kernel;
  OrtStatusPtr ComputeV2(OrtKernelContext* context) const {
    try {
      kernel.compute(Ort::KernelContext(context));
      return nullptr;
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }
};

/// One operator.
template <typename Kernel>
struct Operator : Ort::CustomOpBase<Operator<Kernel>, Guard<Kernel>, true> {
  Operator(const char* name, std::size_t inputs) : name_(name), inputs_(inputs) {}

  OrtStatusPtr CreateKernelV2(const OrtApi& /*api*/, const OrtKernelInfo* info, void** kernel) const {
    try {
      *kernel = new Guard<Kernel>{Kernel(Ort::ConstKernelInfo(info))};
      return nullptr;
    } catch (const std::exception& error) {
      return status_of(error);
    }
  }
  [[nodiscard]] const char* GetName() const { return name_; }
  [[nodiscard]] std::size_t GetInputTypeCount() const { return inputs_; }
  [[nodiscard]] ONNXTensorElementDataType GetInputType(std::size_t index) const {
    const bool is_packed = std::is_same_v<Kernel, BlockLinearKernel> && index == 1;
    return is_packed ? ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }
  [[nodiscard]] std::size_t GetOutputTypeCount() const { return 1; }
  [[nodiscard]] ONNXTensorElementDataType GetOutputType(std::size_t /*index*/) const {
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
  }

 private:
  const char* name_;
  std::size_t inputs_;
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

struct Operators::Impl {
  Operator<BlockLinearKernel> block_linear{"BlockLinear", 4};
  Operator<SelfAttentionKernel> self_attention{"SelfAttention", 1};
  Operator<AddNormKernel> add_norm{"AddNorm", 4};
  Ort::CustomOpDomain domain{"alcove"};
};

Operators::Operators() : impl_(std::make_unique<Impl>()) {
  impl_->domain.Add(&impl_->block_linear);
  impl_->domain.Add(&impl_->self_attention);
  impl_->domain.Add(&impl_->add_norm);
}
Operators::~Operators() = default;
void Operators::add_to(Ort::SessionOptions& options) const {
  options.Add(impl_->domain);
}

}  // namespace alcove::models
