#pragma once
#include <Eigen/Core>
#include <array>
#include "massdriver/sled_linear.hpp"

namespace lunafab::massdriver {

/// What is constant during a launch: centre of mass (3, m), push-off direction (2, rad), and 1.
inline constexpr int input_count = 6, full_size = state_size + input_count;
using InputVector = Eigen::Matrix<double, input_count, 1>;
using FullVector = Eigen::Matrix<double, full_size, 1>;
using FullMatrix = Eigen::Matrix<double, full_size, full_size>;

InputVector input_vector(const LaunchErrors& launch);

/// d/dt of (state, inputs) under a constant drive, linear about `at`: the inputs' rows are zero.
FullMatrix generator(const SledDesign& design, const Drive& drive, const SledVector& at);

/// exp(generator · span).
FullMatrix propagator(const FullMatrix& generator, double span_s);

using StateRows = Eigen::Matrix<double, state_size, Eigen::Dynamic>;

/// The state at one time of the ride as a linear map of everything before it. Axes: left, up.
struct RideMap {
  TrackGrid grid;
  std::array<StateRows, 2> stage;  ///< [24 × stages] per metre of coil offset
  std::array<StateRows, 2> node;   ///< [24 × nodes] per metre of the surveyed line
  Eigen::Matrix<double, state_size, input_count> launch;
};

/// One backward sweep of the state's sensitivity Λ, dΛ/dt = −Λ A, from `command_s` to the ride's start. The result is
/// the state `lead_s` before the command that, latched on a perfect track, leads to the right one at the command. Drive
/// constant over 20 ms for A, by steps for the track's forces.
RideMap map_ride(const SledDesign& design, const AxialProfile& profile, const TrackGrid& grid, double command_s,
                 double lead_s, double step_s);

}  // namespace lunafab::massdriver
