#pragma once
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

/// From the muzzle to a halo, near-rectilinear halo or distant retrograde orbit: a periodic orbit of the
/// three-body problem carried by the real Earth and Moon, met at any of its phases. Launch speed, date and
/// phase of arrival and a burn half a day after the launch are chosen so that this burn and the one that
/// matches the velocity are least together; where speed, date and phase alone do as well, without it.
/// `near` as in `solve_transfer`, to the same destination.
Transfer to_libration_orbit(const TransferSetting& setting, const Destination& destination, Epoch launch,
                            const Transfer* near);

}  // namespace lunafab::orbit
