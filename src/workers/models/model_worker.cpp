#include "workers/models/model_worker.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/sync.hpp"
#include "drivers/os/thread.hpp"
#include "workers/models/instructions.hpp"

namespace alcove::models {
namespace {

using Clock = std::chrono::steady_clock;

/// A reply that the server does not take within this time is lost; the server has then long given up.
constexpr std::chrono::seconds kSendTimeout{30};
/// How often an idle thread looks whether the worker ends, should the notice of it be lost.
constexpr std::chrono::seconds kIdleWait{5};

/// One request between arrival and reply. Slots of `reply` belong to the thread that computes the text.
struct OpenRequest {
  std::vector<PreparedText> texts;
  wire::EmbedReply reply;
  Clock::time_point arrival = Clock::now();
  std::atomic<std::size_t> texts_left = 0;
  Guarded<std::string> error;
};

/// One text of a request. Shared by the jobs of one request only; the last one to end sends the reply.
struct Job {
  std::shared_ptr<OpenRequest> request;
  std::size_t text = 0;
};

/// Passage threads stop here between two texts while a query waits or runs.
class QueryGate {
 public:
  void query_begins() {
    const std::scoped_lock lock(mutex_);
    ++queries_;
  }
  void query_ends() {
    {
      const std::scoped_lock lock(mutex_);
      --queries_;
    }
    idle_.notify_all();
  }
  void wait_for_no_query() {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, kIdleWait, [&] { return queries_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable idle_;
  int queries_ = 0;
};

/// Threads, queues and the channel of one run.
class Service {
 public:
  Service(const PreparedModelWorker& worker, ipc::Channel& channel) : worker_(worker), channel_(channel) {
    if (worker_.embedder == nullptr) {
      return;
    }
    threads_.emplace_back([this] { serve_queries(); });
    for (int i = 0; i < worker_.threads; ++i) {
      threads_.emplace_back([this] {
        os::make_idle_thread();
        serve_passages();
      });
    }
  }
  ~Service() {
    is_ending_.store(true);
    queries_.close();
    passages_.close();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void accept(wire::EmbedRequest request) {
    wire::EmbedReply refusal;
    refusal.request_id = request.request_id;
    if (worker_.embedder == nullptr) {
      refusal.error = worker_.error;
    } else if (request.texts.empty() || request.texts.size() > kTextsPerRequestMax) {
      refusal.error = "The number of texts in the request is outside the limits";
    } else if (!enqueue(request)) {
      refusal.error = "The model worker is overloaded";
    } else {
      return;
    }
    send(refusal);
  }

 private:
  /// False when the queue is full; only the reading thread adds, so room that is there stays there.
  bool enqueue(const wire::EmbedRequest& request) {
    const bool is_query = request.purpose == wire::EmbedPurpose::kQuery;
    BoundedQueue<Job>& queue = is_query ? queries_ : passages_;
    const std::size_t capacity = is_query ? kQueriesWaitingMax : kTextsWaitingMax;
    const std::size_t count = request.texts.size();
    if (queue.depth() + count > capacity) {
      return false;
    }
    auto open = std::make_shared<OpenRequest>();
    for (const std::string& text : request.texts) {
      open->texts.push_back(worker_.embedder->prepare(text, request.purpose));
    }
    const std::size_t dimensions = worker_.embedder->description().dimensions;
    open->reply.request_id = request.request_id;
    open->reply.dimensions = static_cast<std::uint32_t>(dimensions);
    open->reply.scales.resize(count);
    open->reply.values.resize(count * dimensions);
    open->texts_left.store(count);
    // Longest first: the threads then end a request at nearly the same moment.
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, std::ranges::greater{}, [&](std::size_t text) { return open->texts[text].token_count(); });
    for (const std::size_t text : order) {
      if (is_query) {
        gate_.query_begins();
      }
      if (!queue.try_push(Job{.request = open, .text = text}) && is_query) {
        gate_.query_ends();
      }
    }
    return true;
  }

  void serve_queries() {
    while (!is_ending_.load()) {
      if (auto job = queries_.pop_until(Clock::now() + kIdleWait)) {
        compute(*job);
        gate_.query_ends();
      }
    }
  }

  void serve_passages() {
    while (!is_ending_.load()) {
      gate_.wait_for_no_query();
      if (auto job = passages_.pop_until(Clock::now() + kIdleWait)) {
        compute(*job);
      }
    }
  }

  void compute(const Job& job) {
    OpenRequest& request = *job.request;
    const auto vector = worker_.embedder->embed(request.texts[job.text]);
    if (vector) {
      const QuantizedVector quantized = quantize_unit(*vector);
      request.reply.scales[job.text] = quantized.scale;
      std::copy(quantized.values.begin(), quantized.values.end(),
                request.reply.values.begin() +
                    static_cast<std::ptrdiff_t>(job.text * worker_.embedder->description().dimensions));
    } else {
      log_error("models", vector.error());
      request.error.with([&](std::string& error) { error = vector.error().message; });
    }
    if (request.texts_left.fetch_sub(1) == 1) {
      finish(request);
    }
  }

  void finish(OpenRequest& request) {
    std::size_t tokens = 0;
    for (const PreparedText& text : request.texts) {
      tokens += text.token_count();
    }
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - request.arrival);
    request.reply.token_count = static_cast<std::uint32_t>(tokens);
    request.reply.compute_ms = static_cast<std::uint32_t>(elapsed.count());
    request.reply.error = request.error.with([](const std::string& error) { return error; });
    if (!request.reply.error.empty()) {
      request.reply.scales.clear();
      request.reply.values.clear();
    }
    send(request.reply);
  }

  void send(const wire::EmbedReply& reply) {
    // A reply that cannot be sent is not repeated: the reading thread is about to learn that the server is gone.
    if (const auto sent = channel_.send(wire::MessageKind::kEmbedReply, reply, Context::with_timeout(kSendTimeout));
        !sent && !is_ending_.load()) {
      log_warning("models", "a reply was lost: {}", sent.error().detail);
    }
  }

  const PreparedModelWorker& worker_;
  ipc::Channel& channel_;
  QueryGate gate_;
  BoundedQueue<Job> queries_{kQueriesWaitingMax};
  BoundedQueue<Job> passages_{kTextsWaitingMax};
  std::atomic<bool> is_ending_ = false;
  /// Last, so that they end before what they use.
  std::vector<std::jthread> threads_;
};

}  // namespace

void PreparedModelWorker::describe(wire::Hello& hello) const {
  hello.role = "model";
  hello.model_error = error;
  hello.instructions = name_of(best_instructions());
  if (embedder != nullptr) {
    hello.model_name = embedder->description().name;
    hello.model_fingerprint = embedder->fingerprint();
    hello.dimensions = static_cast<std::uint32_t>(embedder->description().dimensions);
  }
}

PreparedModelWorker prepare_model_worker(const ModelWorkerOptions& options) {
  PreparedModelWorker worker;
  worker.threads = std::clamp(options.threads, 1, kThreadsMax);
  std::error_code ignored;
  const bool is_model_folder = std::filesystem::exists(options.models_folder / "model.json", ignored);
  auto embedder = Embedder::load(is_model_folder ? options.models_folder : options.models_folder / options.model);
  if (embedder) {
    worker.embedder = std::move(*embedder);
  } else {
    log_warning("models", "no model: {}", embedder.error().detail);
    worker.error = embedder.error().message;
  }
  return worker;
}

int run_model_worker(const PreparedModelWorker& worker, ipc::Channel& channel) {
  Service service(worker, channel);
  while (true) {
    const auto frame = channel.receive(Context{});
    if (!frame) {
      if (frame.error().code == ErrorCode::kUnavailable) {
        return 0;
      }
      log_error("models", frame.error());
      return 1;
    }
    auto request = frame->as<wire::EmbedRequest>(wire::MessageKind::kEmbedRequest);
    if (!request) {
      log_error("models", request.error());
      return 1;
    }
    service.accept(std::move(*request));
  }
}

}  // namespace alcove::models
