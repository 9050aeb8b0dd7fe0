#include "massdriver/day.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "massdriver/limits.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/winding_field.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double seconds_per_h = 3600.0;
constexpr int abort_count = 40;  // places along the track

MaintenanceNeed times(const MaintenanceNeed& one, double launches) {
  MaintenanceNeed all;
  for (std::size_t i = 0; i < wear_parts; ++i)
    all.planned[i] = one.planned[i] * launches, all.failed[i] = one.failed[i] * launches;
  all.exchanged_kg = one.exchanged_kg * launches;
  all.down_s = one.down_s * launches;
  return all;
}

void heat_coils(DayOfLaunches& day, const DriverDesign& d, const LaunchSolution& launch) {
  const DriveCoil& coil = d.track.coil;
  if (!(coil.emissivity > 0.0)) return;
  const auto nodes = coil_nodes(d, launch, coil.temperature_K);
  const auto course = [&](const CoilNode& node, double sky_K) {
    const CadencePhase phase{day.hours * seconds_per_h, day.launches_per_h, sky_K};
    return simulate_coil(node, coil.temperature_K, std::span(&phase, 1));
  };
  for (std::size_t i = 0; i < stage_classes; ++i) {
    day.coils[i] = course(nodes[i], coil.sky_K);
    day.coils_by_night[i] = course(nodes[i], coil.sky_night_K);
  }
}

void heat_bucket_coil(DayOfLaunches& day, const DriverDesign& d, const LaunchSolution& launch,
                      const LaunchFigures& figures) {
  const BucketCoils& coils = d.bucket;
  double warmest_K = coils.temperature_K;
  if (figures.bucket_cooled && day.launches > 0) {
    const double cycle_s = d.back.buckets * seconds_per_h / day.launches_per_h;
    day.bucket = simulate_bucket({.heat_capacity_J_per_K = conductor_volume_m3(coils.winding, coils.fill) *
                                                           coils.superconductor.heat_capacity_J_per_m3K,
                                  .base_K = coils.temperature_K,
                                  .heat_J = figures.bucket_heat_J,
                                  .leak_W = coils.heat_leak_W,
                                  .cooler_W = coils.cryocooler_W},
                                 cycle_s, (day.launches + d.back.buckets - 1) / d.back.buckets);
    warmest_K = day.bucket.peak_K;
  }
  day.bucket_margin =
      quench_margin(coils, launch.bucket_current_A, peak_field_T_per_A(coils.winding), warmest_K);
}

}  // namespace

DayOfLaunches launch_day(const Machine& machine, const LaunchSolution& launch, const LaunchFigures& figures,
                         double launches_per_h, double hours) {
  expects(std::isfinite(launches_per_h) && launches_per_h >= 0.0 && std::isfinite(hours) && hours >= 0.0,
          "day of launches: cadence and hours must be finite and not negative");
  const DriverDesign& d = machine.design;
  DayOfLaunches day{.hours = hours, .launches_per_h = launches_per_h};
  day.launches = static_cast<std::int64_t>(std::floor(hours * launches_per_h * (1.0 + 1e-12)));
  heat_coils(day, d, launch);
  heat_bucket_coil(day, d, launch, figures);
  day.maintenance =
      times(maintenance_need(d, figures.stresses, figures.store_J), static_cast<double>(day.launches));
  WearState wear;
  for (std::int64_t i = 1; i < day.launches; ++i) wear = advance(wear, d, figures.stresses);
  day.failed_stages_new = expected_failed_stages(wear, d, figures.stresses);
  return day;
}

std::vector<AbortPlace> abort_places(const Machine& machine, const LaunchSolution& launch) {
  const DriverDesign& d = machine.design;
  std::vector<AbortPlace> places;
  if (!(d.back.catcher_m > 0.0) || !(d.back.catcher_mps2 > 0.0) || launch.profile.empty()) return places;
  const double end_m = track_end_m(d) + d.track.drift_m;
  const double payload_kg =
      2.0 * launch.energy.kinetic_after_J / std::pow(launch.muzzle_speed_mps, 2.0) - d.bucket_kg;
  std::size_t row = 0;
  for (int i = 0; i <= abort_count; ++i) {
    const double at_m = track_end_m(d) * i / abort_count;
    while (row + 1 < launch.profile.size() && launch.profile[row].position_m < at_m) ++row;
    const StageRecord& r = launch.profile[row];
    places.push_back({r.position_m, r.speed_mps,
                      stop_launch(d, payload_kg, r.speed_mps, std::max(0.0, end_m - r.position_m))});
  }
  return places;
}

}  // namespace lunafab::massdriver
