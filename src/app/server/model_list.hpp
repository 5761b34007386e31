#pragma once
/// @file
/// Models of the catalogue (models/catalog.json), those of the folder of models beside them, and whether their files
/// are there.

#include <string>
#include <vector>

#include "app/server/options.hpp"
#include "base/error.hpp"
#include "surface/rest/api.hpp"

namespace alcove::server {

/// `active_name` is the model in use. A model counts as installed when all its files are there in their sizes.
Result<std::vector<rest::ModelEntry>> list_models(const ServeOptions& options, const std::string& active_name);
/// Reads every byte and compares hashes. Errors: kNotFound.
Result<rest::ModelEntry> verify_model(const ServeOptions& options, const std::string& name,
                                      const std::string& active_name);

}  // namespace alcove::server
