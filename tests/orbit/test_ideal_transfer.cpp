#include <Eigen/Core>
#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/variates.hpp"
#include "orbit/ideal_transfer.hpp"
#include "orbit/insertion.hpp"
#include "tests/orbit/three_body.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double gm = constants::moon_gm_m3_per_s2, R = constants::moon_radius_m;

Destination lunar_orbit() {
  return completed({.name = "lunar_orbit", .altitude_m = 100e3, .correction_budget_mps = 30.0});
}

Destination deep_space() {
  return completed({.name = "deep_space",
                    .kind = DestinationKind::heliocentric,
                    .c3_m2ps2 = 0.5e6,
                    .flight_time = {.kind = Distribution::Kind::constant, .a = 7.5 * 86400.0},
                    .correction_budget_mps = 10.0});
}

InsertionResult insert_ideal(const Destination& destination, const InsertionOrder& order, std::uint64_t seed,
                             std::uint32_t replication) {
  return insert({.destinations = {destination}}, 0, order, seed, replication);
}

InsertionOrder order_to(const Destination& d, const Vector3d& error_mps, std::uint64_t serial = 1) {
  InsertionOrder order{.serial = serial, .nominal_speed_mps = d.launch_speed_mps};
  order.muzzle.at = Tick{5'000'000};
  order.muzzle.velocity_mps = Vector3d{d.launch_speed_mps, 0.0, 0.0} + error_mps;
  return order;
}

/// Burns at apoapsis and half a revolution later that bring a launch with an error (along, left, up) to the
/// planned circle: vector arithmetic on the exact ellipse, nothing linear.
double burns_to_circle_mps(double altitude_m, const Vector3d& error_mps) {
  const double r2 = R + altitude_m;
  const double launch_mps = std::sqrt(2.0 * gm * r2 / (R * (R + r2)));
  const Vector3d r{R, 0.0, 0.0},
      v{error_mps.z(), launch_mps + error_mps.x(), error_mps.y()};  // left is the normal of the plane
  const Vector3d h = r.cross(v), e = v.cross(h) / gm - r.normalized();
  const double apoapsis = h.squaredNorm() / gm / (1.0 - e.norm());
  const Vector3d there = -apoapsis * e.normalized(), arriving = h.cross(there) / there.squaredNorm();
  const Vector3d along = Vector3d::UnitZ().cross(there).normalized();  // in the planned plane
  const double a = 0.5 * (apoapsis + r2);
  const double leaving_mps = std::sqrt(gm * (2.0 / apoapsis - 1.0 / a)),
               closing_mps = std::sqrt(gm * (2.0 / r2 - 1.0 / a));
  return (leaving_mps * along - arriving).norm() + std::abs(std::sqrt(gm / r2) - closing_mps);
}

}  // namespace

TEST_CASE("lunar transfer: the two-body rows for 50, 100 and 500 km", "[orbit]") {
  struct Row {
    double altitude_km, launch_kmps, circularise_mps, apoapsis_km_per_mps;
  };
  const Row row =
      GENERATE(Row{100, 1.7032, 23.0, 4.44}, Row{50, 1.6917, 11.8, 4.29}, Row{500, 1.7824, 96.2, 5.74});
  const LunarTransfer transfer = lunar_transfer(row.altitude_km * 1e3);
  // Half a unit of the last digit printed.
  CHECK_THAT(transfer.launch_mps, WithinAbs(row.launch_kmps * 1e3, 0.05));
  CHECK_THAT(transfer.circularise_mps, WithinAbs(row.circularise_mps, 0.05));
  CHECK_THAT(transfer.apoapsis_gain_m_per_mps, WithinAbs(row.apoapsis_km_per_mps * 1e3, 5.0));
  if (row.altitude_km == 100) CHECK_THAT(transfer.half_period_s / 60.0, WithinAbs(56.5, 0.05));
}

TEST_CASE("lunar transfer: the apoapsis gain is the derivative of the apoapsis", "[orbit]") {
  const double altitude_m = GENERATE(15e3, 100e3, 2000e3), step_mps = 0.01;
  const auto apoapsis_m = [](double speed_mps) {
    return R / (2.0 * gm / (R * speed_mps * speed_mps) - 1.0);
  };
  const LunarTransfer transfer = lunar_transfer(altitude_m);
  CHECK_THAT(apoapsis_m(transfer.launch_mps), WithinRel(R + altitude_m, 1e-12));
  const double slope =
      (apoapsis_m(transfer.launch_mps + step_mps) - apoapsis_m(transfer.launch_mps - step_mps)) /
      (2 * step_mps);
  CHECK_THAT(transfer.apoapsis_gain_m_per_mps,
             WithinRel(slope, 1e-8));  // central difference: (δ/v)² = 3e-11, rounding 1e-9
}

TEST_CASE("lunar transfer: low circles cost nothing, high ones the escape speed", "[orbit]") {
  CHECK_THAT(lunar_transfer(1e-3).launch_mps, WithinRel(std::sqrt(gm / R), 1e-9));
  CHECK_THAT(lunar_transfer(1e-3).circularise_mps, WithinAbs(0.0, 1e-6));
  CHECK(lunar_transfer(60e6).launch_mps < lunar_escape_speed_mps());
  CHECK_THAT(lunar_transfer(60e6).launch_mps, WithinRel(lunar_escape_speed_mps(), 0.5 * R / 60e6));
  CHECK_THROWS_WITH(lunar_transfer(0.0), Contains("altitude"));
  CHECK_THROWS_WITH(lunar_transfer(70e6), Contains("sphere of influence"));
  CHECK_THROWS_AS(lunar_transfer(std::nan("")), ContractError);
}

TEST_CASE("lunar transfer: the correction gain is what burns on the exact ellipse cost", "[orbit]") {
  const double altitude_m = GENERATE(20e3, 100e3, 500e3, 2000e3);
  const LunarTransfer transfer = lunar_transfer(altitude_m);
  const double size_mps = 0.01;  // second order: ε of 2e-5 to 2e-4 of the first
  const auto extra = [&](double along, double left, double up) {
    return (burns_to_circle_mps(altitude_m, size_mps * Vector3d{along, left, up}) -
            transfer.circularise_mps) /
           size_mps;
  };
  CHECK_THAT(std::max(extra(1, 0, 0), extra(-1, 0, 0)), WithinRel(transfer.correction_gain, 1e-3));
  for (int degree = 0; degree < 360; degree += 15) {
    const double c = std::cos(degree * 0.017453292519943295), s = std::sin(degree * 0.017453292519943295);
    CHECK(extra(c, s, 0) <= transfer.correction_gain * 1.001);
    CHECK(extra(c, 0, s) <= transfer.correction_gain * 1.001);
  }
  // Sideways errors are second order: δ²/2Δv of the burn that they join.
  CHECK(extra(0, 1, 0) < size_mps / transfer.circularise_mps);
  CHECK(extra(0, 0, 1) < size_mps / transfer.circularise_mps);
}

TEST_CASE("escape: 2.3757 km/s, and what is left far away", "[orbit]") {
  CHECK_THAT(lunar_escape_speed_mps(), WithinAbs(2375.7, 0.05));
  CHECK(lunar_excess_speed_mps(2000.0) == 0.0);
  CHECK(lunar_excess_speed_mps(lunar_escape_speed_mps()) == 0.0);
  const double energy = 0.5 * 2500.0 * 2500.0 - gm / R;
  CHECK_THAT(lunar_excess_speed_mps(2500.0), WithinRel(std::sqrt(2.0 * energy), 1e-12));
}

TEST_CASE("deep space: the launch speed table is the circular restricted three-body problem's", "[orbit]") {
  // First the oracle itself, against an independent run: 89.45° S 222.7° E, azimuth 45°, 2.55 km/s.
  const auto known = three_body::depart({-89.45, 222.7, 45.0, 2.55});
  REQUIRE_THAT(known.c3_km2ps2, WithinAbs(1.039342, 1e-5));
  REQUIRE_THAT(known.days, WithinAbs(7.63453, 1e-4));

  CHECK(heliocentric_launch_speed_mps(0.5e6) == 2500.0);
  CHECK(heliocentric_launch_speed_mps(1.0e6) == 2545.0);
  for (const double c3_km2ps2 : {0.5, 0.6, 0.7, 0.8, 0.9, 1.0}) {
    const double speed_kmps = heliocentric_launch_speed_mps(c3_km2ps2 * 1e6) * 1e-3;
    // 0.2 m/s at 0.011 km²/s² per m/s: rounding of the nodes and the curve between them.
    CHECK_THAT(three_body::depart({-86.0, 3.0, 266.0, speed_kmps}).c3_km2ps2, WithinAbs(c3_km2ps2, 0.0022));
  }
  CHECK_THROWS_WITH(heliocentric_launch_speed_mps(0.49e6), Contains("C3 must lie within the table"));
  CHECK_THROWS_WITH(heliocentric_launch_speed_mps(1.01e6), Contains("C3 must lie within the table"));
}

TEST_CASE(
    "destination: lunar orbit is derived, deep space keeps its data, and completing twice changes nothing",
    "[orbit]") {
  const Destination once = lunar_orbit(), twice = completed(once);
  CHECK_THAT(once.launch_speed_mps, WithinAbs(1703.2, 0.05));
  CHECK_THAT(mean(once.flight_time), WithinAbs(56.5 * 60.0, 3.0));
  CHECK_THAT(once.insertion_mps, WithinAbs(23.0, 0.05));
  CHECK(twice.launch_speed_mps == once.launch_speed_mps);
  CHECK(twice.flight_time.a == once.flight_time.a);
  CHECK(twice.correction_gain == once.correction_gain);

  CHECK(deep_space().launch_speed_mps == 2500.0);
  Destination chosen = deep_space();
  chosen.launch_speed_mps = 2550.0;
  CHECK(completed(chosen).launch_speed_mps == 2550.0);
  CHECK(mean(completed(chosen).flight_time) == 7.5 * 86400.0);
}

TEST_CASE("destination: impossible values break a contract that names them", "[orbit]") {
  const auto changed = [](Destination d, auto change) {
    change(d);
    return completed(d);
  };
  const double nan = std::nan("");
  CHECK_THROWS_WITH(changed(lunar_orbit(), [](auto& d) { d.altitude_m = -1.0; }), Contains("altitude"));
  CHECK_THROWS_WITH(changed(lunar_orbit(), [](auto& d) { d.correction_budget_mps = -1.0; }),
                    Contains("budget"));
  CHECK_THROWS_WITH(changed(lunar_orbit(), [](auto& d) { d.arrival_loss_probability = 1.1; }),
                    Contains("arrival loss"));
  CHECK_THROWS_WITH(changed(deep_space(), [](auto& d) { d.launch_speed_mps = 2370.0; }),
                    Contains("escape speed"));
  CHECK_THROWS_WITH(changed(deep_space(), [](auto& d) { d.c3_m2ps2 = 2e6, d.launch_speed_mps = 0.0; }),
                    Contains("table"));
  CHECK_THROWS_WITH(changed(deep_space(), [](auto& d) { d.c3_m2ps2 = -1.0; }), Contains("C3"));
  CHECK_THROWS_WITH(changed(deep_space(), [](auto& d) { d.flight_time = {}; }), Contains("flight time"));
  CHECK_THROWS_WITH(changed(deep_space(), [](auto& d) { d.insertion_mps = -1.0; }), Contains("insertion"));
  CHECK_THROWS_WITH(changed(deep_space(), [nan](auto& d) { d.correction_gain = nan; }), Contains("gain"));
  const auto sun_synchronous = [](auto& d) {
    d.kind = DestinationKind::sun_synchronous, d.altitude_m = 600e3;
  };
  CHECK_NOTHROW(changed(deep_space(), sun_synchronous));
  CHECK_THROWS_WITH(
      changed(deep_space(), [](auto& d) { d.kind = DestinationKind::sun_synchronous, d.altitude_m = 7e6; }),
      Contains("Sun-synchronous"));
}

TEST_CASE("insertion: corrections come out of the budget to the last millimetre per second", "[orbit]") {
  const Destination d = lunar_orbit();
  const double affordable_mps = (d.correction_budget_mps - d.insertion_mps) / d.correction_gain;
  const Vector3d direction = Vector3d{2.0, -1.0, 2.0} / 3.0;
  const InsertionResult paid = insert_ideal(d, order_to(d, (affordable_mps - 1e-3) * direction), 1, 0);
  CHECK(paid.outcome == InsertionOutcome::inserted);
  CHECK_THAT(paid.margin_mps, WithinAbs(1e-3 * d.correction_gain, 1e-9));
  CHECK_THAT(paid.correction_mps, WithinAbs(d.correction_gain * (affordable_mps - 1e-3), 1e-9));
  CHECK(paid.insertion_mps == d.insertion_mps);
  CHECK(paid.arrival == Tick{5'000'000} + ticks_from_seconds(lunar_transfer(100e3).half_period_s));

  const InsertionResult unpaid = insert_ideal(d, order_to(d, (affordable_mps + 1e-3) * direction), 1, 0);
  CHECK(unpaid.outcome == InsertionOutcome::lost_correction);
  CHECK(unpaid.margin_mps < 0.0);
}

TEST_CASE("insertion: too slow for a circle strikes the Moon at once, too fast strands", "[orbit]") {
  const Destination d = lunar_orbit();
  const double deficit_mps = d.launch_speed_mps - std::sqrt(gm / R);
  const auto outcome = [&d](double along_mps) {
    return insert_ideal(d, order_to(d, {along_mps, 0.0, 0.0}), 1, 0);
  };
  CHECK(outcome(-deficit_mps - 0.01).outcome == InsertionOutcome::lost_impact);
  CHECK(outcome(-deficit_mps - 0.01).arrival == Tick{5'000'000});
  CHECK(outcome(-deficit_mps + 0.01).outcome == InsertionOutcome::lost_correction);
  CHECK(outcome(+deficit_mps).outcome == InsertionOutcome::lost_correction);

  Destination rich = d;  // with enough to correct promptly, slowness is no loss
  rich.correction_budget_mps = 100.0;
  CHECK(insert_ideal(rich, order_to(rich, {-deficit_mps - 0.01, 0.0, 0.0}), 1, 0).outcome ==
        InsertionOutcome::inserted);
}

TEST_CASE("insertion: a deep-space launch far below escape speed falls back after one revolution",
          "[orbit]") {
  const Destination d = deep_space();
  const InsertionResult fallen = insert_ideal(d, order_to(d, {-200.0, 0.0, 0.0}), 1, 0);
  CHECK(fallen.outcome == InsertionOutcome::lost_impact);
  // Oracle: energy integral over the radius, t = 2 ∫ dr / ṙ, with r = middle − half cos u so that both ends
  // are regular.
  const double speed = 2300.0, momentum = R * speed, energy = 0.5 * speed * speed - gm / R;
  const double apoapsis = R / (2.0 * gm / (R * speed * speed) - 1.0), middle = 0.5 * (R + apoapsis),
               half = 0.5 * (apoapsis - R);
  double period_s = 0.0;
  constexpr int cells = 2000;
  for (int i = 0; i < cells; ++i) {
    const double u = 3.141592653589793 * (i + 0.5) / cells, r = middle - half * std::cos(u);
    const double radial_mps = std::sqrt(2.0 * (energy + gm / r) - momentum * momentum / (r * r));
    period_s += 2.0 * half * std::sin(u) / radial_mps * 3.141592653589793 / cells;
  }
  CHECK_THAT(
      fallen.flight_time_s,
      WithinRel(period_s, 1e-6));  // midpoint rule on a smooth periodic integrand: rounding near the ends
  CHECK(fallen.arrival == Tick{5'000'000} + ticks_from_seconds(fallen.flight_time_s));
  // Slower than escape but with its apoapsis beyond the sphere of influence: lost to the Earth, not to the
  // Moon.
  const double dv = 2360.0 - d.launch_speed_mps;
  CHECK(insert_ideal(d, order_to(d, {dv, 0.0, 0.0}), 1, 0).outcome == InsertionOutcome::lost_correction);
}

TEST_CASE("insertion: the rms correction is what correlated muzzle errors cost on average", "[orbit]") {
  const Destination d = deep_space();
  Eigen::Matrix3d factor;
  factor << 0.5, 0.0, 0.0, 0.2, 0.3, 0.0, -0.1, 0.1, 0.05;
  constexpr int n = 20000;
  double sum_squares = 0.0, expected = 0.0;
  for (std::uint64_t serial = 1; serial <= n; ++serial) {
    Vector3d normal;
    for (std::uint32_t i = 0; i < 3; ++i)
      normal[i] = normal_quantile(uniform({.seed = 7, .purpose = Purpose::test}, serial, i));
    InsertionOrder order = order_to(d, factor * normal, serial);
    order.muzzle.covariance_m2ps2 = factor * factor.transpose();
    const InsertionResult result = insert_ideal(d, order, 7, 0);
    sum_squares += result.correction_mps * result.correction_mps;
    expected = result.correction_rms_mps;
  }
  // The mean square of Gaussian errors scatters by at most √(2/n), its root by half of that; five standard
  // deviations.
  CHECK_THAT(std::sqrt(sum_squares / n), WithinRel(expected, 5.0 * 0.5 * std::sqrt(2.0 / n)));
}

TEST_CASE("insertion: arrival failures come at their probability, flight times from their distribution",
          "[orbit]") {
  Destination d = deep_space();
  d.arrival_loss_probability = 0.05;
  d.flight_time = {.kind = Distribution::Kind::uniform, .a = 78.0 * 86400.0, .b = 170.0 * 86400.0};
  d = completed(d);
  constexpr int n = 10000;
  int lost = 0;
  double days = 0.0, days_of_lost = 0.0;
  for (std::uint64_t serial = 1; serial <= n; ++serial) {
    const InsertionResult result = insert_ideal(d, order_to(d, Vector3d::Zero(), serial), 3, 0);
    days += result.flight_time_s / 86400.0;
    if (result.outcome == InsertionOutcome::lost_arrival)
      ++lost, days_of_lost += result.flight_time_s / 86400.0;
  }
  CHECK(std::abs(lost - 0.05 * n) < 5.0 * std::sqrt(n * 0.05 * 0.95));  // five binomial standard deviations
  const double spread_days = (170.0 - 78.0) / std::sqrt(12.0);
  CHECK_THAT(days / n, WithinAbs(124.0, 5.0 * spread_days / std::sqrt(n)));
  CHECK_THAT(days_of_lost / lost,
             WithinAbs(124.0, 5.0 * spread_days / std::sqrt(lost)));  // neither draw tells the other
}

TEST_CASE("insertion: draws hang on the destination's name, serial, seed and replication only", "[orbit]") {
  Destination d = deep_space();
  d.flight_time = {.kind = Distribution::Kind::uniform, .a = 1e6, .b = 2e6};
  const auto flight_s = [](const Destination& to, std::uint64_t serial, std::uint64_t seed,
                           std::uint32_t replication) {
    return insert_ideal(to, order_to(to, Vector3d::Zero(), serial), seed, replication).flight_time_s;
  };
  const double first = flight_s(d, 5, 9, 2);
  Destination riskier = d, renamed = d;
  riskier.arrival_loss_probability = 0.5, renamed.name = "elsewhere";
  CHECK(flight_s(riskier, 5, 9, 2) == first);
  CHECK(flight_s(renamed, 5, 9, 2) != first);
  CHECK(flight_s(d, 6, 9, 2) != first);
  CHECK(flight_s(d, 5, 10, 2) != first);
  CHECK(flight_s(d, 5, 9, 3) != first);
}

TEST_CASE("insertion: a misfire or another destination's launch is a broken contract", "[orbit]") {
  const Destination d = deep_space();
  CHECK_THROWS_WITH(insert_ideal(d, order_to(lunar_orbit(), Vector3d::Zero()), 1, 0), Contains("planned"));
  InsertionOrder misfired = order_to(d, Vector3d::Zero());
  misfired.muzzle.velocity_mps.setZero();
  CHECK_THROWS_WITH(insert_ideal(d, misfired, 1, 0), Contains("left the muzzle"));
}
