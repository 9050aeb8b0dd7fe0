#include "factory/engine_core.hpp"

// How lots come in: by intervals, by dates, and as limits allow.
namespace lunafab::factory {
namespace {

/// What a lot that stands before `step` counts under a limit.
struct Share {
  std::int64_t lots = 0, drum_us = 0;
};
Share share_of(const ReleaseLimit& limit, const Product& product, std::uint32_t step) {
  if (limit.drum == no_drum) return {step < product.steps.size() ? 1 : 0, 0};
  Share share;
  for (std::size_t i = step; i < product.steps.size(); ++i) {
    if (product.steps[i].station != limit.drum) continue;
    share.lots = 1;
    share.drum_us += to_us(mean(product.steps[i].time));
  }
  return share;
}

}  // namespace

void Engine::on_release(std::uint32_t number) {
  const Release& release = plant_.releases[group_.releases[number]];
  ReleaseState& state = s_.lots.releases[number];
  ++state.released;
  state.outside += release.lots;
  s_.calendar.set(group_.first_release_slot() + number, next_release(release, state, s_.now, key_));
  let_in_waiting();
}

Tick next_release(const Release& release, const ReleaseState& state, Tick now, const RunKey& key) {
  if (!release.timed || state.released >= release.count) return never;
  if (!release.schedule.empty()) {
    const auto n = static_cast<std::size_t>(state.released);
    return n < release.schedule.size() ? release.schedule[n] : never;
  }
  if (state.released == 0) return release.first;
  const double span_s =
      variate(release.interval, {key.seed, key.replication, release.entity, Purpose::lot_release},
              static_cast<std::uint64_t>(state.released));
  return now + Ticks{std::max<std::int64_t>(to_us(span_s), 0)};
}

/// Lets lots in as far as the limits allow, in the order of the file.
void Engine::let_in_waiting() {
  if (letting_in_) return;  // who lets in will look again
  letting_in_ = true;
  for (std::size_t number = 0; number < group_.releases.size();) {
    const Release& release = plant_.releases[group_.releases[number]];
    ReleaseState& state = s_.lots.releases[number];
    if (state.outside == 0 || !admits(release)) {
      ++number;
      continue;
    }
    --state.outside;
    let_in(release);
    number = 0;
  }
  letting_in_ = false;
}

bool Engine::admits(const Release& release) const {
  if (release.limit == no_limit) return true;
  const ReleaseLimit& limit = plant_.limits[release.limit];
  const LimitState& state = s_.lots.limits[limit.local];
  return limit.drum_work.us > 0 ? state.drum_us < limit.drum_work.us : state.lots < limit.lots;
}

void Engine::let_in(const Release& release) {
  std::uint32_t index = s_.lots.free;
  if (index == no_lot) {
    index = static_cast<std::uint32_t>(s_.lots.all.size());
    s_.lots.all.emplace_back();
  } else {
    s_.lots.free = s_.lots.all[index].next;
  }
  Lot& lot = s_.lots.all[index];
  const Product& product = plant_.products[release.product];
  lot.product = release.product;
  lot.release = group_.releases[release.local];
  lot.next = no_lot;
  lot.visits = 0;
  lot.priority = release.priority;
  lot.released = s_.now;
  lot.due = release.allowance.us == never.us ? never : s_.now + release.allowance;
  lot.passed = lot.scrapped = 0;
  lot.notes.clear();
  lot.limits.clear();
  ProductState& state = s_.lots.products[product.local];
  lot.serial = ++state.serials;
  state.wip.set(s_.now, state.wip.level + 1);
  lot.step = 0;
  count_under_limit(lot, 0, 1);
  move_to(lot, 0);
  send_on(index);
}

void Engine::count_under_limit(const Lot& lot, std::uint32_t step, std::int64_t sign) {
  const Release& release = plant_.releases[lot.release];
  if (release.limit == no_limit) return;
  const ReleaseLimit& limit = plant_.limits[release.limit];
  const Share share = share_of(limit, plant_.products[lot.product], step);
  s_.lots.limits[limit.local].lots += sign * share.lots;
  s_.lots.limits[limit.local].drum_us += sign * share.drum_us;
}

}  // namespace lunafab::factory
