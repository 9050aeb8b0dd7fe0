#include "campaign/flight_desk.hpp"
#include "campaign/group_mail.hpp"

namespace lunafab::campaign {

void FlightDesk::fly(std::uint64_t line_index, Tick now) {
  const FlightLine& line = sc_.flights[line_index];
  FlightLineState& state = site_.flights[line_index];
  const auto number = static_cast<std::int64_t>(state.flights.size());
  logistics::Flight flight = logistics::draw_flight(line.plan, number, key_.seed, key_.replication);
  flight.amounts = logistics::load_manifest(line.manifest, positions(line, state, now), line.plan.payload_mg);
  note_event(site_, {.tick = flight.arrival,
                     .kind = SiteEvent::Kind::landing,

                     .key = line_index << 32 | static_cast<std::uint64_t>(number)});
  state.flights.push_back(std::move(flight));
  note_event(site_, {.tick = logistics::departure(line.plan, number + 1),
                     .kind = SiteEvent::Kind::manifest,
                     .key = line_index});
}

/// Stock as last reported plus what is under way: loads count as under way until they show in a report.
std::vector<std::int64_t> FlightDesk::positions(const FlightLine& line, const FlightLineState& state,
                                                Tick now) const {
  std::vector<std::int64_t> position;
  for (const std::uint32_t store : line.stores) position.push_back(site_.depot_level[store]);
  for (const logistics::Flight& flight : state.flights) {
    const bool pending = now < flight.arrival || (!flight.lost && now < flight.arrival + sc_.lookahead * 2);
    for (std::size_t i = 0; pending && i < position.size(); ++i) position[i] += flight.amounts[i];
  }
  return position;
}

void FlightDesk::land(std::uint64_t line_index, std::uint64_t number, Tick now) {
  const FlightLine& line = sc_.flights[line_index];
  FlightLineState& state = site_.flights[line_index];
  const logistics::Flight& flight = state.flights[number];
  for (std::size_t i = 0; i < flight.amounts.size(); ++i) {
    (flight.lost ? state.lost : state.landed)[i] += flight.amounts[i];
    if (flight.lost || flight.amounts[i] == 0) continue;
    send_load(sc_, s_, line.stores[i], now + sc_.lookahead, {.amount = flight.amounts[i]},
              std::uint64_t{1} << 61 | line_index << 32 | i);
  }
}

}  // namespace lunafab::campaign
