#pragma once
/// @file
/// The one place that knows ONNX Runtime: a text encoder, tokens in, the mean of its last layer out.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace alcove::models {

/// A loaded encoder.
///
/// One text per call: without padding every text costs its own length only and has the same vector alone and among
/// others, and on a CPU larger batches cost no less per text. A call runs on its caller's thread alone; several
/// threads calling side by side use several cores better than several threads inside one call.
///
/// Thread safety: `mean_state` from any number of threads at once. Ownership: of the model's memory.
/// Failure: an error leaves the encoder usable.
class Encoder {
 public:
  /// Reads the file at `path` and prepares the weights; afterwards no file is touched. Starts no threads.
  /// Errors: kUnavailable with what ONNX Runtime says; kCorrupt.
  static Result<std::unique_ptr<Encoder>> load(const std::filesystem::path& path);
  ~Encoder();

  /// Mean over all tokens of the last hidden state, not normalised: `dimensions()` floats.
  /// Requires: tokens not empty, not longer than the model allows. Errors: kInternal.
  Result<std::vector<float>> mean_state(std::span<const std::int64_t> tokens) const;

  [[nodiscard]] std::size_t dimensions() const;
  /// "1.31.1"
  static std::string runtime_version();

 private:
  struct Impl;
  explicit Encoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::models
