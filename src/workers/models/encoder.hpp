#pragma once
/// @file
/// The one place that knows ONNX Runtime: a text encoder, tokens in, its last layer made one vector out.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace alcove::models {

/// How the states of a text's tokens become one vector; the model says which it was trained with.
enum class Pooling : std::uint8_t {
  kMean,   ///< Over all tokens.
  kFirst,  ///< The first token's: "CLS".
};

/// A loaded encoder: our own conversion, or a graph as the usual tools export it, with the inputs input_ids and, if it
/// has them, attention_mask and token_type_ids, all [1, tokens] of int64, and the output last_hidden_state (else the
/// only one), [1, tokens, dimensions] of float.
///
/// One text per call: without padding every text costs its own length only and has the same vector alone and among
/// others, and on a CPU larger batches cost no less per text. A call runs on its caller's thread alone; several
/// threads calling side by side use several cores better than several threads inside one call.
///
/// Thread safety: `pooled_state` from any number of threads at once. Ownership: of the model's memory.
/// Failure: an error leaves the encoder usable.
class Encoder {
 public:
  /// Reads the file at `path` and prepares the weights; afterwards no file is touched. Starts no threads.
  /// Errors: kUnavailable with what ONNX Runtime says; kCorrupt when it is no such encoder.
  static Result<std::unique_ptr<Encoder>> load(const std::filesystem::path& path, Pooling pooling);
  ~Encoder();

  /// The last hidden state, pooled, not normalised: `dimensions()` floats.
  /// Requires: tokens not empty, not longer than the model allows. Errors: kInternal.
  Result<std::vector<float>> pooled_state(std::span<const std::int64_t> tokens) const;

  [[nodiscard]] std::size_t dimensions() const;
  /// "1.31.1"
  static std::string runtime_version();

 private:
  struct Impl;
  explicit Encoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace alcove::models
