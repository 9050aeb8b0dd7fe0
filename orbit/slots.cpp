#include "orbit/slots.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
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

/// A spare at the shell's altitude: where it is at `ready`.
struct Spare {
  std::uint64_t serial;
  Tick ready;
  double argument_rad;
};
struct Plane {
  double node_rad, argument_rad;  ///< of place 0, at the epoch
  std::set<int> free;
  std::vector<Spare> spares;
};

class SlotDesk {
 public:
  SlotDesk(const Shell& shell, Epoch epoch, const SlotPolicy& policy)
      : shell_(shell), policy_(policy), gm_(central_body(shell.body).gm_m3ps2), radius_(radius_m(shell)) {
    const CentralBody& body = central_body(shell.body);
    expects(policy.parking_altitude_m > 0.0 && policy.phasing_revolutions >= 1 &&
                policy.spares_per_plane >= 0 && policy.longest_drift_s >= 0.0,
            "slot policy: parking altitude and revolutions must be positive, spares and drift not negative");
    const double parking_m = body.surface_radius_m + policy.parking_altitude_m;
    const SecularRates parking =
        j2_rates(body, {.a_m = parking_m, .inclination_rad = inclination_rad(shell)});
    rates_ = shell_rates(shell);
    relative_radps_ = parking.node_radps - rates_.node_radps;
    parking_radps_ = parking.mean_anomaly_radps + parking.periapsis_radps;
    slot_radps_ = rates_.mean_anomaly_radps + rates_.periapsis_radps;
    raise_ = hohmann(gm_, parking_m, radius_);
    floor_m_ = body.surface_radius_m + policy.floor_altitude_m;
    for (int p = 0; p < shell.planes; ++p) {
      const MeanElements e = slot_elements(shell, {p, 0}, epoch);
      Plane plane{e.node_rad, e.mean_anomaly_rad, {}, {}};
      for (int k = 0; k < shell.per_plane; ++k) plane.free.insert(plane.free.end(), k);
      planes_.push_back(std::move(plane));
    }
  }

  void arrive(const Arrival& arrival) {
    expects(!holds_.contains(arrival.serial) && arrived_.insert(arrival.serial).second,
            "a satellite arrives once");
    int best = -1;
    double best_drift = std::numeric_limits<double>::infinity();
    for (int p = 0; p < shell_.planes; ++p) {
      if (plane(p).free.empty()) continue;
      const double drift = drift_to(p, arrival);
      if (drift < best_drift) best = p, best_drift = drift;
    }
    if (best >= 0) {
      if (best_drift <= policy_.longest_drift_s) {
        place(arrival, best, best_drift);
      } else {
        refuse(arrival);
      }
      return;
    }
    keep_as_spare(arrival);
  }

  void fail(const Failure& failure) {
    const auto held = holds_.find(failure.serial);
    if (held == holds_.end()) return;
    const Slot slot = held->second;
    holds_.erase(held);
    Plane& its = plane(slot.plane);
    if (slot.place < 0) {
      std::erase_if(its.spares, [&](const Spare& s) { return s.serial == failure.serial; });
      return;
    }
    its.free.insert(slot.place);
    promote(failure, slot);
  }

  std::vector<Placement> take() { return std::move(placements_); }

 private:
  Plane& plane(int p) { return planes_[static_cast<std::size_t>(p)]; }
  const Plane& plane(int p) const { return planes_[static_cast<std::size_t>(p)]; }

  double drift_to(int p, const Arrival& arrival) const {
    const double node = plane(p).node_rad + rates_.node_radps * seconds(arrival.at);
    return drift_time_s(node - arrival.node_rad, relative_radps_);
  }
  double argument_of(const Slot& slot, double time_s) const {
    return plane(slot.plane).argument_rad + turn_rad * slot.place / shell_.per_plane + slot_radps_ * time_s;
  }
  Phasing phasing(double ahead_rad) const {
    return phase_above(gm_, radius_, ahead_rad, policy_.phasing_revolutions, floor_m_);
  }

  /// Argument after drift and raising: half a revolution on the transfer.
  double argument_when_raised(const Arrival& arrival, double drift_s) const {
    return arrival.argument_rad + parking_radps_ * drift_s + 0.5 * turn_rad;
  }

  /// The free places on either side of the satellite; the cheaper, then the lower one.
  std::tuple<int, Phasing> cheapest(int p, double argument_rad, double time_s) const {
    const double pitch = turn_rad / shell_.per_plane;
    const double offset = to_half_turn(argument_rad - argument_of({p, 0}, time_s));
    const std::set<int>& free = plane(p).free;
    const int at = static_cast<int>(std::ceil((offset < 0.0 ? offset + turn_rad : offset) / pitch));
    auto ahead = free.lower_bound(at);
    const auto behind = ahead == free.begin() ? std::prev(free.end()) : std::prev(ahead);
    if (ahead == free.end()) ahead = free.begin();
    std::tuple<int, Phasing> best{};
    double least = std::numeric_limits<double>::infinity();
    for (const int place : {std::min(*ahead, *behind), std::max(*ahead, *behind)}) {
      const Phasing burn = phasing(to_half_turn(argument_of({p, place}, time_s) - argument_rad));
      if (burn.delta_v_mps < least) least = burn.delta_v_mps, best = {place, burn};
    }
    return best;
  }

  void place(const Arrival& arrival, int p, double drift_s) {
    const Tick raised = arrival.at + ticks_from_seconds(drift_s + raise_.duration_s);
    const auto [k, burn] = cheapest(p, argument_when_raised(arrival, drift_s), seconds(raised));
    plane(p).free.erase(k);
    holds_[arrival.serial] = {p, k};
    placements_.push_back({arrival.serial,
                           SlotMove::placed,
                           {p, k},
                           arrival.at,
                           raised + ticks_from_seconds(burn.duration_s),
                           drift_s,
                           raise_.delta_v_mps + burn.delta_v_mps});
  }

  void keep_as_spare(const Arrival& arrival) {
    int best = -1;
    std::tuple<std::size_t, double> least{};
    for (int p = 0; p < shell_.planes; ++p) {
      const double drift = drift_to(p, arrival);
      const std::tuple<std::size_t, double> rank{plane(p).spares.size(), drift};
      if (drift > policy_.longest_drift_s) continue;
      if (plane(p).spares.size() >= static_cast<std::size_t>(policy_.spares_per_plane)) continue;
      if (best < 0 || rank < least) best = p, least = rank;
    }
    if (best < 0) return refuse(arrival);
    const double drift = std::get<1>(least);
    const Tick ready = arrival.at + ticks_from_seconds(drift + raise_.duration_s);
    plane(best).spares.push_back({arrival.serial, ready, argument_when_raised(arrival, drift)});
    holds_[arrival.serial] = {best, -1};
    placements_.push_back(
        {arrival.serial, SlotMove::spare, {best, -1}, arrival.at, ready, drift, raise_.delta_v_mps});
  }

  void refuse(const Arrival& arrival) {
    placements_.push_back({arrival.serial, SlotMove::refused, {-1, -1}, arrival.at, never, 0.0, 0.0});
  }

  void promote(const Failure& failure, const Slot& slot) {
    std::vector<Spare>& spares = plane(slot.plane).spares;
    const auto first = std::min_element(spares.begin(), spares.end(), [](const Spare& a, const Spare& b) {
      return std::tie(a.ready, a.serial) < std::tie(b.ready, b.serial);
    });
    if (first == spares.end()) return;
    const Spare spare = *first;
    spares.erase(first);
    const Tick start = std::max(failure.at, spare.ready);
    const double argument = spare.argument_rad + slot_radps_ * seconds(start - spare.ready);
    const Phasing burn = phasing(to_half_turn(argument_of(slot, seconds(start)) - argument));
    plane(slot.plane).free.erase(slot.place);
    holds_[spare.serial] = slot;
    placements_.push_back({spare.serial, SlotMove::promoted, slot, failure.at,
                           start + ticks_from_seconds(burn.duration_s), 0.0, burn.delta_v_mps});
  }

  Shell shell_;
  SlotPolicy policy_;
  double gm_, radius_, floor_m_ = 0.0;
  SecularRates rates_;
  double relative_radps_ = 0.0, parking_radps_ = 0.0, slot_radps_ = 0.0;
  Hohmann raise_;
  std::vector<Plane> planes_;
  std::unordered_map<std::uint64_t, Slot> holds_;
  std::set<std::uint64_t> arrived_;
  std::vector<Placement> placements_;
};

template <class Event>
std::vector<Event> in_order(std::span<const Event> events) {
  std::vector<Event> out(events.begin(), events.end());
  std::stable_sort(out.begin(), out.end(), [](const Event& a, const Event& b) {
    return std::tie(a.at, a.serial) < std::tie(b.at, b.serial);
  });
  return out;
}

}  // namespace

std::vector<Placement> assign_slots(const Shell& shell, Epoch epoch, const SlotPolicy& policy,
                                    std::span<const Arrival> arrivals, std::span<const Failure> failures) {
  SlotDesk desk(shell, epoch, policy);
  const std::vector<Arrival> coming = in_order(arrivals);
  const std::vector<Failure> going = in_order(failures);
  std::size_t next = 0;
  for (const Arrival& arrival : coming) {
    for (; next < going.size() && going[next].at <= arrival.at; ++next) desk.fail(going[next]);
    desk.arrive(arrival);
  }
  for (; next < going.size(); ++next) desk.fail(going[next]);
  return desk.take();
}

}  // namespace lunafab::orbit
