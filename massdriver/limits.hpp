#pragma once
#include <string>
#include <vector>
#include "massdriver/solver.hpp"
#include "massdriver/superconductor.hpp"

namespace lunafab::massdriver {

/// Which side of the limit is allowed.
enum class LimitSense : std::uint8_t { at_most, at_least, reported };

/// One value of a launch beside what it may be. `reported`: the design sets no limit, `limit` is 0 and the
/// row passes.
struct LimitRow {
  std::string name;
  double value = 0.0;
  double limit = 0.0;
  std::string unit;
  bool passes = true;
  std::string note;
  LimitSense sense = LimitSense::reported;
};

/// What the limits need of the bucket coils beyond their design.
struct BucketFigures {
  double peak_field_T_per_A = 0.0;  ///< largest on the winding
  double ripple_A = 0.0;  ///< change of the current, peak to peak, at every stage; 0: the whole run's swing
};

/// Field of all bucket coils, polarities alternating, on the axis at `position_m` from the middle between the
/// first and the last; positive ahead.
double bucket_field_T(const BucketCoils& coils, double current_A, double position_m);

/// What the bucket's conductor sees in this launch: from injection to muzzle speed one ripple a stage, fields
/// as the change of the coil's own current.
FieldHistory bucket_history(const DriverDesign& design, const BucketFigures& bucket,
                            const LaunchSolution& launch);

/// Heat and margin of a bucket coil in this launch, from the design's temperature.
BucketHeating launch_heating(const DriverDesign& design, const BucketFigures& bucket,
                             const LaunchSolution& launch);

/// Every limit beside its value, for one solved launch. A limit of 0 in the design means that it sets none.
std::vector<LimitRow> check_limits(const DriverDesign& design, const BucketFigures& bucket,
                                   const LaunchSolution& launch);

/// The same with the peak field of the machine's winding (50 ms) and the whole swing as ripple.
std::vector<LimitRow> check_limits(const Machine& machine, const LaunchSolution& launch);

}  // namespace lunafab::massdriver
