#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include "orbit/insertion.hpp"
#include "orbit/plane_gate.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double degree = 0.017453292519943295;
const Epoch start = parse_epoch("2030-01-01");

Shell polar(int planes) {
  return {.name = "moon",
          .body = Body::moon,
          .altitude_m = 100e3,
          .inclination_rad = 90.0 * degree,
          .planes = planes,
          .per_plane = 2};
}

/// Pole of a circular orbit about the Moon's equator, GCRF axes.
Eigen::Vector3d pole(double inclination_rad, double node_rad, Epoch at) {
  return R_I_equator(Body::moon, at) *
         (Eigen::AngleAxisd(node_rad, Eigen::Vector3d::UnitZ()) *
          Eigen::AngleAxisd(inclination_rad, Eigen::Vector3d::UnitX()) * Eigen::Vector3d::UnitZ());
}

}  // namespace

TEST_CASE("plane turn: one degree costs 2 v sin(0.5 degrees)", "[orbit][slots]") {
  const Shell shell = polar(4);  // nodes 0, 90, 180, 270 degrees
  const double v_mps = speed_mps(shell);
  CHECK_THAT(v_mps, WithinAbs(1633.5, 0.5));  // sqrt(4902.8 / 1837.4) km/s
  const auto turns =
      plane_turns_mps(gate_to(shell, start, 0.0), start, pole(90.0 * degree, 91.0 * degree, start));
  REQUIRE(turns.size() == 4);
  CHECK_THAT(turns[1], WithinRel(2.0 * v_mps * std::sin(0.5 * degree), 1e-9));
  CHECK_THAT(turns[3], WithinRel(2.0 * v_mps * std::sin(0.5 * 179.0 * degree), 1e-9));
  // An error of inclination is a turn about another axis: they add like sides of a right angle.
  const auto both =
      plane_turns_mps(gate_to(shell, start, 0.0), start, pole(91.0 * degree, 91.0 * degree, start));
  CHECK_THAT(both[1], WithinRel(std::sqrt(2.0) * turns[1], 1e-3));
}

TEST_CASE("launches to a lunar shell wait until its plane comes by", "[orbit][slots]") {
  constexpr double hour_s = 3600.0, most_mps = 30.0;
  OrbitModel model{.fidelity = Fidelity::table, .start = start};
  model.destinations = {
      {.name = "moon", .kind = DestinationKind::low_lunar_orbit, .correction_budget_mps = 30.0}};
  // The plane of arrival turns with the Moon, 13.2 degrees a day, from 20 degrees on.
  WindowTable table{.first = start, .step_s = 12.0 * hour_s};
  const auto node_at = [](double days) {
    return (20.0 + 13.2 * days) * degree;
  };
  const double r_m = 1837.4e3, v_mps = 1633.5;
  for (int i = 0; i <= 28; ++i) {
    const Epoch at{start.tt_days_since_j2000 + 0.5 * i};
    const Eigen::Vector3d h = pole(90.0 * degree, node_at(0.5 * i), at), r = h.unitOrthogonal(),
                          v = h.cross(r);
    WindowNode node{.found = 1, .speed_mps = 1703.2, .insertion_mps = 23.3};
    for (std::size_t k = 0; k < 3; ++k) {
      node.arrival[k] = r_m * r[static_cast<Eigen::Index>(k)];
      node.arrival[k + 3] = v_mps * v[static_cast<Eigen::Index>(k)];
    }
    table.nodes.push_back(node);
  }
  model.windows = {table};
  CHECK(next_open(model, 0, Tick{}) == Tick{});
  model.gates = {gate_to(polar(4), start, most_mps)};
  // 90 degrees after 5.303 days, reached within 30 m/s (1.052 degrees) 1.9 hours before: at the next half
  // hour.
  const Tick open = next_open(model, 0, Tick{});
  const double days = seconds(open) / 86400.0;
  CHECK(days >= (90.0 - 1.0525 - 20.0) / 13.2);
  CHECK(days < (90.0 - 1.0525 - 20.0) / 13.2 + 0.5 / 24.0 + 1e-3);
  CHECK(planned_transfer(model, 0, open).open);
  CHECK_FALSE(planned_transfer(model, 0, open + ticks_from_seconds(4.0 * hour_s)).open);
  CHECK(next_open(model, 0, open + ticks_from_seconds(4.0 * hour_s)) >
        open + ticks_from_seconds(6.0 * 86400.0));
  model.gates = {gate_to(polar(4), start, 0.0)};
  CHECK(next_open(model, 0, Tick{}) == never);
}
