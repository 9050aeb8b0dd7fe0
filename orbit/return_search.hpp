#pragma once
#include <Eigen/Core>
#include <optional>
#include "orbit/return_flight.hpp"

namespace lunafab::orbit {

/// A launch and the burn that brings it back to the perigee of the arrival.
struct Return {
  Departure from;  ///< without derivatives
  Eigen::Vector3d burn_mps;
  Craft perigee;
};

/// The return with the smallest planned burns, that at apogee and the capture, of those found at a launch
/// date. A neighbour in date is continued in a few steps and kept where that is not dearer by 40 m/s, what a
/// family may change by in half a day; else speeds and radial parts of the burn are scanned, for local minima
/// to 0.1 m/s.
std::optional<Return> cheapest_return(const TransferSetting& setting, const Destination& destination,
                                      Epoch launch, const Transfer* near);

}  // namespace lunafab::orbit
