#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "core/tick.hpp"
#include "core/variates.hpp"
#include "factory/work_calendar.hpp"

// What stops a server, who is needed to put it right, and what it costs to change over.
namespace lunafab::factory {

/// What becomes of the work in hand when a server stops.
enum class Interruption : std::uint8_t {
  resume,    ///< goes on where it stopped
  restart,   ///< begins again, with the same time
  resample,  ///< begins again, with a new time
  scrap,     ///< is lost
  finish     ///< is finished first; not for failures
};

/// So many units with a skill, all at the same time.
struct Need {
  std::uint32_t skill = 0;
  std::int32_t count = 1;
};

enum class UpkeepClock : std::uint8_t {
  operating,  ///< time at work
  calendar,   ///< time of any kind
  pieces      ///< firings, or pieces of lots
};

/// A failure mode, or a planned maintenance: what a server needs again and again.
struct Upkeep {
  std::string name;
  std::uint32_t entity = 0;  ///< key of its random streams
  bool planned = false;      ///< waits for the end of the work in hand, and for its window
  UpkeepClock clock = UpkeepClock::operating;
  Distribution interval;  ///< from the end of one to the next, s or pieces
  Distribution duration;  ///< s
  std::vector<Need> crew;
  Interruption work = Interruption::resume;  ///< failures
  std::uint32_t window = always_on;          ///< planned: calendar within which it may begin
};

inline constexpr std::uint16_t no_setup = 0xffff;

/// Change-over times from state to state; servers begin in state `initial`, or in none, from which every
/// change-over is free.
struct SetupMatrix {
  std::string name;
  std::vector<std::string> states;
  std::vector<Distribution> times;  ///< [from × to, row-major] s; constant 0 on the diagonal
  const Distribution& time(std::uint16_t from, std::uint16_t to) const {
    return times[from * states.size() + to];
  }
};

/// How many are worked on together: starts as soon as `least` are there, with up to `most`; once the first
/// has waited for `wait`, with what is there.
struct Batch {
  std::int32_t least = 1, most = 1;
  Ticks wait{never.us};
};

}  // namespace lunafab::factory
