#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>
#include "core/contract.hpp"
#include "massdriver/launch.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::Contains, Catch::WithinRel;

namespace {

Driver baseline_driver() {
  return {.largest_payload_kg = 4500.0,
          .top_speed_mps = 2560.0,
          .wall_plug_efficiency = 0.817,
          .misfire_probability = 0.0,
          .speed_sd_mps = 0.05,
          .lateral_sd_mps = 0.02};
}

DriverModel ideal(const Driver& driver) {
  return {.ideal = driver};
}
double planned_bus_energy_J(const Driver& driver, double payload_kg, double speed_mps) {
  return planned_launch(ideal(driver), payload_kg, speed_mps, 0.0).bus_energy_J;
}
LaunchResult launch_ideal(const Driver& driver, const LaunchOrder& order, std::uint64_t seed,
                          std::uint32_t replication) {
  return launch(ideal(driver), std::span(&order, 1), seed, replication).front();
}

LaunchOrder order_of(std::uint64_t serial) {
  return {.serial = serial, .at = Tick{7'000'000}, .payload_kg = 3500.0, .speed_mps = 2400.0};
}

}  // namespace

TEST_CASE("ideal launch: 3.5 t at 2.40 km/s takes 12.33 GJ from the bus", "[massdriver]") {
  // The coupled-circuit prototype of the two-coil machine: 12.33 GJ at a wall-plug efficiency of .817, both
  // to the last digit shown.
  CHECK_THAT(planned_bus_energy_J(baseline_driver(), 3500.0, 2400.0),
             WithinRel(12.33e9, 0.5e-3 / 0.817 + 0.005 / 12.33));
}

TEST_CASE("ideal launch: bus = kinetic + heat + residual to the last bit, launched or misfired",
          "[massdriver]") {
  Driver driver = baseline_driver();
  driver.misfire_probability = 0.3;
  int misfires = 0, launches = 0;
  for (std::uint64_t serial = 1; serial <= 3000; ++serial) {
    // An irregular walk through efficiencies, also below one half, where bus − kinetic would round.
    driver.wall_plug_efficiency =
        0.01 + 0.99 * std::fmod(0.618033988749895 * static_cast<double>(serial), 1.0);
    LaunchOrder order = order_of(serial);
    order.payload_kg = 3.0 + std::fmod(1234.567 * static_cast<double>(serial), 4000.0);
    order.speed_mps = 1690.0 + std::fmod(37.7 * static_cast<double>(serial), 850.0);
    const LaunchResult launch = launch_ideal(driver, order, 1, 0);
    REQUIRE(launch.bus_energy_J == launch.kinetic_energy_J + launch.heat_J + launch.residual_J);
    REQUIRE(launch.bus_energy_J == planned_bus_energy_J(driver, order.payload_kg, order.speed_mps));
    const double closed_form_J =
        order.payload_kg * order.speed_mps * order.speed_mps / (2.0 * driver.wall_plug_efficiency);
    REQUIRE_THAT(launch.bus_energy_J, WithinRel(closed_form_J, 1e-15));  // six roundings of 1.1e-16
    (launch.outcome == LaunchOutcome::misfire ? misfires : launches) += 1;
  }
  CHECK(misfires > 0);
  CHECK(launches > 0);
}

TEST_CASE("ideal launch: a misfire turns the whole bus energy into heat and nothing leaves", "[massdriver]") {
  Driver driver = baseline_driver();
  const LaunchResult launched = launch_ideal(driver, order_of(1), 1, 0);
  driver.misfire_probability = 1.0;
  const LaunchResult misfired = launch_ideal(driver, order_of(1), 1, 0);
  CHECK(misfired.outcome == LaunchOutcome::misfire);
  CHECK(misfired.bus_energy_J == launched.bus_energy_J);
  CHECK(misfired.heat_J == launched.bus_energy_J);
  CHECK(misfired.kinetic_energy_J == 0.0);
  CHECK(misfired.muzzle.velocity_mps.isZero(0.0));
  CHECK(misfired.muzzle.covariance_m2ps2.isZero(0.0));
  CHECK(misfired.muzzle.at == Tick{7'000'000});
}

TEST_CASE("ideal launch: misfires come at their probability", "[massdriver]") {
  Driver driver = baseline_driver();
  driver.misfire_probability = 0.1;
  constexpr int n = 20000;
  int misfires = 0;
  for (std::uint64_t serial = 1; serial <= n; ++serial) {
    if (launch_ideal(driver, order_of(serial), 42, 0).outcome == LaunchOutcome::misfire) ++misfires;
  }
  CHECK(std::abs(misfires - 0.1 * n) < 5.0 * std::sqrt(n * 0.1 * 0.9));  // five binomial standard deviations
}

TEST_CASE("ideal launch: the muzzle errors have the covariance that is declared", "[massdriver]") {
  const Driver driver = baseline_driver();
  constexpr int n = 20000;
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  Eigen::Matrix3d sum_squares = Eigen::Matrix3d::Zero();
  Eigen::Matrix3d declared = Eigen::Matrix3d::Zero();
  for (std::uint64_t serial = 1; serial <= n; ++serial) {
    const MuzzleState muzzle = launch_ideal(driver, order_of(serial), 42, 0).muzzle;
    const Eigen::Vector3d error_mps = muzzle.velocity_mps - Eigen::Vector3d{2400.0, 0.0, 0.0};
    sum += error_mps;
    sum_squares += error_mps * error_mps.transpose();
    declared = muzzle.covariance_m2ps2;
  }
  const Eigen::Vector3d sd{0.05, 0.02, 0.02};
  for (int i = 0; i < 3; ++i) {
    CHECK(std::abs(sum[i]) < 5.0 * sd[i] * std::sqrt(n));
    for (int j = 0; j < 3; ++j) {
      // Products of independent normals scatter by σᵢσⱼ, squares by √2 σ²; five standard deviations.
      const double spread = sd[i] * sd[j] * std::sqrt((i == j ? 2.0 : 1.0) / n);
      CHECK(std::abs(sum_squares(i, j) / n - declared(i, j)) < 5.0 * spread);
    }
  }
  CHECK(declared.diagonal().isApprox(sd.cwiseAbs2(), 1e-15));
  CHECK(declared.isDiagonal(0.0));
}

TEST_CASE("ideal launch: draws hang on seed, replication, serial and attempt, and on nothing else",
          "[massdriver]") {
  const Driver driver = baseline_driver();
  const auto velocity = [&driver](const LaunchOrder& order, std::uint64_t seed, std::uint32_t replication) {
    return launch_ideal(driver, order, seed, replication).muzzle.velocity_mps;
  };
  const LaunchOrder order = order_of(5);
  const Eigen::Vector3d first = velocity(order, 9, 2);
  CHECK(velocity(order, 9, 2) == first);

  LaunchOrder later = order;
  later.at = Tick{99};
  CHECK(velocity(later, 9, 2) == first);
  Driver unreliable = driver;
  unreliable.misfire_probability = 1e-9;
  CHECK(launch_ideal(unreliable, order, 9, 2).muzzle.velocity_mps == first);

  LaunchOrder again = order;
  again.attempt = 1;
  for (const Eigen::Vector3d& other :
       {velocity(again, 9, 2), velocity(order_of(6), 9, 2), velocity(order, 10, 2), velocity(order, 9, 3)}) {
    CHECK((other.array() != first.array()).all());
  }
}

TEST_CASE("ideal launch: no axis of one attempt repeats an axis of another", "[massdriver]") {
  const Driver driver = baseline_driver();
  const Eigen::Array3d sd{driver.speed_sd_mps, driver.lateral_sd_mps, driver.lateral_sd_mps};
  std::vector<double> draws;
  for (std::uint32_t attempt = 0; attempt < 4; ++attempt) {
    LaunchOrder order = order_of(5);
    order.attempt = attempt;
    const Eigen::Vector3d velocity_mps = launch_ideal(driver, order, 9, 2).muzzle.velocity_mps;
    const Eigen::Array3d normal = (velocity_mps - Eigen::Vector3d{2400.0, 0.0, 0.0}).array() / sd;
    draws.insert(draws.end(), normal.begin(), normal.end());
  }
  std::sort(draws.begin(), draws.end());
  // Reading the error off 2400 m/s leaves 2400 · 1.1e-16 / 0.05 = 5e-12; a dozen independent draws come no
  // closer than ~0.01.
  for (std::size_t i = 1; i < draws.size(); ++i) CHECK(draws[i] - draws[i - 1] > 1e-9);
}

TEST_CASE("ideal launch: what the driver cannot throw is a broken contract, by name", "[massdriver]") {
  const Driver driver = baseline_driver();
  CHECK_NOTHROW(planned_bus_energy_J(driver, 4500.0, 2560.0));
  CHECK_THROWS_WITH(planned_bus_energy_J(driver, std::nextafter(4500.0, 5000.0), 2560.0),
                    Contains("payload"));
  CHECK_THROWS_WITH(planned_bus_energy_J(driver, 4500.0, std::nextafter(2560.0, 3000.0)), Contains("speed"));
  CHECK_THROWS_WITH(planned_bus_energy_J(driver, 0.0, 2400.0), Contains("payload"));
  CHECK_THROWS_WITH(planned_bus_energy_J(driver, 3500.0, 0.0), Contains("speed"));
  CHECK_THROWS_WITH(planned_bus_energy_J(driver, std::nan(""), 2400.0), Contains("payload"));

  const auto broken = [&driver](auto change) {
    Driver changed = driver;
    change(changed);
    launch_ideal(changed, order_of(1), 1, 0);
  };
  CHECK_THROWS_WITH(broken([](Driver& d) { d.wall_plug_efficiency = 0.0; }), Contains("efficiency"));
  CHECK_THROWS_WITH(broken([](Driver& d) { d.wall_plug_efficiency = 1.01; }), Contains("efficiency"));
  CHECK_THROWS_WITH(broken([](Driver& d) { d.misfire_probability = 1.5; }), Contains("misfire"));
  CHECK_THROWS_WITH(broken([](Driver& d) { d.speed_sd_mps = -0.1; }), Contains("muzzle errors"));
  CHECK_THROWS_AS(broken([](Driver& d) { d.lateral_sd_mps = std::nan(""); }), ContractError);
}
