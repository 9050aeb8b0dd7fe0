#include <catch2/catch.hpp>
#include <cmath>
#include "massdriver/collocation.hpp"
#include "massdriver/launch_record.hpp"

using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

TEST_CASE("launch record: cruise is between 20 and 98 % of the stages used", "[massdriver]") {
  LaunchPlan plan;
  plan.stages = 100;
  DriverDesign design;
  design.track.pitch_m = 2.0;
  CHECK_FALSE(in_cruise(39.9, plan, design));
  CHECK(in_cruise(40.1, plan, design));
  CHECK(in_cruise(195.9, plan, design));
  CHECK_FALSE(in_cruise(196.1, plan, design));
}

TEST_CASE("launch record: loads keep the largest tension, in cruise on its own, and the jerk",
          "[massdriver]") {
  LaunchSolution out;
  LaunchRecord record;
  const CoilLoads strong{.drive_N = 9.0, .bucket_N = 4.0, .lateral_N_per_m = 10.0};
  const CoilLoads weak{.drive_N = 5.0, .bucket_N = 6.0, .lateral_N_per_m = 40.0};
  fold_loads(out, record, strong, {.length_m = 1.0, .time_s = 0.5, .force_N = 8.0, .per_kg = 0.25}, false);
  CHECK(out.cruise_hoop_drive_N == 0.0);
  CHECK(out.peak_jerk_mps3 == 4.0);  // 8 N in 0.5 s on 4 kg
  fold_loads(out, record, weak, {.length_m = 2.0, .time_s = 1.0, .force_N = -8.0, .per_kg = 0.25}, true);
  CHECK(out.hoop_drive_N == 9.0);
  CHECK(out.cruise_hoop_drive_N == 5.0);
  CHECK(out.hoop_bucket_N == 6.0);
  CHECK(out.cruise_hoop_bucket_N == 6.0);
  CHECK(out.peak_jerk_mps3 == 8.0);
  record.x_m = 10.0, record.speed_sq = 100.0;
  record.passed = 7;
  add_row(out, record, {.x_m = 14.0, .speed_sq = 144.0, .time_s = 2.0, .coil_heat_J = 3.0}, {.drive_A = 2.0});
  REQUIRE(out.profile.size() == 1);
  CHECK(out.profile[0].stage == 7);
  CHECK(out.profile[0].mean_mps2 == 5.5);
  CHECK(out.profile[0].lateral_N_per_m == 30.0);  // weighted by length
  CHECK(record.stiffness_m == 0.0);
  CHECK(record.heat_J == 3.0);
}

TEST_CASE("collocation: exact for cubics, to every node, and for their positive part", "[massdriver]") {
  const Collocation& c = collocation();
  const auto cubic = [](double u) {
    return 2.0 * u * u * u - u + 0.3;
  };
  const auto integral = [](double u) {
    return 0.5 * u * u * u * u - 0.5 * u * u + 0.3 * u;
  };
  NodeValues values{}, steep{}, line{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = cubic(c.at[i]);
    steep[i] = std::pow(c.at[i] - 0.5, 3.0);
    line[i] = c.at[i] - 0.25;
  }
  double whole = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double to_node = 0.0;
    for (std::size_t j = 0; j < values.size(); ++j) to_node += c.to_node[i][j] * values[j];
    CHECK_THAT(to_node, WithinAbs(integral(c.at[i]), 1e-14));
    whole += c.weight[i] * values[i];
  }
  CHECK_THAT(whole, WithinAbs(integral(1.0), 1e-14));
  CHECK_THAT(interpolate(values, 0.123), WithinAbs(cubic(0.123), 1e-14));
  CHECK_THAT(positive_part(line), WithinRel(0.5 * 0.75 * 0.75, 1e-10));
  CHECK_THAT(positive_part(steep), WithinRel(std::pow(0.5, 4.0) / 4.0, 1e-10));
}
