#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include "massdriver/monte_carlo.hpp"
#include "massdriver/sensitivities.hpp"
#include "tests/validation/driver_designs.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using lunafab::massdriver::test::design_of, lunafab::massdriver::test::nominal_launch,
    lunafab::massdriver::test::large_machine;

namespace {

constexpr int stages = 80;
constexpr LaunchStream stream{5, 2};

/// 80 stages of the two-coil machine: its feedback forgets within 21.
const Machine& machine() {
  static const Machine built =
      build_machine(design_of(large_machine, stages, 600.0, std::sqrt(36e4 + 2.0 * 294.0 * stages * 0.9)));
  return built;
}

Machine machine_with(const ErrorBudget& errors) {
  Machine m = machine();
  m.design.errors = errors;
  return m;
}

/// All that varies from launch to launch, each about as large as the others in the speed.
const ErrorBudget varying{.bank_voltage = 1e-3,
                          .common_voltage = 2e-4,
                          .jitter_s = 1e-6,
                          .position_sensor_m = 1e-3,
                          .speed_sensor_mps = 1e-2,
                          .payload_mass = 1e-4,
                          .coil_temperature_K = 2.0};

Dispersion disperse(const Machine& m, int launches) {
  return monte_carlo(m, nullptr, nominal_launch(m.design), stream, launches, {});
}

/// Bit for bit the same; their covariance is rounding of the mean.
void check_equal(const Dispersion& d) {
  for (const MuzzleVector& sample : d.samples) CHECK(sample == d.samples[0]);
  CHECK(d.covariance.isZero(1e-20));
}

}  // namespace

TEST_CASE("monte carlo: its scatter is that of the linear sensitivities", "[massdriver]") {
  constexpr int n = 200;
  const Machine m = machine_with(varying);
  const Sensitivities linear = find_sensitivities(m, nominal_launch(m.design), {});
  const Dispersion drawn = disperse(m, n);
  CHECK(linear.speed_mps[static_cast<std::size_t>(ErrorSource::capacitance)] == 0.0);  // not in the budget
  // Cold aluminium of these tests has the same resistance at every temperature: the last source.
  for (std::size_t s = 0; s + 1 < error_sources; ++s) CHECK(linear.per_unit_mps[s] > 0.0);
  CHECK(drawn.failed == 0);
  CHECK(drawn.samples.size() == n);
  CHECK(drawn.worst_residual_rel <= 1e-6);
  // An sd from n normal draws scatters by 1/√(2n) = 5 %; four of these.
  CHECK(std::abs(std::sqrt(drawn.covariance(0, 0)) / linear.speed_sd_mps - 1.0) < 4.0 / std::sqrt(2.0 * n));
  const double nominal_mps = solve_launch(m, nominal_launch(m.design), {}).muzzle_speed_mps;
  CHECK(std::abs(drawn.mean[0] - nominal_mps) < 4.0 * linear.speed_sd_mps / std::sqrt(1.0 * n));
}

TEST_CASE("monte carlo: n launches are the first of 2n", "[massdriver]") {
  const Machine m = machine_with(varying);
  const Dispersion few = disperse(m, 11), many = disperse(m, 22);
  REQUIRE(many.samples.size() == 22);
  for (std::size_t i = 0; i < few.samples.size(); ++i) CHECK(few.samples[i] == many.samples[i]);
  CHECK(few.samples[0] != few.samples[1]);
}

TEST_CASE("monte carlo: draws hang on seed, replication, serial and attempt", "[massdriver]") {
  const Machine m = machine_with(varying);
  const LaunchConditions nominal = nominal_launch(m.design);
  const auto jitter = [&](const LaunchStream& s, std::uint64_t serial, std::uint32_t attempt) {
    return draw_conditions(m, nominal, s, serial, attempt).deviations.delay_s;
  };
  const std::vector<double> first = jitter(stream, 3, 0);
  REQUIRE(first.size() == 2 * stages);
  CHECK(jitter(stream, 3, 0) == first);
  for (const auto& other :
       {jitter(stream, 4, 0), jitter(stream, 3, 1), jitter({6, 2}, 3, 0), jitter({5, 3}, 3, 0)})
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(other[i] != first[i]);
}

TEST_CASE("monte carlo: the capacitances belong to the machine", "[massdriver]") {
  const Machine m = machine_with({.capacitance = 0.01});
  const LaunchConditions nominal = nominal_launch(m.design);
  const auto of = [&](std::uint32_t replication, std::uint64_t serial) {
    return draw_conditions(m, nominal, {5, replication}, serial).deviations.capacitance;
  };
  CHECK(of(2, 1) == of(2, 77));
  CHECK(of(2, 1) != of(3, 1));
  check_equal(disperse(m, 9));
}

TEST_CASE("monte carlo: sources that are zero give zero", "[massdriver]") {
  const Machine m = machine_with({});
  const LaunchConditions nominal = nominal_launch(m.design), c = draw_conditions(m, nominal, stream, 1);
  const Deviations& d = c.deviations;
  CHECK((d.voltage.empty() && d.delay_s.empty() && d.trigger_m.empty() && d.speed_reading_mps.empty()));
  CHECK((d.capacitance.empty() && d.faults.empty()));
  CHECK(c.payload_kg == nominal.payload_kg);
  CHECK(c.coil_temperature_K == nominal.coil_temperature_K);
  check_equal(disperse(m, 9));
}

TEST_CASE("monte carlo: faults come at their probability", "[massdriver]") {
  const Machine m = machine_with({.stage_miss = 0.02, .stage_short = 0.01, .stage_early = 0.03});
  constexpr int launches = 200;
  std::array<int, 4> count{};
  for (std::uint64_t serial = 1; serial <= launches; ++serial)
    for (const StageFault& f : draw_conditions(m, nominal_launch(m.design), stream, serial).deviations.faults)
      ++count[static_cast<std::size_t>(f.fault)];
  const auto near = [](int found, double n, double p) {
    return std::abs(found - n * p) < 4.0 * std::sqrt(n * p * (1.0 - p));
  };
  CHECK(near(count[static_cast<std::size_t>(BankFault::miss)], 2.0 * stages * launches, 0.02));
  CHECK(near(count[static_cast<std::size_t>(BankFault::early)], 2.0 * stages * launches, 0.03));
  CHECK(near(count[static_cast<std::size_t>(BankFault::shorted)], 1.0 * stages * launches, 0.01));
}
