#include "app/server/serve.hpp"

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <future>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "app/server/doctor.hpp"
#include "app/server/house.hpp"
#include "app/server/model_list.hpp"
#include "app/server/tls.hpp"
#include "base/log.hpp"
#include "base/sync.hpp"
#include "base/text.hpp"
#include "surface/rest/api.hpp"
#include "surface/rest/gate.hpp"
#include "surface/rest/problem.hpp"
#include "surface/web/web_files.hpp"

namespace alcove::server {
namespace {

/// Signals that end the server; blocked in every thread and taken by the main one.
sigset_t ending_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  return signals;
}

/// Below this the status warns; the doctor does, too.
constexpr std::uint64_t kFreeBytesLow = 2ULL * 1024 * 1024 * 1024;

void complete(ServeOptions& options) {
  if (options.models_folder.empty()) {
    options.models_folder = default_models_folder();
  }
  if (options.web_folder.empty()) {
    options.web_folder = share_folder() / "web";
  }
  for (std::string& name : options.host_names) {
    name = ascii_lower(name);
  }
}

/// The page and the interface behind one door.
http::Response answer(rest::Api& api, const web::WebFiles& page, http::Request& request) {
  if (!request.segments.empty() && request.segments.front() == "api") {
    return api.handle(request);
  }
  const Status allowed = rest::check_origin(request, api.services().host_names);
  http::Response response = allowed ? page.handle(request) : rest::problem_response(allowed.error(), request.id);
  rest::add_page_headers(response);
  return response;
}

/// Standard output is for the person who starts the server; the log goes to standard error.
void print_line(const std::string& line) {
  std::fputs(line.c_str(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void greet(House& house, const std::string& url, const std::optional<TlsFiles>& tls, rest::Services& services) {
  print_line(fmt::format("Alcove answers at {}", url));
  if (tls) {
    print_line(fmt::format("Certificate fingerprint (SHA-256): {}", tls->fingerprint));
  }
  if (house.auth().setup_needed().value_or(false)) {
    if (const auto token = house.auth().make_setup_token()) {
      print_line(fmt::format("Set up your account here (the link works once): {}", services.setup_url(*token)));
    }
  }
}

/// What keeps the work from going on, for the status: each once, the most urgent first.
std::vector<Remark> troubles_of(House& house, const ServeOptions& options) {
  std::vector<Remark> found;
  for (const std::optional<Error>& error :
       {house.catalog().trouble(), house.store().trouble(), house.search().status().trouble}) {
    if (!error) {
      continue;
    }
    Remark waits{
        .code = "writes_wait",
        .message = fmt::format("{}; indexing waits and goes on by itself when it can write again", error->message),
        .values = {std::string(error_code_name(error->code))}};
    if (std::ranges::find(found, waits) == found.end()) {
      found.push_back(std::move(waits));
    }
  }
  if (Remark notice = house.store().notice(); !notice.empty()) {
    found.push_back(std::move(notice));
  }
  const auto space = os::read_disk_space(options.data_folder);
  if (found.empty() && space && space->free_bytes < kFreeBytesLow) {
    const std::string left_gb = fmt::format("{:.1f}", static_cast<double>(space->free_bytes) / 1e9);
    found.push_back(
        {.code = "disk_low",
         .message = fmt::format("The disk of the data folder has {} GB left; when it is full, indexing waits", left_gb),
         .values = {left_gb}});
  }
  return found;
}

rest::Services make_services(House& house, const ServeOptions& options) {
  rest::Services services;
  services.version = kVersion;
  services.host_names = options.host_names;
  services.data_folder = options.data_folder;
  services.models_folder = options.models_folder;
  services.auth = &house.auth();
  services.store = &house.store();
  services.files = &house.files();
  services.libraries = &house.libraries();
  services.engine = &house.engine();
  services.search = &house.search();
  services.searches = &house.searches();
  services.list_models = [&house, &options] { return list_models(options, house.engine().progress().model_name); };
  services.verify_model = [&house, &options](const std::string& name) {
    return verify_model(options, name, house.engine().progress().model_name);
  };
  services.doctor = [&house, &options](Depth depth, const Context& context) {
    return examine_running(house, options, depth, context);
  };
  services.erase_vanished = [&house]() -> Result<rest::Erased> {
    ALCOVE_TRY(const auto erased, house.housekeeper().erase_vanished());
    return rest::Erased{.files = erased.files, .contents = erased.contents};
  };
  services.troubles = [&house, &options] { return troubles_of(house, options); };
  services.notices = house.add_libraries(options.libraries);
  return services;
}

/// The name under which people reach an address that stands for all of the machine's.
std::string shown_host(const ServeOptions& options, const ListenAddress& address) {
  if (!options.host_names.empty()) {
    return options.host_names.front();
  }
  return address.host == "0.0.0.0" || address.host == "::" ? os::host_name() : address.host;
}

}  // namespace

Status serve(ServeOptions options) {
  ::umask(077);  // Whatever is made in the data folder is for this user alone, indexes included.
  complete(options);
  ALCOVE_TRY(ListenAddress address, parse_listen(options.listen));
  ALCOVE_TRY(const bool speaks_tls, wants_tls(options, address));
  std::optional<TlsFiles> tls;
  const sigset_t signals = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  if (address.host == "0.0.0.0" || address.host == "::") {
    // The link names this machine; it must then answer to that name.
    options.host_names.push_back(ascii_lower(os::host_name()));
  }
  ALCOVE_TRY(const std::unique_ptr<House> house, House::open(options));
  if (speaks_tls) {
    ALCOVE_TRY(tls, ensure_certificate(options, address));
  }
  // Known when the port is bound; a handler that runs before waits for that moment.
  std::promise<std::string> bound_url;
  const std::shared_future<std::string> url = bound_url.get_future().share();
  rest::Services services = make_services(*house, options);
  services.setup_url = [url](const std::string& token) { return fmt::format("{}/setup#token={}", url.get(), token); };
  rest::Api api(std::move(services));
  const web::WebFiles page(options.web_folder);
  if (!page.is_installed()) {
    log_warning("web", "no page in {}: only the command line and the interface work", options.web_folder.string());
  }
  http::ServerOptions http_options;
  http_options.tcp = http::TcpListener{
      .host = address.host, .port = address.port, .tls = tls ? std::optional(tls->files) : std::nullopt};
  http_options.unix_socket = socket_path(options.data_folder);
  ALCOVE_TRY(const std::unique_ptr<http::Server> server,
             http::Server::start(
                 std::move(http_options), [&](http::Request& request) { return answer(api, page, request); },
                 [](const http::Request& request) { return rest::Api::is_long(request); }));
  Guarded<std::optional<Error>> fatal;
  house->catalog().on_damage([&](const Error& error) {
    fatal.with([&](std::optional<Error>& first) { first = error; });
    ::kill(::getpid(), SIGTERM);  // The main thread waits for it.
  });
  address.port = server->port();
  bound_url.set_value(base_url(address, tls ? "https" : "http", shown_host(options, address)));
  greet(*house, url.get(), tls, api.services());

  int caught = 0;
  ::sigwait(&signals, &caught);
  log_info("server", "stopping");
  api.stop();
  server->stop();
  house->catalog().on_damage(nullptr);
  if (auto error = fatal.with([](const std::optional<Error>& first) { return first; })) {
    return std::unexpected(std::move(*error));
  }
  return {};
}

}  // namespace alcove::server
