/// @file
/// Fills the artefact store of a stopped server with vectors for every passage that has none: what the model would have
/// taken hours for, where only the time of a search is measured.
///
/// The vectors are of the model's size and carry its fingerprint, so that the server serves them.

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/synthetic_vectors/vector_source.hpp"
#include "domain/artefacts/store.hpp"
#include "domain/work/stages.hpp"
#include "wire/artefacts.hpp"
#include "wire/codec.hpp"
#include "workers/models/embedder.hpp"

namespace alcove::bench {
namespace {

constexpr std::size_t kStep = 500;
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
