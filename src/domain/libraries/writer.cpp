#include "domain/libraries/writer.hpp"

#include <utility>
#include <vector>

namespace alcove::libraries {

Status Writer::write(const std::function<Status(files::Records&)>& use) {
  const MutexLock lock(mutex_);
  std::vector<files::Files::Applied> applied;
  ALCOVE_TRY_VOID(catalog_.write([&](sqlite::Transaction& transaction) -> Status {
    files::Records records(transaction.database());
    ALCOVE_TRY_VOID(use(records));
    applied = std::move(records.applied);
    return {};
  }));
  files_.apply(applied);
  return {};
}

Status Writer::read(const std::function<Status(files::Records&)>& use) {
  return catalog_.read([&](sqlite::Database& database) -> Status {
    files::Records records(database);
    return use(records);
  });
}

}  // namespace alcove::libraries
