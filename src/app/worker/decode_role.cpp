#include <optional>
#include <utility>

#include "app/worker/role.hpp"
#include "workers/decode/decode_worker.hpp"

namespace alcove::worker {
namespace {

class DecodeRole final : public Role {
 public:
  [[nodiscard]] sandbox::Policy policy() const override {
    sandbox::Policy policy;
    policy.readable_paths = sandbox::decode_read_paths();
    return policy;
  }
  Status prepare() override {
    ALCOVE_TRY(decode::DecodeWorker worker, decode::DecodeWorker::prepare());
    worker_.emplace(std::move(worker));
    return {};
  }
  void describe(wire::Hello& /*hello*/) const override {}
  Status run(ipc::Channel& channel) override { return worker_->run(channel); }

 private:
  std::optional<decode::DecodeWorker> worker_;
};

}  // namespace

std::unique_ptr<Role> make_decode_role() {
  return std::make_unique<DecodeRole>();
}

}  // namespace alcove::worker
