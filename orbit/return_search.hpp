#pragma once
#include <Eigen/Core>
#include <optional>
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

/// A launch and the burn that brings it back to the perigee of the arrival.
struct Return {
  double speed_mps = 0.0;
  Craft before;  ///< the burn
  Goal after;
  BurnSolution burn;
};

/// The return with the smallest burn at a launch date. A neighbour in date is tried first and kept where its
/// burn has not grown by 3 m/s; else all speeds are scanned and the better of both is taken. A local minimum
/// in the speed, to 0.1 m/s of burn.
std::optional<Return> cheapest_return(const TransferSetting& setting, const Destination& destination,
                                      Epoch launch, const Transfer* near);

}  // namespace lunafab::orbit
