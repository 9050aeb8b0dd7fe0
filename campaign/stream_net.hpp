#pragma once
#include <cstdint>
#include <vector>
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"

// Streams of pieces and lots between stations, as they were observed.
namespace lunafab::campaign {

inline constexpr std::uint32_t outside = 0xffffffff;

/// What flows into a station.
struct Stream {
  std::uint32_t from = outside;  ///< station
  std::uint32_t to = 0;
  double per_h = 0.0;
  double scv = 1.0;  ///< of what comes from outside
};

/// Of pieces between stations; those with more than one store to take from are left out.
std::vector<Stream> piece_streams(const Scenario& scenario, const CampaignState& state);
/// Of lots between the steps of their routes.
std::vector<Stream> lot_streams(const Scenario& scenario, const CampaignState& state);

/// The store a station's pieces wait in: the only one it takes from, of pieces.
std::optional<std::uint32_t> queue_store(const factory::Plant& plant, std::uint32_t station);

}  // namespace lunafab::campaign
