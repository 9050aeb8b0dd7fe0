#include "orbit/slots.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>
#include <tuple>
#include <unordered_map>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double turn_rad = 2.0 * std::numbers::pi;

/// To (−π, π].
double to_half_turn(double angle_rad) {
  return angle_rad - turn_rad * std::ceil(angle_rad / turn_rad - 0.5);
}

template <class Event>
std::vector<Event> in_order(std::span<const Event> events) {
  std::vector<Event> out(events.begin(), events.end());
  std::stable_sort(out.begin(), out.end(), [](const Event& a, const Event& b) {
    return std::tie(a.at, a.serial) < std::tie(b.at, b.serial);
  });
  return out;
}

Placement refused(const Arrival& arrival) {
  return {.serial = arrival.serial,
          .move = SlotMove::refused,
          .slot = {-1, -1},
          .decided = arrival.at,
          .ready = never};
}

}  // namespace

SlotDesk::SlotDesk(const Shell& shell, Epoch epoch, const SlotPolicy& policy)
    : shell_(shell), policy_(policy), gm_(central_body(shell.body).gm_m3ps2), radius_m_(radius_m(shell)) {
  const CentralBody& body = central_body(shell.body);
  expects(policy.parking_altitude_m > 0.0 && policy.phasing_revolutions >= 1 &&
              policy.spares_per_plane >= 0 && policy.longest_drift_s >= 0.0,
          "slot policy: parking altitude and revolutions must be positive, spares and drift not negative");
  const double parking_m = body.surface_radius_m + policy.parking_altitude_m;
  const SecularRates parking = j2_rates(body, {.a_m = parking_m, .inclination_rad = inclination_rad(shell)});
  const SecularRates rates = shell_rates(shell);
  node_radps_ = rates.node_radps;
  relative_radps_ = parking.node_radps - rates.node_radps;
  parking_radps_ = parking.mean_anomaly_radps + parking.periapsis_radps;
  slot_radps_ = rates.mean_anomaly_radps + rates.periapsis_radps;
  raise_ = hohmann(gm_, parking_m, radius_m_);
  floor_m_ = body.surface_radius_m + policy.floor_altitude_m;
  for (int p = 0; p < shell.planes; ++p) {
    const MeanElements e = slot_elements(shell, {p, 0}, epoch);
    planes_.push_back({e.node_rad, e.mean_anomaly_rad});
  }
}

SlotBook SlotDesk::empty_book() const {
  const auto planes = static_cast<std::size_t>(shell_.planes);
  return {.holder = std::vector<std::uint64_t>(planes * static_cast<std::size_t>(shell_.per_plane), 0),
          .free = std::vector<std::int32_t>(planes, shell_.per_plane),
          .spares = std::vector<std::vector<Spare>>(planes)};
}

std::size_t SlotDesk::index(int plane, int place) const {
  return static_cast<std::size_t>(plane) * static_cast<std::size_t>(shell_.per_plane) +
         static_cast<std::size_t>(place);
}

double SlotDesk::drift_to(int plane, const Arrival& arrival) const {
  const double node = planes_[static_cast<std::size_t>(plane)].node_rad + node_radps_ * seconds(arrival.at);
  return drift_time_s(node - arrival.node_rad, relative_radps_);
}

double SlotDesk::argument_of(const Slot& slot, double time_s) const {
  return planes_[static_cast<std::size_t>(slot.plane)].argument_rad +
         turn_rad * slot.place / shell_.per_plane + slot_radps_ * time_s;
}

double SlotDesk::argument_when_raised(const Arrival& arrival, double drift_s) const {
  return arrival.argument_rad + parking_radps_ * drift_s + 0.5 * turn_rad;
}

Phasing SlotDesk::phasing(double ahead_rad) const {
  return phase_above(gm_, radius_m_, ahead_rad, policy_.phasing_revolutions, floor_m_);
}

std::pair<int, Phasing> SlotDesk::cheapest(const SlotBook& book, int plane, double argument_rad,
                                           double time_s) const {
  const int places = shell_.per_plane;
  const double offset = to_half_turn(argument_rad - argument_of({plane, 0}, time_s));
  const double pitch = turn_rad / places;
  const int at = static_cast<int>(std::ceil((offset < 0.0 ? offset + turn_rad : offset) / pitch)) % places;
  const auto next_free = [&](int from, int step) {
    while (book.holder[index(plane, from)] != 0) from = (from + step + places) % places;
    return from;
  };
  const int ahead = next_free(at, 1), behind = next_free((at - 1 + places) % places, -1);
  std::pair<int, Phasing> best{};
  double least = std::numeric_limits<double>::infinity();
  for (const int place : {std::min(ahead, behind), std::max(ahead, behind)}) {
    const Phasing burn = phasing(to_half_turn(argument_of({plane, place}, time_s) - argument_rad));
    if (burn.delta_v_mps < least) least = burn.delta_v_mps, best = {place, burn};
  }
  return best;
}

Placement SlotDesk::place(SlotBook& book, const Arrival& arrival, int plane, double drift_s) const {
  const Tick raised = arrival.at + ticks_from_seconds(drift_s + raise_.duration_s);
  const auto [k, burn] = cheapest(book, plane, argument_when_raised(arrival, drift_s), seconds(raised));
  book.holder[index(plane, k)] = arrival.serial;
  --book.free[static_cast<std::size_t>(plane)];
  return {.serial = arrival.serial,
          .move = SlotMove::placed,
          .slot = {plane, k},
          .decided = arrival.at,
          .ready = raised + ticks_from_seconds(burn.duration_s),
          .drift_s = drift_s,
          .delta_v_mps = raise_.delta_v_mps + burn.delta_v_mps,
          .phasing_mps = burn.delta_v_mps};
}

int SlotDesk::plane_for_spare(const SlotBook& book, const std::vector<double>& efforts, double most) const {
  int best = -1;
  std::tuple<std::size_t, double> least{};
  for (int p = 0; p < shell_.planes; ++p) {
    const double effort = efforts[static_cast<std::size_t>(p)];
    const std::size_t spares = book.spares[static_cast<std::size_t>(p)].size();
    if (effort > most || spares >= static_cast<std::size_t>(policy_.spares_per_plane)) continue;
    if (best < 0 || std::tuple(spares, effort) < least) best = p, least = {spares, effort};
  }
  return best;
}

Placement SlotDesk::keep(SlotBook& book, const Arrival& arrival, int plane, double drift_s) const {
  const Tick ready = arrival.at + ticks_from_seconds(drift_s + raise_.duration_s);
  const double argument = argument_when_raised(arrival, drift_s);
  book.spares[static_cast<std::size_t>(plane)].push_back({arrival.serial, ready, argument});
  return {.serial = arrival.serial,
          .move = SlotMove::spare,
          .slot = {plane, -1},
          .decided = arrival.at,
          .ready = ready,
          .drift_s = drift_s,
          .delta_v_mps = raise_.delta_v_mps,
          .argument_rad = argument};
}

Placement SlotDesk::arrive(SlotBook& book, const Arrival& arrival) const {
  std::vector<double> drifts_s(static_cast<std::size_t>(shell_.planes));
  for (int p = 0; p < shell_.planes; ++p) drifts_s[static_cast<std::size_t>(p)] = drift_to(p, arrival);
  const int plane = plane_for(book, drifts_s, policy_.longest_drift_s);
  if (plane < 0) return refused(arrival);
  const double drift_s = drifts_s[static_cast<std::size_t>(plane)];
  return is_full(book) ? keep(book, arrival, plane, drift_s) : place(book, arrival, plane, drift_s);
}

Placement SlotDesk::arrive(SlotBook& book, const Arrival& arrival,
                           const std::vector<double>& turns_mps) const {
  expects(turns_mps.size() == planes_.size(), "slots: a turn for each plane");
  const int plane = plane_for(book, turns_mps, policy_.most_turn_mps);
  if (plane < 0) return refused(arrival);
  Placement placement = is_full(book) ? keep(book, arrival, plane, 0.0) : place(book, arrival, plane, 0.0);
  placement.turn_mps = turns_mps[static_cast<std::size_t>(plane)];
  placement.delta_v_mps += placement.turn_mps;
  return placement;
}

bool SlotDesk::is_full(const SlotBook& book) const {
  return std::ranges::all_of(book.free, [](std::int32_t free) { return free == 0; });
}

int SlotDesk::plane_for(const SlotBook& book, const std::vector<double>& efforts, double most) const {
  if (is_full(book)) return plane_for_spare(book, efforts, most);
  int best = -1;
  for (std::size_t p = 0; p < planes_.size(); ++p) {
    if (book.free[p] == 0) continue;
    if (best < 0 || efforts[p] < efforts[static_cast<std::size_t>(best)]) best = static_cast<int>(p);
  }
  return efforts[static_cast<std::size_t>(best)] <= most ? best : -1;
}

std::optional<Placement> SlotDesk::promote(SlotBook& book, const Slot& slot, Tick at) const {
  std::vector<Spare>& spares = book.spares[static_cast<std::size_t>(slot.plane)];
  const auto first = std::min_element(spares.begin(), spares.end(), [](const Spare& a, const Spare& b) {
    return std::tie(a.ready, a.serial) < std::tie(b.ready, b.serial);
  });
  if (first == spares.end()) return {};
  const Spare spare = *first;
  spares.erase(first);
  const Tick start = std::max(at, spare.ready);
  const double argument = spare.argument_rad + slot_radps_ * seconds(start - spare.ready);
  const Phasing burn = phasing(to_half_turn(argument_of(slot, seconds(start)) - argument));
  book.holder[index(slot.plane, slot.place)] = spare.serial;
  --book.free[static_cast<std::size_t>(slot.plane)];
  return Placement{.serial = spare.serial,
                   .move = SlotMove::promoted,
                   .slot = slot,
                   .decided = at,
                   .ready = start + ticks_from_seconds(burn.duration_s),
                   .delta_v_mps = burn.delta_v_mps,
                   .phasing_mps = burn.delta_v_mps};
}

std::optional<Placement> SlotDesk::release(SlotBook& book, const Slot& held, const Failure& failure) const {
  if (held.place < 0) {
    std::erase_if(book.spares[static_cast<std::size_t>(held.plane)],
                  [&](const Spare& s) { return s.serial == failure.serial; });
    return {};
  }
  std::uint64_t& holder = book.holder[index(held.plane, held.place)];
  expects(holder == failure.serial, "slots: only who holds a slot can give it back");
  holder = 0;
  ++book.free[static_cast<std::size_t>(held.plane)];
  return promote(book, held, failure.at);
}

std::vector<Placement> assign_slots(const Shell& shell, Epoch epoch, const SlotPolicy& policy,
                                    std::span<const Arrival> arrivals, std::span<const Failure> failures) {
  const SlotDesk desk(shell, epoch, policy);
  SlotBook book = desk.empty_book();
  std::vector<Placement> placements;
  std::unordered_map<std::uint64_t, Slot> held;
  std::set<std::uint64_t> arrived;
  const auto note = [&](const Placement& placement) {
    placements.push_back(placement);
    if (placement.move != SlotMove::refused) held[placement.serial] = placement.slot;
  };
  const auto fail = [&](const Failure& failure) {
    const auto found = held.find(failure.serial);
    if (found == held.end()) return;
    const Slot slot = found->second;
    held.erase(found);
    if (const auto placement = desk.release(book, slot, failure)) note(*placement);
  };
  const std::vector<Failure> going = in_order(failures);
  std::size_t next = 0;
  for (const Arrival& arrival : in_order(arrivals)) {
    for (; next < going.size() && going[next].at <= arrival.at; ++next) fail(going[next]);
    expects(arrived.insert(arrival.serial).second, "a satellite arrives once");
    note(desk.arrive(book, arrival));
  }
  for (; next < going.size(); ++next) fail(going[next]);
  return placements;
}

}  // namespace lunafab::orbit
