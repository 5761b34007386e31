#pragma once
/// @file
/// Texts into vectors: prefix, tokens, windows, mean, unit length.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "wire/messages.hpp"
#include "workers/models/encoder.hpp"
#include "workers/models/tokenizer.hpp"

namespace alcove::models {

/// The model of a machine that was told nothing else; models/catalog.json describes it.
inline constexpr std::string_view kDefaultEmbeddingModel = "multilingual-e5-small";
/// Windows of one text; what lies behind is not part of its vector. Passages have one, seldom two.
inline constexpr std::size_t kWindowsMax = 16;
/// Largest model file that is read into memory.
inline constexpr std::size_t kModelFileBytesMax = 1024UL * 1024 * 1024;

/// What model.json says.
struct ModelDescription {
  std::string name;
  std::size_t dimensions = 0;
  std::size_t tokens_max = 0;
  Pooling pooling = Pooling::kMean;
  std::string query_prefix;
  std::string passage_prefix;
  std::string encoder_sha256;
  std::string tokenizer_sha256;
};

/// Errors: kCorrupt when `json_text` is not such a description.
Result<ModelDescription> parse_model_description(std::string_view json_text);

/// One text as the model takes it: a run of tokens, begin and end included, per window.
struct PreparedText {
  std::vector<std::vector<std::int64_t>> windows;
  [[nodiscard]] std::size_t token_count() const;
};

/// A vector of unit length in 8 bits: value = scale × int8.
struct QuantizedVector {
  float scale = 0;
  std::vector<std::int8_t> values;
};
/// `values` need not have unit length; the result has. All zeros stay all zeros.
QuantizedVector quantize_unit(std::span<const float> values);

/// A loaded text-embedding model.
///
/// Thread safety: immutable; any number of threads may call side by side, each computing on its own thread.
/// Failure: `embed` fails only when the runtime does.
class Embedder {
 public:
  /// Loads the model in `folder`: model.json, model.onnx, tokenizer.bin. Hashes are compared with model.json's, so that
  /// a cut or exchanged file never makes vectors. Errors: kNotFound (not installed), kCorrupt, kUnavailable.
  static Result<std::unique_ptr<Embedder>> load(const std::filesystem::path& folder);

  [[nodiscard]] const ModelDescription& description() const { return description_; }
  /// Name, hash of the weights and of the vocabulary, runtime, version of what this class does, and of other settings
  /// than the default model's a hash: another fingerprint means other vectors.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

  /// Prefix and tokens; texts beyond the model's length become windows of equal length.
  [[nodiscard]] PreparedText prepare(std::string_view text, wire::EmbedPurpose purpose) const;
  /// The text's vector: the windows' means weighted by their lengths; not normalised.
  Result<std::vector<float>> embed(const PreparedText& text) const;

 private:
  Embedder(ModelDescription description, std::unique_ptr<Tokenizer> tokenizer, std::unique_ptr<Encoder> encoder);

  ModelDescription description_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<Encoder> encoder_;
  std::string fingerprint_;
  std::vector<Token> query_prefix_;
  std::vector<Token> passage_prefix_;
};

}  // namespace alcove::models
