#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include "orbit/dispersion.hpp"
#include "orbit/flight.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

/// An escape from Malapert.
struct Escape {
  Ephemeris sky = Ephemeris::from_erfa({10950.0}, {11050.0});
  TransferSetting setting;
  Navigation navigation{};
  Transfer transfer;

  Escape() {
    constexpr double degree = 0.017453292519943295;
    setting.dynamics.sky = &sky;
    setting.muzzle = {.site = {-86.0 * degree, 3.0 * degree}, .azimuth_rad = 266.0 * degree};
    const Destination deep_space{
        .name = "deep_space", .kind = DestinationKind::heliocentric, .c3_m2ps2 = 0.9e6};
    transfer = solve_transfer(setting, deep_space, {10957.5});
    REQUIRE(transfer.found);
  }
  CorrectionPlan plan(const Eigen::Matrix3d& muzzle_m2ps2) const {
    const auto planned = plan_corrections(setting, transfer, muzzle_m2ps2, navigation);
    REQUIRE(planned);
    return *planned;
  }
};

Eigen::Matrix3d muzzle_covariance(double along_mps, double sideways_mps) {
  const Eigen::Vector3d sd(along_mps, sideways_mps, sideways_mps);
  return sd.cwiseAbs2().asDiagonal();
}

}  // namespace

TEST_CASE("dispersion: for small errors the Monte Carlo has the covariance of linear theory",
          "[orbit][dispersion]") {
  const Escape escape;
  const Eigen::Matrix3d muzzle = muzzle_covariance(0.02, 0.01);
  const CorrectionPlan plan = escape.plan(muzzle);
  constexpr std::size_t n = 2000;
  const Dispersion d = disperse(escape.setting, escape.transfer, plan, escape.navigation, muzzle, n, 3);
  CHECK(d.corrected == n);
  // The trace of a sample covariance scatters by at most sqrt(2/n) of itself (one axis has it all): 4 sigma.
  const double scatter = std::sqrt(2.0 / n);
  CHECK(std::abs(d.covariance_m2ps2.trace() / plan.first_m2ps2.trace() - 1.0) < 4.0 * scatter);
  // A 95th percentile of |normal| scatters by sqrt(p(1-p)/n) / density(1.96) / 1.96 = 2.1 %.
  CHECK(std::abs(d.cost_mps[1] / d.linear_mps[1] - 1.0) < 4.0 * 0.021);
}

TEST_CASE("dispersion: a correction is what the flight solved alone makes of the same error",
          "[orbit][dispersion]") {
  const Escape escape;
  Navigation blind = escape.navigation;
  blind.position_m = blind.velocity_mps = 0.0;  // the estimate is the truth
  const Eigen::Matrix3d muzzle = muzzle_covariance(0.5, 0.2);
  const CorrectionPlan plan = escape.plan(muzzle);
  const Dispersion d = disperse(escape.setting, escape.transfer, plan, blind, muzzle, 8, 5);
  for (const LaunchSample& sample : d.samples) {
    const Eigen::Vector3d velocity_mps =
        escape.transfer.speed_mps * Eigen::Vector3d::UnitX() + sample.error_mps;
    const Flight flight = fly(escape.setting, escape.transfer, plan, blind, velocity_mps, {});
    REQUIRE(flight.end == FlightEnd::arrived);
    // One of least norm to first order, the other within 0.1 % of it; C3 at the date against C3 at 1 Mkm.
    CHECK(std::abs(sample.cost_mps / flight.first_mps.norm() - 1.0) < 0.01);
  }
}
