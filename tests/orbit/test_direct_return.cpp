#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include "orbit/transfer_solver.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

constexpr double degree = std::numbers::pi / 180.0;

/// The design study's site for direct returns.
struct Equator {
  Epoch launch = parse_epoch("2030-01-01");
  Ephemeris sky =
      Ephemeris::from_erfa(Epoch{launch.tt_days_since_j2000 - 1.0}, Epoch{launch.tt_days_since_j2000 + 60.0});
  TransferSetting setting;
  Equator() {
    setting.dynamics.sky = &sky;
    setting.muzzle.site = {0.0, -57.0 * degree};
    setting.muzzle.azimuth_rad = 76.0 * degree;
  }
  Epoch day(double days) const { return {launch.tt_days_since_j2000 + days}; }
};

Destination returning(double burn_at_s) {
  return {.kind = DestinationKind::sun_synchronous,
          .altitude_m = 600e3,
          .route = Route::direct,
          .burn_at_s = burn_at_s,
          .speeds = {1690.0, 2800.0}};
}

double aiming_mps(const Transfer& t) {
  REQUIRE(t.found);
  return t.burns.front().dv_mps.norm();
}

/// The cheapest burn to the solution's goal at its date over a row of speeds, each begun from eight
/// directions: of another family, where there is one.
double scanned_mps(const Equator& e, const Transfer& t) {
  double least = std::numeric_limits<double>::infinity();
  const Craft& burn = t.burns.front().before;
  for (double v = 2500.0; v <= 2720.0; v += 20.0) {
    const Arc out = propagate(e.setting.dynamics, leave(e.setting, t.start.at, {v, 0.0, 0.0}), burn.at);
    const Eigen::Vector3d radius = about(out.last, Body::earth, e.sky).r_m.normalized();
    const Eigen::Vector3d one = radius.unitOrthogonal(), other = radius.cross(one);
    for (int k = 0; k < 8; ++k) {
      const double angle = 0.25 * std::numbers::pi * k;
      const Eigen::Vector3d guess = 200.0 * (std::cos(angle) * one + std::sin(angle) * other);
      const BurnSolution burnt_there =
          solve_burn(e.setting.dynamics, out.last, t.after, guess, 1e-4, {.tolerance = 1e-8});
      if (burnt_there.converged) least = std::min(least, burnt_there.dv_mps.norm());
    }
  }
  return least;
}

}  // namespace

TEST_CASE("Direct return: no family of burns over all speeds is cheaper than the one found",
          "[orbit][direct_return]") {
  const Equator e;
  // A dear day (135 m/s), where a missed family would show, and one on which nearly nothing is needed.
  for (const double day : {2.0, 9.0}) {
    INFO("day " << day);
    const Transfer t = solve_transfer(e.setting, returning(43200.0), e.day(day));
    const double least_mps = scanned_mps(e, t);
    REQUIRE(std::isfinite(least_mps));
    CHECK(aiming_mps(t) < least_mps + 0.1);  // what the search over the speed leaves
  }
}

TEST_CASE("Direct return: a burn 12 h after the launch is within 0.7 m/s of the best between 6 h and 24 h",
          "[orbit][direct_return]") {
  const Equator e;
  for (const double day : {2.0, 8.0, 16.0}) {
    INFO("day " << day);
    const auto cost_mps = [&](double burn_at_s) {
      return aiming_mps(solve_transfer(e.setting, returning(burn_at_s), e.day(day)));
    };
    const double chosen_mps = cost_mps(Destination{}.burn_at_s);
    for (const double hours : {6.0, 8.5, 17.0, 24.0}) CHECK(chosen_mps < cost_mps(3600.0 * hours) + 0.7);
  }
}

TEST_CASE("Direct return: the burn is where `burn_at_s` says", "[orbit][direct_return]") {
  const Equator e;
  const Transfer t = solve_transfer(e.setting, returning(64800.0), e.launch);
  REQUIRE(t.found);
  // Dates near 1e4 d after J2000 resolve 2e-12 d, 0.2 us.
  CHECK(std::abs((t.burns.front().before.at.tt_days_since_j2000 - e.launch.tt_days_since_j2000) * 86400.0 -
                 64800.0) < 1e-3);
}
