#include "campaign/read_site.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include "campaign/orbital_life.hpp"
#include "core/cache.hpp"
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/random.hpp"
#include "core/read_distribution.hpp"
#include "core/visit.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/read_design.hpp"

namespace lunafab::campaign {
namespace {

constexpr double two_pi = 2.0 * std::numbers::pi;
constexpr double nJ_per_J = 1e9;
constexpr double mW_per_W = 1e3;
constexpr double mg_per_kg = 1e6;
constexpr Range power_range{0.0, 1e15};
constexpr Range error_range{0.0, 50.0};  // m/s; beyond it a launch is no launch
constexpr double default_launch_gap_s =
    12.7;  // 284 launches an hour with one track: about 8 s of launch and 5 s to clear it
constexpr Range energy_range{0.0, 1e21};

Int128 nanojoules(
    double energy_J) {  // beyond 2^63 nJ: go through microjoules, exact to 1 µJ or the double's own rounding
  return static_cast<Int128>(energy_J * nJ_per_J);
}

std::vector<std::string> names_of(const auto& list) {
  std::vector<std::string> names;
  names.reserve(list.size());
  for (const auto& item : list) names.push_back(item.name);
  return names;
}

// ---- power
// --------------------------------------------------------------------------------------------------------

void read_horizon(MapReader& power, logistics::HorizonMask& mask) {
  const Node* node = power.optional("horizon");
  if (node == nullptr) return;
  const std::string path = power.path_of("horizon");
  if (node->kind != Node::Kind::sequence)
    return power.fail("horizon", "is not a list", "[[azimuth, elevation], …]");
  for (const Node& item : node->items) {
    if (item.kind != Node::Kind::sequence || item.items.size() != 2) {
      power.findings().add({item.mark, path, "is not a pair", "[azimuth, elevation]", ""});
      continue;
    }
    const double azimuth =
        read_quantity_node(item.items[0], path, unit::angle, {0.0, two_pi}, power.findings());
    const double elevation =
        read_quantity_node(item.items[1], path, unit::angle, {-0.5, 1.5}, power.findings());
    if (!mask.nodes.empty() && azimuth <= mask.nodes.back().azimuth_rad) {
      power.findings().add(
          {item.mark, path, "azimuths do not ascend", "azimuths from 0 to below 360 deg, ascending", ""});
    }
    mask.nodes.push_back({azimuth, elevation});
  }
}

void read_storage(MapReader& power, logistics::Storage& storage) {
  auto map = power.optional_map("storage");
  if (!map) return;
  storage.capacity = nanojoules(map->quantity("capacity", unit::energy, energy_range));
  storage.charge_efficiency = map->quantity("charge_efficiency", unit::number, {0.01, 1.0});
  storage.discharge_efficiency = map->quantity("discharge_efficiency", unit::number, {0.01, 1.0});
  storage.charge_limit = std::llround(map->quantity("charge_limit", unit::power, power_range) * mW_per_W);
  storage.discharge_limit =
      std::llround(map->quantity("discharge_limit", unit::power, power_range) * mW_per_W);
  storage.initial_fraction = map->quantity("initial", unit::number, fraction, 1.0);
  storage.reserve_fraction = map->quantity("reserve", unit::number, fraction, 0.0);
  map->finish();
}

void read_power(MapReader& root, Scenario& scenario) {
  auto power = root.optional_map("power");
  if (!power) return;
  PowerPlan plan;
  MapReader site = power->map("site");
  plan.site.latitude_rad = site.quantity("latitude", unit::angle, {-two_pi / 4, two_pi / 4});
  plan.site.longitude_rad = site.quantity("longitude", unit::angle, {-two_pi, two_pi});
  site.finish();
  if (auto solar = power->optional_map("solar")) {
    plan.solar.area_m2 = solar->quantity("area", unit::area, {0.0, 1e11});
    plan.solar.efficiency = solar->quantity("efficiency", unit::number, fraction);
    plan.solar.fade_per_year = solar->quantity("fade", unit::rate, {0.0, 1.0}, 0.0) * 365.25 * 86400.0;
    solar->finish();
  }
  read_horizon(*power, plan.horizon);
  plan.reactors = std::llround(power->quantity("reactors", unit::power, power_range, 0.0) * mW_per_W);
  read_storage(*power, plan.storage);
  if (auto base = power->optional_map("base_load")) {
    plan.base_load.busy = plan.base_load.hold =
        std::llround(base->quantity("power", unit::power, power_range) * mW_per_W);
    plan.base_load.priority = static_cast<int>(base->count("priority", 0, 100, 0));
    plan.base_load.servers = 1;
    base->finish();
  }
  power->finish();
  scenario.power = std::move(plan);
}

// ---- flights
// ------------------------------------------------------------------------------------------------------

void read_manifest(MapReader& map, const Scenario& scenario, FlightLine& line) {
  std::vector<std::string> depot;
  std::vector<std::uint32_t> stores;
  for (std::uint32_t s = 0; s < scenario.plant.stores.size(); ++s) {
    const std::string& name = scenario.plant.stores[s].name;
    constexpr std::string_view prefix = "depot.stores.";
    if (!name.starts_with(prefix)) continue;
    depot.push_back(name.substr(prefix.size()));
    stores.push_back(s);
  }
  map.each_map("manifest", [&](const std::string& name, MapReader& item_map) {
    logistics::ManifestItem item{.name = name};
    const auto found = std::find(depot.begin(), depot.end(), name);
    if (found == depot.end()) {
      map.fail("manifest", "the depot has no store '" + name + "'", "a name under `depot.stores`",
               nearest_name(name, depot));
      for (const char* key : {"reorder_at", "order_up_to", "priority"}) (void)item_map.optional(key);
      item_map.finish();
      return;
    }
    const std::uint32_t store = stores[static_cast<std::size_t>(found - depot.begin())];
    const factory::Material& material = scenario.plant.material_of(store);
    if (!material.imported) {
      map.fail("manifest", "'" + material.name + "' is not an imported good",
               "`imported: true` in the material");
    }
    item.piece_mg = material.piece_mg;
    const auto amount = [&](const char* key) -> std::int64_t {
      if (material.measure != factory::Measure::bulk) return item_map.count(key, 0, 1'000'000'000);
      return std::llround(item_map.quantity(key, unit::mass, {0.0, 9e12}) * mg_per_kg);
    };
    item.reorder_at = amount("reorder_at");
    item.order_up_to = amount("order_up_to");
    item.priority = static_cast<int>(item_map.count("priority", 0, 100, 1));
    if (item.reorder_at >= item.order_up_to)
      item_map.fail("order_up_to", "is not above the reorder point", "more than `reorder_at`");
    const factory::Store& depot_store = scenario.plant.stores[store];
    if (depot_store.when_full == factory::WhenFull::block && item.order_up_to > depot_store.capacity) {
      item_map.fail("order_up_to", "is more than the depot's store holds",
                    "up to the capacity of `depot.stores." + name + "`");
    }
    item_map.finish();
    line.manifest.push_back(std::move(item));
    line.stores.push_back(store);
  });
}

void read_flights(MapReader& root, Scenario& scenario) {
  root.each_map("flights", [&](const std::string& name, MapReader& map) {
    FlightLine line{.name = name, .plan = {}, .manifest = {}, .stores = {}};
    logistics::FlightPlan& plan = line.plan;
    plan.entity = entity_key(map.path());
    const double payload_kg = map.quantity("payload", unit::mass, {1.0, 1e8});
    plan.payload_mg = std::llround(payload_kg * mg_per_kg);
    plan.interval = ticks_from_seconds(map.quantity("interval", unit::time, {3600.0, 1e9}));
    plan.first_departure = Tick{} + ticks_from_seconds(map.quantity("first", unit::time, {0.0, 1e9}, 0.0));
    plan.transit = ticks_from_seconds(map.quantity("transit", unit::time, {86400.0, 1e8}));
    plan.delay = read_distribution(map, "delay", {});
    plan.loss_probability = map.quantity("loss", unit::number, fraction, 0.0);
    plan.tankers_per_landing = map.quantity("tankers", unit::number, {0.0, 100.0});
    const double dry_kg = map.quantity("dry_mass", unit::mass, positive);
    const double delta_v_mps = map.quantity("delta_v", unit::speed, {100.0, 20000.0});
    const double isp_s = map.quantity("isp", unit::time, {50.0, 1e5});
    line.propellant_per_landing_kg =
        logistics::propellant_per_landing_kg(payload_kg, dry_kg, delta_v_mps, isp_s);
    read_manifest(map, scenario, line);
    map.finish();
    scenario.flights.push_back(std::move(line));
  });
}

// ---- space
// --------------------------------------------------------------------------------------------------------

/// A value of a satellite that the section `constellation` may give as well.
double read_shared(MapReader& map, const char* key, const Unit& unit, Range range,
                   std::optional<double> elsewhere) {
  const double value = map.quantity(key, unit, range, elsewhere.value_or(0.0));
  constexpr double rounding = 1e-9;
  if (elsewhere && std::abs(value - *elsewhere) > rounding * std::abs(*elsewhere)) {
    map.fail(key, "is not what the section `constellation` says of this satellite",
             fmt::format("{:.6g} {}, or no `{}` here", *elsewhere, unit.si_unit, key));
  }
  return value;
}

void read_ageing(MapReader& map, const orbit::ShellSatellite* shared, SatelliteDesign& design) {
  using Given = std::optional<double>;
  constexpr double year_s = orbit::written_year_s;
  constexpr Range watts{0.0, 1e12};
  design.power_W =
      std::llround(shared != nullptr ? read_shared(map, "power", unit::power, watts, shared->power.compute_W)
                                     : map.quantity("power", unit::power, watts));
  design.life = ticks_from_seconds(map.quantity("life", unit::time, {1.0, 1e10}));
  design.failure_rate_per_s =
      read_shared(map, "failure_rate", unit::rate, {0.0, 1.0},
                  shared ? Given(shared->reliability.base_failures_per_year / year_s) : Given());
  design.fade_per_year = year_s * read_shared(map, "fade", unit::rate, {0.0, 0.99 / year_s},
                                              shared ? Given(shared->power.fade_per_year / year_s) : Given());
}

void read_satellites(MapReader& root, const orbit::ConstellationSection& constellation, Scenario& scenario) {
  const auto& materials = scenario.plant.chemistry.materials;
  const std::vector<std::string> material_names = names_of(materials),
                                 destination_names = names_of(scenario.orbit.destinations);
  root.each_map("satellites", [&](const std::string& name, MapReader& map) {
    SatelliteDesign design;
    design.name = name;
    const auto found = std::find(material_names.begin(), material_names.end(), name);
    if (found == material_names.end()) {
      root.fail("satellites", "no material '" + name + "'", "a name under `materials`",
                nearest_name(name, material_names));
    } else {
      design.material = static_cast<std::uint32_t>(found - material_names.begin());
      if (materials[design.material].measure != factory::Measure::pieces) {
        root.fail("satellites", "'" + name + "' is not counted in pieces with a mass",
                  "a material with `piece`");
      }
    }
    if (const auto at =
            map.resolve("destination", map.text("destination"), "destination", destination_names)) {
      design.destination = static_cast<std::uint32_t>(*at);
    }
    read_ageing(map, satellite_at(constellation, map.text("destination")), design);
    map.finish();
    scenario.satellites.push_back(std::move(design));
  });
}

void read_orders(MapReader& root, Scenario& scenario) {
  const std::vector<std::string> designs = names_of(scenario.satellites);
  root.each_map("orders", [&](const std::string& name, MapReader& map) {
    OrderPlan order{.name = name};
    if (const auto at = map.resolve("product", map.text("product"), "satellite", designs)) {
      order.design = static_cast<std::uint32_t>(*at);
    }
    order.count = map.count("count", 1, 1'000'000);
    order.first = Tick{} + ticks_from_seconds(map.quantity("at", unit::time, {0.0, 1e10}, 0.0));
    order.interval = ticks_from_seconds(map.quantity("every", unit::time, {0.0, 1e10}, 0.0));
    if (order.interval.us > 0 && seconds(order.interval) < 60.0)
      map.fail("every", "is shorter than a minute", "0 s (once), or at least 1 min");
    map.finish();
    scenario.orders.push_back(std::move(order));
  });
}

/// What the ideal fidelity has in place of a machine.
void read_ideal_driver(MapReader& map, massdriver::Driver& driver) {
  driver.largest_payload_kg = map.quantity("payload", unit::mass, positive);
  driver.top_speed_mps = map.quantity("speed", unit::speed, positive);
  driver.wall_plug_efficiency = map.quantity("wall_plug_efficiency", unit::number, {0.0, 1.0, true});
  driver.speed_sd_mps = map.quantity("speed_sd", unit::speed, error_range);
  driver.lateral_sd_mps = map.quantity("lateral_sd", unit::speed, error_range);
}

/// Launches wait for coils to radiate what two launches bring: they must be able to.
bool can_cool(const massdriver::DriverModel& model) {
  const massdriver::DriverDesign& d = model.design;
  const auto nominal =
      massdriver::mean_launch(d, model.table, d.payload_kg, d.muzzle_speed_mps, d.track.coil.temperature_K);
  const double rise_K = nominal ? massdriver::warming_K(d, nominal->coil_heat_J) : 0.0;
  return d.track.coil.emissivity > 0.0 &&
         massdriver::warmest_launch_K(model) - 2.5 * rise_K > d.track.coil.temperature_K;
}

/// The machine behind fidelities `table` and `solve`: its design, and its launch table, from the cache or
/// built.
void read_machine(MapReader& map, massdriver::DriverModel& model) {
  const std::size_t before = map.findings().size();
  MapReader body = map.map("design");
  model.design = massdriver::read_design(body);
  body.finish();
  model.audit = map.count("audit", 0, 1'000'000'000, 0);
  const Node* node = map.required("design");
  if (map.findings().size() != before) return;
  massdriver::check_design(model.design, *node, map.path_of("design"), map.findings());
  if (map.findings().size() != before) return;
  try {
    model.table = massdriver::cached_table(model.design, state_hash(dump(*node)), cache_directory());
  } catch (const massdriver::DriverCannot& cannot) {
    return map.fail("design", std::string("cannot launch what its table is to cover: ") + cannot.what(),
                    "a machine that completes these launches: `lunafab launch` shows why");
  }
  // Parts that fail between exchanges fail in a launch, with all banks of their stage.
  double& miss = model.design.errors.stage_miss;
  for (const double failed : model.table.wear.failed) miss += failed / model.design.track.stages;
  miss = std::min(miss, 1.0);
  if (!can_cool(model)) {
    return map.fail("design.track.coil.temperature_limit",
                    "leaves the coils no room for two launches above their starting temperature, or their "
                    "radiator has no emissivity",
                    "a higher limit, a positive emissivity, or more conductor");
  }
  if (model.fidelity == Fidelity::solve || model.audit > 0)
    model.machine = std::make_shared<const massdriver::Machine>(massdriver::build_machine(model.design));
}

/// Energy that stands ready for launches, counted at the bus: the store full, through the charger.
double bus_store_J(const massdriver::DriverModel& model) {
  const massdriver::DriverDesign& d = model.design;
  const auto nominal =
      massdriver::mean_launch(d, model.table, d.payload_kg, d.muzzle_speed_mps, d.track.coil.temperature_K);
  return massdriver::bus_energy_J(d, 0.0, nominal ? nominal->injected_J : 0.0,
                                  massdriver::store_energy_J(d) * d.store.depth, 0.0);
}

void read_driver(MapReader& root, Scenario& scenario) {
  auto map = root.optional_map("driver");
  if (!map) return;
  DriverPlan plan;
  massdriver::DriverModel& model = plan.model;
  model.fidelity = map->choice<Fidelity>(
      "fidelity", {{"ideal", Fidelity::ideal}, {"table", Fidelity::table}, {"solve", Fidelity::solve}});
  const bool ideal = model.fidelity == Fidelity::ideal;
  if (ideal) {
    read_ideal_driver(*map, model.ideal);
  } else {
    read_machine(*map, model);
  }
  const massdriver::DriverDesign& d = model.design;
  const auto time = [&](const char* key, Range range, double of_design_s) {
    return ticks_from_seconds(ideal ? map->quantity(key, unit::time, range)
                                    : map->quantity(key, unit::time, range, of_design_s));
  };
  if (!ideal && scenario.power && d.store.standby_W > 0.0) {  // a central store never rests
    logistics::PowerRequest& base = scenario.power->base_load;
    base.busy += std::llround(d.store.standby_W * mW_per_W);
    base.hold = base.busy;
    base.servers = 1;
  }
  plan.store_nJ =
      nanojoules(ideal ? map->quantity("store", unit::energy, {0.0, 1e21, true})
                       : map->quantity("store", unit::energy, {0.0, 1e21, true}, bus_store_J(model)));
  MapReader charger = map->map("charger");
  plan.charger_mW = std::llround(charger.quantity("power", unit::power, {0.0, 1e15, true}) * mW_per_W);
  plan.priority = static_cast<int>(charger.count("priority", 0, 100, 5));
  charger.finish();
  plan.bucket_cycle = time("bucket_cycle", {1.0, 1e7}, std::max(d.back.cycle_s, 1.0));
  plan.buckets = static_cast<std::int32_t>(ideal ? map->count("buckets", 1, 1000)
                                                 : map->count("buckets", 1, 1000, d.back.buckets));
  plan.launch_gap =
      ticks_from_seconds(map->quantity("launch_gap", unit::time, {0.0, 1e6}, default_launch_gap_s));
  model.ideal.misfire_probability = map->quantity("misfire", unit::number, {0.0, 0.99}, 0.0);
  const double recovery_s = map->quantity("misfire_recovery", unit::time, {0.0, 1e8}, 86400.0);
  plan.misfire_recovery = ticks_from_seconds(recovery_s);
  if (plan.misfire_recovery < scenario.lookahead)
    map->fail("misfire_recovery", "is shorter than the lookahead", "a time from `lookahead`");
  plan.queue = static_cast<std::int32_t>(map->count("queue", 1, 100'000));
  plan.handling = ticks_from_seconds(map->quantity("handling", unit::time, {0.0, 1e8}));
  map->finish();
  scenario.driver = std::move(plan);
}

void read_capital(MapReader& root, Scenario& scenario) {
  auto map = root.optional_map("capital");
  if (!map) return;
  scenario.capital = Capital{.mass_kg = map->quantity("imported_mass", unit::mass, non_negative),
                             .life_s = map->quantity("life", unit::time, positive)};
  map->finish();
}

/// Whether the driver throws a satellite to where it is meant to go.
void check_thrown(const Scenario& scenario, const SatelliteDesign& design, const auto& add) {
  const massdriver::DriverModel& driver = scenario.driver->model;
  const double kg =
      static_cast<double>(scenario.plant.chemistry.materials[design.material].piece_mg) / mg_per_kg;
  const double speed_mps = orbit::fastest_launch_mps(scenario.orbit, design.destination);
  const bool ideal = driver.fidelity == Fidelity::ideal;
  const double most_kg = ideal ? driver.ideal.largest_payload_kg : driver.table.payload_kg[1];
  if (kg > most_kg) {
    return add("satellites." + design.name, fmt::format("weighs {:.1f} kg, more than the driver takes", kg),
               fmt::format("up to {:.1f} kg", most_kg));
  }
  const double top_mps = ideal ? driver.ideal.top_speed_mps : massdriver::top_speed_mps(driver.design, kg);
  if (speed_mps > top_mps) {
    return add("satellites." + design.name + ".destination",
               fmt::format("needs {:.1f} m/s, more than the driver gives to {:.1f} kg", speed_mps, kg),
               fmt::format("up to {:.1f} m/s", top_mps));
  }
  if (!massdriver::reaches(driver, kg, speed_mps)) {
    return add(
        "satellites." + design.name + ".destination",
        fmt::format("{:.1f} kg at {:.1f} m/s are outside the driver's launch table", kg, speed_mps),
        fmt::format("{:.0f} to {:.0f} kg, {:.1f} to {:.1f} m/s at this mass", driver.table.payload_kg[0],
                    driver.table.payload_kg[1], driver.table.speed_share[0] * top_mps, top_mps));
  }
  const double bus_J =
      massdriver::planned_launch(driver, kg, speed_mps, driver.design.track.coil.temperature_K).bus_energy_J;
  if (nanojoules(bus_J) > scenario.driver->store_nJ) {
    add("driver.store", fmt::format("holds less than one launch of '{}' takes", design.name),
        fmt::format("at least {:.4g} GJ", bus_J / 1e9));
  }
}

}  // namespace

orbit::OrbitPlan read_site(MapReader& root, const orbit::ConstellationSection& constellation,
                           Scenario& scenario) {
  read_power(root, scenario);
  read_flights(root, scenario);
  const std::string folder = std::filesystem::path(scenario.file).parent_path().string();
  const orbit::OrbitPlan plan =
      orbit::read_orbit(root, folder, scenario.power ? std::optional(scenario.power->site) : std::nullopt);
  scenario.orbit.destinations = orbit::read_destinations(root, plan.fidelity);
  read_satellites(root, constellation, scenario);
  read_orders(root, scenario);
  read_driver(root, scenario);
  read_capital(root, scenario);
  return plan;
}

void check_site(const Scenario& scenario, Findings& findings) {
  const auto add = [&](const std::string& path, const std::string& problem, const std::string& allowed) {
    findings.add({mark_at(scenario.document, path), path, problem, allowed, ""});
  };
  if (!scenario.satellites.empty() && !scenario.driver)
    add("driver", "satellites need a driver to be thrown", "`driver: …`");
  const auto& plant = scenario.plant;
  for (const SatelliteDesign& design : scenario.satellites) {
    if (!scenario.driver) break;
    check_thrown(scenario, design, add);
    const bool carried =
        std::any_of(plant.routes.begin(), plant.routes.end(), [&](const factory::Route& route) {
          return !route.to && plant.stores[route.from].material == design.material;
        });
    if (!carried) {
      add("satellites." + design.name, "no route carries it to the driver",
          "`routes: {…: {from: STORE, to: driver, …}}`");
    }
  }
  for (const orbit::Destination& destination : scenario.orbit.destinations) {
    const bool quick = scenario.orbit.fidelity == Fidelity::ideal &&
                       destination.flight_time.kind == Distribution::Kind::constant &&
                       destination.flight_time.a < seconds(scenario.lookahead);
    if (quick) {
      add("destinations." + destination.name, "is reached sooner than the lookahead",
          "a flight time from `lookahead`");
    }
  }
}

}  // namespace lunafab::campaign
