#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>
#include "core/input.hpp"
#include "core/tick.hpp"
#include "core/variates.hpp"
#include "factory/materials.hpp"

// What a plant is: constant after reading. All references are indices into the vectors of Plant.
namespace lunafab::factory {

inline constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

/// Where a leg comes from or goes to: a store, or the world outside.
enum class Place : std::uint32_t { ground = 0xfffffff0, endless, dump, vent, shipped };
constexpr bool is_store(std::uint32_t place) {
  return place < static_cast<std::uint32_t>(Place::ground);
}
constexpr std::uint32_t index(Place place) {
  return static_cast<std::uint32_t>(place);
}

enum class WhenFull : std::uint8_t { block, dump, vent };

struct Store {
  std::string name;  ///< full path, `lines.melt.stores.feed`
  std::uint32_t material = 0;
  std::uint32_t group = 0;
  std::uint32_t local = 0;  ///< position in its group's state
  std::int64_t capacity = unlimited;
  std::int64_t initial = 0;
  WhenFull when_full = WhenFull::block;
  std::vector<std::uint32_t> consumers, producers;  ///< stations
};

/// Takes or puts `amount` (mg or pieces) at a store or place.
struct Leg {
  std::uint32_t place = 0;
  std::uint32_t material = 0;
  std::int64_t amount = 0;
};

/// One thing a station can do.
struct Operation {
  std::optional<std::uint32_t> recipe;  ///< none: the piece passes through
  std::int64_t weight = 1;              ///< share in the station's mix, parts per million
  std::vector<Leg> take, put;
  std::int64_t scrap_mg = 0;         ///< mass of a failed firing: all its outputs
  std::uint8_t makes_satellite = 0;  ///< its output starts a satellite's life
};

enum class FailureClock : std::uint8_t { none, operating, calendar };

struct Failures {
  FailureClock clock = FailureClock::none;
  Distribution time_to_failure, time_to_repair;  ///< s
};

struct StationPower {
  std::int64_t busy_mW = 0, idle_mW = 0, hold_mW = 0;  ///< per server
  int priority = 0;
  bool any() const { return busy_mW > 0 || idle_mW > 0 || hold_mW > 0; }
};

inline constexpr std::uint32_t no_route = 0xffffffff;

struct Station {
  std::string name;          ///< full path, `lines.melt.stations.cells`, or `routes.feed` for a loading place
  Mark mark;                 ///< where the file declares it
  std::uint32_t entity = 0;  ///< key of its random streams
  std::uint32_t group = 0;
  std::uint32_t local = 0;  ///< position in its group's state
  std::int32_t servers = 1;
  std::uint32_t first_server = 0;  ///< slot in its group
  std::vector<Operation> mix;
  Distribution cycle;  ///< s
  double speed = 1.0;
  double yield = 1.0;
  std::uint32_t scrap = index(Place::dump);  ///< store or place of failed firings
  std::uint32_t scrap_material = 0;
  Failures failures;
  StationPower power;  ///< already multiplied by `speed`
  Ticks thaw{};
  std::uint32_t route = no_route;  ///< a loading place: servers are vehicles, which leave with their load
};

/// Lines that share a store advance as one.
struct Group {
  std::string name;  ///< of its first line
  std::vector<std::uint32_t> stations, stores;
  std::uint32_t servers = 0;
  std::vector<std::uint32_t> station_of_server;  ///< by slot
};

/// A haul between two groups, or to the driver.
struct Route {
  std::string name;
  std::uint32_t station = 0;        ///< its loading place
  std::uint32_t from = 0;           ///< store
  std::optional<std::uint32_t> to;  ///< store; none: the driver's queue
  Ticks outbound{}, inbound{};
};

struct Plant {
  Chemistry chemistry;
  std::vector<Store> stores;
  std::vector<Station> stations;
  std::vector<Route> routes;
  std::vector<Group> groups;
  std::vector<std::uint8_t> is_satellite;  ///< by material
  bool power_limited = false;              ///< stations that use power wait for grants

  const Material& material_of(std::uint32_t store) const {
    return chemistry.materials[stores[store].material];
  }
  bool tracks_pieces(std::uint32_t store) const { return material_of(store).measure != Measure::bulk; }
};

}  // namespace lunafab::factory
