#include "campaign/power_desk.hpp"
#include "campaign/group_mail.hpp"

namespace lunafab::campaign {
namespace {

// Servers with nothing to do come after all that have, so that a plant short of power does not starve on idle
// reserves; where there is power for everybody, they are ready for what arrives before the next grant.
constexpr int spare_rank = 1000;

}  // namespace

void PowerDesk::settle_interval(const std::vector<GroupReport>& reports, Tick now) {
  const auto interval = static_cast<std::size_t>(site_.settled.us / sc_.lookahead.us);
  const Ticks span = now - site_.settled;
  Int128 used = 0;
  for (std::size_t g = 0; g < reports.size(); ++g) {
    used += reports[g].energy_nJ - site_.group_energy_nJ[g];
    site_.group_energy_nJ[g] = reports[g].energy_nJ;
  }
  const Int128 base = static_cast<Int128>(site_.base_now_mW) * span.us;
  site_.base_nJ += base;
  site_.unserved_base_nJ += static_cast<Int128>(sc_.power->base_load.busy) * span.us - base;
  used += base + site_.driver.charged_nJ - site_.charger_settled_nJ;
  site_.charger_settled_nJ = site_.driver.charged_nJ;
  logistics::settle(site_.power, sc_.power->storage, supply_.supply[interval], span, used);
  site_.settled = now;
}

void PowerDesk::take_over_grants() {
  site_.granted_now_mW = site_.granted_next_mW;
  site_.charger_now_mW = site_.charger_next_mW;
  site_.base_now_mW = site_.base_next_mW;
}

void PowerDesk::grant(std::uint64_t k, Tick from, const std::vector<GroupReport>& reports) {
  const logistics::Storage& storage = sc_.power->storage;
  Int128 stored = site_.power.stored;
  if (k > 0) {
    stored = logistics::stored_at_least(storage, stored, supply_.supply[k - 1], site_.granted_now_mW,
                                        sc_.lookahead);
  }
  const auto firm =
      logistics::grantable(storage, stored, supply_.supply[k], sc_.lookahead, logistics::Reserve::keep);
  const auto all =
      logistics::grantable(storage, stored, supply_.supply[k], sc_.lookahead, logistics::Reserve::spend);
  std::vector<logistics::PowerRequest> requests{sc_.power->base_load, charger_request()};
  std::vector<std::uint32_t> stations;
  for (std::uint32_t i = 0; i < sc_.plant.stations.size(); ++i) {
    const factory::Station& station = sc_.plant.stations[i];
    if (!station.power.any()) continue;
    const std::int32_t needing = reports[station.group].needing_power[station.local];
    logistics::PowerRequest request{.priority = station.power.priority,
                                    .servers = needing,
                                    .busy = station.power.busy_mW,
                                    .hold = station.power.hold_mW};
    requests.push_back(request);
    request.priority += spare_rank;
    request.servers = station.servers - needing;
    requests.push_back(request);
    stations.push_back(i);
  }
  const auto grants = logistics::grant_power(requests, firm, all);
  site_.base_next_mW = grants[0].running + grants[0].held > 0 ? requests[0].busy : 0;
  site_.charger_next_mW = grants[1].running > 0 ? requests[1].busy : 0;
  site_.granted_next_mW = 0;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    site_.granted_next_mW += grants[i].running * requests[i].busy + grants[i].held * requests[i].hold;
  }
  send_grants(k, from, stations, grants);
}

logistics::PowerRequest PowerDesk::charger_request() const {
  if (!sc_.driver || site_.driver.stored_nJ >= sc_.driver->store_nJ) return {};
  return {.priority = sc_.driver->priority, .servers = 1, .busy = sc_.driver->charger_mW, .hold = 0};
}

void PowerDesk::send_grants(std::uint64_t k, Tick from, const std::vector<std::uint32_t>& stations,
                            const std::vector<logistics::PowerGrant>& grants) {
  const auto kind = factory::GroupMessage::Kind::grant;
  std::vector<factory::GroupMessage> messages(s_.groups.size(),
                                              {.tick = from, .seq = message_order(kind, k), .kind = kind});
  for (std::size_t i = 0; i < stations.size(); ++i) {
    const auto& needing = grants[2 * i + 2];
    const auto& spare = grants[2 * i + 3];
    messages[sc_.plant.stations[stations[i]].group].grants.push_back(
        {stations[i], needing.running + spare.running, needing.held + spare.held});
  }
  for (std::size_t g = 0; g < messages.size(); ++g) {
    if (!messages[g].grants.empty()) factory::deliver(s_.groups[g], std::move(messages[g]));
  }
}

}  // namespace lunafab::campaign
