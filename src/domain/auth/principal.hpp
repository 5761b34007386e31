#pragma once
/// @file
/// Who asks.

#include <cstdint>
#include <string>

#include "base/ids.hpp"

namespace alcove::auth {

/// Every read and write in the domain names the principal it is done for.
struct Principal {
  enum class Kind : std::uint8_t {
    kNobody,   ///< Not signed in.
    kUser,     ///< A signed-in user.
    kOperator  ///< A process of the server's own system user, over the socket in the data folder.
  } kind = Kind::kNobody;
  UserId user;
  std::string name;
  bool is_owner = false;  ///< The first account; may do everything.
};

}  // namespace alcove::auth
