#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/random.hpp"
#include "core/variates.hpp"
#include "orbit/flight.hpp"
#include "orbit/window.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

constexpr double degree = 0.017453292519943295;

/// A way from Malapert to the 9:2 halo, with a burn half a day after launch.
struct Halo {
  Ephemeris sky = Ephemeris::from_erfa({10950.0}, {11050.0});
  TransferSetting setting;
  Navigation navigation{};
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Vector3d(2e-3, 4e-4, 4e-4).cwiseAbs2().asDiagonal();
  Transfer transfer;

  Halo() {
    setting.dynamics.sky = &sky;
    setting.muzzle = {.site = {-86.0 * degree, 3.0 * degree}, .azimuth_rad = 266.0 * degree};
    Destination halo{.kind = DestinationKind::near_rectilinear_halo,
                     .libration = {.hemisphere = Hemisphere::north, .period_s = 6.56 * 86400.0}};
    halo.speeds = {1690.0, 2560.0};
    for (double day = 10957.5; transfer.last != LastBurn::aim_and_match; day += 1.0)
      transfer = solve_transfer(setting, halo, {day});
  }
};

/// Standard normals of flight i.
class Drawn {
 public:
  explicit Drawn(std::uint64_t flight) : flight_(flight) {}
  void fill(auto& numbers) {
    for (auto& number : numbers) number = normal_quantile(uniform(key_, flight_, next_++));
  }

 private:
  StreamKey key_{.seed = 11, .entity = entity_key("trims"), .purpose = Purpose::tracking};
  std::uint64_t flight_;
  std::uint32_t next_ = 0;
};

}  // namespace

TEST_CASE("corrections: what flown ones cost and leave has the covariances planned", "[orbit][dispersion]") {
  const Halo h;
  const auto plan = plan_corrections(h.setting, h.transfer, h.muzzle_m2ps2, h.navigation);
  REQUIRE(plan);
  REQUIRE(plan->trims);
  constexpr int flights = 150;
  double first = 0.0, second = 0.0, first_trim = 0.0, second_trim = 0.0, miss = 0.0;
  for (int i = 0; i < flights; ++i) {
    Drawn drawn(static_cast<std::uint64_t>(i));
    FlightErrors errors;
    for (BurnErrors* burn :
         {&errors.first, &errors.second, &errors.aimed, &errors.first_trim, &errors.second_trim})
      drawn.fill(burn->tracking), drawn.fill(burn->execution);
    Eigen::Vector3d muzzle;
    drawn.fill(muzzle);
    const Eigen::Vector3d velocity_mps = h.transfer.speed_mps * Eigen::Vector3d::UnitX() +
                                         h.muzzle_m2ps2.diagonal().cwiseSqrt().cwiseProduct(muzzle);
    const Flight flown = fly(h.setting, h.transfer, *plan, h.navigation, velocity_mps, errors);
    REQUIRE(flown.end == FlightEnd::arrived);
    first += flown.first_mps.squaredNorm(), second += flown.second_mps.squaredNorm();
    first_trim += flown.first_trim_mps.squaredNorm(), second_trim += flown.second_trim_mps.squaredNorm();
    miss += (about(flown.arrival, Body::moon, h.sky).r_m - h.transfer.arrival.r_m).squaredNorm();
  }
  // A mean of n squares scatters by at most sqrt(2/n) of itself, where one axis has it all: 4 sigma.
  const double scatter = 4.0 * std::sqrt(2.0 / flights);
  CHECK(std::abs(first / flights / plan->first_m2ps2.trace() - 1.0) < scatter);
  CHECK(std::abs(second / flights / plan->second_m2ps2.trace() - 1.0) < scatter);
  CHECK(std::abs(first_trim / flights / plan->trims->first_m2ps2.trace() - 1.0) < scatter);
  CHECK(std::abs(second_trim / flights / plan->trims->second_m2ps2.trace() - 1.0) < scatter);
  CHECK(std::abs(miss / flights / plan->miss.trace() - 1.0) < scatter);
}

TEST_CASE("windows: between two perigees lies a perigee, and no other family", "[orbit][windows]") {
  WindowNode node{.found = 1, .speed_mps = 2400.0, .arrival_centre = Body::earth};
  const double r_m = 6578e3, v_mps = 10.9e3;
  const auto at = [&](double turn_rad, double tilt_rad) {
    WindowNode turned = node;
    const Eigen::Matrix3d axes = (Eigen::AngleAxisd(tilt_rad, Eigen::Vector3d::UnitX()) *
                                  Eigen::AngleAxisd(turn_rad, Eigen::Vector3d::UnitZ()))
                                     .toRotationMatrix();
    for (std::size_t i = 0; i < 3; ++i) {
      turned.arrival[i] = r_m * axes(static_cast<Eigen::Index>(i), 0);
      turned.arrival[i + 3] = v_mps * axes(static_cast<Eigen::Index>(i), 1);
    }
    return turned;
  };
  WindowTable table{.first = {11000.0}, .step_s = 43200.0, .nodes = {at(0.1, 1.7), at(0.4, 1.5)}};
  const WindowNode between = window_at(table, {11000.125});
  REQUIRE(between.found == 1);
  const Craft craft = arrival_of(between, {11000.125});
  CHECK(std::abs(craft.r_m.norm() - r_m) < 1e-3);
  CHECK(std::abs(craft.v_mps.norm() - v_mps) < 1e-6);
  CHECK(std::abs(craft.r_m.dot(craft.v_mps)) < 1e-9 * r_m * v_mps);
  table.nodes[1] = at(0.4, -1.5);
  CHECK(window_at(table, {11000.125}).found == 0);
}
