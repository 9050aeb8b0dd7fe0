#pragma once
#include <cstdint>
#include <vector>
#include "core/tick.hpp"

// What a run records on request: which station holds the others up, and who did what when.
namespace lunafab::factory {

/// Bars of the Gantt chart that lie at least partly in [from, to), up to `most` a group.
struct GanttRequest {
  Tick from{}, to{};
  std::int64_t most = 0;  ///< 0: no chart
};

struct WatchRequest {
  bool bottleneck = false;
  GanttRequest gantt;
  bool any() const { return bottleneck || gantt.most > 0; }
};

/// A station is active while none of its servers waits. Its active period goes on over a wait of no length.
struct Activity {
  Tick since{};                               ///< begin of the active period, or of the last one
  Tick idle_at{};                             ///< when it last ceased to be active
  std::int32_t idle = 0;                      ///< servers that wait
  std::int64_t periods = 0, active_us = 0;    ///< ended
  std::int64_t sole_us = 0, shifting_us = 0;  ///< as the bottleneck; while it passes from or to another

  /// `change` servers more wait from now on; not 0.
  void count_idle(std::int32_t change, Tick now) {
    if (idle == 0) idle_at = now;
    idle += change;
    if (idle > 0 || now == idle_at) return;
    ++periods;
    active_us += (idle_at - since).us;
    since = now;
  }
  static void visit_fields(auto& self, auto&& visit) {
    visit("since", self.since), visit("idle_at", self.idle_at), visit("idle", self.idle);
    visit("periods", self.periods), visit("active_us", self.active_us);
    visit("sole_us", self.sole_us), visit("shifting_us", self.shifting_us);
  }
};

/// What a server did from when to when.
struct Bar {
  std::uint32_t slot = 0;
  std::uint8_t mode = 0;
  Tick from{}, to{};
  static void visit_fields(auto& self, auto&& visit) {
    visit("slot", self.slot), visit("mode", self.mode), visit("from", self.from), visit("to", self.to);
  }
};

inline constexpr std::uint32_t no_station = 0xffffffff;

struct WatchState {
  std::vector<Activity> stations;  ///< by station of the group; empty: nobody asked
  std::uint32_t bottleneck = no_station;
  Tick reigns_from{};
  std::vector<Bar> bars;
  std::int64_t bars_left_out = 0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("stations", self.stations), visit("bottleneck", self.bottleneck);
    visit("reigns_from", self.reigns_from), visit("bars", self.bars);
    visit("bars_left_out", self.bars_left_out);
  }
};

/// Adds a bar to the chart, if it lies in it.
void draw_bar(const GanttRequest& gantt, const Bar& bar, WatchState& watch);

}  // namespace lunafab::factory
