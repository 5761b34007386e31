#pragma once
/// @file
/// The functions behind the table of routes. Only for this folder.

#include "surface/rest/api.hpp"

namespace alcove::rest {

using RouteResult = Result<http::Response>;

// session_routes.cpp
RouteResult health(Api& api, Call& call);
RouteResult state(Api& api, Call& call);
RouteResult set_up(Api& api, Call& call);
RouteResult make_setup_link(Api& api, Call& call);
RouteResult sign_in(Api& api, Call& call);
RouteResult sign_out(Api& api, Call& call);
RouteResult clear_waits(Api& api, Call& call);
RouteResult list_sessions(Api& api, Call& call);
RouteResult end_session(Api& api, Call& call);

// search_routes.cpp
RouteResult search(Api& api, Call& call);
RouteResult search_further(Api& api, Call& call);
RouteResult retry_file(Api& api, Call& call);
RouteResult similar_files(Api& api, Call& call);
RouteResult suggest(Api& api, Call& call);

// searches_routes.cpp
RouteResult list_recent_searches(Api& api, Call& call);
RouteResult remember_search(Api& api, Call& call);
RouteResult forget_searches(Api& api, Call& call);
RouteResult forget_search(Api& api, Call& call);
RouteResult list_saved_searches(Api& api, Call& call);
RouteResult save_search(Api& api, Call& call);
RouteResult rename_search(Api& api, Call& call);
RouteResult remove_search(Api& api, Call& call);
RouteResult set_search_memory(Api& api, Call& call);

// library_routes.cpp
RouteResult list_libraries(Api& api, Call& call);
RouteResult add_library(Api& api, Call& call);
RouteResult show_library(Api& api, Call& call);
RouteResult remove_library(Api& api, Call& call);
RouteResult rescan_library(Api& api, Call& call);
RouteResult list_folder(Api& api, Call& call);

// file_routes.cpp
RouteResult show_file(Api& api, Call& call);
RouteResult show_file_by_path(Api& api, Call& call);
RouteResult file_text(Api& api, Call& call);
RouteResult file_thumbnail(Api& api, Call& call);

// content_route.cpp
RouteResult file_content(Api& api, Call& call);

// work_routes.cpp
RouteResult status(Api& api, Call& call);
RouteResult events(Api& api, Call& call);
RouteResult pause_work(Api& api, Call& call);
RouteResult resume_work(Api& api, Call& call);
RouteResult retry_work(Api& api, Call& call);
RouteResult show_vanished(Api& api, Call& call);
RouteResult erase_vanished(Api& api, Call& call);
RouteResult list_problems(Api& api, Call& call);
RouteResult rebuild_indexes(Api& api, Call& call);
RouteResult wait(Api& api, Call& call);
RouteResult list_models(Api& api, Call& call);
RouteResult use_model(Api& api, Call& call);
RouteResult stop_model_change(Api& api, Call& call);
RouteResult discard_kept_vectors(Api& api, Call& call);
RouteResult verify_model(Api& api, Call& call);
RouteResult doctor(Api& api, Call& call);

}  // namespace alcove::rest
