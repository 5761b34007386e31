#include "surface/rest/routes.hpp"

namespace alcove::rest {

const std::vector<Route>& routes() {
  using enum Access;
  using enum Route::Speed;
  static const std::vector<Route> kRoutes = {
      {"GET", "/health", kNone, kQuick, health},
      {"GET", "/state", kNone, kQuick, state},
      {"POST", "/setup", kNone, kQuick, set_up},
      {"POST", "/setup/link", kOperator, kQuick, make_setup_link},
      {"POST", "/session", kNone, kQuick, sign_in},
      {"DELETE", "/session", kUser, kQuick, sign_out},
      {"DELETE", "/session/waits", kOperator, kQuick, clear_waits},
      {"GET", "/sessions", kUser, kQuick, list_sessions},
      {"DELETE", "/sessions/{id}", kUser, kQuick, end_session},
      {"GET", "/search", kUser, kQuick, search},
      {"GET", "/search/more", kUser, kQuick, search_further},
      {"GET", "/suggest", kUser, kQuick, suggest},
      {"GET", "/searches/recent", kUser, kQuick, list_recent_searches},
      {"POST", "/searches/recent", kUser, kQuick, remember_search},
      {"DELETE", "/searches/recent", kUser, kQuick, forget_searches},
      {"DELETE", "/searches/recent/{id}", kUser, kQuick, forget_search},
      {"GET", "/searches/saved", kUser, kQuick, list_saved_searches},
      {"POST", "/searches/saved", kUser, kQuick, save_search},
      {"PATCH", "/searches/saved/{id}", kUser, kQuick, rename_search},
      {"DELETE", "/searches/saved/{id}", kUser, kQuick, remove_search},
      {"PUT", "/searches/memory", kUser, kQuick, set_search_memory},
      {"GET", "/libraries", kUser, kQuick, list_libraries},
      {"POST", "/libraries", kOwner, kQuick, add_library},
      {"GET", "/libraries/{id}", kUser, kQuick, show_library},
      {"DELETE", "/libraries/{id}", kOwner, kLong, remove_library},
      {"POST", "/libraries/{id}/rescan", kOwner, kQuick, rescan_library},
      {"GET", "/libraries/{id}/list", kUser, kQuick, list_folder},
      {"GET", "/files/by-path", kUser, kQuick, show_file_by_path},
      {"GET", "/files/{id}", kUser, kQuick, show_file},
      {"GET", "/files/{id}/content", kUser, kQuick, file_content},
      {"POST", "/files/{id}/retry", kOwner, kQuick, retry_file},
      {"GET", "/files/{id}/similar", kUser, kQuick, similar_files},
      {"GET", "/files/{id}/text", kUser, kQuick, file_text},
      {"GET", "/files/{id}/thumbnail", kUser, kQuick, file_thumbnail},
      {"GET", "/status", kUser, kQuick, status},
      {"GET", "/events", kUser, kQuick, events},
      {"POST", "/work/pause", kOwner, kQuick, pause_work},
      {"POST", "/work/resume", kOwner, kQuick, resume_work},
      {"POST", "/work/retry", kOwner, kQuick, retry_work},
      {"GET", "/vanished", kOwner, kQuick, show_vanished},
      {"POST", "/vanished/erase", kOwner, kLong, erase_vanished},
      {"GET", "/problems", kUser, kQuick, list_problems},
      {"POST", "/index/rebuild", kOwner, kLong, rebuild_indexes},
      {"POST", "/wait", kOwner, kLong, wait},
      {"GET", "/models", kUser, kQuick, list_models},
      {"POST", "/models/{name}/verify", kOwner, kLong, verify_model},
      {"POST", "/models/{name}/use", kOwner, kQuick, use_model},
      {"POST", "/model-change/stop", kOwner, kQuick, stop_model_change},
      {"POST", "/model-change/discard", kOwner, kQuick, discard_kept_vectors},
      {"GET", "/doctor", kOwner, kLong, doctor},
  };
  return kRoutes;
}

}  // namespace alcove::rest
