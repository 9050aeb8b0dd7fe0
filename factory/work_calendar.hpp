#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "core/tick.hpp"

namespace lunafab::factory {

/// When work is done: shifts, weeks, lunar days. Stretches on, in order and without overlap; they repeat
/// every `period`, or happen once where it is 0.
struct WorkCalendar {
  struct Stretch {
    Tick from{}, to{};  ///< within the period
  };
  std::string name;
  Ticks period{};
  std::vector<Stretch> on;
};

inline constexpr std::uint32_t always_on = 0xffffffff;  ///< in place of a calendar's index

bool is_on(const WorkCalendar& calendar, Tick at);

/// The first change after `at`; `never` where there is none.
Tick next_change(const WorkCalendar& calendar, Tick at);

/// The first instant at or after `at` that is on; `never` where there is none.
Tick next_on(const WorkCalendar& calendar, Tick at);

/// Share of the time that is on, over the period, or from the start to the last change.
double share_on(const WorkCalendar& calendar);

}  // namespace lunafab::factory
