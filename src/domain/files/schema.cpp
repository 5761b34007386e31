#include "domain/files/schema.hpp"

#include "embedded/files_schema.hpp"

namespace alcove::files {

sqlite::Migration schema() {
  return {.name = "files", .sql = embedded::files_schema};
}

}  // namespace alcove::files
