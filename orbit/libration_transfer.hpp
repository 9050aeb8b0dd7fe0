#pragma once
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

/// From the muzzle to a halo, near-rectilinear halo or distant retrograde orbit: a periodic orbit of the
/// three-body problem carried by the real Earth and Moon, met at any of its phases. Launch speed, date and
/// phase of arrival are three numbers for the three coordinates of the meeting: where they can be met the
/// only burn is the one that matches the velocity; elsewhere a burn on the way is added and the sum of both
/// made small.
Transfer to_libration_orbit(const TransferSetting& setting, const Destination& destination, Epoch launch);

}  // namespace lunafab::orbit
