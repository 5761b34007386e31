#pragma once
/// @file
/// The stages, declared once: what they need, who runs them, and the fingerprint of what they make.

#include <string>
#include <string_view>
#include <vector>

#include "domain/work/engine.hpp"

namespace alcove::work {

/// The stage of that name; nothing when there is none.
const Stage* find_stage(std::string_view name);
/// Names of a family, in the order in which they run.
std::vector<std::string> stage_names(Stage::Family family);
/// Version of the stage and of everything it rests on, and the model where one is used:
/// "passages/1(text/1)", "text_vectors/1(passages/1(text/1))@e5-…". `model` is ignored by stages without one.
std::string fingerprint_of(const Stage& stage, std::string_view model);

}  // namespace alcove::work
