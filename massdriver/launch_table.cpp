#include "massdriver/launch_table.hpp"
#include <fmt/format.h>
#include <tbb/parallel_invoke.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/cache.hpp"
#include "massdriver/launch_figures.hpp"
#include "massdriver/monte_carlo.hpp"
#include "massdriver/plan.hpp"

namespace lunafab::massdriver {
namespace {

constexpr std::array<double, 2> payload_shares{0.25, 1.35};  // of the nominal payload
constexpr std::array<double, 2> speed_shares{0.55, 1.0};     // of the payload's top speed
constexpr double warmest_above_K = 100.0;                    // above the coils' starting temperature

/// Chebyshev node i of n on a domain, ends excluded; the middle for one.
double node(const std::array<double, 2>& domain, std::size_t i, std::size_t n) {
  const double angle = std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
  return 0.5 * (domain[0] + domain[1]) - 0.5 * (domain[1] - domain[0]) * std::cos(angle);
}

/// Lagrange weights of the nodes at x.
template <std::size_t N>
std::array<double, N> weights(const std::array<double, 2>& domain, double x) {
  std::array<double, N> w{};
  for (std::size_t i = 0; i < N; ++i) {
    w[i] = 1.0;
    for (std::size_t j = 0; j < N; ++j)
      if (j != i) w[i] *= (x - node(domain, j, N)) / (node(domain, i, N) - node(domain, j, N));
  }
  return w;
}

double gained_J(const DriverDesign& d, double payload_kg, double speed_mps) {
  const double v0 = d.injection.speed_mps;
  return 0.5 * (d.bucket_kg + payload_kg) * (speed_mps * speed_mps - v0 * v0);
}

/// Kinetic energy at the first stage.
double entry_J(const DriverDesign& d, double payload_kg) {
  return 0.5 * (d.bucket_kg + payload_kg) * d.injection.speed_mps * d.injection.speed_mps;
}

/// Numbers that vary little over the domain, in the order of MeanLaunch.
std::array<double, MeanLaunch::count> dimensionless(const DriverDesign& d, const LaunchConditions& c,
                                                    const LaunchSolution& s, double sd_mps,
                                                    double from_bus_J) {
  const double gain = gained_J(d, c.payload_kg, c.muzzle_speed_mps), v = c.muzzle_speed_mps;
  const EnergyAccount& e = s.energy;
  const double other = e.switch_heat_J + e.eddy_J + e.drag_J + e.discarded_J;
  return {(s.muzzle_speed_mps - v) / v,
          s.time_s * v,
          e.discharged_J / gain,
          e.recovered_J / gain,
          e.coil_heat_J / gain,
          other / gain,
          e.residual_J / gain,
          s.peak_mps2,
          s.peak_voltage_V,
          sd_mps,
          from_bus_J / entry_J(d, c.payload_kg)};
}

MeanLaunch dimensional(const DriverDesign& d, double payload_kg, double v, const double* q) {
  const double gain = gained_J(d, payload_kg, v);
  return {.speed_offset_mps = q[0] * v,
          .time_s = q[1] / v,
          .discharged_J = q[2] * gain,
          .recovered_J = q[3] * gain,
          .coil_heat_J = q[4] * gain,
          .other_loss_J = q[5] * gain,
          .residual_J = q[6] * gain,
          .peak_mps2 = q[7],
          .peak_voltage_V = q[8],
          .speed_sd_mps = q[9],
          .injected_J = q[10] * entry_J(d, payload_kg)};
}

LaunchConditions conditions(const Machine& m, double payload_kg, double share, double coil_K) {
  return {.payload_kg = payload_kg,
          .weighed_kg = payload_kg,
          .muzzle_speed_mps = share * top_speed_mps(m.design, payload_kg),
          .coil_temperature_K = coil_K};
}

void demand_completed(const LaunchConditions& c, const LaunchSolution& s) {
  if (s.outcome == SolverOutcome::completed) return;
  throw DriverCannot(fmt::format("{:.0f} kg at {:.1f} m/s: {} at stage {}", c.payload_kg, c.muzzle_speed_mps,
                                 name(s.outcome), s.stopped_at_stage));
}

std::vector<LaunchSolution> solve_completed(const Machine& m, const std::vector<LaunchConditions>& launches) {
  std::vector<LaunchSolution> solutions = solve_launches(m, launches, {});
  for (std::size_t i = 0; i < launches.size(); ++i) demand_completed(launches[i], solutions[i]);
  return solutions;
}

std::vector<LaunchConditions> node_launches(const Machine& m, const LaunchTable& t) {
  std::vector<LaunchConditions> launches;
  for (std::size_t p = 0; p < LaunchTable::payloads; ++p) {
    for (std::size_t s = 0; s < LaunchTable::speeds; ++s) {
      for (std::size_t k = 0; k < LaunchTable::temperatures; ++k) {
        launches.push_back(conditions(m, node(t.payload_kg, p, LaunchTable::payloads),
                                      node(t.speed_share, s, LaunchTable::speeds),
                                      node(t.temperature_K, k, LaunchTable::temperatures)));
      }
    }
  }
  return launches;
}

/// Tangents at the corners of payload and speed, at the middle temperature: the sd varies slowly.
double scatter(const Machine& m, const LaunchTable& t, double payload_kg, double share) {
  return find_sensitivities(m, conditions(m, payload_kg, share, node(t.temperature_K, 0, 1)), {})
      .speed_sd_mps;
}

void fill_nodes(const Machine& m, LaunchTable& t) {
  const std::vector<LaunchConditions> launches = node_launches(m, t);
  const std::vector<LaunchSolution> solutions = solve_completed(m, launches);
  // Speed scatter: bilinear in payload and share through four tangent studies.
  std::array<std::array<double, 2>, 2> corner{};
  for (std::size_t p = 0; p < 2; ++p) {
    for (std::size_t s = 0; s < 2; ++s)
      corner[p][s] = scatter(m, t, node(t.payload_kg, p, 2), node(t.speed_share, s, 2));
  }
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const double share = launches[i].muzzle_speed_mps / top_speed_mps(m.design, launches[i].payload_kg);
    const auto wp = weights<2>(t.payload_kg, launches[i].payload_kg), ws = weights<2>(t.speed_share, share);
    double sd = 0.0;
    for (std::size_t p = 0; p < 2; ++p)
      for (std::size_t s = 0; s < 2; ++s) sd += wp[p] * ws[s] * corner[p][s];
    const auto q = dimensionless(m.design, launches[i], solutions[i], std::max(sd, 0.0),
                                 injected_J(m, launches[i].payload_kg, launches[i].coil_temperature_K));
    t.values.insert(t.values.end(), q.begin(), q.end());
  }
}

/// What the nominal launch does sideways and to the machine.
void follow_nominal(const Machine& m, const LaunchConditions& nominal, LaunchTable& t) {
  const LaunchSolution solved = solve_launch(m, nominal, {.profile = true});
  t.wear = maintenance_need(m.design, launch_stresses(m, solved), store_energy_J(m.design));
  if (!m.design.has_sled) return;
  const AxialProfile profile = axial_profile(m, solved);
  const ReducedRide ride =
      reduce_ride(m.design.sled, profile, m.design.survey, m.design.spread, {.held_out_rides = 0});
  const ReleaseMoments moments = release_moments(ride);
  t.lateral_m2ps2 = {moments.of_launches(1, 1), moments.of_launches(1, 2), moments.of_launches(2, 2)};
}

/// Full solutions at points that were not used, off the nodes in all three directions.
void measure_error(const Machine& m, LaunchTable& t) {
  constexpr std::array<std::array<double, 3>, 6> at{{{0.10, 0.15, 0.2},
                                                     {0.30, 0.95, 0.8},
                                                     {0.50, 0.50, 0.5},
                                                     {0.66, 0.25, 0.9},
                                                     {0.90, 0.80, 0.1},
                                                     {0.97, 0.99, 0.6}}};
  const auto within = [](const std::array<double, 2>& d, double share) {
    return d[0] + share * (d[1] - d[0]);
  };
  std::vector<LaunchConditions> launches;
  launches.reserve(at.size());
  for (const auto& a : at) {
    launches.push_back(conditions(m, within(t.payload_kg, a[0]), within(t.speed_share, a[1]),
                                  within(t.temperature_K, a[2])));
  }
  const std::vector<LaunchSolution> solutions = solve_completed(m, launches);
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const LaunchConditions& c = launches[i];
    const auto mean = mean_launch(m.design, t, c.payload_kg, c.muzzle_speed_mps, c.coil_temperature_K);
    const LaunchSolution& s = solutions[i];
    t.worst_speed_mps = std::max(
        t.worst_speed_mps, std::abs(mean->speed_offset_mps - (s.muzzle_speed_mps - c.muzzle_speed_mps)));
    const double solved_J =
        bus_energy_J(m.design, c.muzzle_speed_mps, injected_J(m, c.payload_kg, c.coil_temperature_K),
                     s.energy.discharged_J, s.energy.recovered_J);
    const double table_J =
        bus_energy_J(m.design, c.muzzle_speed_mps, mean->injected_J, mean->discharged_J, mean->recovered_J);
    t.worst_bus_rel = std::max(t.worst_bus_rel, std::abs(table_J / solved_J - 1.0));
  }
  t.held_out = static_cast<int>(launches.size());
}

// ---- cache

constexpr std::uint32_t table_version = 4;  // moves with the table's contents

}  // namespace

LaunchTable build_table(const Machine& m, std::uint64_t design_hash) {
  const DriverDesign& d = m.design;
  LaunchTable t;
  t.design_hash = design_hash;
  t.payload_kg = {payload_shares[0] * d.payload_kg, payload_shares[1] * d.payload_kg};
  t.speed_share = speed_shares;
  const double cold = d.track.coil.temperature_K;
  t.temperature_K = {cold, std::max(d.track.coil.temperature_limit_K, cold + warmest_above_K)};
  if (!reaches_track(d, run_injection(m, d.payload_kg, cold)))
    throw DriverCannot("the injection does not reach its speed");
  fill_nodes(m, t);
  const double share = d.muzzle_speed_mps / top_speed_mps(d, d.payload_kg);
  const LaunchConditions nominal = conditions(m, d.payload_kg, std::min(share, 1.0), cold);
  const auto scatter_and_errors = [&] {
    t.faults = find_fault_effects(m, nominal);
    t.faults.peak_mps2 = mean_launch(d, t, d.payload_kg, nominal.muzzle_speed_mps, cold)->peak_mps2;
    measure_error(m, t);
  };
  tbb::parallel_invoke([&] { follow_nominal(m, nominal, t); }, scatter_and_errors);
  return t;
}

LaunchTable cached_table(const DriverDesign& design, std::uint64_t design_hash,
                         const std::string& directory) {
  const CacheKey key{.kind = "driver", .version = table_version, .hash = design_hash};
  return cached<LaunchTable>(directory, key, [&] { return build_table(build_machine(design), design_hash); });
}

std::optional<MeanLaunch> mean_launch(const DriverDesign& design, const LaunchTable& t, double payload_kg,
                                      double speed_mps, double coil_K) {
  constexpr double slack = 1e-6;  // ends of the domain belong to it
  const auto inside = [](const std::array<double, 2>& d, double x) {
    return x >= d[0] - slack * std::abs(d[0]) && x <= d[1] + slack * std::abs(d[1]);
  };
  const double share = speed_mps / top_speed_mps(design, payload_kg);
  if (!inside(t.payload_kg, payload_kg) || !inside(t.speed_share, share) || !inside(t.temperature_K, coil_K))
    return std::nullopt;
  const auto wp = weights<LaunchTable::payloads>(t.payload_kg, payload_kg);
  const auto ws = weights<LaunchTable::speeds>(t.speed_share, share);
  const auto wt = weights<LaunchTable::temperatures>(t.temperature_K, coil_K);
  std::array<double, MeanLaunch::count> q{};
  std::size_t at = 0;
  for (const double p : wp) {
    for (const double s : ws) {
      for (const double k : wt)
        for (double& value : q) value += p * s * k * t.values[at++];
    }
  }
  return dimensional(design, payload_kg, speed_mps, q.data());
}

}  // namespace lunafab::massdriver
