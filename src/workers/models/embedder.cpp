#include "workers/models/embedder.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "drivers/crypto/hash.hpp"
#include "drivers/json/json.hpp"
#include "drivers/os/file.hpp"

namespace alcove::models {
namespace {

/// Goes up when the same files would make other vectors: windows, prefixes, rounding.
constexpr int kEmbedderVersion = 1;
/// Digits of a hash that tell files apart in a fingerprint.
constexpr std::size_t kFingerprintDigits = 12;
constexpr std::size_t kDescriptionBytesMax = 64UL * 1024;
/// A model shorter than this cannot hold prefix, begin, end and a text.
constexpr std::int64_t kTokensMaxLeast = 32;
constexpr float kInt8Max = 127.0F;

std::unexpected<Error> damaged(std::string_view file) {
  return fail(ErrorCode::kCorrupt,
              fmt::format("The model's file {} is damaged; \"alcove models install\" repairs it", file));
}

/// The file's hash, piece by piece: the weights are large and ONNX Runtime reads them again itself.
Result<std::string> hash_file(const std::filesystem::path& path) {
  constexpr std::size_t kPieceBytes = 1024UL * 1024;
  ALCOVE_TRY(const os::UniqueFd file, os::open_path(path, O_RDONLY));
  crypto::Sha256Stream stream;
  Bytes piece(kPieceBytes);
  for (std::uint64_t offset = 0; offset <= kModelFileBytesMax; offset += kPieceBytes) {
    ALCOVE_TRY(const std::size_t size, os::pread_all(file.value(), piece, offset));
    stream.add(ByteView(piece).first(size));
    if (size < kPieceBytes) {
      return to_hex(stream.finish());
    }
  }
  return fail(ErrorCode::kTooLarge, "The model file is too large");
}

/// Prefixes, length and pooling when they are not those of the default model, whose fingerprint is older than others.
std::string other_settings(const ModelDescription& description) {
  const std::string settings =
      fmt::format("{} {} {}|{}", description.pooling == Pooling::kFirst ? "cls" : "mean", description.tokens_max,
                  description.query_prefix, description.passage_prefix);
  return settings == "mean 512 query: |passage: "
             ? std::string()
             : " " + to_hex(crypto::sha256(as_bytes(settings))).substr(0, kFingerprintDigits);
}

}  // namespace

Result<ModelDescription> parse_model_description(std::string_view json_text) {
  const auto parsed = json::parse(json_text, kDescriptionBytesMax);
  if (!parsed) {
    return damaged("model.json");
  }
  const json::Value empty;
  const auto member = [&](std::string_view name) -> const json::Value& {
    const json::Value* const found = parsed->find(name);
    return found != nullptr ? *found : empty;
  };
  const std::int64_t dimensions = parsed->int64_at("dimensions");
  const std::int64_t tokens_max = parsed->int64_at("tokens_max");
  ModelDescription description{.name = parsed->text_at("name"),
                               .dimensions = static_cast<std::size_t>(std::max<std::int64_t>(dimensions, 0)),
                               .tokens_max = static_cast<std::size_t>(std::max<std::int64_t>(tokens_max, 0)),
                               .pooling = parsed->text_at("pooling") == "cls" ? Pooling::kFirst : Pooling::kMean,
                               .query_prefix = member("prefixes").text_at("query"),
                               .passage_prefix = member("prefixes").text_at("passage"),
                               .encoder_sha256 = member("files").text_at("model.onnx"),
                               .tokenizer_sha256 = member("files").text_at("tokenizer.bin")};
  const std::string pooling = parsed->text_at("pooling", "mean");
  if (description.name.empty() || dimensions < 1 || (pooling != "mean" && pooling != "cls") ||
      tokens_max < kTokensMaxLeast || description.encoder_sha256.size() != 2 * std::tuple_size_v<Sha256> ||
      description.tokenizer_sha256.size() != 2 * std::tuple_size_v<Sha256>) {
    return damaged("model.json");
  }
  return description;
}

std::size_t PreparedText::token_count() const {
  std::size_t count = 0;
  for (const auto& window : windows) {
    count += window.size();
  }
  return count;
}

QuantizedVector quantize_unit(std::span<const float> values) {
  double squares = 0;
  float largest = 0;
  for (const float value : values) {
    squares += static_cast<double>(value) * static_cast<double>(value);
    largest = std::max(largest, std::abs(value));
  }
  QuantizedVector result{.scale = 0, .values = std::vector<std::int8_t>(values.size())};
  if (!(largest > 0) || !std::isfinite(squares)) {
    return result;
  }
  result.scale = largest / kInt8Max / static_cast<float>(std::sqrt(squares));
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.values[i] = static_cast<std::int8_t>(std::lrint(values[i] / largest * kInt8Max));
  }
  return result;
}

Embedder::Embedder(ModelDescription description, std::unique_ptr<Tokenizer> tokenizer, std::unique_ptr<Encoder> encoder)
    : description_(std::move(description)),
      tokenizer_(std::move(tokenizer)),
      encoder_(std::move(encoder)),
      fingerprint_(fmt::format("{} {} {} onnxruntime-{} v{}{}", description_.name,
                               description_.encoder_sha256.substr(0, kFingerprintDigits),
                               description_.tokenizer_sha256.substr(0, kFingerprintDigits), Encoder::runtime_version(),
                               kEmbedderVersion, other_settings(description_))),
      query_prefix_(tokenizer_->encode(description_.query_prefix)),
      passage_prefix_(tokenizer_->encode(description_.passage_prefix)) {}

Result<std::unique_ptr<Embedder>> Embedder::load(const std::filesystem::path& folder) {
  const auto json_text = os::read_file(folder / "model.json", kDescriptionBytesMax);
  if (!json_text) {
    return fail(ErrorCode::kNotFound, "The model is not installed; \"alcove models install\" installs it",
                fmt::format("{}: {}", folder.string(), json_text.error().detail));
  }
  ALCOVE_TRY(ModelDescription description, parse_model_description(as_text(*json_text)));
  ALCOVE_TRY(const Bytes vocabulary, os::read_file(folder / "tokenizer.bin", kModelFileBytesMax));
  if (to_hex(crypto::sha256(vocabulary)) != description.tokenizer_sha256) {
    return damaged("tokenizer.bin");
  }
  ALCOVE_TRY(const std::string encoder_hash, hash_file(folder / "model.onnx"));
  if (encoder_hash != description.encoder_sha256) {
    return damaged("model.onnx");
  }
  ALCOVE_TRY(auto tokenizer, Tokenizer::load(vocabulary));
  ALCOVE_TRY(auto encoder, Encoder::load(folder / "model.onnx", description.pooling));
  if (encoder->dimensions() != description.dimensions) {
    return damaged("model.json");
  }
  std::unique_ptr<Embedder> embedder(new Embedder(std::move(description), std::move(tokenizer), std::move(encoder)));
  // Windows must have room for their prefix, or they would never end.
  if (std::max(embedder->query_prefix_.size(), embedder->passage_prefix_.size()) + 2 >=
      embedder->description_.tokens_max / 2) {
    return damaged("model.json");
  }
  return embedder;
}

PreparedText Embedder::prepare(std::string_view text, wire::EmbedPurpose purpose) const {
  const std::vector<Token>& prefix = purpose == wire::EmbedPurpose::kQuery ? query_prefix_ : passage_prefix_;
  const std::vector<Token> tokens = tokenizer_->encode(text);
  const std::size_t room = description_.tokens_max - prefix.size() - 2;
  const std::size_t used = std::min(tokens.size(), room * kWindowsMax);
  const std::size_t windows = std::max<std::size_t>(1, (used + room - 1) / room);
  PreparedText prepared;
  prepared.windows.reserve(windows);
  for (std::size_t window = 0; window < windows; ++window) {
    // Equal parts: a last window of a few tokens would weigh little and mean nothing.
    const auto first = static_cast<std::ptrdiff_t>(used * window / windows);
    const auto last = static_cast<std::ptrdiff_t>(used * (window + 1) / windows);
    std::vector<std::int64_t>& ids = prepared.windows.emplace_back();
    ids.reserve(static_cast<std::size_t>(last - first) + prefix.size() + 2);
    ids.push_back(tokenizer_->begin_token());
    ids.insert(ids.end(), prefix.begin(), prefix.end());
    ids.insert(ids.end(), tokens.begin() + first, tokens.begin() + last);
    ids.push_back(tokenizer_->end_token());
  }
  return prepared;
}

Result<std::vector<float>> Embedder::embed(const PreparedText& text) const {
  std::vector<float> sum(description_.dimensions);
  for (const auto& window : text.windows) {
    ALCOVE_TRY(const std::vector<float> mean, encoder_->pooled_state(window));
    const auto weight = static_cast<float>(window.size());
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += weight * mean[i];
    }
  }
  return sum;
}

}  // namespace alcove::models
