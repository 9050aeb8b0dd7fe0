#include "campaign/group_mail.hpp"
#include "factory/engine.hpp"

namespace lunafab::campaign {

void send_load(const Scenario& scenario, CampaignState& state, std::uint32_t store, Tick at,
               factory::Inbound load, std::uint64_t about) {
  const auto kind = factory::GroupMessage::Kind::arrival;
  factory::deliver(
      state.groups[scenario.plant.stores[store].group],
      {.tick = at, .seq = message_order(kind, about), .kind = kind, .store = store, .load = std::move(load)});
}

void send_back(const Scenario& scenario, CampaignState& state, std::uint32_t route_index,
               std::uint32_t server, Tick now) {
  const factory::Route& route = scenario.plant.routes[route_index];
  const auto kind = factory::GroupMessage::Kind::vehicle_back;
  factory::deliver(state.groups[scenario.plant.stations[route.station].group],
                   {.tick = now + route.inbound,
                    .seq = message_order(kind, vehicle_key(route_index, server)),
                    .kind = kind,
                    .station = route.station,
                    .trip = route.outbound + route.inbound,
                    .load = {.route = route_index, .server = server}});
}

}  // namespace lunafab::campaign
