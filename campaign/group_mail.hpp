#pragma once
#include <cstdint>
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"

// What the site sends to line groups. Messages of one tick are ordered by kind, then by what they are about.
namespace lunafab::campaign {

constexpr std::uint64_t vehicle_key(std::uint32_t route, std::uint32_t server) {
  return std::uint64_t{route} << 32 | server;
}
constexpr std::uint64_t message_order(factory::GroupMessage::Kind kind, std::uint64_t about) {
  return std::uint64_t{static_cast<std::uint8_t>(kind)} << 62 | about;
}

/// A load reaches a store at `at`. `about`: what brings it; no two loads of one tick share it.
void send_load(const Scenario& scenario, CampaignState& state, std::uint32_t store, Tick at,
               factory::Inbound load, std::uint64_t about);

/// An empty vehicle starts back to its loading place.
void send_back(const Scenario& scenario, CampaignState& state, std::uint32_t route, std::uint32_t server,
               Tick now);

}  // namespace lunafab::campaign
