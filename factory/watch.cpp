#include <algorithm>
#include "factory/engine_core.hpp"

// The shifting bottleneck: at any time it is the station that has been active for longest. It changes only
// when the bottleneck's active period ends, so that is the only time to look for the next one. The span in
// which the next one was active already is the shift from one to the other.
// @source Roser, Nakano, Tanaka, "Shifting bottleneck detection", Winter Simulation Conference 2002.
namespace lunafab::factory {

void draw_bar(const GanttRequest& gantt, const Bar& bar, WatchState& watch) {
  if (gantt.most == 0 || bar.to == bar.from || bar.from >= gantt.to || bar.to <= gantt.from) return;
  if (static_cast<std::int64_t>(watch.bars.size()) < gantt.most) {
    watch.bars.push_back(bar);
  } else {
    ++watch.bars_left_out;
  }
}

void Engine::draw_bar_of(const Server& server) {
  if (server.mode == Mode::starved) return;
  const auto slot = static_cast<std::uint32_t>(&server - s_.servers.data());
  draw_bar(plant_.watch.gantt, {slot, static_cast<std::uint8_t>(server.mode), server.since, s_.now},
           s_.watch);
}

void Engine::find_bottleneck() {
  WatchState& watch = s_.watch;
  std::uint32_t next = no_station;
  for (const std::uint32_t index : group_.stations) {
    const Station& station = plant_.stations[index];
    const Activity& activity = watch.stations[station.local];
    if (activity.idle > 0 || station.source || station.route != no_route) continue;
    if (next == no_station || activity.since < watch.stations[next].since) next = station.local;
  }
  if (next == watch.bottleneck) return;
  if (watch.bottleneck != no_station) {
    Activity& old = watch.stations[watch.bottleneck];
    const Tick end = old.idle_at;
    const Ticks reign = end - watch.reigns_from;
    Ticks shift{};
    if (next != no_station) {
      Activity& heir = watch.stations[next];
      shift = std::max(Ticks{}, end - std::max(heir.since, watch.reigns_from));
      heir.shifting_us += shift.us;
    }
    old.shifting_us += shift.us;
    old.sole_us += (reign - shift).us;
  }
  watch.bottleneck = next;
  watch.reigns_from = s_.now;
}

}  // namespace lunafab::factory
