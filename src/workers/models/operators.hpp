#pragma once
/// @file
/// Internal to workers/models: our kernels as operators that ONNX Runtime calls.
///
/// Domain "alcove", version 1; all tensors are float but for the packed weights:
///   BlockLinear(x [.., depth], weights uint8 [columns, depth / 2], scales [columns, depth / 32], bias [columns])
///   SelfAttention(mixed [1, tokens, 3 hidden]; attribute heads) → [1, tokens, hidden]
///   AddNorm(left, right, scale [width], bias [width]; attribute epsilon)

#include <memory>

#include <onnxruntime_cxx_api.h>

namespace alcove::models {

/// Owns the operators; must outlive every session whose options they were added to.
class Operators {
 public:
  Operators();
  ~Operators();
  void add_to(Ort::SessionOptions& options) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::models
