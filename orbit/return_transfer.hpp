#pragma once
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

/// From the muzzle to a perigee of 200 km in the plane of the Sun-synchronous orbit, by the destination's
/// route. The burn that aims at it is the transfer's only one; what follows at the Earth is
/// earth_arrival.hpp's. `near` as in `solve_transfer`.
Transfer to_sun_synchronous(const TransferSetting& setting, const Destination& destination, Epoch launch,
                            const Transfer* near);

/// From the muzzle to a circular orbit of the Earth at the altitude of a perigee that a direct return
/// reaches; the plane is what the launch gives.
Transfer to_high_earth_orbit(const TransferSetting& setting, const Destination& destination, Epoch launch);

}  // namespace lunafab::orbit
