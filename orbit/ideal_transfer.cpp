#include "orbit/ideal_transfer.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/tick.hpp"

namespace lunafab::orbit {
namespace {

constexpr double gm = constants::moon_gm_m3_per_s2;
constexpr double launch_radius_m = constants::moon_radius_m;
// Laplace: a (m/M)^(2/5) = 384,400 km · 0.012300^0.4. Beyond it two-body paths about the Moon mean nothing.
constexpr double lunar_influence_m = 66.2e6;
// Where cos i = −(a / 12,352 km)^3.5 reaches −1: Earth's J2 turns no higher circular orbit once a year.
constexpr double highest_sun_synchronous_m = 5.974e6;

/// Speed at `radius_m` on an orbit of semi-major axis `a_m`.
double vis_viva_mps(double radius_m, double a_m) {
  return std::sqrt(gm * (2.0 / radius_m - 1.0 / a_m));
}
double half_period_s(double a_m) {
  return std::numbers::pi * std::sqrt(a_m * a_m * a_m / gm);
}
bool is_amount(double x) {
  return x >= 0.0 && std::isfinite(x);
}

// How much Δv a launch error δ costs on the way to a circular orbit of radius r, launched from periapsis R
// with speed v.
//
// Along the bore. The apoapsis moves to r(1 + ε), ε = G δ / r with G = ∂ apoapsis / ∂v. The burn there now
// aims at the apsis r on the other side, half a revolution later, where a second burn closes the circle. With
// c = √(GM/r) and the speed u of the nominal transfer at r:
//   arriving speed                R(v + δ) / r(1 + ε)  ≈ u + (R/r) δ − u ε
//   leaving speed, on r(1+ε) × r                       ≈ c (1 − ¾ ε)
//   at r before the second burn                        ≈ c (1 + ¼ ε)
// so the burns together exceed the nominal c − u by (u − ¾ c) ε − (R/r) δ + ¼ c |ε|; the gain is that of the
// worse sign of δ.
//
// Left tilts the plane about the line through launch and apoapsis; the burn there turns the velocity by δ R/r
// while it raises it: second order, δ²/2Δv. Up turns the line of apsides and leaves both apsides as they are:
// second order too. The gain along the bore therefore bounds gain × |error| for every direction.
double lunar_correction_gain(double radius_m, double apsis_gain, double circular_mps, double arriving_mps) {
  const double epsilon_per_mps = apsis_gain / radius_m, lever = launch_radius_m / radius_m;
  const double odd = (arriving_mps - 0.75 * circular_mps) * epsilon_per_mps - lever;
  return std::abs(odd) + 0.25 * circular_mps * epsilon_per_mps;
}

struct EscapeNode {
  double c3_m2ps2, launch_mps;
};
// @source Circular restricted three-body problem with JPL's Earth–Moon constants, launch at 86° S 3° E,
// azimuth 266°, speed rounded to 0.5 m/s; tests/orbit/test_ideal_transfer.cpp integrates it again.
constexpr std::array<EscapeNode, 2> escape_table{{{0.5e6, 2500.0}, {1.0e6, 2545.0}}};

void complete_lunar_orbit(Destination& d) {
  const LunarTransfer transfer = lunar_transfer(d.altitude_m);
  d.launch_speed_mps = transfer.launch_mps;
  d.flight_time = {.kind = Distribution::Kind::constant, .a = transfer.half_period_s};
  d.insertion_mps = transfer.circularise_mps;
  d.correction_gain = transfer.correction_gain;
}

/// Speed, flight time and burns that stand in the scenario.
void complete_by_data(Destination& d) {
  if (d.kind == DestinationKind::heliocentric && d.launch_speed_mps == 0.0)
    d.launch_speed_mps = heliocentric_launch_speed_mps(d.c3_m2ps2);
  const bool near_the_moon = d.kind == DestinationKind::halo ||
                             d.kind == DestinationKind::near_rectilinear_halo ||
                             d.kind == DestinationKind::distant_retrograde;
  const double least_mps =
      near_the_moon ? lunar_escape_speed_mps() / std::numbers::sqrt2 : lunar_escape_speed_mps();
  expects(std::isfinite(d.launch_speed_mps) && d.launch_speed_mps > least_mps,
          "destination: the launch speed must exceed the Moon's escape speed (to halos and retrograde "
          "orbits: its "
          "circular speed)");
  expects(is_amount(d.insertion_mps), "destination: the insertion burn must be finite and not negative");
  expects(is_amount(d.correction_gain), "destination: the correction gain must be finite and not negative");
  const double flight_s = mean(d.flight_time);
  expects(flight_s > 0.0 && flight_s <= longest_span_s,
          "destination: the flight time must be positive and finite");
}

}  // namespace

LunarTransfer lunar_transfer(double altitude_m) {
  const double radius_m = launch_radius_m + altitude_m;
  expects(altitude_m > 0.0 && radius_m <= lunar_influence_m,
          "lunar transfer: the altitude must be positive and within the Moon's sphere of influence");
  const double a_m = 0.5 * (launch_radius_m + radius_m);
  const double launch_mps = vis_viva_mps(launch_radius_m, a_m);
  const double circular_mps = std::sqrt(gm / radius_m), arriving_mps = vis_viva_mps(radius_m, a_m);
  const double apsis_gain = 4.0 * a_m * a_m * launch_mps / gm;  // from v² = GM (2/R − 1/a) with R fixed
  return {.launch_mps = launch_mps,
          .circularise_mps = circular_mps - arriving_mps,
          .half_period_s = half_period_s(a_m),
          .apoapsis_gain_m_per_mps = apsis_gain,
          .correction_gain = lunar_correction_gain(radius_m, apsis_gain, circular_mps, arriving_mps)};
}

double lunar_escape_speed_mps() {
  return std::sqrt(2.0 * gm / launch_radius_m);
}

double lunar_excess_speed_mps(double launch_mps) {
  const double escape_mps = lunar_escape_speed_mps();
  return std::sqrt(std::max(0.0, (launch_mps - escape_mps) * (launch_mps + escape_mps)));
}

std::optional<double> fall_back_s(DestinationKind kind, const Eigen::Vector3d& velocity_mps) {
  if (kind == DestinationKind::low_lunar_orbit) {
    const double horizontal_mps = velocity_mps.head<2>().norm();
    // A launch 1 m/s downward dips by 11 m, taken as cleared by the ridge the muzzle stands on.
    if (horizontal_mps <= std::sqrt(gm / launch_radius_m)) return 0.0;
    return std::nullopt;
  }
  const double inverse_a = 2.0 / launch_radius_m - velocity_mps.squaredNorm() / gm;
  const double furthest_a_m = 0.5 * (launch_radius_m + lunar_influence_m);
  if (inverse_a * furthest_a_m > 1.0) return 2.0 * half_period_s(1.0 / inverse_a);
  return std::nullopt;
}

double heliocentric_launch_speed_mps(double c3_m2ps2) {
  const auto [low, high] = escape_table;
  expects(c3_m2ps2 >= low.c3_m2ps2 && c3_m2ps2 <= high.c3_m2ps2,
          "heliocentric launch: C3 must lie within the table, 0.5 to 1 km2/s2");
  return std::lerp(low.launch_mps, high.launch_mps,
                   (c3_m2ps2 - low.c3_m2ps2) / (high.c3_m2ps2 - low.c3_m2ps2));
}

Destination completed(Destination d, Fidelity fidelity) {
  expects(is_amount(d.correction_budget_mps),
          "destination: the correction budget must be finite and not negative");
  expects(d.arrival_loss_probability >= 0.0 && d.arrival_loss_probability <= 1.0,
          "destination: the arrival loss probability must lie in [0, 1]");
  const bool lunar = d.kind == DestinationKind::low_lunar_orbit;
  if (lunar) complete_lunar_orbit(d);
  if (d.kind == DestinationKind::heliocentric) {
    expects(is_amount(d.c3_m2ps2), "destination: C3 must be finite and not negative");
  } else if (d.kind == DestinationKind::sun_synchronous) {
    expects(d.altitude_m > 0.0 && d.altitude_m <= highest_sun_synchronous_m,
            "destination: Sun-synchronous orbits lie between 0 and 5,974 km altitude");
  }
  if (fidelity == Fidelity::ideal && !lunar) complete_by_data(d);
  return d;
}

}  // namespace lunafab::orbit
