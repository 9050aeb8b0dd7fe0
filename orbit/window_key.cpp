#include "orbit/window_key.hpp"
#include <fmt/format.h>
#include <string>
#include "core/version.hpp"
#include "core/visit.hpp"

namespace lunafab::orbit {

std::uint64_t windows_hash(const OrbitPlan& plan, const Destination& d, const Eigen::Matrix3d& muzzle_m2ps2,
                           const LaunchDates& dates) {
  const Muzzle& m = plan.muzzle;
  const Navigation& n = plan.navigation;
  const Eigen::Matrix3d& c = muzzle_m2ps2;
  std::string text = fmt::format("{} {} {} {} ", model_version, plan.field_file, plan.de_file, plan.degree);
  for (const double x : {m.site.latitude_rad,
                         m.site.longitude_rad,
                         m.azimuth_rad,
                         m.elevation_rad,
                         m.altitude_m,
                         n.earliest_s,
                         n.position_m,
                         n.velocity_mps,
                         n.execution_rel,
                         dates.step_s,
                         c(0, 0),
                         c(0, 1),
                         c(0, 2),
                         c(1, 1),
                         c(1, 2),
                         c(2, 2),
                         d.altitude_m,
                         d.c3_m2ps2,
                         d.burn_at_s,
                         d.libration.period_s,
                         d.libration.amplitude_m,
                         d.speeds.slowest_mps,
                         d.speeds.fastest_mps,
                         dates.first.tt_days_since_j2000})
    text += fmt::format("{} ", x);
  text += fmt::format("{} {} {} {} {}", static_cast<int>(d.kind), static_cast<int>(d.route),
                      d.libration.point, static_cast<int>(d.libration.hemisphere), dates.count);
  return state_hash(text);
}

}  // namespace lunafab::orbit
