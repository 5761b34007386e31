#include "domain/models/text_spaces.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/log.hpp"
#include "drivers/json/json.hpp"

namespace alcove::models {
namespace {

constexpr std::string_view kSetting = "text_spaces";
/// Results erased in one transaction: others who write wait no longer than some milliseconds.
constexpr std::size_t kEraseStep = 200;

constexpr std::array<std::pair<SpacePhase, const char*>, 5> kPhaseNames{{{SpacePhase::kEmpty, "empty"},
                                                                         {SpacePhase::kServing, "serving"},
                                                                         {SpacePhase::kBuilding, "building"},
                                                                         {SpacePhase::kKept, "kept"},
                                                                         {SpacePhase::kErasing, "erasing"}}};

std::string write_state(const TextSpacesState& state) {
  json::Writer writer;
  writer.begin_object()
      .member("serving", state.serving)
      .member("since", state.serving_since)
      .key("spaces")
      .begin_array();
  for (const TextSpace& space : state.spaces) {
    writer.begin_object()
        .member("phase", phase_name(space.phase))
        .member("model", space.model)
        .member("next", space.next_model)
        .end_object();
  }
  writer.end_array().end_object();
  return std::move(writer).take();
}

/// Nothing when the text is no state that we could have written.
std::optional<TextSpacesState> read_state(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed) {
    return std::nullopt;
  }
  TextSpacesState state;
  state.serving = static_cast<std::size_t>(parsed->int64_at("serving"));
  state.serving_since = parsed->int64_at("since");
  const json::Value::Array& spaces = parsed->items_at("spaces");
  if (spaces.size() != kTextSpaces || state.serving >= kTextSpaces) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kTextSpaces; ++i) {
    const std::string phase = spaces[i].text_at("phase");
    const auto* const known = std::ranges::find_if(kPhaseNames, [&](const auto& each) { return phase == each.second; });
    if (known == kPhaseNames.end()) {
      return std::nullopt;
    }
    state.spaces.at(i) = {
        .phase = known->first, .model = spaces[i].text_at("model"), .next_model = spaces[i].text_at("next")};
  }
  if (state.serving_space().phase != SpacePhase::kServing || state.other_space().phase == SpacePhase::kServing ||
      !is_model_name(state.serving_space().model)) {
    return std::nullopt;
  }
  return state;
}

}  // namespace

const char* phase_name(SpacePhase phase) {
  return std::ranges::find(kPhaseNames, phase, &std::pair<SpacePhase, const char*>::first)->second;
}

std::optional<std::size_t> text_space_of(std::string_view stage) {
  const auto* const found = std::ranges::find(kTextSpaceStages, stage);
  return found == kTextSpaceStages.end() ? std::nullopt
                                         : std::optional(static_cast<std::size_t>(found - kTextSpaceStages.begin()));
}

bool is_model_name(std::string_view name) {
  return !name.empty() && name.size() <= kModelNameMax && !name.starts_with('.') &&
         std::ranges::all_of(name, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
         });
}

Result<std::unique_ptr<TextSpaces>> TextSpaces::open(artefacts::Store& store, std::string_view first_model) {
  std::unique_ptr<TextSpaces> made(new TextSpaces(store));
  ALCOVE_TRY(const auto stored, store.load_setting(kSetting));
  auto known = stored ? read_state(*stored) : std::nullopt;
  if (stored && !known) {
    log_warning("models", "which model is in use cannot be read; the default one is");
  }
  if (!known) {
    known.emplace();
    known->spaces.front() = {.phase = SpacePhase::kServing, .model = std::string(first_model), .next_model = {}};
    // Whatever lies in the other one is of no model that is known.
    known->spaces.back() = {.phase = stored ? SpacePhase::kErasing : SpacePhase::kEmpty, .model = {}, .next_model = {}};
  }
  made->state_.with([&](TextSpacesState& state) { state = std::move(*known); });
  return made;
}

TextSpacesState TextSpaces::current() const {
  return state_.with([](const TextSpacesState& state) { return state; });
}

Status TextSpaces::update(const std::function<Status(TextSpacesState&)>& change) {
  const std::scoped_lock lock(writing_);
  TextSpacesState next = current();
  ALCOVE_TRY_VOID(change(next));
  ALCOVE_TRY_VOID(store_.set_setting(kSetting, write_state(next)));
  state_.with([&](TextSpacesState& state) { state = std::move(next); });
  return {};
}

Status TextSpaces::use(const std::string& model) {
  if (!is_model_name(model)) {
    return fail(ErrorCode::kInvalidArgument, "That is no name of a model");
  }
  return update([&](TextSpacesState& state) -> Status {
    TextSpace& other = state.spaces.at(state.other());
    if (model == state.serving_space().model) {
      if (other.phase == SpacePhase::kBuilding) {
        other.phase = SpacePhase::kKept;
      }
      other.next_model.clear();
      return {};
    }
    const bool has_vectors = other.phase == SpacePhase::kErasing || (!other.model.empty() && other.model != model);
    if (has_vectors) {
      other.phase = SpacePhase::kErasing;
      other.next_model = model;
    } else {
      other = {.phase = SpacePhase::kBuilding, .model = model, .next_model = {}};
    }
    return {};
  });
}

Status TextSpaces::stop() {
  return update([](TextSpacesState& state) -> Status {
    TextSpace& other = state.spaces.at(state.other());
    if (other.phase == SpacePhase::kBuilding) {
      other.phase = SpacePhase::kKept;
    }
    other.next_model.clear();
    return {};
  });
}

Status TextSpaces::discard() {
  return update([](TextSpacesState& state) -> Status {
    TextSpace& other = state.spaces.at(state.other());
    if (other.phase == SpacePhase::kBuilding || !other.next_model.empty()) {
      return fail(ErrorCode::kPreconditionFailed, "These vectors are being built; stop that first");
    }
    if (other.phase == SpacePhase::kKept) {
      other.phase = SpacePhase::kErasing;
    }
    return {};
  });
}

Status TextSpaces::take_over(std::size_t space) {
  return update([&](TextSpacesState& state) -> Status {
    if (space >= kTextSpaces || state.spaces.at(space).phase != SpacePhase::kBuilding) {
      return fail(ErrorCode::kPreconditionFailed, "These vectors are not being built");
    }
    state.spaces.at(state.serving).phase = SpacePhase::kKept;
    state.spaces.at(space).phase = SpacePhase::kServing;
    state.serving = space;
    state.serving_since = store_.last_sequence();
    return {};
  });
}

Result<bool> TextSpaces::erase_some(std::size_t space) {
  if (current().spaces.at(space).phase != SpacePhase::kErasing) {
    return false;
  }
  ALCOVE_TRY(const bool more, store_.erase_stage_some(kTextSpaceStages.at(space), kEraseStep));
  if (more) {
    return true;
  }
  ALCOVE_TRY_VOID(update([&](TextSpacesState& state) -> Status {
    TextSpace& erased = state.spaces.at(space);
    erased = {.phase = erased.next_model.empty() ? SpacePhase::kEmpty : SpacePhase::kBuilding,
              .model = erased.next_model,
              .next_model = {}};
    return {};
  }));
  return false;
}

}  // namespace alcove::models
