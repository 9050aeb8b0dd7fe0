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
#include "factory/products.hpp"
#include "factory/resources.hpp"
#include "factory/upkeep.hpp"
#include "factory/watch.hpp"
#include "factory/work_calendar.hpp"

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
  bool counted = false;                             ///< of pieces, each with its own entry
  bool satellite = false;                           ///< … which are satellites
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
  std::int64_t ships = 0;            ///< pieces that leave the plant with a good firing
  std::int64_t scrap_mg = 0;         ///< mass of a failed firing: all its outputs
  std::uint8_t makes_satellite = 0;  ///< its output starts a satellite's life
  std::uint16_t setup = no_setup;    ///< state of the station's matrix
};

struct StationPower {
  std::int64_t busy_mW = 0, setup_mW = 0, idle_mW = 0, hold_mW = 0;  ///< per server
  int priority = 0;
  bool any() const { return busy_mW > 0 || idle_mW > 0 || hold_mW > 0; }
};

inline constexpr std::uint32_t no_route = 0xffffffff, no_matrix = 0xffffffff;

enum class Blocking : std::uint8_t {
  after_service,  ///< a finished firing keeps its server until there is room
  before_service  ///< a firing begins once there is room for all it will give
};

/// Where a piece that did not pass goes, and how often; then it is scrapped.
struct Rework {
  std::uint32_t to = index(Place::dump);  ///< store of the piece's own material
  std::int32_t limit = 0;                 ///< 0: none
};

/// What a station needs beyond inputs, room, time and power; all of it may be left out.
struct StationRules {
  std::uint32_t setups = no_matrix;  ///< of Plant::setups
  std::uint16_t initial_setup = no_setup;
  bool avoid_setups = false;  ///< among operations of a mix whose inputs are there
  std::vector<Need> crew, setup_crew;
  std::uint32_t calendar = always_on;
  Interruption at_shift_end = Interruption::resume, at_power_loss = Interruption::resume,
               when_preempted = Interruption::resume;
  Batch batch;  ///< of firings; steps of lots have their own
  Blocking blocking = Blocking::after_service;
  double sampled = 1.0;  ///< share of the pieces that are worked on; the rest pass in no time
  Rework rework;
  int priority = 5;  ///< of its requests for resources
};

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
  bool source = false;  ///< a stream of arrivals, not a machine: pieces begin when they leave it
  std::uint32_t scrap = index(Place::dump);  ///< store or place of failed firings
  std::uint32_t scrap_material = 0;
  std::vector<Upkeep> upkeep;
  std::uint32_t first_clock = 0;  ///< of its servers' upkeep, in its group
  StationRules rules;
  bool plain = true;        ///< no rule of it concerns the start of a firing
  bool simple = false;      ///< … and one operation takes from one place and gives to one, nothing else
  bool maintained = false;  ///< some upkeep is planned
  StationPower power;       ///< already multiplied by `speed`
  Ticks thaw{};
  bool serves_lots = false;            ///< its work are steps of lots, not firings
  std::int64_t queue = unlimited;      ///< places for lots
  std::vector<DispatchTerm> dispatch;  ///< of lots, by level
  bool steady_order = true;            ///< of lots: their scores do not change while they wait
  bool batches = false;                ///< some step it serves is batched
  std::uint32_t route = no_route;      ///< a loading place: servers are vehicles, which leave with their load
};

/// Lines that share a store, a resource or a product advance as one. Slots of its calendar: servers, units of
/// resources, stations that batch (their longest wait), work calendars, releases.
struct Group {
  std::string name;  ///< of its first line
  std::vector<std::uint32_t> stations, stores, resources, calendars, products, releases, limits;
  std::uint32_t servers = 0;
  std::vector<std::uint32_t> station_of_server;  ///< by slot
  std::uint32_t units = 0;
  std::vector<std::uint32_t> resource_of_unit;
  std::uint32_t clocks = 0;
  bool plain = true;                  ///< servers are all there is
  std::vector<std::uint32_t> serial;  ///< stations in order, where the max-plus engine runs the group

  std::uint32_t first_unit_slot() const { return servers; }
  std::uint32_t first_batch_slot() const { return first_unit_slot() + units; }
  std::uint32_t first_calendar_slot() const {
    return first_batch_slot() + static_cast<std::uint32_t>(stations.size());
  }
  std::uint32_t first_release_slot() const {
    return first_calendar_slot() + static_cast<std::uint32_t>(calendars.size());
  }
  std::uint32_t slots() const {
    return plain ? servers : first_release_slot() + static_cast<std::uint32_t>(releases.size());
  }
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
  std::vector<std::string> skills;
  std::vector<Resource> resources;
  std::vector<WorkCalendar> calendars;
  std::vector<SetupMatrix> setups;
  std::vector<Product> products;
  std::vector<Release> releases;
  std::vector<ReleaseLimit> limits;
  std::vector<std::uint8_t> is_satellite;  ///< by material
  WatchRequest watch;
  bool power_limited = false;  ///< stations that use power wait for grants

  const Material& material_of(std::uint32_t store) const {
    return chemistry.materials[stores[store].material];
  }
  bool tracks_pieces(std::uint32_t store) const { return stores[store].counted; }
};

}  // namespace lunafab::factory
