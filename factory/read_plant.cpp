#include "factory/read_plant.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include "core/contract.hpp"
#include "core/random.hpp"
#include "core/read_distribution.hpp"

namespace lunafab::factory {
namespace {

constexpr double mg_per_kg = 1e6;
constexpr double mW_per_W = 1e3;
constexpr double heaviest_kg = 9e12;
constexpr std::int64_t most_pieces = 1'000'000'000;
constexpr double largest_W = 1e15;  // keeps mW·µs of a server-year far inside 128 bits, and mW inside 63

class PlantReader {
 public:
  PlantReader(MapReader& scenario, Chemistry chemistry, Ticks lookahead)
      : scenario_(scenario), findings_(scenario.findings()), lookahead_(lookahead) {
    plant_.chemistry = std::move(chemistry);
    for (const Material& material : plant_.chemistry.materials) materials_.push_back(material.name);
    for (const Recipe& recipe : plant_.chemistry.recipes) recipes_.push_back(recipe.name);
  }

  Plant read(const std::vector<std::string>& satellites, bool power_limited) {
    plant_.power_limited = power_limited;
    plant_.is_satellite.assign(materials_.size(), 0);
    for (const std::string& name : satellites) {
      const auto found = std::find(materials_.begin(), materials_.end(), name);
      if (found != materials_.end())
        plant_.is_satellite[static_cast<std::size_t>(found - materials_.begin())] = 1;
    }
    // Stores first: stations of any line may name them.
    const Node* lines = scenario_.optional("lines");
    const Node* depot = scenario_.optional("depot");
    if (lines == nullptr || lines->entries.empty())
      scenario_.fail("lines", "a scenario has at least one line");
    each_line(lines, depot, [&](MapReader& line, const std::string& name) { read_stores(line, name); });
    each_line(lines, depot, [&](MapReader& line, const std::string& name) { read_stations(line, name); });
    scenario_.each_map("routes", [&](const std::string& name, MapReader& map) { read_route(name, map); });
    form_groups();
    check_entities();
    return std::move(plant_);
  }

 private:
  void each_line(const Node* lines, const Node* depot,
                 const std::function<void(MapReader&, const std::string&)>& body) {
    if (lines != nullptr && lines->kind == Node::Kind::map) {
      for (const Node::Entry& entry : lines->entries) {
        MapReader line(&entry.value, "lines." + entry.key, findings_);
        body(line, entry.key);
      }
    } else if (lines != nullptr && first_pass_) {
      scenario_.fail("lines", "is not a map of lines by name");
    }
    if (depot != nullptr) {
      MapReader line(depot, "depot", findings_);
      body(line, "depot");
    }
    first_pass_ = false;
  }

  // ---- stores
  // ----------------------------------------------------------------------------------------------------

  void read_stores(MapReader& line, const std::string& line_name) {
    line_names_.push_back(line_name);
    line.each_map("stores", [&](const std::string& name, MapReader& map) {
      Store store;
      store.name = line.path() + ".stores." + name;
      store.group =
          static_cast<std::uint32_t>(line_names_.size() - 1);  // of its line, until lines are grouped
      const std::string material = map.text("material");
      if (const auto found = map.resolve("material", material, "material", materials_)) {
        store.material = static_cast<std::uint32_t>(*found);
        read_contents(map, store);
      } else {
        (void)map.optional("capacity");
        (void)map.optional("initial");
      }
      store.when_full = map.choice<WhenFull>(
          "when_full", {{"block", WhenFull::block}, {"dump", WhenFull::dump}, {"vent", WhenFull::vent}},
          WhenFull::block);
      if (store.when_full != WhenFull::block &&
          plant_.chemistry.materials[store.material].measure != Measure::bulk) {
        map.fail("when_full", "only weighed materials are dumped or vented", "block");
      }
      map.finish();
      store_names_.push_back(line_name + "." + name);
      plant_.stores.push_back(std::move(store));
    });
  }

  void read_contents(MapReader& map, Store& store) {
    const Material& material = plant_.chemistry.materials[store.material];
    if (const Node* node = map.optional("capacity"))
      store.capacity = read_amount(*node, map.path_of("capacity"), material, 0);
    if (const Node* node = map.optional("initial"))
      store.initial = read_amount(*node, map.path_of("initial"), material, 0);
    if (store.initial > store.capacity)
      map.fail("initial", "is more than the capacity", "an amount up to the capacity");
    if (store.initial > 0 &&
        (material.composition == Composition::mixed || plant_.is_satellite[store.material] != 0)) {
      map.fail("initial", "a store of satellites or of mixed material starts empty", "0");
    }
  }

  std::int64_t read_amount(const Node& node, const std::string& path, const Material& material,
                           std::int64_t low) {
    if (material.measure == Measure::bulk) {
      const double kg =
          read_quantity_node(node, path, unit::mass, {low > 0 ? 1e-6 : 0.0, heaviest_kg}, findings_);
      return std::max(low, static_cast<std::int64_t>(std::llround(kg * mg_per_kg)));
    }
    std::int64_t pieces = 0;
    const char* end = node.scalar.data() + node.scalar.size();
    const auto parsed = std::from_chars(node.scalar.data(), end, pieces);
    const bool whole = node.kind == Node::Kind::scalar && parsed.ec == std::errc{} && parsed.ptr == end;
    if (!whole || pieces < low || pieces > most_pieces) {
      findings_.add({node.mark, path,
                     "'" + node.scalar + "' is not a number of pieces of '" + material.name + "'",
                     fmt::format("a whole number from {} to {}", low, most_pieces), ""});
      return low;
    }
    return pieces;
  }

  // ---- stations
  // --------------------------------------------------------------------------------------------------

  void read_stations(MapReader& line, const std::string& line_name) {
    const Node* stores = line.optional("stores");  // read in the first pass
    (void)stores;
    if (line_name == "depot" && line.has("stations")) line.fail("stations", "a depot only stores", "stores");
    line.each_map("stations", [&](const std::string& name, MapReader& map) {
      Station station;
      station.name = line.path() + ".stations." + name;
      station.entity = entity_key(station.name);
      station.group = line_index(line_name);
      station.servers = static_cast<std::int32_t>(map.count("servers", 1, 100'000, 1));
      station.cycle = read_distribution(map, "cycle");
      station.speed = map.quantity("speed", unit::number, {1e-3, 1e3}, 1.0);
      station.yield = map.quantity("yield", unit::number, {0.0, 1.0, true}, 1.0);
      read_work(map, line_name, station);
      read_scrap(map, line_name, station);
      station.failures = read_failures(map);
      read_power(map, station);
      map.finish();
      check_energy(map, station);
      plant_.stations.push_back(std::move(station));
    });
    line.finish();
  }

  std::uint32_t line_index(const std::string& line_name) const {
    return static_cast<std::uint32_t>(std::find(line_names_.begin(), line_names_.end(), line_name) -
                                      line_names_.begin());
  }

  void read_work(MapReader& map, const std::string& line, Station& station) {
    const bool has_mix = map.has("mix"), has_recipe = map.has("recipe");
    if (has_mix && has_recipe) map.fail("mix", "a station has a recipe or a mix, not both", "one of them");
    if (!has_mix && !has_recipe) return read_pass_through(map, line, station);
    std::vector<std::pair<std::string, double>> shares;
    if (has_mix)
      shares = map.quantities("mix", unit::number, {0.0, 1.0, true});
    else
      shares.emplace_back(map.text("recipe"), 1.0);
    double sum = 0.0;
    for (const auto& share : shares) sum += share.second;
    if (has_mix && std::abs(sum - 1.0) > 1e-6)
      map.fail("mix", fmt::format("the shares sum to {:.6g}", sum), "shares that sum to 1");
    const auto from = map.texts("from"), to = map.texts("to");
    std::vector<std::uint8_t> used_from(from.size(), 0), used_to(to.size(), 0);
    for (const auto& [name, share] : shares) {
      const auto found = map.resolve(has_mix ? "mix" : "recipe", name, "recipe", recipes_);
      if (!found) continue;
      Operation op;
      op.recipe = static_cast<std::uint32_t>(*found);
      op.weight = std::llround(share * 1e6);
      const Recipe& recipe = plant_.chemistry.recipes[*found];
      for (const RecipeLeg& leg : recipe.inputs)
        op.take.push_back({place_of(map, "from", line, leg, from, used_from), leg.material, leg.amount});
      for (const RecipeLeg& leg : recipe.outputs)
        op.put.push_back({place_of(map, "to", line, leg, to, used_to), leg.material, leg.amount});
      finish_operation(op);
      station.mix.push_back(std::move(op));
    }
    report_unused(map, "from", from, used_from);
    report_unused(map, "to", to, used_to);
    if (station.mix.empty()) station.mix.emplace_back();
  }

  void finish_operation(Operation& op) const {
    bool satellite_in = false, satellite_out = false;
    for (const Leg& leg : op.take) satellite_in = satellite_in || plant_.is_satellite[leg.material] != 0;
    for (const Leg& leg : op.put) {
      op.scrap_mg += mass_mg(plant_.chemistry.materials[leg.material], leg.amount);
      satellite_out = satellite_out || plant_.is_satellite[leg.material] != 0;
    }
    op.makes_satellite = static_cast<std::uint8_t>(satellite_out && !satellite_in);
    std::stable_sort(op.put.begin(), op.put.end(),
                     [&](const Leg& a, const Leg& b) {  // the satellite is the first output
                       return plant_.is_satellite[a.material] > plant_.is_satellite[b.material];
                     });
  }

  void report_unused(MapReader& map, const char* key,
                     const std::vector<std::pair<std::string, std::string>>& places,
                     const std::vector<std::uint8_t>& used) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (used[i] == 0)
        map.fail(key, "no recipe of the station has a leg of '" + places[i].first + "' here",
                 "materials of its recipes");
    }
  }

  void read_pass_through(MapReader& map, const std::string& line, Station& station) {
    const std::string from = map.text("from", "endless"), to = map.text("to", "shipped");
    Operation op;
    std::uint32_t material = abstract_material();
    const auto source = named_place(map, "from", line, from);
    const auto sink = named_place(map, "to", line, to);
    if (source && is_store(*source))
      material = plant_.stores[*source].material;
    else if (sink && is_store(*sink))
      material = plant_.stores[*sink].material;
    if (source && sink && is_store(*source) && is_store(*sink) &&
        plant_.stores[*source].material != plant_.stores[*sink].material) {
      map.fail("to",
               "holds another material than `from`, and the station has no recipe to turn one into the other",
               "a store of the same material");
    }
    if (materials_.empty())
      return map.fail("from", "no material is declared", "`materials` with at least one");
    const Material& passing = plant_.chemistry.materials[material];
    if (passing.measure == Measure::bulk)
      map.fail("from", "a station without recipe passes counted pieces", "a recipe");
    if (source && *source == index(Place::endless) && passing.measure != Measure::abstract) {
      map.fail("from", "'" + passing.name + "' has mass and cannot come from nowhere", "a store");
    }
    if (source && *source == index(Place::ground))
      map.fail("from", "pieces are not found in the ground", "a store, endless");
    op.take.push_back({source.value_or(index(Place::endless)), material, 1});
    op.put.push_back({sink.value_or(index(Place::shipped)), material, 1});
    finish_operation(op);
    station.mix.push_back(std::move(op));
  }

  std::uint32_t abstract_material() const {
    for (std::uint32_t m = 0; m < plant_.chemistry.materials.size(); ++m) {
      if (plant_.chemistry.materials[m].measure == Measure::abstract) return m;
    }
    return 0;
  }

  /// Store of a recipe's leg: the one named under `from`/`to`, or the only one of that material in the line.
  std::uint32_t place_of(MapReader& map, const char* key, const std::string& line, const RecipeLeg& leg,
                         const std::vector<std::pair<std::string, std::string>>& named,
                         std::vector<std::uint8_t>& used) {
    const Material& material = plant_.chemistry.materials[leg.material];
    for (std::size_t i = 0; i < named.size(); ++i) {
      if (named[i].first != material.name) continue;
      used[i] = 1;
      const auto place = named_place(map, key, line, named[i].second);
      if (place) check_leg(map, key, *place, material, leg.material);
      return place.value_or(index(Place::dump));
    }
    std::vector<std::uint32_t> candidates;
    for (std::uint32_t s = 0; s < plant_.stores.size(); ++s) {
      if (plant_.stores[s].group == line_index(line) && plant_.stores[s].material == leg.material)
        candidates.push_back(s);
    }
    if (candidates.size() == 1) return candidates.front();
    map.fail(key, fmt::format("the line has {} stores of '{}'", candidates.size(), material.name),
             fmt::format("`{}: {{{}: STORE}}`", key, material.name));
    return index(Place::dump);
  }

  void check_leg(MapReader& map, const char* key, std::uint32_t place, const Material& material,
                 std::uint32_t index_of_material) {
    const bool input = std::string_view(key) == "from";
    if (is_store(place)) {
      if (plant_.stores[place].material != index_of_material) {
        map.fail(key,
                 fmt::format("'{}' holds '{}', not '{}'", plant_.stores[place].name,
                             plant_.material_of(place).name, material.name),
                 "a store of the material");
      }
      return;
    }
    if (input && place == index(Place::ground) && !material.found_in_ground) {
      map.fail(key, "'" + material.name + "' is not found in the ground",
               "a store, or `found: ground` in the material");
    }
    if (input && place == index(Place::endless) && material.measure != Measure::abstract) {
      map.fail(key, "'" + material.name + "' has mass and cannot come from nowhere", "a store");
    }
    if (!input && plant_.is_satellite[index_of_material] != 0)
      map.fail(key, "satellites go to a store", "a store");
    if (!input && material.measure != Measure::bulk && place == index(Place::vent))
      map.fail(key, "pieces cannot be vented", "a store, dump, shipped");
  }

  std::optional<std::uint32_t> named_place(MapReader& map, const char* key, const std::string& line,
                                           const std::string& name) {
    static const std::map<std::string, Place> sources{{"ground", Place::ground}, {"endless", Place::endless}};
    static const std::map<std::string, Place> sinks{
        {"dump", Place::dump}, {"vent", Place::vent}, {"shipped", Place::shipped}};
    const auto& outside = std::string_view(key) == "from" ? sources : sinks;
    if (const auto found = outside.find(name); found != outside.end()) return index(found->second);
    const std::string full = name.find('.') == std::string::npos ? line + "." + name : name;
    const auto found = std::find(store_names_.begin(), store_names_.end(), full);
    if (found != store_names_.end()) return static_cast<std::uint32_t>(found - store_names_.begin());
    std::vector<std::string> choices;
    for (const std::string& store : store_names_)
      choices.push_back(store.starts_with(line + ".") ? store.substr(line.size() + 1) : store);
    for (const auto& place : outside) choices.push_back(place.first);
    map.fail(key, "no store '" + name + "'", "a store of the line, `line.store`, or a place outside",
             nearest_name(name, choices));
    return std::nullopt;
  }

  void read_scrap(MapReader& map, const std::string& line, Station& station) {
    if (!map.has("scrap")) {
      if (station.yield < 1.0)
        map.fail("scrap", "a station with a yield below 1 says where its scrap goes",
                 "a store of a mixed material, or dump");
      return;
    }
    const auto place = named_place(map, "scrap", line, map.text("scrap"));
    if (!place) return;
    station.scrap = *place;
    if (is_store(*place) ? plant_.material_of(*place).composition != Composition::mixed
                         : *place != index(Place::dump)) {
      map.fail("scrap", "scrap is of mixed composition", "a store of a mixed material, or dump");
    }
    if (is_store(*place)) station.scrap_material = plant_.stores[*place].material;
  }

  Failures read_failures(MapReader& map) {
    Failures failures;
    auto section = map.optional_map("failures");
    if (!section) return failures;
    failures.clock = section->choice<FailureClock>(
        "clock", {{"operating", FailureClock::operating}, {"calendar", FailureClock::calendar}});
    failures.time_to_failure = read_distribution(*section, "time_to_failure");
    failures.time_to_repair = read_distribution(*section, "time_to_repair");
    if (failures.time_to_failure.kind == Distribution::Kind::constant && failures.time_to_failure.a <= 0.0) {
      section->fail("time_to_failure", "is zero: the station would never run", "a positive time");
    }
    section->finish();
    return failures;
  }

  void read_power(MapReader& map, Station& station) {
    auto power = map.optional_map("power");
    const double thaw_s = map.quantity("thaw", unit::time, {0.0, 1e8}, 0.0);
    station.thaw = ticks_from_seconds(thaw_s);
    if (!power) return;
    const auto milliwatts = [&](const char* key) {
      return std::llround(power->quantity(key, unit::power, {0.0, largest_W}, 0.0) * mW_per_W *
                          station.speed);
    };
    station.power.busy_mW = milliwatts("busy");
    station.power.idle_mW = milliwatts("idle");
    station.power.hold_mW = milliwatts("hold");
    station.power.priority = static_cast<int>(power->count("priority", 0, 100, 5));
    if (std::max(station.power.idle_mW, station.power.hold_mW) > station.power.busy_mW) {
      power->fail("busy", "idle and hold power are within the busy power", "busy ≥ idle, busy ≥ hold");
    }
    if (station.power.hold_mW == 0 && thaw_s > 0.0)
      map.fail("thaw", "only servers with hold power freeze", "`power: {hold: …}`");
    power->finish();
  }

  /// A firing's energy must cover what its recipe binds chemically.
  void check_energy(MapReader& map, const Station& station) {
    const double cycle_s = mean(station.cycle);
    const double energy_J = static_cast<double>(station.power.busy_mW) / mW_per_W / station.speed * cycle_s;
    for (const Operation& op : station.mix) {
      if (!op.recipe) continue;
      const Recipe& recipe = plant_.chemistry.recipes[*op.recipe];
      if (recipe.enthalpy_J <= energy_J * (1.0 + 1e-9)) continue;
      map.fail(map.has("power") ? "power" : "recipe",
               fmt::format("a firing takes {:.4g} kWh, less than the {:.4g} kWh that '{}' binds",
                           energy_J / 3.6e6, recipe.enthalpy_J / 3.6e6, recipe.name),
               "busy power × mean cycle of at least the recipe's enthalpy");
    }
  }

  // ---- routes
  // ----------------------------------------------------------------------------------------------------

  void read_route(const std::string& name, MapReader& map) {
    Station station;
    station.name = map.path();
    station.entity = entity_key(station.name);
    station.route = static_cast<std::uint32_t>(plant_.routes.size());
    Route route;
    route.name = name;
    route.station = static_cast<std::uint32_t>(plant_.stations.size());
    const auto from = named_place(map, "from", "", map.text("from"));
    const bool from_store = from && is_store(*from);
    if (from && !from_store) map.fail("from", "a route starts at a store", "line.store");
    if (from_store) route.from = *from;
    const std::string to = map.text("to");
    std::optional<std::uint32_t> target;
    if (to != "driver") target = named_place(map, "to", "", to);
    if (target && !is_store(*target))
      map.fail("to", "a route ends at a store, or the driver", "line.store, driver");
    if (target && is_store(*target)) route.to = target;
    const double payload_kg = read_load(map, from_store ? route.from : 0, from_store, station);
    if (from_store && !station.mix.front().take.empty())
      check_ends(map, route, station.mix.front().take.front(), to == "driver");
    read_trip(map, payload_kg, route, station);
    station.group = plant_.stores.empty() ? 0 : plant_.stores[route.from].group;
    map.finish();
    plant_.routes.push_back(std::move(route));
    plant_.stations.push_back(std::move(station));
  }

  double read_load(MapReader& map, std::uint32_t from, bool from_store, Station& station) {
    const Node* node = map.required("load");
    Operation op;
    double payload_kg = 0.0;
    if (node != nullptr && from_store) {
      const std::uint32_t material = plant_.stores[from].material;
      const std::int64_t load =
          read_amount(*node, map.path_of("load"), plant_.chemistry.materials[material], 1);
      op.take.push_back({from, material, load});
      payload_kg = static_cast<double>(mass_mg(plant_.chemistry.materials[material], load)) / mg_per_kg;
      if (plant_.is_satellite[material] != 0 && load != 1)
        map.fail("load", "satellites are carried one at a time", "1");
      if (load > plant_.stores[from].capacity)
        map.fail("load", "is more than the store it is loaded from can hold", "a load up to its capacity");
    }
    station.mix.push_back(std::move(op));
    return payload_kg;
  }

  void check_ends(MapReader& map, const Route& route, const Leg& load, bool to_driver) {
    const Material& material = plant_.chemistry.materials[load.material];
    if (to_driver && plant_.is_satellite[load.material] == 0)
      map.fail("to", "only satellites go to the driver", "a store");
    if (!route.to) return;
    const Store& target = plant_.stores[*route.to];
    if (target.material != load.material) {
      map.fail("to", fmt::format("holds '{}', not '{}'", plant_.material_of(*route.to).name, material.name),
               "a store of the same material");
    }
    if (target.when_full == WhenFull::block && load.amount > target.capacity) {
      map.fail("load", "is more than the store it is unloaded into can hold", "a load up to its capacity");
    }
  }

  void read_trip(MapReader& map, double payload_kg, Route& route, Station& station) {
    station.servers = static_cast<std::int32_t>(map.count("vehicles", 1, 100'000));
    const double vehicle_kg = map.quantity("vehicle_mass", unit::mass, positive);
    const double distance_m = map.quantity("distance", unit::length, positive);
    const double speed_mps = map.quantity("speed", unit::speed, positive);
    const double load_s = map.quantity("load_time", unit::time, {1.0, 1e7});
    const double unload_s = map.quantity("unload_time", unit::time, {0.0, 1e7}, 0.0);
    const double energy = map.quantity("energy", unit::haul_energy, non_negative);
    station.cycle = {.kind = Distribution::Kind::constant, .a = load_s};
    station.failures = read_failures(map);
    route.outbound = ticks_from_seconds(distance_m / speed_mps + unload_s);
    route.inbound = ticks_from_seconds(distance_m / speed_mps);
    for (const auto& [what, span] : {std::pair{"the drive out and unloading", route.outbound},
                                     std::pair{"the drive back", route.inbound}}) {
      if (span >= lookahead_) continue;
      map.fail("distance",
               fmt::format("{} lasts {:.4g} min, shorter than the lookahead of {:.4g} min", what,
                           seconds(span) / 60.0, seconds(lookahead_) / 60.0),
               "a longer way, a slower vehicle, or a shorter `lookahead`");
    }
    // Vehicles charge while they are loaded: the power of the loading place follows from the energy of a
    // round trip.
    const double trip_J = energy * distance_m * (payload_kg + 2.0 * vehicle_kg);
    station.power.busy_mW = std::llround(trip_J / load_s * mW_per_W);
    station.power.priority = 5;
    if (auto power = map.optional_map("power")) {
      station.power.priority = static_cast<int>(power->count("priority", 0, 100, 5));
      power->finish();
    }
  }

  // ---- groups
  // ----------------------------------------------------------------------------------------------------

  void form_groups() {
    std::vector<std::uint32_t> parent(line_names_.size());
    std::iota(parent.begin(), parent.end(), 0u);
    const std::function<std::uint32_t(std::uint32_t)> root = [&](std::uint32_t line) {
      return parent[line] == line ? line : parent[line] = root(parent[line]);
    };
    for (const Station& station : plant_.stations) {
      const auto join = [&](std::uint32_t place) {
        if (!is_store(place)) return;
        const std::uint32_t a = root(station.group), b = root(plant_.stores[place].group);
        parent[std::max(a, b)] = std::min(a, b);
      };
      for (const Operation& op : station.mix) {
        for (const Leg& leg : op.take) join(leg.place);
        for (const Leg& leg : op.put) join(leg.place);
      }
      join(station.scrap);
    }
    std::vector<std::uint32_t> group_of_root(line_names_.size(), 0);
    for (std::uint32_t line = 0; line < line_names_.size(); ++line) {
      if (root(line) != line) continue;
      group_of_root[line] = static_cast<std::uint32_t>(plant_.groups.size());
      plant_.groups.push_back(
          {.name = line_names_[line], .stations = {}, .stores = {}, .servers = 0, .station_of_server = {}});
    }
    const auto group_of = [&](std::uint32_t line) {
      return group_of_root[root(line)];
    };
    for (std::uint32_t s = 0; s < plant_.stores.size(); ++s) place_store(s, group_of(plant_.stores[s].group));
    for (std::uint32_t s = 0; s < plant_.stations.size(); ++s)
      place_station(s, group_of(plant_.stations[s].group));
  }

  void place_store(std::uint32_t index_of_store, std::uint32_t group_index) {
    Store& store = plant_.stores[index_of_store];
    Group& group = plant_.groups[group_index];
    store.group = group_index;
    store.local = static_cast<std::uint32_t>(group.stores.size());
    group.stores.push_back(index_of_store);
  }

  void place_station(std::uint32_t index_of_station, std::uint32_t group_index) {
    Station& station = plant_.stations[index_of_station];
    Group& group = plant_.groups[group_index];
    station.group = group_index;
    station.local = static_cast<std::uint32_t>(group.stations.size());
    station.first_server = group.servers;
    group.stations.push_back(index_of_station);
    group.servers += static_cast<std::uint32_t>(station.servers);
    group.station_of_server.insert(group.station_of_server.end(), static_cast<std::size_t>(station.servers),
                                   index_of_station);
    const auto note = [&](std::vector<std::uint32_t>& list) {
      if (std::find(list.begin(), list.end(), index_of_station) == list.end())
        list.push_back(index_of_station);
    };
    for (const Operation& op : station.mix) {
      for (const Leg& leg : op.take) {
        if (is_store(leg.place)) note(plant_.stores[leg.place].consumers);
      }
      for (const Leg& leg : op.put) {
        if (is_store(leg.place)) note(plant_.stores[leg.place].producers);
      }
    }
    if (is_store(station.scrap)) note(plant_.stores[station.scrap].producers);
  }

  void check_entities() {
    std::map<std::uint32_t, std::string> seen;
    for (const Station& station : plant_.stations) {
      const auto [at, fresh] = seen.emplace(station.entity, station.name);
      if (!fresh)
        findings_.add({scenario_.mark(), station.name,
                       "has the same random-stream key as '" + at->second + "'", "another name", ""});
    }
  }

  MapReader& scenario_;
  Findings& findings_;
  Ticks lookahead_;
  Plant plant_;
  bool first_pass_ = true;
  std::vector<std::string> materials_, recipes_, line_names_, store_names_;
};

}  // namespace

Plant read_plant(MapReader& scenario, Chemistry chemistry, const std::vector<std::string>& satellites,
                 Ticks lookahead, bool power_limited) {
  return PlantReader(scenario, std::move(chemistry), lookahead).read(satellites, power_limited);
}

void check_reach(const Plant& plant, const std::vector<std::uint32_t>& supplied, const Node& document,
                 Findings& findings) {
  std::vector<std::uint8_t> store(plant.stores.size(), 0), station(plant.stations.size(), 0);
  for (std::uint32_t s = 0; s < plant.stores.size(); ++s) store[s] = plant.stores[s].initial > 0 ? 1 : 0;
  for (const std::uint32_t s : supplied) store[s] = 1;
  for (bool moved = true; moved;) {
    moved = false;
    for (std::uint32_t i = 0; i < plant.stations.size(); ++i) {
      if (station[i] != 0) continue;
      for (const Operation& op : plant.stations[i].mix) {
        const bool fed = std::all_of(op.take.begin(), op.take.end(), [&](const Leg& leg) {
          return !is_store(leg.place) || store[leg.place] != 0;
        });
        if (!fed) continue;
        station[i] = 1;
        moved = true;
        for (const Leg& leg : op.put) {
          if (is_store(leg.place)) store[leg.place] = 1;
        }
        if (const std::uint32_t route = plant.stations[i].route; route != no_route && plant.routes[route].to)
          store[*plant.routes[route].to] = 1;
      }
    }
  }
  for (std::uint32_t i = 0; i < plant.stations.size(); ++i) {
    if (station[i] != 0) continue;
    std::string missing;
    for (const Operation& op : plant.stations[i].mix) {
      for (const Leg& leg : op.take) {
        if (is_store(leg.place) && store[leg.place] == 0 && missing.empty())
          missing = plant.stores[leg.place].name;
      }
    }
    findings.add({mark_at(document, plant.stations[i].name), plant.stations[i].name,
                  "no material can reach it: nothing ever fills '" + missing + "'",
                  "a station, route or flight that fills the store, or an initial stock", ""});
  }
}

}  // namespace lunafab::factory
