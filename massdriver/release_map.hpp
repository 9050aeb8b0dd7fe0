#pragma once
#include <Eigen/Core>
#include <array>
#include <vector>
#include "massdriver/ride_map.hpp"

namespace lunafab::massdriver {

/// From shortly before the release command until the push-off spring lets go, on straight rails: for every
/// set of closed latches the linear system's propagators over a tick times powers of two, so that each latch
/// may open at its own time. Then, all open, linear about the nominal push-off, along which the spring's
/// force falls to zero.
class ReleaseMap {
 public:
  static constexpr double tick_s = 1e-5;
  static constexpr int powers = 12;

  ReleaseMap() = default;
  /// `nominal` is the state `lead_s` before the command, without errors.
  ReleaseMap(const SledDesign& design, double speed_mps, double lead_s, const SledVector& nominal);

  /// Payload velocity and rate when the spring has let go, less free flight since the command.
  /// @throws ContractError for a latch that never opens.
  Eigen::Matrix<double, 6, 1> release(const FullVector& before,
                                      const std::array<double, latch_count>& delay_s) const;
  /// The same with all latches on time, as a matrix.
  Eigen::Matrix<double, 6, full_size> on_time() const;
  double lead_s() const { return lead_s_; }
  double separation_s() const { return separation_s_; }  ///< from the last opening to the spring's end

 private:
  using Rows = Eigen::Matrix<double, tracked_size, full_size>;
  void advance(FullVector& state, unsigned closed, long ticks) const;
  void push_off(const SledDesign& design, Drive drive, FullVector nominal);

  double lead_s_ = 0.0, separation_s_ = 0.0, lift_mps2_ = 0.0;
  std::array<std::array<Rows, powers>, 1u << latch_count>
      over_{};  ///< [closed latches][power of two of a tick]
  Eigen::Matrix<double, 6, full_size> finish_ = Eigen::Matrix<double, 6, full_size>::Zero();
};

}  // namespace lunafab::massdriver
