#include "campaign/fleet.hpp"
#include <fmt/format.h>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include "campaign/orbit_records.hpp"
#include "core/elementary.hpp"
#include "core/random.hpp"
#include "orbit/node_time.hpp"
#include "orbit/snapshot.hpp"

namespace lunafab::campaign {
namespace {

using Kind = SiteEvent::Kind;
using orbit::LifeState;
constexpr double year_s = orbit::written_year_s, julian_year_s = 365.25 * 86400.0;
constexpr double never_s = std::numeric_limits<double>::infinity();

/// Why a satellite degrades, fails or retires: the value of its event.
enum class Cause : std::uint64_t { fade, dose, base, life, propellant };

std::string words(Cause cause) {
  switch (cause) {
    case Cause::fade:
      return "power below its share";
    case Cause::dose:
      return "dose";
    case Cause::base:
      return "permanent failure in orbit";
    case Cause::life:
      return "end of design life";
    case Cause::propellant:
      return "no delta-v left for upkeep";
  }
  return {};
}

struct End {
  double after_s = never_s;
  Cause cause = Cause::life;
};
End sooner(const End& a, const End& b) {
  return b.after_s < a.after_s ? b : a;
}

std::int64_t mmps(double mps) {
  return std::llround(mps * 1e3);
}

StreamKey stream_of(const factory::RunKey& key, const SatelliteDesign& design, Purpose purpose) {
  return {key.seed, key.replication, entity_key("satellites." + design.name), purpose};
}

End base_failure(const factory::RunKey& key, const SatelliteDesign& design, std::uint64_t serial) {
  if (design.failure_rate_per_s <= 0.0) return {never_s, Cause::base};
  const Distribution lifetime{.kind = Distribution::Kind::exponential, .a = 1.0 / design.failure_rate_per_s};
  return {variate(lifetime, stream_of(key, design, Purpose::orbit_failure), serial), Cause::base};
}

double years_until(double dose_Gy, double reached_Gy, double rate_Gy_per_year) {
  if (!(rate_Gy_per_year > 0.0)) return never_s;
  return std::max(0.0, (dose_Gy - reached_Gy) / rate_Gy_per_year);
}

/// The weakest part's dose to failure is lognormal about the limit.
End dose_failure(const factory::RunKey& key, const SatelliteDesign& design, std::uint64_t serial,
                 const OrbitalLife& life, double reached_Gy) {
  const orbit::Reliability& r = life.reliability;
  const double z = normal_quantile(uniform(stream_of(key, design, Purpose::radiation_failure), serial));
  const double endured_Gy = r.dose_limit_Gy * std::exp(r.dose_spread * z);
  return {years_until(endured_Gy, reached_Gy, life.dose_Gy_per_year) * year_s, Cause::dose};
}

}  // namespace

const OrbitalLife* Fleet::life_of(std::uint64_t serial) {
  return sc_.lives.empty() ? nullptr : &sc_.lives[registry_.design_of(serial).destination];
}

const ShellFleet* Fleet::fleet_of(std::uint64_t serial) {
  const OrbitalLife* life = life_of(serial);
  return life != nullptr && life->shell ? &sc_.shells[*life->shell] : nullptr;
}

void Fleet::arrive(const SiteEvent& event, Tick now) {
  const std::uint64_t serial = event.key;
  const auto outcome = static_cast<orbit::InsertionOutcome>(event.value);
  if (outcome != orbit::InsertionOutcome::inserted) {
    registry_.change_life(serial, LifeState::lost, name(outcome), now, event.amount);
    return;
  }
  const SatelliteDesign& design = registry_.design_of(serial);
  const OrbitalLife* life = life_of(serial);
  const double budget_mps = sc_.orbit.destinations[design.destination].correction_budget_mps;
  SatelliteRecord& record = registry_.record(serial);
  record.left_mmps = life != nullptr && life->carried_mps
                         ? mmps(*life->carried_mps)
                         : std::max<std::int64_t>(0, mmps(budget_mps) - event.amount);
  orbit::Posting& posting = registry_.change_life(serial, LifeState::inserting, "", now, event.amount);
  if (sc_.orbit.destinations[design.destination].arrival_s > 0.0)
    posting.orbits = arrival_orbit(sc_, design.destination, record.launched_at);
  if (life != nullptr && life->shell) return take_slot(serial, *life, now);
  enter_service(serial, 0, "", now);
}

/// At fidelity `ideal` the node is drawn: nobody knows it.
double Fleet::arrival_node_rad(std::uint64_t serial, const OrbitalLife& life) {
  const SatelliteDesign& design = registry_.design_of(serial);
  if (sc_.orbit.fidelity == Fidelity::ideal)
    return 2.0 * std::numbers::pi * uniform(stream_of(key_, design, Purpose::arrival_node), serial);
  const orbit::OrbitRecord perigee =
      arrival_orbit(sc_, design.destination, registry_.record(serial).launched_at).front();
  const Eigen::Vector3d h = perigee.r_m.cross(perigee.v_mps);
  return std::atan2(h.x(), -h.y()) + life.arrival_drift_rad;
}

/// About the Moon a burn turns the plane of arrival; at fidelity `ideal`, which knows none, for nothing.
orbit::Placement Fleet::place(std::uint64_t serial, const OrbitalLife& life, Tick now) {
  const ShellFleet& fleet = sc_.shells[*life.shell];
  orbit::SlotBook& book = site_.slots[*life.shell];
  const orbit::Shell& shell = fleet.plan.shell;
  if (shell.body == orbit::Body::earth)
    return fleet.desk.arrive(book, {.serial = serial, .at = now, .node_rad = arrival_node_rad(serial, life)});
  std::vector<double> turns_mps(static_cast<std::size_t>(shell.planes), 0.0);
  if (sc_.orbit.fidelity != Fidelity::ideal) {
    const std::uint32_t destination = registry_.design_of(serial).destination;
    const orbit::OrbitRecord state =
        arrival_orbit(sc_, destination, registry_.record(serial).launched_at).front();
    turns_mps = orbit::plane_turns_mps(*sc_.orbit.gates[destination],
                                       {sc_.start.tt_days_since_j2000 + days(state.epoch)},
                                       state.r_m.cross(state.v_mps));
  }
  return fleet.desk.arrive(book, {.serial = serial, .at = now}, turns_mps);
}

void Fleet::take_slot(std::uint64_t serial, const OrbitalLife& life, Tick now) {
  const ShellFleet& fleet = sc_.shells[*life.shell];
  const orbit::Placement placement = place(serial, life, now);
  SatelliteRecord& record = registry_.record(serial);
  if (placement.move == orbit::SlotMove::refused) {
    ++site_.without_slot;
    return enter_service(serial, 0, "no slot of the shell within reach", now);
  }
  record.plane = placement.slot.plane, record.place = placement.slot.place;
  record.dose_Gy = life.drift_dose_Gy_per_s * seconds(placement.ready - now);
  // Coming down to the shell is the end of the spiral that brought it; going up costs.
  const bool from_above = fleet.plan.arrival.parking_altitude_m >= fleet.plan.shell.altitude_m;
  const std::int64_t cost =
      mmps(from_above ? placement.phasing_mps + placement.turn_mps : placement.delta_v_mps);
  note_event(site_, {.tick = placement.ready, .kind = Kind::in_slot, .key = serial, .amount = cost});
}

void Fleet::reach_slot(const SiteEvent& event, Tick now) {
  SatelliteRecord& record = registry_.record(event.key);
  record.left_mmps = std::max<std::int64_t>(0, record.left_mmps - event.amount);
  enter_service(event.key, event.amount, record.place < 0 ? "spare of its plane" : "in its slot", now);
}

void Fleet::enter_service(std::uint64_t serial, std::int64_t delta_v_mmps, const std::string& note,
                          Tick now) {
  const SatelliteDesign& design = registry_.design_of(serial);
  SatelliteRecord& record = registry_.record(serial);
  record.operational_at = record.power_from = record.kept_to = now;
  orbit::Posting& posting = registry_.change_life(serial, LifeState::operational, note, now, delta_v_mmps);
  posting.capacity = orbit::Capacity{.power_W = record.power_W, .fade_per_year = design.fade_per_year};
  add_reserve(serial, now, posting);
  const OrbitalLife* life = life_of(serial);
  if (life != nullptr && life->dose_Gy_per_year > 0.0) {
    posting.note +=
        fmt::format("{}{:.3g} Gy/yr expected", posting.note.empty() ? "" : ", ", life->dose_Gy_per_year);
  }
  if (record.plane >= 0) {
    const ShellFleet& fleet = *fleet_of(serial);
    posting.slot =
        orbit::SlotRecord{.shell = fleet.plan.shell.name, .plane = record.plane, .place = record.place};
    if (record.place >= 0)
      posting.orbits = {slot_orbit(sc_, fleet.plan.shell, {record.plane, record.place}, now)};
  } else if (sc_.orbit.destinations[design.destination].arrival_s == 0.0) {
    posting.orbits = arrival_orbit(sc_, design.destination, record.launched_at);
  }
  note_ends(serial, now);
}

void Fleet::note_ends(std::uint64_t serial, Tick now) {
  const SatelliteDesign& design = registry_.design_of(serial);
  const OrbitalLife* life = life_of(serial);
  const SatelliteRecord& record = registry_.record(serial);
  End failure = base_failure(key_, design, serial), end{seconds(design.life), Cause::life};
  if (life != nullptr) {
    failure = sooner(failure, dose_failure(key_, design, serial, *life, record.dose_Gy));
    if (life->upkeep_mps_per_s > 0.0) {
      const double for_upkeep_mps = 1e-3 * static_cast<double>(record.left_mmps) - life->disposal_mps;
      end = sooner(end, {std::max(0.0, for_upkeep_mps) / life->upkeep_mps_per_s, Cause::propellant});
    }
  }
  const bool fails = failure.after_s < end.after_s;
  const End& last = fails ? failure : end;
  const Tick at = now + ticks_from_seconds(last.after_s);
  note_event(site_, {.tick = at,
                     .kind = fails ? Kind::orbit_failure : Kind::retirement,
                     .key = serial,
                     .value = static_cast<std::uint64_t>(last.cause)});
  if (life != nullptr) note_degradation(serial, *life, at, now);
}

void Fleet::note_degradation(std::uint64_t serial, const OrbitalLife& life, Tick end, Tick now) {
  const double fade = registry_.design_of(serial).fade_per_year;
  End degradation{never_s, Cause::fade};
  if (fade > 0.0 && life.degraded_below > 0.0)
    degradation.after_s = std::log(life.degraded_below) / std::log1p(-fade) * julian_year_s;
  const double rated_years =
      years_until(life.reliability.dose_limit_Gy, registry_.record(serial).dose_Gy, life.dose_Gy_per_year);
  degradation = sooner(degradation, {rated_years * year_s, Cause::dose});
  if (!(degradation.after_s < seconds(end - now))) return;
  note_event(site_, {.tick = now + ticks_from_seconds(degradation.after_s),
                     .kind = Kind::degradation,
                     .key = serial,
                     .value = static_cast<std::uint64_t>(degradation.cause)});
}

double Fleet::dose_Gy(std::uint64_t serial, const OrbitalLife& life, Tick now) {
  const SatelliteRecord& record = registry_.record(serial);
  return record.dose_Gy + life.dose_Gy_per_year * seconds(now - record.operational_at) / year_s;
}

std::int64_t Fleet::pay_upkeep(std::uint64_t serial, const OrbitalLife& life, Tick now) {
  SatelliteRecord& record = registry_.record(serial);
  const std::int64_t due = mmps(life.upkeep_mps_per_s * seconds(now - record.kept_to));
  const std::int64_t paid = std::min(due, record.left_mmps);
  record.left_mmps -= paid;
  record.kept_to = now;
  return paid;
}

void Fleet::add_reserve(std::uint64_t serial, Tick now, orbit::Posting& posting) {
  posting.reserve = orbit::Reserve{.delta_v_left_mmps = registry_.record(serial).left_mmps};
  if (const OrbitalLife* life = life_of(serial)) posting.reserve->dose_Gy = dose_Gy(serial, *life, now);
}

void Fleet::degrade(const SiteEvent& event, Tick now) {
  const std::uint64_t serial = event.key;
  const SatelliteDesign& design = registry_.design_of(serial);
  const OrbitalLife& life = *life_of(serial);
  SatelliteRecord& record = registry_.record(serial);
  const double left = orbit::faded(design.fade_per_year, now - record.power_from);
  record.power_W = std::llround(static_cast<double>(record.power_W) * left);
  record.power_from = now;
  const auto cause = static_cast<Cause>(event.value);
  const std::string note =
      cause == Cause::fade
          ? fmt::format("below {:.3g} % of its power", 100.0 * life.degraded_below)
          : fmt::format("beyond the rated dose of {:.3g} Gy", life.reliability.dose_limit_Gy);
  const std::int64_t upkeep = pay_upkeep(serial, life, now);
  orbit::Posting& posting = registry_.change_life(serial, LifeState::degraded, note, now, upkeep);
  posting.capacity = orbit::Capacity{.power_W = record.power_W, .fade_per_year = design.fade_per_year};
  add_reserve(serial, now, posting);
}

void Fleet::fail(const SiteEvent& event, Tick now) {
  const std::uint64_t serial = event.key;
  const OrbitalLife* life = life_of(serial);
  const std::int64_t upkeep = life != nullptr ? pay_upkeep(serial, *life, now) : 0;
  orbit::Posting& posting =
      registry_.change_life(serial, LifeState::failed, words(static_cast<Cause>(event.value)), now, upkeep);
  if (life == nullptr) return;
  add_reserve(serial, now, posting);
  if (life->falls_when_dead)
    note_event(site_, {.tick = now + *life->falls_when_dead, .kind = Kind::fallen, .key = serial});
  leave_slot(serial, now);
  replace(serial, orbit::Replacement::failed, now);
}

void Fleet::retire(const SiteEvent& event, Tick now) {
  const std::uint64_t serial = event.key;
  const OrbitalLife* life = life_of(serial);
  const std::string why = words(static_cast<Cause>(event.value));
  if (life == nullptr) {
    registry_.change_life(serial, LifeState::disposing, why, now);
    registry_.change_life(serial, LifeState::retired, "", now);
    return;
  }
  SatelliteRecord& record = registry_.record(serial);
  const std::int64_t upkeep = pay_upkeep(serial, *life, now), burn = mmps(life->disposal_mps);
  const bool pays = burn <= record.left_mmps;
  if (pays) record.left_mmps -= burn;
  orbit::Posting& posting =
      registry_.change_life(serial, LifeState::disposing, why, now, upkeep + (pays ? burn : 0));
  add_reserve(serial, now, posting);
  if (const ShellFleet* fleet = fleet_of(serial); fleet != nullptr && record.place >= 0) {
    const orbit::OrbitRecord orbit = slot_orbit(sc_, fleet->plan.shell, {record.plane, record.place}, now);
    posting.orbits = {orbit};
    if (pays && burn > 0)
      posting.burns = {{.epoch = now, .dv_mps = -life->disposal_mps * orbit.v_mps.normalized()}};
  }
  if (!pays) posting.note += fmt::format(", {:.1f} m/s for its disposal are not there", life->disposal_mps);
  if (pays && life->disposal != Disposal::leave) {
    note_event(site_, {.tick = now + life->falling, .kind = Kind::fallen, .key = serial});
  } else if (life->falls_when_dead) {
    note_event(site_, {.tick = now + *life->falls_when_dead, .kind = Kind::fallen, .key = serial});
  } else {
    registry_.change_life(serial, LifeState::retired, pays ? "switched off" : "stays in its orbit", now);
  }
  leave_slot(serial, now);
  replace(serial, orbit::Replacement::ended, now);
}

void Fleet::fall(const SiteEvent& event, Tick now) {
  const OrbitalLife& life = *life_of(event.key);
  registry_.change_life(event.key, LifeState::decayed,
                        life.disposal == Disposal::surface ? "on the Moon" : "burnt up", now);
}

void Fleet::leave_slot(std::uint64_t serial, Tick now) {
  SatelliteRecord& record = registry_.record(serial);
  if (record.plane < 0) return;
  const std::uint32_t shell = *life_of(serial)->shell;
  const ShellFleet& fleet = sc_.shells[shell];
  const auto promoted =
      fleet.desk.release(site_.slots[shell], {record.plane, record.place}, {.serial = serial, .at = now});
  record.plane = record.place = -1;
  if (!promoted) return;
  SatelliteRecord& spare = registry_.record(promoted->serial);
  spare.place = promoted->slot.place;
  const std::int64_t cost = mmps(promoted->phasing_mps);
  if (spare.state != LifeState::operational && spare.state != LifeState::degraded) return;  // on its way
  spare.left_mmps = std::max<std::int64_t>(0, spare.left_mmps - cost);
  orbit::Posting& posting =
      registry_.tell(promoted->serial, fmt::format("takes the slot of satellite {}", serial), now, cost);
  posting.slot =
      orbit::SlotRecord{.shell = fleet.plan.shell.name, .plane = spare.plane, .place = spare.place};
  add_reserve(promoted->serial, now, posting);
}

void Fleet::replace(std::uint64_t serial, orbit::Replacement least, Tick now) {
  const ShellFleet* fleet = fleet_of(serial);
  if (fleet == nullptr || fleet->plan.replace < least) return;
  const std::uint32_t design = registry_.record(serial).design;
  site_.open_orders[design].push_back(
      registry_.order(design, fmt::format("replaces satellite {}", serial), now));
}

double active_power_W(const Scenario& scenario, const SiteState& site, Tick now) {
  double total_W = 0.0;
  for (const SatelliteRecord& satellite : site.satellites) {
    if (!orbit::is_active(satellite.state)) continue;
    const double fade = scenario.satellites[satellite.design].fade_per_year;
    total_W += static_cast<double>(satellite.power_W) * orbit::faded(fade, now - satellite.power_from);
  }
  return total_W;
}

}  // namespace lunafab::campaign
