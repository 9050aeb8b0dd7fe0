#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <vector>
#include "core/reader.hpp"
#include "core/visit.hpp"
#include "factory/engine.hpp"
#include "factory/read_chemistry.hpp"
#include "factory/read_plant.hpp"

// A plant from YAML text, and one group of it with everything the engine needs.
namespace lunafab::factory {

struct Reading {
  Plant plant;
  Findings findings, warnings;
};

/// Reads a plant as campaign/read_scenario.cpp does, without the site. `power` limits it.
inline Reading read_text(const std::string& text, const std::vector<std::string>& satellites = {},
                         Ticks lookahead = {60'000'000}) {
  const Node document = parse_document(text, "test.yaml");
  Reading reading;
  MapReader root(&document, "", reading.findings);
  const bool power = root.has("power");
  (void)root.optional("power");
  Chemistry chemistry = read_chemistry(root, reading.warnings);
  if (reading.findings.empty() || !chemistry.materials.empty())
    reading.plant = read_plant(root, std::move(chemistry), satellites, lookahead, power);
  root.finish();
  return reading;
}

inline Plant plant_of(const std::string& text, const std::vector<std::string>& satellites = {}) {
  Reading reading = read_text(text, satellites);
  reading.findings.throw_if_any();
  return std::move(reading.plant);
}

constexpr Tick tick_s(std::int64_t s) {
  return Tick{s * microseconds_per_second};
}

struct Simulation {
  Plant plant;
  RunKey key;
  std::uint32_t group = 0;
  GroupState state;
  Scratch scratch;
  std::vector<SiteMessage> out;
  std::uint64_t sent = 0;

  explicit Simulation(Plant the_plant, RunKey the_key = {}, std::uint32_t the_group = 0)
      : plant(std::move(the_plant)),
        key(the_key),
        group(the_group),
        state(initial_state(plant, group, key)) {}

  void start() { start_up(plant, group, state, key, scratch, out); }
  void to(Tick until) { advance(plant, group, state, key, until, scratch, out); }
  void book_now() { book(state, plant, group, state.now); }
  void send(GroupMessage message) {
    message.seq = sent++;
    deliver(state, std::move(message));
  }
  void grant(Tick tick, std::uint32_t station, std::int32_t running, std::int32_t held = 0) {
    send({.tick = tick,
          .kind = GroupMessage::Kind::grant,
          .load = {},
          .grants = {{.station = station, .running = running, .held = held}}});
  }

  std::uint32_t station_index(const std::string& suffix) const {
    for (std::uint32_t s = 0; s < plant.stations.size(); ++s) {
      if (plant.stations[s].name.ends_with("." + suffix)) return s;
    }
    throw std::runtime_error("no station " + suffix);
  }
  std::uint32_t store_index(const std::string& suffix) const {
    for (std::uint32_t s = 0; s < plant.stores.size(); ++s) {
      if (plant.stores[s].name.ends_with("." + suffix)) return s;
    }
    throw std::runtime_error("no store " + suffix);
  }
  StationState& station(const std::string& suffix) {
    return state.stations[plant.stations[station_index(suffix)].local];
  }
  StoreState& store(const std::string& suffix) {
    return state.stores[plant.stores[store_index(suffix)].local];
  }
  Server& server(const std::string& suffix, std::uint32_t number = 0) {
    return state.servers[plant.stations[station_index(suffix)].first_server + number];
  }
  std::int64_t good(const std::string& suffix) { return station(suffix).firings.front().good; }
  Mode mode(const std::string& suffix, std::uint32_t number = 0) { return server(suffix, number).mode; }
};

}  // namespace lunafab::factory
