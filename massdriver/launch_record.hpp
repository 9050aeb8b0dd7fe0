#pragma once
#include "massdriver/hoop.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

/// Largest magnitudes since the last stage was passed.
struct StageExtremes {
  double acceleration_mps2 = 0.0, drive_A = 0.0, bucket_A = 0.0, voltage_V = 0.0;
  double low_bucket_A = 1e300;
};

/// What a solver keeps from step to step for the rows and loads of its solution.
struct LaunchRecord {
  int passed = -1;                                 ///< last stage passed by the leading coil
  double x_m = 0.0, speed_sq = 0.0, heat_J = 0.0;  ///< at the last row
  double stiffness_sum = 0.0, stiffness_m = 0.0;   ///< since the last row
  double force_N = 0.0, time_s = 0.0;              ///< of the last loaded step
};

/// A launch as a stage has been passed.
struct LaunchPoint {
  double x_m = 0.0, speed_sq = 0.0, time_s = 0.0;
  double coil_heat_J = 0.0;  ///< of all coils so far
};

/// A step at its end.
struct LoadedStep {
  double length_m = 0.0, time_s = 0.0;
  double force_N = 0.0, per_kg = 0.0;  ///< 1 over the moving mass
};

/// Between 20 and 98 % of the stages used.
bool in_cruise(double x_m, const LaunchPlan& plan, const DriverDesign& design);

void fold_extremes(LaunchSolution& solution, const StageExtremes& extremes, bool cruise);

/// A row of the profile.
void add_row(LaunchSolution& solution, LaunchRecord& record, const LaunchPoint& point,
             const StageExtremes& extremes);

/// Stresses, stiffness and jerk.
void fold_loads(LaunchSolution& solution, LaunchRecord& record, const CoilLoads& loads,
                const LoadedStep& step, bool cruise);

/// What the account does not explain.
double unexplained_J(const EnergyAccount& energy);

}  // namespace lunafab::massdriver
