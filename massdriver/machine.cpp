#include "massdriver/machine.hpp"
#include <cmath>
#include <numbers>
#include "massdriver/coil_loss.hpp"
#include "massdriver/superconductor.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double cells_a_gap =
    8.0;  // radial gap: the third derivative's jumps between cells then stay below 1e-8

/// Polynomials over |z| become polynomials over z + reach: mirrored cells for z < 0.
std::array<double, 6> mirrored(const std::array<double, 6>& c) {
  // c(1 − u): Taylor shift to 1, then alternate signs.
  std::array<double, 6> d = c;
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 4 + 1; j-- > i;) d[j] += d[j + 1];
  for (std::size_t i = 1; i < 6; i += 2) d[i] = -d[i];
  return d;
}

WindowTable cut(const CouplingTable& coupling, int reach, double pitch_m) {
  const int cells_a_pitch = static_cast<int>(std::lround(pitch_m / coupling.cell_m));
  WindowTable t{.cells = cells_a_pitch,
                .reach = reach,
                .pitch_m = pitch_m,
                .cells_per_m = cells_a_pitch / pitch_m,
                .reach_cells = static_cast<double>(reach * cells_a_pitch),
                .polynomials = {}};
  const int half = reach * cells_a_pitch;
  t.polynomials.resize(2 * static_cast<std::size_t>(half));
  for (int i = 0; i < 2 * half; ++i) {
    const auto cell = i >= half ? coupling.cells[static_cast<std::size_t>(i - half)]
                                : mirrored(coupling.cells[static_cast<std::size_t>(half - 1 - i)]);
    std::copy(cell.begin(), cell.end(), t.polynomials[static_cast<std::size_t>(i)].c);
  }
  return t;
}

/// Pitches on either side of a drive coil at which some slot may ask for a coupling.
int reach_of(const DriverDesign& d) {
  const double furthest_m = (d.bucket.count - 1) * d.bucket.spacing_m +
                            (2.0 + d.firing.latest_opening + d.errors.early_by) * d.track.half_wave_m;
  return most_conducting + static_cast<int>(std::ceil(furthest_m / d.track.pitch_m)) + 2;
}

std::shared_ptr<const WindowModel> window_of(const Machine& m, int reach) {
  const DriverDesign& d = m.design;
  auto w = std::make_shared<WindowModel>();
  w->table = cut(m.coupling, reach, d.track.pitch_m);
  w->bucket_coils = d.bucket.count;
  w->spacing_m = d.bucket.spacing_m;
  w->driven = d.bucket.supply == BucketSupply::driven;
  for (int b = 0; b < d.bucket.count; ++b) {
    w->current_A[b] = b % 2 == 0 ? d.bucket.current_A : -d.bucket.current_A;
    for (int c = 0; c < d.bucket.count; ++c)
      w->bucket_H[b][c] = b == c ? m.bucket_H : m.bucket_pair_H[static_cast<std::size_t>(std::abs(b - c))];
  }
  for (int b = 0; b < d.bucket.count; ++b)
    for (int c = 0; c < d.bucket.count; ++c) w->flux_Wb[b] += w->bucket_H[b][c] * w->current_A[c];
  return w;
}

}  // namespace

Machine build_machine(const DriverDesign& design) {
  const Winding &drive = design.track.coil.winding, &bucket = design.bucket.winding;
  Machine m{.design = design};
  m.drive_H = self_inductance_H(drive);
  m.bucket_H = self_inductance_H(bucket);
  m.neighbour_H = {m.drive_H};
  for (int k = 1; k < farthest_neighbour; ++k)
    m.neighbour_H.push_back(couple(drive, drive, k * design.track.pitch_m).coupling.mutual_H);
  m.bucket_pair_H.assign(1, 0.0);
  for (int k = 1; k < design.bucket.count; ++k)
    m.bucket_pair_H.push_back(couple(bucket, bucket, k * design.bucket.spacing_m).coupling.mutual_H);
  const int reach = reach_of(design);
  const double cell_m =
      design.track.pitch_m / std::ceil(cells_a_gap * design.track.pitch_m / radial_gap_m(design));
  const auto table = [&](const Winding& a, const Winding& b) {
    return tabulate(a, b, reach * design.track.pitch_m, cell_m);
  };
  m.coupling = table(drive, bucket);
  const double section_m2 = conductor_section_m2(drive, design.track.coil.fill);
  const double turn_m = 2.0 * std::numbers::pi * drive.radius_m;
  m.drive_dc_ohm = design.track.coil.conductor.resistivity_ohm_m * turn_m / section_m2;
  m.ac_factor = drive_ac_factor(
      design.track.coil,
      ringing_frequency_Hz(design.muzzle_speed_mps, design.track.half_wave_m, design.firing.tuning),
      design.track.coil.temperature_K);
  m.eddy_N_per_mps = eddy_drag_N_per_mps(design);
  m.window = window_of(m, reach);
  return m;
}

double radial_gap_m(const DriverDesign& d) {
  const Winding &drive = d.track.coil.winding, &bucket = d.bucket.winding;
  return std::abs(drive.radius_m - bucket.radius_m) - 0.5 * (drive.depth_m + bucket.depth_m);
}

double drive_resistance_ohm(const Machine& machine, double temperature_K) {
  return machine.drive_dc_ohm * machine.ac_factor *
         relative_resistivity(machine.design.track.coil.conductor, temperature_K);
}

}  // namespace lunafab::massdriver
