/// @file
/// Fills the artefact store of a stopped server with vectors for every passage that has none: what the model would have
/// taken hours for, where only the time of a search is measured.
///
/// The vectors are of the model's size and carry its fingerprint, so that the server serves them. They lie as the
/// model's do: a common direction (cosines between unrelated texts are about 0.75) plus normal noise.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "domain/artefacts/store.hpp"
#include "domain/work/stages.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "workers/models/embedder.hpp"

namespace alcove::bench {
namespace {

constexpr std::size_t kStep = 500;
/// Chosen so that two vectors have a cosine of about 0.75, as e5 gives unrelated texts.
constexpr double kCommonShare = 1.73;

class VectorSource {
 public:
  explicit VectorSource(std::size_t dimensions) : dimensions_(dimensions) {}

  wire::VectorsArtefact make(std::uint32_t count) {
    wire::VectorsArtefact vectors;
    vectors.dimensions = static_cast<std::uint32_t>(dimensions_);
    std::vector<float> row(dimensions_);
    for (std::uint32_t i = 0; i < count; ++i) {
      for (float& value : row) {
        value = static_cast<float>(kCommonShare + noise_(random_));
      }
      const models::QuantizedVector quantized = models::quantize_unit(row);
      vectors.scales.push_back(quantized.scale);
      vectors.values.insert(vectors.values.end(), quantized.values.begin(), quantized.values.end());
    }
    return vectors;
  }

 private:
  std::size_t dimensions_;
  std::mt19937_64 random_{8420};
  std::normal_distribution<double> noise_{0, 1};
};

Result<std::size_t> fill(std::string_view data_folder, std::string_view model_folder) {
  ALCOVE_TRY(const auto embedder, models::Embedder::load(model_folder));
  ALCOVE_TRY(const auto store, artefacts::Store::open(data_folder));
  const work::Stage& stage = *work::find_stage("text_vectors");
  const std::string fingerprint = work::fingerprint_of(stage, embedder->fingerprint());
  VectorSource source(embedder->description().dimensions);
  ALCOVE_TRY(const auto runs, store->all_runs());
  std::size_t filled = 0;
  std::vector<artefacts::Completion> batch;
  for (const auto& run : runs) {
    if (run.count > 0) {
      artefacts::Completion completion;
      completion.content = run.content;
      completion.stage = stage.name;
      completion.fingerprint = fingerprint;
      completion.machine = "benchmark";
      completion.of_run = run.first;
      completion.data = wire::encode(source.make(run.count));
      batch.push_back(std::move(completion));
      filled += run.count;
    }
    if (batch.size() == kStep) {
      ALCOVE_TRY_VOID(store->complete(batch));
      batch.clear();
    }
  }
  ALCOVE_TRY_VOID(store->complete(batch));
  return filled;
}

}  // namespace
}  // namespace alcove::bench

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (arguments.size() != 3) {
    fmt::print(stderr, "usage: alcove_bench_synthetic_vectors DATA_FOLDER MODEL_FOLDER (the server must not run)\n");
    return 2;
  }
  const auto filled = alcove::bench::fill(arguments[1], arguments[2]);
  if (!filled) {
    fmt::print(stderr, "{} ({})\n", filled.error().message, filled.error().detail);
    return EXIT_FAILURE;
  }
  fmt::print("{{\"passages_filled\":{}}}\n", *filled);
  return EXIT_SUCCESS;
}
