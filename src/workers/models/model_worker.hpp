#pragma once
/// @file
/// The model worker: loads its model, then answers EmbedRequests until its channel ends.

#include <filesystem>
#include <memory>
#include <string>

#include "drivers/ipc/channel.hpp"
#include "wire/messages.hpp"
#include "workers/models/embedder.hpp"

namespace alcove::models {

/// Limits of what waits inside the worker. The server sends a new request when one is answered; a server that floods
/// is answered with an error at once, never with memory.
inline constexpr std::size_t kTextsPerRequestMax = 1024;
inline constexpr std::size_t kQueriesWaitingMax = 64;
inline constexpr std::size_t kTextsWaitingMax = 4096;
inline constexpr int kThreadsMax = 64;

struct ModelWorkerOptions {
  /// Where models are kept (one folder each), or one model's own folder.
  std::filesystem::path models_folder;
  std::string model{kDefaultEmbeddingModel};
  /// Passages computed side by side. Queries have a thread of their own.
  int threads = 2;
};

/// What the worker loaded before it was confined.
struct PreparedModelWorker {
  std::unique_ptr<Embedder> embedder;  ///< none when it could not be loaded
  std::string error;                   ///< then: why, for the person
  int threads = 1;

  /// Writes role and model into `hello`.
  void describe(wire::Hello& hello) const;
};

/// Opens all files that the worker will ever need. Call before confinement; starts no threads, so that confinement
/// covers every thread. Never fails: a worker without a model lives and answers with the reason.
PreparedModelWorker prepare_model_worker(const ModelWorkerOptions& options);

/// Serves until the other end closes the channel (0) or sends something malformed (1). The caller has sent Hello.
///
/// The calling thread reads. Texts of a request are computed longest first, one at a time on each of `threads` threads,
/// across requests in their order; no thread begins a passage while a query waits or runs.
int run_model_worker(const PreparedModelWorker& worker, ipc::Channel& channel);

}  // namespace alcove::models
