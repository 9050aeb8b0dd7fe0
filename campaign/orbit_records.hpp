#pragma once
#include "campaign/scenario.hpp"
#include "orbit/posting.hpp"

// Orbits for the ledger. At fidelity `ideal` nobody knows where a satellite flies: nothing is recorded.
namespace lunafab::campaign {

/// Just after the muzzle, as planned, with the covariance of what leaves it.
std::vector<orbit::OrbitRecord> muzzle_orbit(const Scenario& scenario, std::uint32_t destination,
                                             const MuzzleState& muzzle);
/// After the last planned burn of a launch, interpolated between the windows.
std::vector<orbit::OrbitRecord> arrival_orbit(const Scenario& scenario, std::uint32_t destination,
                                              Tick launched);
std::vector<orbit::BurnRecord> planned_burns(const Scenario& scenario, std::uint32_t destination,
                                             Tick launched);
/// Where the holder of a slot is (mean elements, turned by J2), known as well as navigation knows it.
orbit::OrbitRecord slot_orbit(const Scenario& scenario, const orbit::Shell& shell, const orbit::Slot& slot,
                              Tick at);

}  // namespace lunafab::campaign
