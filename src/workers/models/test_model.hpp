#pragma once
/// @file
/// For tests: where the installed embedding model lies.

#include <cstdlib>
#include <filesystem>

#include "workers/models/embedder.hpp"

namespace alcove::models {

/// The default model's folder in the shared store, whether it is there or not (tools/models/fetch_models.py).
inline std::filesystem::path test_model_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::filesystem::path(value != nullptr ? value : "");
  };
  std::filesystem::path store = variable("ALCOVE_MODELS");
  if (store.empty()) {
    const std::filesystem::path cache = variable("XDG_CACHE_HOME");
    store = (cache.empty() ? variable("HOME") / ".cache" : cache) / "alcove" / "models";
  }
  return store / kDefaultEmbeddingModel;
}

}  // namespace alcove::models
