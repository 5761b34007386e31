#include "app/worker/role.hpp"
#include "workers/models/model_worker.hpp"

namespace alcove::worker {
namespace {

/// A person waits for a query's vector: above the decode workers, a little below everything else. The threads for
/// passages stand behind all (os::make_idle_thread).
constexpr int kModelNice = 5;

class ModelRole final : public Role {
 public:
  explicit ModelRole(const Options& options) : options_(options) {}

  [[nodiscard]] sandbox::Policy policy() const override {
    sandbox::Policy policy;
    policy.readable_paths = sandbox::model_read_paths(options_.models_folder);
    policy.file_opening = sandbox::FileOpening::kNone;
    policy.nice = kModelNice;
    return policy;
  }
  Status prepare() override {
    models::ModelWorkerOptions wanted;
    wanted.models_folder = options_.models_folder;
    if (!options_.model.empty()) {
      wanted.model = options_.model;
    }
    wanted.threads = options_.threads;
    worker_ = models::prepare_model_worker(wanted);
    return {};
  }
  void describe(wire::Hello& hello) const override { worker_.describe(hello); }
  Status run(ipc::Channel& channel) override {
    if (models::run_model_worker(worker_, channel) != 0) {
      return fail(ErrorCode::kCorrupt, "The server sent something malformed");
    }
    return {};
  }

 private:
  Options options_;
  models::PreparedModelWorker worker_;
};

}  // namespace

std::unique_ptr<Role> make_model_role(const Options& options) {
  return std::make_unique<ModelRole>(options);
}

}  // namespace alcove::worker
