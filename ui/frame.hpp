#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>
#include "campaign/snapshot.hpp"

// What passes between the model's thread and the window: frames one way, commands the other.
namespace lunafab::ui {

/// One point of the plots.
struct Sample {
  double day = 0.0;
  std::int64_t built = 0, launched = 0, inserted = 0, shipped = 0;
  double supply_MW = 0.0, stored_MWh = 0.0;
  double busiest =
      0.0;  ///< busy share of the station with most of it; not a number before any time has passed
};

Sample sample(const campaign::Snapshot& snapshot);

/// The speed without a limit.
inline constexpr double unpaced = std::numeric_limits<double>::infinity();

enum class RunState : std::uint8_t { preparing, running, paused, finished, failed };

/// The model at one instant, with the history up to it. Never changes once published.
struct Frame {
  std::uint64_t number = 0;  ///< counts publications
  campaign::Snapshot snapshot;
  std::vector<Sample> history;
  RunState run = RunState::preparing;
  double days_per_s = 0.0;  ///< simulated days a second of wall time; or `unpaced`
  double warmup_days = 0.0;
  std::string error{};  ///< why it failed
};

struct Command {
  enum class Kind : std::uint8_t {
    play,
    pause,
    step,    ///< one window, then pause
    speed,   ///< to `days_per_s`
    finish,  ///< to the end, as fast as it goes, without pausing
    quit
  };
  Kind kind = Kind::play;
  double days_per_s = 0.0;
};

}  // namespace lunafab::ui
