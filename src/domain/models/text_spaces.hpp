#pragma once
/// @file
/// Which model's vectors of texts serve searches, and which are built behind them.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/sync.hpp"
#include "domain/artefacts/store.hpp"

namespace alcove::models {

/// Two spaces: while one serves, another model's vectors are built in the other.
inline constexpr std::size_t kTextSpaces = 2;
/// The stage whose artefacts are a space's vectors.
inline constexpr std::array<std::string_view, kTextSpaces> kTextSpaceStages{"text_vectors", "text_vectors_2"};
/// Nothing when the stage makes no vectors of texts.
std::optional<std::size_t> text_space_of(std::string_view stage);

/// Longest name of a model, in bytes.
inline constexpr std::size_t kModelNameMax = 100;
/// Names that may be a folder's: letters, digits, '.', '_', '-', not beginning with '.'.
bool is_model_name(std::string_view name);

enum class SpacePhase : std::uint8_t {
  kEmpty,     ///< Has no vectors and gets none.
  kServing,   ///< Searches use it; new texts get vectors.
  kBuilding,  ///< All texts get vectors; it serves as soon as none is missing.
  kKept,      ///< Stopped, or served before: its vectors wait to be used or erased.
  kErasing,   ///< Its vectors are being erased; then empty, or building with the next model.
};

/// "empty", "serving" …, as it is stored and as clients read it.
const char* phase_name(SpacePhase phase);

struct TextSpace {
  SpacePhase phase = SpacePhase::kEmpty;
  std::string model;       ///< Whose vectors lie there; "" when empty.
  std::string next_model;  ///< kErasing: what is built afterwards; "" for nothing.

  /// Whether texts get vectors of it.
  [[nodiscard]] bool is_fed() const { return phase == SpacePhase::kServing || phase == SpacePhase::kBuilding; }
};

struct TextSpacesState {
  std::array<TextSpace, kTextSpaces> spaces;
  std::size_t serving = 0;
  /// An index that has applied the store's changes up to here has all vectors that the serving space had when it took
  /// over; before that the other one is the better one.
  std::int64_t serving_since = 0;

  [[nodiscard]] const TextSpace& serving_space() const { return spaces.at(serving); }
  [[nodiscard]] std::size_t other() const { return 1 - serving; }
  [[nodiscard]] const TextSpace& other_space() const { return spaces.at(other()); }
};

/// The two spaces and how they change. The state lies in the artefact store, with the vectors it speaks of.
///
///     empty ──use──▶ building ──take_over──▶ serving ──(the other takes over)──▶ kept ──use──▶ building
///                    │    ▲                                                       │
///                    stop use                                                  discard, or use of another model
///                    ▼    │                                                       ▼
///                    kept ─────────────────────────────────────────────────▶ erasing ──▶ empty, or building
///
/// Thread safety: any thread. Failure: a change that cannot be written has not happened.
class TextSpaces {
 public:
  /// `first_model` serves where nothing is stored yet.
  static Result<std::unique_ptr<TextSpaces>> open(artefacts::Store& store, std::string_view first_model);

  [[nodiscard]] TextSpacesState current() const;

  /// Builds the model's vectors behind those that serve; they take over when complete. Goes on where the model's
  /// vectors are kept; those of a third model are erased first. Of the model that serves: as `stop`.
  /// Errors: kInvalidArgument for what is no model's name.
  Status use(const std::string& model);
  /// Ends the building; what is built so far is kept. Nothing is building: nothing happens.
  Status stop();
  /// Erases what is kept. Errors: kPreconditionFailed while it is being built.
  Status discard();

  /// The space that is being built serves from now on, and the other one is kept. Errors: kPreconditionFailed when that
  /// space is not being built (any more).
  Status take_over(std::size_t space);
  /// Erases some results of a space in phase kErasing; the last step changes the phase. True: there are more.
  Result<bool> erase_some(std::size_t space);

 private:
  explicit TextSpaces(artefacts::Store& store) : store_(store) {}
  /// Changes the state as `change` says, and writes it.
  Status update(const std::function<Status(TextSpacesState&)>& change);

  artefacts::Store& store_;
  std::mutex writing_;  ///< One change at a time.
  Guarded<TextSpacesState> state_;
};

}  // namespace alcove::models
