#pragma once
#include <Eigen/Core>
#include <array>
#include "massdriver/sled_linear.hpp"

namespace lunafab::massdriver {

/// Rails under the two stations around the release: offset fore left, fore up, aft left, aft up (m), then
/// their rates.
inline constexpr int rail_size = 8;
/// What is constant during a launch: centre of mass (3, m), push-off direction (2, rad), and 1.
inline constexpr int input_count = 6;
/// What the track acts on: state and rails; with the inputs, all a linear release needs.
inline constexpr int tracked_size = state_size + rail_size, full_size = tracked_size + input_count;
using InputVector = Eigen::Matrix<double, input_count, 1>;
using TrackedVector = Eigen::Matrix<double, tracked_size, 1>;
using FullVector = Eigen::Matrix<double, full_size, 1>;
using FullMatrix = Eigen::Matrix<double, full_size, full_size>;

InputVector input_vector(const LaunchErrors& launch);

/// d/dt of (state, rails, inputs) under a constant drive, linear about the state `at` on straight rails.
/// Rails keep their rate; the inputs' rows are zero.
FullMatrix generator(const SledDesign& design, const Drive& drive, const SledVector& at);

/// exp(generator · span).
FullMatrix propagator(const FullMatrix& generator, double span_s);

using TrackedRows = Eigen::Matrix<double, tracked_size, Eigen::Dynamic>;

/// State and rails at one time of the ride as a linear map of everything before it. Axes: left, up.
struct RideMap {
  TrackGrid grid;
  std::array<TrackedRows, 2> stage;  ///< [32 × stages] per metre of coil offset
  std::array<TrackedRows, 2> node;   ///< [32 × nodes] per metre of the surveyed line
  Eigen::Matrix<double, state_size, input_count> launch;
};

/// One backward sweep of the state's sensitivity Λ, dΛ/dt = −Λ A, from `command_s` to the ride's start. The
/// result is the state `lead_s` before the command that, latched on rails as straight as they are at the
/// command, leads to the right one there. Drive constant over 20 ms for A, by steps for the track's forces.
RideMap map_ride(const SledDesign& design, const AxialProfile& profile, const TrackGrid& grid,
                 double command_s, double lead_s, double step_s);

}  // namespace lunafab::massdriver
