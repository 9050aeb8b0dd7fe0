#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numbers>
#include <random>
#include <set>
#include "core/contract.hpp"
#include "orbit/slots.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double turn = 2.0 * std::numbers::pi, deg = turn / 360.0, day_s = 86400.0;
constexpr double gm = 3.986004418e14, R = 6378137.0;
const Epoch start = parse_epoch("2035-01-01");

Shell shell() {
  return {.name = "shell",
          .altitude_m = 600e3,
          .inclination_rad = 53.0 * deg,
          .planes = 4,
          .per_plane = 6,
          .phasing = 1};
}
SlotPolicy policy() {
  return {.parking_altitude_m = 450e3,
          .floor_altitude_m = 300e3,
          .longest_drift_s = 1200.0 * day_s,
          .phasing_revolutions = 30,
          .spares_per_plane = 1};
}
Tick at_day(double days) {
  return Tick{} + ticks_from_seconds(days * day_s);
}
std::vector<Arrival> arrivals(int count) {
  std::mt19937_64 draw(2);
  std::uniform_real_distribution<double> u(0.0, turn);
  std::vector<Arrival> out;
  for (int i = 0; i < count; ++i)
    out.push_back({static_cast<std::uint64_t>(i + 1), at_day(3.0 * i), u(draw), u(draw)});
  return out;
}
/// Kepler by Newton, in the plane: where two burns of a phasing orbit leave the satellite.
double chord_after(double r, double ahead, int revolutions) {
  const Phasing p = phase(gm, r, ahead, revolutions);
  // Back at the place of the first burn; the target has gone on from `ahead`.
  const double target = ahead + std::sqrt(gm / (r * r * r)) * p.duration_s;
  return 2.0 * r * std::abs(std::sin(0.5 * target));
}

}  // namespace

TEST_CASE("manoeuvres: Hohmann's transfer to geosynchronous, Vallado's example 6-1", "[orbit][slots]") {
  const Hohmann h = hohmann(398600.4418e9, R + 191344.11, R + 35781348.57);
  CHECK_THAT(h.delta_v_mps, WithinAbs(3935.224, 5e-3));
  CHECK_THAT(h.duration_s / 60.0, WithinAbs(315.403, 1e-3));
}

TEST_CASE("manoeuvres: phasing meets its place", "[orbit][slots]") {
  const double r = R + 600e3, ahead = GENERATE(-3.0, -0.5, 0.0, 0.2, 1.0);
  const int revolutions = GENERATE(1, 5, 30);
  if (ahead / turn / revolutions > 0.1) return;                          // would pass below the ground
  CHECK_THAT(chord_after(r, ahead, revolutions), WithinAbs(0.0, 1e-5));  // rounding of 30 revolutions
  const Phasing p = phase(gm, r, ahead, revolutions);
  // By vis-viva from the period.
  const double a = std::cbrt(gm * std::pow(p.duration_s / revolutions / turn, 2.0));
  CHECK_THAT(p.delta_v_mps,
             WithinAbs(2.0 * std::abs(std::sqrt(gm * (2.0 / r - 1.0 / a)) - std::sqrt(gm / r)), 1e-9));
}

TEST_CASE("manoeuvres: many revolutions make phasing cheap, 2 v Δ/(3·2πk)", "[orbit][slots]") {
  const double r = R + 600e3, v = std::sqrt(gm / r), ahead = 0.3;
  const Phasing p = phase(gm, r, ahead, 200);
  // δv/v = δa/2a and δa/a = 2/3 δT/T; second order: 1/200 of Δ/2π.
  CHECK_THAT(p.delta_v_mps, WithinRel(2.0 * v * ahead / (3.0 * turn * 200), 1e-3));
}

TEST_CASE("manoeuvres: below the floor the long way round is taken", "[orbit][slots]") {
  const double r = R + 600e3;
  CHECK(phase(gm, r, 3.0, 5).lowest_m < R + 300e3);
  const Phasing p = phase_above(gm, r, 3.0, 5, R + 300e3);
  CHECK(p.lowest_m == r);
  CHECK(p.delta_v_mps == phase(gm, r, 3.0 - turn, 5).delta_v_mps);
  CHECK(phase_above(gm, r, 0.1, 5, R + 300e3).delta_v_mps == phase(gm, r, 0.1, 5).delta_v_mps);
  CHECK_THROWS_WITH(phase(gm, r, turn, 1), Contains("revolutions"));
}

TEST_CASE("manoeuvres: drift turns towards the node, or never", "[orbit][slots]") {
  CHECK_THAT(drift_time_s(0.5, 0.001), WithinRel(500.0, 1e-12));
  CHECK_THAT(drift_time_s(0.5, -0.001), WithinRel((turn - 0.5) * 1000.0, 1e-12));
  CHECK_THAT(drift_time_s(-0.5, -0.001), WithinRel(500.0, 1e-12));
  CHECK(drift_time_s(0.0, 0.0) == 0.0);
  CHECK(std::isinf(drift_time_s(0.1, 0.0)));
}

TEST_CASE("spares: stockout is the tail of Poisson's distribution", "[orbit][slots]") {
  // scipy.stats.poisson.sf(spares, mean), SciPy 1.10.1.
  CHECK_THAT(stockout_probability(0.5, 0), WithinRel(0.3934693402873665, 1e-13));
  CHECK_THAT(stockout_probability(3.2, 5), WithinRel(0.1054081054691774, 1e-13));
  CHECK_THAT(stockout_probability(3.2, 1), WithinRel(0.8287987432908619, 1e-13));
  CHECK_THAT(stockout_probability(40.0, 60), WithinRel(0.0012009793488309357, 1e-12));
  CHECK_THAT(stockout_probability(0.01, 2), WithinRel(1.6542165280748778e-07, 1e-12));
  CHECK(spares_for(3.2, 0.11) == 5);
  CHECK(spares_for(3.2, 0.10) == 6);
  CHECK(spares_for(0.0, 0.01) == 0);
}

TEST_CASE("slots: nobody shares a slot, and all are filled before spares", "[orbit][slots]") {
  const auto placements = assign_slots(shell(), start, policy(), arrivals(30), {});
  REQUIRE(placements.size() == 30);
  std::set<Slot> taken;
  int spares = 0, refused = 0;
  for (const Placement& p : placements) {
    if (p.move == SlotMove::placed) CHECK(taken.insert(p.slot).second);
    if (p.move == SlotMove::spare) ++spares;
    if (p.move == SlotMove::refused) ++refused;
  }
  CHECK(taken.size() == 24);
  CHECK(spares == 4);
  CHECK(refused == 2);
}

TEST_CASE("slots: who is ready stands in the slot: node and argument by independent drift",
          "[orbit][slots]") {
  const CentralBody& earth = central_body(Body::earth);
  const auto coming = arrivals(24);
  const double parking_m = R + 450e3;
  const auto placements = assign_slots(shell(), start, policy(), coming, {});
  for (std::size_t i = 0; i < placements.size(); ++i) {
    const Placement& p = placements[i];
    const Arrival& a = coming[i];
    REQUIRE(p.serial == a.serial);
    const SecularRates parking = j2_rates(earth, {.a_m = parking_m, .inclination_rad = 53.0 * deg});
    const SecularRates target = shell_rates(shell());
    const MeanElements slot = slot_elements(shell(), p.slot, start);
    const double met_s = seconds(a.at) + p.drift_s;
    const double off = std::remainder(
        a.node_rad + parking.node_radps * p.drift_s - (slot.node_rad + target.node_radps * met_s), turn);
    CHECK_THAT(off, WithinAbs(0.0, 1e-9));
    // Raising takes half a turn; what is left is phased in 30 revolutions of an orbit whose period closes the
    // gap.
    const double raised_s = met_s + hohmann(gm, parking_m, R + 600e3).duration_s;
    const double at_raise =
        a.argument_rad + (parking.mean_anomaly_radps + parking.periapsis_radps) * p.drift_s + 0.5 * turn;
    const double rate = target.mean_anomaly_radps + target.periapsis_radps;
    const double gap = slot.mean_anomaly_rad + rate * raised_s - at_raise;
    const double revolution = turn / std::sqrt(gm / std::pow(R + 600e3, 3.0));
    const double closed = turn * (30.0 - (seconds(p.ready) - raised_s) / revolution);
    CHECK_THAT(std::remainder(gap - closed, turn), WithinAbs(0.0, 1e-7));  // ticks of 1 µs, angles of 1e5 rad
    CHECK(p.delta_v_mps < 200.0);
  }
}

TEST_CASE("slots: a failure promotes the plane's spare; without one the next arrival fills",
          "[orbit][slots]") {
  auto coming = arrivals(28);
  const auto before = assign_slots(shell(), start, policy(), coming, {});
  const Placement victim = before[0];
  coming.push_back({100, at_day(900.0), 1.0, 1.0});
  std::vector<Failure> failures{{victim.serial, at_day(800.0)}};
  const auto after = assign_slots(shell(), start, policy(), coming, failures);
  REQUIRE(after.size() == 30);
  CHECK(after[28].move == SlotMove::promoted);
  CHECK(after[28].slot == victim.slot);
  CHECK(after[28].ready > at_day(800.0));
  CHECK(after[29].move == SlotMove::spare);  // the newcomer makes the spare good
  CHECK(after[29].slot.plane == victim.slot.plane);

  failures.push_back({after[28].serial, at_day(850.0)});
  const auto twice = assign_slots(shell(), start, policy(), coming, failures);
  CHECK(twice[29].serial == 100);
  CHECK(twice[29].move == SlotMove::placed);
  CHECK(twice[29].slot == victim.slot);
}

TEST_CASE("slots: the order in which arrivals are listed does not matter", "[orbit][slots]") {
  auto coming = arrivals(30);
  const auto one = assign_slots(shell(), start, policy(), coming, {});
  std::reverse(coming.begin(), coming.end());
  const auto other = assign_slots(shell(), start, policy(), coming, {});
  REQUIRE(one.size() == other.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].serial == other[i].serial);
    CHECK(one[i].slot == other[i].slot);
    CHECK(one[i].delta_v_mps == other[i].delta_v_mps);
  }
}

TEST_CASE("slots: no drift, no meeting", "[orbit][slots]") {
  SlotPolicy same = policy();
  same.parking_altitude_m = 600e3;
  CHECK(assign_slots(shell(), start, same, arrivals(1), {})[0].move == SlotMove::refused);
  CHECK_THROWS_WITH(assign_slots(shell(), start, policy(), std::vector<Arrival>(2), {}), Contains("once"));
}

TEST_CASE("slots about the Moon: the nearest plane with room that the burn reaches, then spares",
          "[orbit][slots]") {
  Shell moon = shell();
  moon.body = Body::moon;
  moon.altitude_m = 100e3, moon.planes = 2, moon.per_plane = 1, moon.phasing = 0;
  const SlotDesk desk(
      moon, start,
      {.parking_altitude_m = 100e3, .floor_altitude_m = 50e3, .most_turn_mps = 30.0, .spares_per_plane = 1});
  SlotBook book = desk.empty_book();
  const auto arrive = [&](std::uint64_t serial, double first_mps, double second_mps) {
    return desk.arrive(book, {.serial = serial, .at = at_day(static_cast<double>(serial))},
                       {first_mps, second_mps});
  };
  CHECK(arrive(1, 31.0, 500.0).move == SlotMove::refused);
  const Placement second = arrive(2, 400.0, 29.0);
  CHECK(second.move == SlotMove::placed);
  CHECK(second.slot.plane == 1);
  CHECK(second.turn_mps == 29.0);
  CHECK_THAT(second.delta_v_mps, WithinAbs(29.0 + second.phasing_mps, 1e-12));  // it need not be raised
  CHECK(arrive(3, 400.0, 1.0).move == SlotMove::refused);  // its plane is taken, the free one too far
  CHECK(arrive(4, 2.0, 400.0).slot.plane == 0);
  const Placement spare = arrive(5, 400.0, 3.0);
  CHECK(spare.move == SlotMove::spare);
  CHECK(spare.slot.plane == 1);
  CHECK(arrive(6, 400.0, 3.0).move == SlotMove::refused);
  const auto promoted = desk.release(book, {1, 0}, {2, at_day(8.0)});
  REQUIRE(promoted);
  CHECK(promoted->serial == 5);
}
