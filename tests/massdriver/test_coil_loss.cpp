#include <catch2/catch.hpp>
#include <cmath>
#include <complex>
#include <numbers>
#include "core/contract.hpp"
#include "massdriver/coil_loss.hpp"
#include "massdriver/winding_field.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

// Independent oracle: the layer's complex field solved directly. With k = (1 + i)/δ and the faces' fields H₁,
// H₂ (x in skin depths, currents of one layer as unit) H = [H₁ sinh k(x−y) + H₂ sinh ky]/sinh kx, the loss is
// the Poynting flux into both faces, ∝ Re k[(|H₁|² + |H₂|²) coth kx − 2 H₁H₂/sinh kx]; DC: 1/x.
double layer_loss(double x, double h1, double h2) {
  const std::complex<double> k{1.0, 1.0};
  const std::complex<double> flux =
      k * ((h1 * h1 + h2 * h2) * std::cosh(k * x) - 2.0 * h1 * h2) / std::sinh(k * x);
  return x * flux.real();
}

double stack_loss(double x, int layers, double field_below) {
  double sum = 0.0;
  for (int i = 0; i < layers; ++i) sum += layer_loss(x, field_below + i, field_below + i + 1.0);
  return sum / layers;
}

}  // namespace

TEST_CASE("coil loss: the skin depth of aluminium at 1.2 kHz is 2.15 mm", "[massdriver]") {
  // By hand: √(2.2e-8 / (π · 1200 · 4πe-7)) = √4.6439e-6 = 2.1550 mm.
  CHECK_THAT(skin_depth_m(2.2e-8, 1200.0), WithinRel(2.1550e-3, 2e-5));
  CHECK_THAT(skin_depth_m(2.2e-8, 4800.0), WithinRel(0.5 * skin_depth_m(2.2e-8, 1200.0), 1e-15));
  CHECK_THROWS_AS(skin_depth_m(2.2e-8, 0.0), ContractError);
}

TEST_CASE("coil loss: a stack of layers loses what the complex field in each layer gives", "[massdriver]") {
  for (const double x : {0.3, 1.0, 2.5, 7.0}) {
    for (const int layers : {1, 2, 3, 10}) {
      INFO("thickness " << x << ", layers " << layers);
      CHECK_THAT(layered_ac_factor(x, layers, FieldZero::at_one_face),
                 WithinRel(stack_loss(x, layers, 0.0), 1e-11));
      CHECK_THAT(layered_ac_factor(x, layers, FieldZero::in_the_middle),
                 WithinRel(stack_loss(x, layers, -0.5 * layers), 1e-11));
    }
  }
}

TEST_CASE("coil loss: thin layers follow 1 + (5m² − 1)/45 · Δ⁴", "[massdriver]") {
  // The next term is of order m² Δ⁸/100.
  for (const double x : {1e-3, 0.01, 0.1}) {
    for (const int m : {1, 4, 20}) {
      const double excess = (5.0 * m * m - 1.0) / 45.0 * x * x * x * x;
      CHECK_THAT(layered_ac_factor(x, m, FieldZero::at_one_face) - 1.0,
                 WithinAbs(excess, 1e-15 + excess * x * x * x * x));
    }
  }
  CHECK(layered_ac_factor(0.0, 20, FieldZero::at_one_face) == 1.0);
}

TEST_CASE("coil loss: a thick sheet carries its current in one skin depth, or in one at each face",
          "[massdriver]") {
  CHECK_THAT(layered_ac_factor(30.0, 1, FieldZero::at_one_face), WithinRel(30.0, 1e-12));
  CHECK_THAT(layered_ac_factor(30.0, 1, FieldZero::in_the_middle), WithinRel(15.0, 1e-12));
  // Two thick layers: the second carries its own current and twice the first one's, 1 + (1 + 4) halved is 3.
  CHECK_THAT(layered_ac_factor(30.0, 2, FieldZero::at_one_face), WithinRel(90.0, 1e-12));
  CHECK_THAT(layered_ac_factor(std::nextafter(40.0, 50.0), 7, FieldZero::at_one_face),
             WithinRel(layered_ac_factor(40.0, 7, FieldZero::at_one_face), 1e-14));
}

TEST_CASE("coil loss: a stack with its zero in the middle is two half stacks", "[massdriver]") {
  for (const double x : {0.2, 1.3, 50.0}) {
    CHECK_THAT(layered_ac_factor(x, 20, FieldZero::in_the_middle),
               WithinRel(layered_ac_factor(x, 10, FieldZero::at_one_face), 1e-13));
  }
}

TEST_CASE("coil loss: 20 strands of the 3.5-t machine's coil make R_ac 1.3 to 1.6 times R_dc",
          "[massdriver]") {
  DriveCoil coil{.winding = {1.5, 0.25, 0.04},
                 .fill = 0.7,
                 .conductor = {.resistivity_ohm_m = 2.2e-8, .reference_K = 250.0},
                 .strand_m = 0.04 * 0.7 / 20,
                 .strands = 20};
  const double frequency_Hz = ringing_frequency_Hz(2400.0, 1.80, 1.2);
  CHECK_THAT(frequency_Hz, WithinRel(608.6, 1e-4));  // 2400 / (3.6 · 1.09545)
  const double factor = drive_ac_factor(coil, frequency_Hz, 250.0);
  // By hand: δ = 3.026 mm, Δ = .4627, 1 + 499/45 · .04582 = 1.508, the next order lowers it by less than 1 %.
  CHECK_THAT(factor, WithinRel(1.508, 0.01));
  coil.ac_factor = 2.0;
  CHECK(drive_ac_factor(coil, frequency_Hz, 250.0) == 2.0);
  coil.ac_factor = 0.0;
  coil.strand_m = 0.0;
  CHECK(drive_ac_factor(coil, frequency_Hz, 250.0) == 1.0);
}

TEST_CASE("coil loss: close by, a passing filament's gradient is that of a straight wire", "[massdriver]") {
  // |∂B/∂z| = μ0 I / (2π (d² + z²)) of a straight wire at distance d; its square integrates to
  // (μ0 I/2π)² π/(2d³). Curvature changes that by the order of d/R · ln(R/d).
  const double gap_m = 1e-3;
  const double wire = 4e-14 * std::numbers::pi / (2.0 * gap_m * gap_m * gap_m);
  CHECK_THAT(passing_gradient_square(1.0, 1.0 + gap_m), WithinRel(wire, 0.01));
  CHECK_THAT(passing_gradient_square(1.0 + gap_m, 1.0), WithinRel(wire, 0.01));
}

TEST_CASE("coil loss: far away, a passing filament's gradient is that of a dipole", "[massdriver]") {
  // Filament of radius a ≪ r: B_z = C (2z² − r²)/s⁵, B_r = 3 C r z/s⁵ with C = μ0 a²/4 and s² = r² + z². The
  // squared derivatives integrate over z to 405π/128 · C²/r⁷ (by parts, as |∇∂_zΦ|² of Φ = z/s³).
  const double a = 0.01, r = 1.0, c = std::numbers::pi * 1e-7 * a * a;
  double sum = 0.0;
  constexpr int n = 20000;
  for (int i = 0; i < n; ++i) {
    const double u = (i + 0.5) / n * 0.5 * std::numbers::pi, z = r * std::tan(u), h = 1e-5;
    const auto axial = [&](double at) {
      return (2 * at * at - r * r) / std::pow(r * r + at * at, 2.5);
    };
    const auto radial = [&](double at) {
      return 3 * r * at / std::pow(r * r + at * at, 2.5);
    };
    const double dz = (axial(z + h) - axial(z - h)) / (2 * h), dr = (radial(z + h) - radial(z - h)) / (2 * h);
    sum += (dz * dz + dr * dr) * (1 + z * z / r / r);
  }
  const double dipole = 2.0 * c * c * sum * r * 0.5 * std::numbers::pi / n;
  CHECK_THAT(passing_gradient_square(a, r), WithinRel(dipole, 1e-3));  // quadrupole terms (a/r)² and slack
}

TEST_CASE("coil loss: a passing bucket coil's gradient is that of the field summed over a thin winding",
          "[massdriver]") {
  const Winding thin{1.30, 0.004, 0.004};
  double sum = 0.0;
  constexpr double step_m = 5e-3, reach_m = 3.0;
  for (double z = -reach_m; z < reach_m; z += step_m) {
    const Eigen::Vector2d rise = field_T_per_A(thin, 1.5, z + step_m) - field_T_per_A(thin, 1.5, z);
    sum += rise.squaredNorm() / step_m;
  }
  // The section's size counts as (4 mm / 200 mm)², the difference over 5 mm likewise; beyond 3 m lies 1e-5.
  CHECK_THAT(passing_gradient_square(1.30, 1.5), WithinRel(sum, 2e-3));
}

TEST_CASE("coil loss: strand eddies grow with the square of the strand and of the current", "[massdriver]") {
  DriverDesign design;
  design.bucket = {.winding = {1.30, 0.16, 0.035}, .count = 2, .current_A = 1.2e6};
  design.track = {.pitch_m = 0.9,
                  .coil = {.winding = {1.5, 0.25, 0.04},
                           .fill = 0.7,
                           .conductor = {.resistivity_ohm_m = 2.2e-8, .reference_K = 250.0},
                           .strand_m = 1e-3}};
  const double once = strand_drag_N_per_mps(design, 250.0);
  // As straight wires at 0.2 m: (1e-6/2.64e-7) · (.24²π/(2·.008)) T²/m · .06597 m³ · 2/.9 = 6.28 N per m/s;
  // the ring's field outside falls faster, at d/R = .15 by about a tenth, squared a fifth.
  CHECK(once < 6.28);
  CHECK(once > 0.7 * 6.28);
  design.track.coil.strand_m = 2e-3;
  CHECK_THAT(strand_drag_N_per_mps(design, 250.0), WithinRel(4.0 * once, 1e-14));
  design.bucket.current_A *= 3.0;
  CHECK_THAT(strand_drag_N_per_mps(design, 250.0), WithinRel(36.0 * once, 1e-14));
}

TEST_CASE("Eddy drag: the structure's and the strands' add up; without strands it is the structure's",
          "[massdriver]") {
  DriverDesign design;
  design.bucket.winding = {1.30, 0.16, 0.035};
  design.bucket.current_A = 1.2e6;
  design.track.pitch_m = 0.9;
  design.track.coil.winding = {1.50, 0.25, 0.04};
  design.track.coil.fill = 0.7;
  design.track.coil.conductor = {.resistivity_ohm_m = 2.2e-8, .reference_K = 254.55};
  design.track.coil.temperature_K = 254.55;
  design.losses.eddy_N_per_mps = 0.1;
  CHECK(eddy_drag_N_per_mps(design) == 0.1);
  design.track.coil.strand_m = 5e-4;
  const double strands = strand_drag_N_per_mps(design, 254.55);
  CHECK(strands > 0.0);
  CHECK(eddy_drag_N_per_mps(design) == 0.1 + strands);
}
