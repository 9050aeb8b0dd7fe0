#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>
#include "core/contract.hpp"
#include "massdriver/superconductor.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double mu0 = 1.25663706212e-6;

// Round numbers of the order of a coated conductor at 20 K; the claims below do not hang on them.
Superconductor tape() {
  return {.jc0_A_per_m2 = 4e9,
          .field_scale_T = 2.0,
          .critical_temperature_K = 90.0,
          .exponent = 1.5,
          .share = 0.5,
          .filament_m = 50e-6,
          .coupling_time_s = 1e-4,
          .heat_capacity_J_per_m3K = 1e5};
}

BucketCoils coils() {
  return {.winding = {1.30, 0.16, 0.035},
          .fill = 0.8,
          .count = 2,
          .current_A = 1.2e6,
          .temperature_K = 20.0,
          .superconductor = tape()};
}

// Independent oracle: Bean's critical state on a grid. A rising applied field pushes in from the face with
// slope J_c, a falling one likewise; the loop's area ∮ H dM of the slab's mean field, second cycle.
double bean_loop_J_per_m3(double jc, double thickness_m, double peak_to_peak_T) {
  constexpr int cells = 2000, steps = 4000;
  const double half_m = 0.5 * thickness_m, amplitude = 0.5 * peak_to_peak_T / mu0;
  std::vector<double> h(cells, 0.0);
  double area = 0.0, previous_mean = 0.0, previous_applied = 0.0;
  for (int step = 1; step <= 3 * steps; ++step) {
    const double phase = 2.0 * std::numbers::pi * step / steps;
    const double applied = amplitude * std::sin(phase);
    double mean = 0.0;
    for (int i = 0; i < cells; ++i) {
      const double reach = jc * half_m * (i + 0.5) / cells;  // from the face inwards
      auto& field = h[static_cast<std::size_t>(i)];
      field = std::clamp(field, applied - reach, applied + reach);
      mean += field / cells;
    }
    if (step > 2 * steps) area += 0.5 * (applied + previous_applied) * (mean - previous_mean);
    previous_mean = mean;
    previous_applied = applied;
  }
  return mu0 * std::abs(area);
}

}  // namespace

TEST_CASE("superconductor: the critical density falls to nothing at the critical temperature",
          "[massdriver]") {
  const Superconductor material = tape();
  CHECK_THAT(critical_density_A_per_m2(material, 0.0, 0.0), WithinRel(4e9, 1e-15));
  CHECK_THAT(critical_density_A_per_m2(material, 2.0, 0.0), WithinRel(2e9, 1e-15));
  CHECK_THAT(critical_density_A_per_m2(material, -2.0, 67.5), WithinRel(2e9 * 0.125, 1e-14));  // (1/4)^1.5
  CHECK(critical_density_A_per_m2(material, 1.0, 90.0) == 0.0);
  CHECK(critical_density_A_per_m2(material, 1.0, 120.0) == 0.0);
}

TEST_CASE("superconductor: the baseline bucket runs at 214 A/mm²", "[massdriver]") {
  CHECK_THAT(current_density_A_per_m2({1.30, 0.16, 0.035}, 1.0, 1.2e6), WithinRel(214e6, 0.5 / 214));
  CHECK_THAT(current_density_A_per_m2({0.98, 0.13, 0.028}, 1.0, -0.75e6), WithinRel(206e6, 0.5 / 206));
  CHECK_THROWS_AS(current_density_A_per_m2({1.0, 0.0, 0.0}, 1.0, 1.0), ContractError);
  // 366 kg at 8000 kg/m³ of the whole section.
  CHECK_THAT(8000.0 * conductor_volume_m3({1.30, 0.16, 0.035}, 1.0), WithinRel(366.0, 0.5 / 366));
}

TEST_CASE("superconductor: the quench margin is zero where the current is critical", "[massdriver]") {
  const BucketCoils bucket = coils();
  const double field_T_per_A = 4e-6;
  // J(I) = J_c(B(I)) solved by bisection on the definition.
  double low = 0.0, high = 1e8;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    const double excess = middle / (0.16 * 0.035 * 0.8) -
                          critical_density_A_per_m2(bucket.superconductor, middle * field_T_per_A, 20.0);
    (excess < 0.0 ? low : high) = middle;
  }
  CHECK_THAT(quench_margin(bucket, low, field_T_per_A, 20.0), WithinAbs(0.0, 1e-12));
  CHECK(quench_margin(bucket, 1.01 * low, field_T_per_A, 20.0) < 0.0);
  CHECK(quench_margin(bucket, low, field_T_per_A, 19.0) > 0.0);
  CHECK(quench_margin(bucket, low, field_T_per_A, 91.0) == -std::numeric_limits<double>::infinity());
}

TEST_CASE("superconductor: hysteresis loss is the area of Bean's loop, before and after full penetration",
          "[massdriver]") {
  const double jc = 1e9, filament_m = 1e-4, full_T = 0.5 * mu0 * jc * filament_m;
  for (const double amplitudes : {0.2, 0.7, 1.0, 1.5, 6.0}) {
    const double peak_to_peak_T = 2.0 * amplitudes * full_T;
    // The grid's error is of first order in the cell of the penetrated part: 1/(2000 · amplitudes).
    CHECK_THAT(hysteresis_J_per_m3(jc, filament_m, peak_to_peak_T, 0.0),
               WithinRel(bean_loop_J_per_m3(jc, filament_m, peak_to_peak_T), 0.005));
  }
  CHECK(hysteresis_J_per_m3(jc, 0.0, 1.0, 0.0) == 0.0);
}

TEST_CASE("superconductor: far beyond penetration the loss is J_c times half the filament times the swing",
          "[massdriver]") {
  // ∮ M dB with M = J_c d/4 up and down: J_c d ΔB / 2; B_p/B₀ = 6e-4 of it is missing.
  CHECK_THAT(hysteresis_J_per_m3(1e9, 1e-6, 2.0, 0.0), WithinRel(1e9 * 1e-6 * 2.0 / 2.0, 1e-3));
  CHECK_THAT(hysteresis_J_per_m3(1e9, 1e-6, 2.0, 1.0),
             WithinRel(2.0 * hysteresis_J_per_m3(1e9, 1e-6, 2.0, 0.0), 1e-15));
}

TEST_CASE("superconductor: how the superconductor is diluted does not matter once it is penetrated",
          "[massdriver]") {
  Superconductor dense = tape(), diluted = tape();
  dense.share = 1.0;
  diluted.share = 0.1;
  const FieldHistory history{.ripple_T = 100.0, .ripples = 1.0};
  CHECK_THAT(ac_loss(diluted, 1e9, history).hysteresis_J_per_m3,
             WithinRel(ac_loss(dense, 1e9, history).hysteresis_J_per_m3, 0.01));
}

TEST_CASE("superconductor: coupling loss peaks at ωτ = 1 with π B₀²/μ0", "[massdriver]") {
  const double tau_s = 1e-4, peak_Hz = 1.0 / (2.0 * std::numbers::pi * tau_s);
  CHECK_THAT(coupling_J_per_m3(tau_s, peak_Hz, 0.2), WithinRel(std::numbers::pi * 0.01 / mu0, 1e-12));
  CHECK(coupling_J_per_m3(tau_s, 0.9 * peak_Hz, 0.2) < coupling_J_per_m3(tau_s, peak_Hz, 0.2));
  CHECK(coupling_J_per_m3(tau_s, 1.1 * peak_Hz, 0.2) < coupling_J_per_m3(tau_s, peak_Hz, 0.2));
}

TEST_CASE("superconductor: slow coupling loss is 2τ/μ0 · ∫ (dB/dt)² dt of the sine", "[massdriver]") {
  const double tau_s = 1e-6, frequency_Hz = 10.0, amplitude_T = 0.3;
  double integral = 0.0;
  constexpr int n = 1000;
  for (int i = 0; i < n; ++i) {
    const double omega = 2.0 * std::numbers::pi * frequency_Hz;
    const double rate = amplitude_T * omega * std::cos(2.0 * std::numbers::pi * (i + 0.5) / n);
    integral += rate * rate / (n * frequency_Hz);
  }
  CHECK_THAT(coupling_J_per_m3(tau_s, frequency_Hz, 2.0 * amplitude_T),
             WithinRel(2.0 * tau_s / mu0 * integral, 1e-8));
}

TEST_CASE("superconductor: the mean response over a run is the sum over its stages", "[massdriver]") {
  for (const double tau_s : {1e-7, 1e-5, 1e-4, 1e-2}) {
    double sum = 0.0;
    constexpr int stages = 20000;
    for (int i = 0; i < stages; ++i) {
      const double speed = std::sqrt(150.0 * 150.0 + (2400.0 * 2400.0 - 150.0 * 150.0) * (i + 0.5) / stages);
      const double y = 2.0 * std::numbers::pi * speed / 0.9 * tau_s;
      sum += y / (1.0 + y * y) / stages;
    }
    CHECK_THAT(mean_coupling_response(tau_s, 150.0 / 0.9, 2400.0 / 0.9), WithinRel(sum, 1e-5));
  }
  CHECK_THAT(mean_coupling_response(1e-4, 1000.0, 1000.0),
             WithinRel(mean_coupling_response(1e-4, 1000.0 - 0.01, 1000.0 + 0.01), 1e-9));
}

TEST_CASE("superconductor: at one frequency the launch's coupling loss is that of its ripples",
          "[massdriver]") {
  const AcLoss loss =
      ac_loss(tape(), 1e9, {.ripple_T = 0.2, .ripples = 50.0, .first_Hz = 300.0, .last_Hz = 300.0});
  CHECK_THAT(loss.coupling_J_per_m3, WithinRel(50.0 * coupling_J_per_m3(1e-4, 300.0, 0.2), 1e-12));
}

TEST_CASE("superconductor: a launch warms the coil by its loss over its heat capacity and costs margin",
          "[massdriver]") {
  const BucketCoils bucket = coils();
  const FieldHistory history{
      .swing_T = 0.5, .ripple_T = 0.02, .ripples = 100.0, .first_Hz = 160.0, .last_Hz = 2600.0};
  const BucketHeating heating = heat_bucket(bucket, 1.2e6, 4e-6, history, 20.0);
  CHECK_THAT(heating.rise_K * 1e5 * conductor_volume_m3(bucket.winding, bucket.fill),
             WithinRel(heating.heat_J, 1e-12));
  CHECK(heating.rise_K > 0.0);
  CHECK(heating.margin_after < heating.margin_before);
  CHECK(heating.margin_after == quench_margin(bucket, 1.2e6, 4e-6, 20.0 + heating.rise_K));
  // A quiet launch costs nothing.
  CHECK(heat_bucket(bucket, 1.2e6, 4e-6, {}, 20.0).margin_after == heating.margin_before);
  // One full cycle is two swings.
  const double critical = critical_density_A_per_m2(bucket.superconductor, 4.8, 20.0);
  CHECK_THAT(
      ac_loss(bucket.superconductor, critical, {.swing_T = 0.3}).hysteresis_J_per_m3 * 2.0,
      WithinRel(
          ac_loss(bucket.superconductor, critical, {.ripple_T = 0.3, .ripples = 1.0}).hysteresis_J_per_m3,
          1e-14));
}
