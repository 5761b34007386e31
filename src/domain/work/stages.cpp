#include "domain/work/stages.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"

namespace alcove::work {

const std::vector<Stage>& stages() {
  using Family = Stage::Family;
  // In the order in which a decode worker runs them. A higher version makes every older result stale.
  static const std::vector<Stage> kStages{
      {.name = "probe", .version = 2, .family = Family::kDecode, .needs = {}},
      // Before `text`, which lists the names of an archive that was walked for this.
      {.name = "parts", .version = 2, .family = Family::kDecode, .needs = {"probe"}},
      {.name = "text", .version = 4, .family = Family::kDecode, .needs = {"probe"}},
      {.name = "passages", .version = 2, .family = Family::kDecode, .needs = {"text"}},
      {.name = "language", .version = 1, .family = Family::kDecode, .needs = {"text"}},
      {.name = "facts", .version = 1, .family = Family::kDecode, .needs = {"text"}},
      {.name = "thumbnail", .version = 1, .family = Family::kDecode, .needs = {"probe"}},
      // One stage per text space (domain/models), so that another model's vectors can be made behind those in use.
      {.name = "text_vectors", .version = 1, .family = Family::kModel, .needs = {"passages"}},
      {.name = "text_vectors_2", .version = 1, .family = Family::kModel, .needs = {"passages"}},
  };
  return kStages;
}

const Stage* find_stage(std::string_view name) {
  const auto found = std::ranges::find_if(stages(), [&](const Stage& stage) { return stage.name == name; });
  return found == stages().end() ? nullptr : &*found;
}

std::vector<std::string> stage_names(Stage::Family family) {
  std::vector<std::string> names;
  for (const Stage& stage : stages()) {
    if (stage.family == family) {
      names.emplace_back(stage.name);
    }
  }
  return names;
}

std::string fingerprint_of(const Stage& stage, std::string_view model) {
  std::string text = fmt::format("{}/{}", stage.name, stage.version);
  for (const char* need : stage.needs) {
    const Stage* below = find_stage(need);
    ALCOVE_CHECK(below != nullptr, "a stage needs one that is declared");
    text += fmt::format("({})", fingerprint_of(*below, model));
  }
  if (stage.family == Stage::Family::kModel) {
    text += fmt::format("@{}", model);
  }
  return text;
}

int priority_of(std::int64_t size_bytes) {
  int level = 15;
  for (std::int64_t bound = 4; bound < size_bytes && level > 0; bound *= 4) {
    --level;
  }
  return level;
}

}  // namespace alcove::work
