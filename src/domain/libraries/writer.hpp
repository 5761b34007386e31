#pragma once
/// @file
/// Writes file rows and tells the in-memory sets, in the same order.

#include <functional>

#include "base/error.hpp"
#include "base/sync.hpp"
#include "domain/catalog/catalog.hpp"
#include "domain/files/files.hpp"
#include "domain/files/records.hpp"

namespace alcove::libraries {

/// One transaction after the other, each followed by Files::apply before the next begins.
///
/// Thread safety: any thread; writes exclude one another. Listeners of Files::on_change run inside, so they must not
/// write here.
class Writer {
 public:
  Writer(catalog::Catalog& catalog, files::Files& files) : catalog_(catalog), files_(files) {}

  /// Nothing is kept on an error.
  Status write(const std::function<Status(files::Records&)>& use);
  /// A stable view, beside writes.
  Status read(const std::function<Status(files::Records&)>& use);

 private:
  catalog::Catalog& catalog_;
  files::Files& files_;
  Mutex mutex_;
};

}  // namespace alcove::libraries
