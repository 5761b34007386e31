#pragma once
/// @file
/// The stages, declared once: what they need, who runs them, and the fingerprint of what they make.

#include <cstdint>
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
/// Small ones first: a class per factor of four in size, from 0 (1 GiB and more) to 15 (up to 4 bytes).
int priority_of(std::int64_t size_bytes);

}  // namespace alcove::work
