#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>
#include "core/tick.hpp"
#include "core/variates.hpp"
#include "factory/upkeep.hpp"

// Lots that follow a route of steps over stations. A station that serves steps keeps a queue of lots.
namespace lunafab::factory {

inline constexpr std::uint32_t no_step = 0xffffffff;

/// What a step's time counts for.
enum class TimePer : std::uint8_t { lot, piece, batch };

/// A lot must start step `at` no later than `limit` after it has finished this one.
struct QueueTimeLimit {
  std::uint32_t at = no_step;
  Ticks limit{};
  enum class Broken : std::uint8_t { note, scrap, rework } broken = Broken::note;
  std::uint32_t rework_to = no_step;
};

/// Amount of a material that a lot takes from, or gives to, a store at a step.
struct StepLeg {
  std::uint32_t store = 0;
  std::int64_t amount = 0;
};

struct Step {
  std::string name;
  std::uint32_t entity = 0;  ///< key of its random streams; draw n of a lot: serial · 2⁸ + visit
  std::uint32_t station = 0;
  Distribution time;  ///< s
  TimePer per = TimePer::lot;
  std::uint16_t setup = no_setup;  ///< state of the station's matrix
  Batch batch;
  std::uint32_t family = 0;  ///< lots of one family are batched together; own to the station
  double sampled = 1.0;      ///< share of lots that do the step; the rest pass at once
  double good = 1.0;         ///< share of lots that pass; the rest are reworked, or scrapped
  std::uint32_t rework_to = no_step;
  std::uint16_t rework_limit = 0;        ///< reworks of one lot at this step; beyond, it is scrapped
  bool remembered = false;               ///< a later step returns to the server of this one
  std::uint32_t same_tool_as = no_step;  ///< earlier step whose server the lot returns to
  std::vector<QueueTimeLimit> limits;    ///< that begin when this step ends
  Distribution move;                     ///< s, on the way to this step
  std::vector<StepLeg> take, put;
  std::vector<Need> crew;
};

struct Product {
  std::string name;
  std::uint32_t group = 0;
  std::uint32_t local = 0;    ///< position in its group's state
  std::int64_t lot_size = 1;  ///< pieces
  Ticks allowance{never.us};  ///< due date = release + allowance
  std::vector<Step> steps;
  std::vector<double> work_left_s;  ///< mean time of this step and all after it, by step
  double raw_time_s = 0.0;
};

inline constexpr std::uint32_t no_limit = 0xffffffff, no_drum = 0xffffffff;

/// When lots are let in.
struct Release {
  std::string name;
  std::uint32_t entity = 0;
  std::uint32_t local = 0;  ///< position in its group's state
  std::uint32_t product = 0;
  std::int32_t priority = 5;                                      ///< smaller goes first
  Ticks allowance{never.us};                                      ///< due date = release + allowance
  std::int64_t lots = 1;                                          ///< each time
  std::int64_t count = std::numeric_limits<std::int64_t>::max();  ///< releases in all
  Tick first{};
  Distribution interval;  ///< s; unused with a schedule, or with a limit alone
  bool timed = true;      ///< false: whenever the limit allows
  std::vector<Tick> schedule;
  /// Lots wait outside while the limit's account is full: lots (`conwip`, over the account's releases), or
  /// mean hours of work on their way to the drum.
  std::uint32_t limit = no_limit;  ///< index into Plant::limits
};

/// Constant work in process, or drum–buffer–rope: what is on its way may not exceed a level.
struct ReleaseLimit {
  std::string name;
  std::uint32_t group = 0;
  std::uint32_t local = 0;
  std::int64_t lots = std::numeric_limits<std::int64_t>::max();
  std::uint32_t drum = no_drum;  ///< station; lots count until they have left it for the last time
  Ticks drum_work{};  ///< 0: lots are counted; mean work of the drum on its way to it, in place of lots
};

/// One criterion of a dispatch rule; terms of one level are added up with their weights, the next level
/// decides between equals. Smaller goes first.
struct DispatchTerm {
  enum class Kind : std::uint8_t {
    fifo,  ///< arrival in the queue, h
    lifo,
    spt,             ///< mean time of the step, h
    edd,             ///< due date, h
    critical_ratio,  ///< time to the due date ÷ mean work left
    slack,           ///< time to the due date − mean work left, h
    setup,           ///< mean set-up the server would need, h
    priority
  };
  Kind kind = Kind::fifo;
  double weight = 1.0;
  std::uint8_t level = 0;  ///< below `dispatch_levels`
};
inline constexpr std::size_t dispatch_levels = 4;

}  // namespace lunafab::factory
