#pragma once
/// @file
/// The interface of api/openapi.yaml: one table of routes over the domain.

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.hpp"
#include "base/error.hpp"
#include "base/remark.hpp"
#include "domain/auth/auth.hpp"
#include "drivers/http/message.hpp"
#include "drivers/json/json.hpp"

namespace alcove::artefacts {
class Store;
}
namespace alcove::files {
class Files;
}
namespace alcove::libraries {
class Libraries;
}
namespace alcove::search {
class Search;
}
namespace alcove::searches {
class Searches;
}
namespace alcove::work {
class Engine;
}

namespace alcove::rest {

/// Who may call a route; each admits those below it, and the operator may call all.
enum class Access : std::uint8_t { kNone, kUser, kOwner, kOperator };
/// The word in the contract's x-alcove-access.
std::string_view access_name(Access access);

/// Event streams open at once; a browser opens one.
inline constexpr std::size_t kEventStreamsMax = 64;
/// Waits (POST /wait) at once. They may last a day, so they leave threads of http::ServerOptions::long_threads to the
/// other long requests.
inline constexpr int kWaitsMax = 8;

/// What `alcove doctor` and the page show of one check.
struct Finding {
  enum class Level : std::uint8_t { kOk, kWarning, kError } level = Level::kOk;
  std::string area;
  std::string text;
};

/// A model of the catalogue as the interface shows it.
struct ModelEntry {
  enum class State : std::uint8_t { kInstalled, kMissing, kDamaged } state = State::kMissing;
  std::string name;
  std::string role;
  std::string licence;
  std::int64_t size_bytes = 0;
  bool active = false;
  bool in_catalogue = true;        ///< Else it was imported, or put into the folder by hand.
  std::int64_t dimensions = 0;     ///< Of its vectors.
  std::int64_t vectors_bytes = 0;  ///< What they take on the disk for all texts; 0: not known.
  std::string note;
};
/// The role of models whose vectors searches use.
inline constexpr std::string_view kTextEmbeddingRole = "text_embedding";

/// What was kept of vanished files and is erased.
struct Erased {
  std::int64_t files = 0;
  std::int64_t contents = 0;
};

/// What the interface stands on. Everything outlives the Api; null only in tests that never reach it.
struct Services {
  std::string version;
  std::vector<std::string> host_names;  ///< Lower case, beside localhost and IP literals.
  std::filesystem::path data_folder;
  std::filesystem::path models_folder;  ///< Told to the operator only.
  auth::Auth* auth = nullptr;
  artefacts::Store* store = nullptr;
  files::Files* files = nullptr;
  libraries::Libraries* libraries = nullptr;
  work::Engine* engine = nullptr;
  search::Search* search = nullptr;
  searches::Searches* searches = nullptr;
  std::function<Result<std::vector<ModelEntry>>()> list_models;
  std::function<Result<ModelEntry>(const std::string& name)> verify_model;
  enum class Depth : std::uint8_t { kQuick, kDeep };
  std::function<Result<std::vector<Finding>>(Depth depth, const Context& context)> doctor;
  /// "http://host:port/setup#token" for a token.
  std::function<std::string(const std::string& token)> setup_url;
  std::function<Result<Erased>()> erase_vanished;
  std::vector<Remark> notices;  ///< For the status, fixed at start.
  /// Sentences about what keeps the work from going on at the moment. May be empty: none.
  std::function<std::vector<Remark>()> troubles;
};

/// One request on its way through a route.
struct Call {
  http::Request& request;
  auth::SignedIn asking;
  std::vector<std::string> parameters;  ///< Values of the pattern's {…}, in order.

  /// The first {…} as an id. Errors: kInvalidArgument (field "id").
  [[nodiscard]] Result<std::int64_t> id() const;
  /// Ends when the client goes, the server stops, or after `timeout`.
  [[nodiscard]] Context context(std::chrono::milliseconds timeout) const;
};

class Api;

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< Below /api/v1, as in the contract.
  Access access;
  enum class Speed : std::uint8_t { kQuick, kLong } speed;
  Result<http::Response> (*handle)(Api& api, Call& call);
};

/// The one table of routes; a test compares it with api/openapi.yaml.
const std::vector<Route>& routes();

/// Thread safety: all calls from any thread. Ownership: borrows its services.
class Api {
 public:
  explicit Api(Services services);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// Answers a request whose path lies below /api/. Never fails: errors become problem documents.
  http::Response handle(http::Request& request);
  /// True for routes that may take minutes.
  [[nodiscard]] static bool is_long(const http::Request& request);
  /// Ends event streams; to be called before the server stops.
  void stop();

  [[nodiscard]] Services& services() { return services_; }
  /// A stream that gets every change of the status. Errors: kOverloaded.
  Result<std::shared_ptr<http::EventStream>> open_event_stream(std::int64_t session_id);
  /// A place among those who wait, until it is ended. Errors: kOverloaded.
  Status begin_wait();
  void end_wait();
  /// Streams of a session that has ended end with it.
  void close_event_streams(std::int64_t session_id);

 private:
  struct Impl;
  Result<http::Response> dispatch(http::Request& request);

  Services services_;
  std::unique_ptr<Impl> impl_;
};

/// A JSON answer.
http::Response json_response(int status, std::string body);
/// 204.
http::Response empty_response();
/// The request's body as JSON. Errors: kInvalidArgument, also for another content type than application/json.
Result<json::Value> read_body(const http::Request& request);
/// For routes without a body or without parameters. Errors: kInvalidArgument.
Status expect_no_query(const http::Request& request);

}  // namespace alcove::rest
