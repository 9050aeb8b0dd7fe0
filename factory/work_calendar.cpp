#include "factory/work_calendar.hpp"
#include <algorithm>

namespace lunafab::factory {
namespace {

/// Start of the period that holds `at`.
Tick period_start(const WorkCalendar& calendar, Tick at) {
  return calendar.period.us == 0 ? Tick{} : Tick{at.us / calendar.period.us * calendar.period.us};
}

}  // namespace

bool is_on(const WorkCalendar& calendar, Tick at) {
  const Tick within = Tick{} + (at - period_start(calendar, at));
  return std::any_of(calendar.on.begin(), calendar.on.end(), [&](const WorkCalendar::Stretch& stretch) {
    return stretch.from <= within && within < stretch.to;
  });
}

Tick next_change(const WorkCalendar& calendar, Tick at) {
  const bool now = is_on(calendar, at);
  const Tick start = period_start(calendar, at);
  for (const Ticks shift : {Ticks{}, calendar.period, calendar.period * 2}) {
    for (const WorkCalendar::Stretch& stretch : calendar.on) {
      for (const Tick edge : {stretch.from, stretch.to}) {
        const Tick candidate = start + shift + (edge - Tick{});
        if (candidate > at && is_on(calendar, candidate) != now) return candidate;
      }
    }
    if (calendar.period.us == 0) break;
  }
  return never;
}

Tick next_on(const WorkCalendar& calendar, Tick at) {
  return is_on(calendar, at) ? at : next_change(calendar, at);
}

double share_on(const WorkCalendar& calendar) {
  Ticks on{};
  for (const WorkCalendar::Stretch& stretch : calendar.on) on = on + (stretch.to - stretch.from);
  const Ticks span = calendar.period.us > 0 ? calendar.period
                     : calendar.on.empty()  ? Ticks{1}
                                            : calendar.on.back().to - Tick{};
  return static_cast<double>(on.us) / static_cast<double>(span.us);
}

}  // namespace lunafab::factory
