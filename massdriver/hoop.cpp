#include "massdriver/hoop.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "massdriver/machine.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double growth_share = 1e-4;  // of the radius: step of the central differences
constexpr double cells_a_gap = 3.0;    // tensions need no more than four digits

Winding grown(Winding winding, double by_m) {
  winding.radius_m += by_m;
  return winding;
}

/// Derivative of f(winding) by the winding's radius.
template <class F>
double by_radius(const Winding& winding, const F& f) {
  const double h = growth_share * winding.radius_m;
  return (f(grown(winding, h)) - f(grown(winding, -h))) / (2.0 * h);
}

CouplingTable difference(CouplingTable more, const CouplingTable& less, double by) {
  for (std::size_t i = 0; i < more.cells.size(); ++i) {
    for (std::size_t k = 0; k < more.cells[i].size(); ++k)
      more.cells[i][k] = (more.cells[i][k] - less.cells[i][k]) / by;
  }
  return more;
}

std::vector<double> pairs_by_radius(const Winding& winding, int count, double apart_m) {
  std::vector<double> slopes{0.0};
  for (int k = 1; k < count; ++k) {
    slopes.push_back(by_radius(
        winding, [&](const Winding& w) { return couple(w, winding, k * apart_m).coupling.mutual_H; }));
  }
  return slopes;
}

}  // namespace

HoopTables tabulate_hoop(const DriverDesign& design, double reach_m) {
  const Winding &drive = design.track.coil.winding, &bucket = design.bucket.winding;
  const double cell_m = radial_gap_m(design) / cells_a_gap;
  const auto table = [&](const Winding& a, const Winding& b) {
    return tabulate(a, b, reach_m, cell_m);
  };
  const double hd = growth_share * drive.radius_m, hb = growth_share * bucket.radius_m;
  return {
      .drive_H_per_m = by_radius(drive, self_inductance_H),
      .bucket_H_per_m = by_radius(bucket, self_inductance_H),
      .neighbour_H_per_m = pairs_by_radius(drive, farthest_neighbour, design.track.pitch_m),
      .bucket_pair_H_per_m = pairs_by_radius(bucket, design.bucket.count, design.bucket.spacing_m),
      .by_drive = difference(table(grown(drive, hd), bucket), table(grown(drive, -hd), bucket), 2.0 * hd),
      .by_bucket = difference(table(drive, grown(bucket, hb)), table(drive, grown(bucket, -hb)), 2.0 * hb)};
}

CoilLoads coil_loads(const HoopTables& tables, const CouplingTable& coupling, double spacing_m,
                     std::span<const CoilState> coils, std::span<const double> bucket_A) {
  CoilLoads loads;
  std::vector<double> bucket_work(bucket_A.size());  // I dM/dR summed, of each bucket coil
  for (std::size_t b = 0; b < bucket_A.size(); ++b) {
    bucket_work[b] = 0.5 * bucket_A[b] * tables.bucket_H_per_m;
    for (std::size_t c = 0; c < bucket_A.size(); ++c)
      if (c != b) bucket_work[b] += bucket_A[c] * tables.bucket_pair_H_per_m[b > c ? b - c : c - b];
  }
  for (const CoilState& coil : coils) {
    double work = 0.5 * coil.current_A * tables.drive_H_per_m;
    for (const CoilState& other : coils) {
      if (other.stage != coil.stage) {
        work += other.current_A *
                tables.neighbour_H_per_m[static_cast<std::size_t>(std::abs(other.stage - coil.stage))];
      }
    }
    for (std::size_t b = 0; b < bucket_A.size(); ++b) {
      const double z = coil.offset_m - static_cast<double>(b) * spacing_m;
      work += bucket_A[b] * lookup(tables.by_drive, z).mutual_H;
      bucket_work[b] += coil.current_A * lookup(tables.by_bucket, z).mutual_H;
      loads.lateral_N_per_m += 0.5 * bucket_A[b] * coil.current_A * lookup(coupling, z).curvature_H_per_m2;
    }
    loads.drive_N = std::max(loads.drive_N, std::abs(coil.current_A * work) / (2.0 * std::numbers::pi));
  }
  for (std::size_t b = 0; b < bucket_A.size(); ++b) {
    loads.bucket_N =
        std::max(loads.bucket_N, std::abs(bucket_A[b] * bucket_work[b]) / (2.0 * std::numbers::pi));
  }
  return loads;
}

}  // namespace lunafab::massdriver
