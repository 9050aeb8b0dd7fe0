#include "campaign/driver_queue.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include "campaign/orbit_records.hpp"
#include "core/contract.hpp"

namespace lunafab::campaign {
namespace {

constexpr double nJ_per_J = 1e9;
constexpr double mg_per_kg = 1e6;
constexpr std::size_t worth_parallel =
    64;  // an ideal launch costs about a microsecond: fewer run faster in line

double mass_kg(const Scenario& scenario, std::uint32_t design) {
  const auto& material = scenario.plant.chemistry.materials[scenario.satellites[design].material];
  return static_cast<double>(material.piece_mg) / mg_per_kg;
}

std::string note_of(const massdriver::LaunchResult& launch) {
  std::string note = std::string("fidelity ") + name(launch.fidelity);
  if (launch.order.attempt > 0) note += ", after " + std::to_string(launch.order.attempt) + " misfire(s)";
  if (launch.overloaded) note += ", above the acceleration limit";
  return note;
}

Solved insert(const Scenario& scenario, const factory::RunKey& key, const PendingLaunch& pending,
              const massdriver::LaunchResult& launch) {
  Solved solved{.launch = launch, .insertion = {}};
  if (solved.launch.outcome == massdriver::LaunchOutcome::launched) {
    const orbit::InsertionOrder order{.serial = pending.order.serial,
                                      .muzzle = solved.launch.muzzle,
                                      .nominal_speed_mps = pending.order.speed_mps};
    solved.insertion = orbit::insert(scenario.orbit, scenario.satellites[pending.design].destination, order,
                                     key.seed, key.replication);
  }
  return solved;
}

}  // namespace

std::size_t DriverQueue::destination_of(std::uint64_t serial) const {
  return sc_.satellites[site_.satellites[serial - 1].design].destination;
}

double DriverQueue::speed_mps(std::uint64_t serial, Tick at) const {
  return orbit::planned_transfer(sc_.orbit, destination_of(serial), at).speed_mps;
}

Tick DriverQueue::open_from(std::uint64_t serial, Tick from) const {
  const std::size_t destination = destination_of(serial);
  std::span<const std::int32_t> free;
  if (!sc_.lives.empty() && sc_.lives[destination].shell)
    free = site_.slots[*sc_.lives[destination].shell].free;
  return orbit::next_open(sc_.orbit, destination, from, free);
}

massdriver::PlannedLaunch DriverQueue::planned(std::uint64_t serial, Tick at, double coil_K) const {
  const std::uint32_t design = site_.satellites[serial - 1].design;
  return massdriver::planned_launch(sc_.driver->model, mass_kg(sc_, design), speed_mps(serial, at), coil_K);
}

Int128 DriverQueue::needed_nJ(std::uint64_t serial, Tick at, double coil_K) const {
  return static_cast<Int128>(planned(serial, at, coil_K).bus_energy_J * nJ_per_J);
}

double DriverQueue::coil_K(Tick at) const {
  if (sc_.driver->model.fidelity == Fidelity::ideal) return 0.0;
  return massdriver::cooled_K(sc_.driver->model.design, d_.coil_K, seconds(at - d_.coil_at));
}

/// When the coils are cool enough to take the next launch's heat: at once, unless launches follow one another
/// fast.
Tick DriverQueue::cool_at(std::uint64_t serial, Tick now) const {
  const massdriver::DriverModel& model = sc_.driver->model;
  if (model.fidelity == Fidelity::ideal) return now;
  const double rise_K = massdriver::warming_K(model.design, planned(serial, now, coil_K(now)).coil_heat_J);
  const double wait_s =
      massdriver::cooling_s(model.design, coil_K(now), massdriver::warmest_launch_K(model) - 2.0 * rise_K);
  return wait_s > 0.0 ? now + ticks_from_seconds(wait_s) + Ticks{1} : now;
}

void DriverQueue::charge_until(Tick now) {
  if (!sc_.driver) return;
  const Int128 offered = static_cast<Int128>(d_.charging_mW) * (now - d_.stored_at).us;
  const Int128 taken = std::min(offered, sc_.driver->store_nJ - d_.stored_nJ);
  d_.stored_nJ += taken;
  d_.charged_nJ += taken;
  d_.stored_at = now;
}

/// The first in the queue that can be handled and in its window by `from`, else the one that is so soonest.
DriverQueue::NextUp DriverQueue::in_window(Tick from) const {
  NextUp best;
  for (std::size_t i = 0; i < d_.queue.size() && best.at > from; ++i) {
    const QueuedSatellite& satellite = d_.queue[i];
    const Tick at = open_from(satellite.serial, std::max(from, satellite.ready));
    if (at < best.at) best = {at, i};
  }
  return best;
}

DriverQueue::NextUp DriverQueue::next_up(Tick now) const {
  NextUp next = in_window(
      std::max({now, d_.track_free, *std::min_element(d_.bucket_free.begin(), d_.bucket_free.end())}));
  if (next.at >= sc_.end) return {};  // not in this run
  const std::uint64_t serial = d_.queue[next.place].serial;
  next.at = open_from(serial, cool_at(serial, next.at));
  if (next.at >= sc_.end) return {};
  const Int128 missing = needed_nJ(serial, next.at, coil_K(next.at)) - d_.stored_nJ;
  if (missing <= 0) return next;
  if (d_.charging_mW <= 0) return {};  // planned anew with the next grant
  const Int128 wait_us = (missing + d_.charging_mW - 1) / d_.charging_mW;
  if (wait_us > (sc_.end - now).us) return {};  // not in this run
  next.at = std::max(next.at, now + Ticks{static_cast<std::int64_t>(wait_us)});
  return next;
}

void DriverQueue::plan(Tick now) {
  charge_until(now);
  const Tick at = d_.queue.empty() ? never : next_up(now).at;
  if (at == d_.next_attempt) return;
  d_.next_attempt = at;
  if (at != never) note_event(site_, {.tick = at, .kind = SiteEvent::Kind::launch});
}

void DriverQueue::launch_ready(Tick now) {
  charge_until(now);
  const NextUp next = d_.queue.empty() ? NextUp{} : next_up(now);
  if (next.at != now) return;
  const std::uint64_t serial = d_.queue[next.place].serial;
  d_.queue.erase(d_.queue.begin() + static_cast<std::ptrdiff_t>(next.place));
  SatelliteRecord& record = site_.satellites[serial - 1];
  const std::uint32_t design = record.design;
  const double coil_now_K = coil_K(now);
  PendingLaunch pending{.order = {.serial = serial,
                                  .attempt = record.attempts++,
                                  .at = now,
                                  .payload_kg = mass_kg(sc_, design),
                                  .speed_mps = speed_mps(serial, now),
                                  .coil_K = coil_now_K},
                        .design = design,
                        .planned_nJ = needed_nJ(serial, now, coil_now_K)};
  expects(d_.stored_nJ >= pending.planned_nJ, "driver: a launch takes no more than the store holds");
  d_.stored_nJ -= pending.planned_nJ;
  const massdriver::DriverModel& model = sc_.driver->model;
  if (model.fidelity != Fidelity::ideal) {
    d_.coil_K =
        coil_now_K + massdriver::warming_K(model.design, planned(serial, now, coil_now_K).coil_heat_J);
    d_.coil_at = now;
  }
  d_.track_free = now + sc_.driver->launch_gap + ticks_from_seconds(model.table.wear.down_s);
  d_.spares_mg += std::llround(model.table.wear.exchanged_kg * 1e6);
  *std::min_element(d_.bucket_free.begin(), d_.bucket_free.end()) = now + sc_.driver->bucket_cycle;
  output_.launches.push_back(pending);
}

void solve_launches(const Scenario& scenario, const factory::RunKey& key,
                    const std::vector<PendingLaunch>& launches, std::vector<Solved>& solved) {
  std::vector<massdriver::LaunchOrder> orders;
  orders.reserve(launches.size());
  for (const PendingLaunch& pending : launches) orders.push_back(pending.order);
  const std::vector<massdriver::LaunchResult> launched =
      orders.empty() ? std::vector<massdriver::LaunchResult>{}
                     : massdriver::launch(scenario.driver->model, orders, key.seed, key.replication);
  const auto one = [&](std::size_t i) {
    solved[i] = insert(scenario, key, launches[i], launched[i]);
  };
  if (launches.size() < worth_parallel) {
    for (std::size_t i = 0; i < launches.size(); ++i) one(i);
  } else {
    tbb::parallel_for(std::size_t{0}, launches.size(), one);
  }
}

void book_launch(const Scenario& scenario, SiteState& site, const PendingLaunch& pending,
                 const Solved& solved, std::vector<orbit::Posting>& postings) {
  DriverState& driver = site.driver;
  const massdriver::LaunchResult& launch = solved.launch;
  const auto kinetic = static_cast<Int128>(launch.kinetic_energy_J * nJ_per_J);
  const auto residual = static_cast<Int128>(launch.residual_J * nJ_per_J);
  driver.kinetic_nJ += kinetic;
  driver.residual_nJ += residual;
  driver.heat_nJ += pending.planned_nJ - kinetic - residual;
  driver.failed_banks += launch.failed_banks;
  driver.overloaded += launch.overloaded ? 1 : 0;
  if (launch.audited) {
    ++driver.audits;
    driver.worst_audit_mps = std::max(driver.worst_audit_mps, std::abs(launch.audit_speed_mps));
    driver.worst_audit_bus = std::max(driver.worst_audit_bus, std::abs(launch.audit_bus_rel));
  }
  const bool misfire = launch.outcome == massdriver::LaunchOutcome::misfire;
  const orbit::InsertionResult& insertion = solved.insertion;
  if (insertion.audited) {
    ++driver.flights_audited;
    driver.worst_insertion_mps = std::max(driver.worst_insertion_mps, std::abs(insertion.audit_mps));
  }
  site.launches.push_back({.tick = pending.order.at,
                           .serial = pending.order.serial,
                           .misfire = static_cast<std::uint8_t>(misfire),
                           .outcome = static_cast<std::uint8_t>(insertion.outcome),
                           .speed_mps = pending.order.speed_mps,
                           .bus_energy_J = launch.bus_energy_J,
                           .kinetic_energy_J = launch.kinetic_energy_J,
                           .correction_mps = insertion.correction_mps,
                           .insertion_mps = insertion.insertion_mps,
                           .margin_mps = insertion.margin_mps,
                           .arrival = insertion.arrival});
  if (misfire) {
    ++driver.misfires;
    return;
  }
  ++driver.launches;
  site.satellites[pending.order.serial - 1].launched_at = pending.order.at;
  ++site.launched_of[pending.design];
  // Solved at the window's end: samples taken in the window after the launch count it too.
  for (auto row = site.series.rbegin(); row != site.series.rend() && row->tick > pending.order.at; ++row)
    ++row->launched;
  const SatelliteDesign& design = scenario.satellites[pending.design];
  for (const orbit::LifeState state : {orbit::LifeState::launched, orbit::LifeState::coasting}) {
    site.satellites[pending.order.serial - 1].state = state;
    ++site.ever[static_cast<std::size_t>(state)];
    const bool leaves = state == orbit::LifeState::launched;
    postings.push_back({.seq = 0,
                        .tick = pending.order.at,
                        .serial = pending.order.serial,
                        .state = state,
                        .product = design.name,
                        .destination = scenario.orbit.destinations[design.destination].name,
                        .mass_mg = scenario.plant.chemistry.materials[design.material].piece_mg,
                        .power_W = design.power_W,
                        .delta_v_mmps = 0,
                        .note = leaves ? note_of(launch) : "",
                        .orbits = leaves ? muzzle_orbit(scenario, design.destination, launch.muzzle)
                                         : std::vector<orbit::OrbitRecord>{}});
    if (leaves) postings.back().burns = planned_burns(scenario, design.destination, pending.order.at);
  }
}

}  // namespace lunafab::campaign
