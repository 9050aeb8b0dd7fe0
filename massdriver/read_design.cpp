#include "massdriver/read_design.hpp"
#include "massdriver/conductors.hpp"
#include "massdriver/read_sled.hpp"

namespace lunafab::massdriver {
namespace {

// Bounds keep every product within a double and every table within memory; docs/driver.md lists them.
constexpr Range mass_range{1e-3, 1e7};
constexpr Range speed_range{1.0, 2e4};
constexpr Range length_range{1e-3, 100.0};
constexpr Range gap_range{0.0, 10.0};
constexpr Range distance_range{0.0, 1e6};
constexpr Range share{0.0, 1.0, true};
constexpr Range kelvin{0.0, 5000.0, true};
constexpr Range acceleration_range{0.0, 1e7, true};
constexpr Range current_range{0.0, 1e9, true};
constexpr Range voltage_range{0.0, 1e9, true};
constexpr Range stress_range{0.0, 1e11, true};
constexpr Range resistance_range{0.0, 1e3};
constexpr Range density_range{1.0, 1e5};
constexpr Range seconds_range{0.0, 1e8};
constexpr Range launches_range{1.0, 1e12};
constexpr Range spread_range{0.0, 0.5};  // beyond it a Gaussian share often has the wrong sign
constexpr Range price_range{0.0, 1e12};
// A full cycle is workable only around the tuned one: later than −0.2 half waves the machine falls out of
// step right after injection, earlier than 0.2 it brakes first.
constexpr Range advance_range{-0.2, 0.2, true};
constexpr Range tuning_range{0.5, 2.0};
constexpr Range energy_range{0.5, 2.0};
constexpr Range gain_range{0.0, 2.0};
constexpr Range opening_range{1.0, 3.0};

constexpr double deep_space_K = 3.0;
constexpr std::int64_t most_stages = 200'000;
constexpr std::int64_t most_bucket_coils = 4;

Winding read_winding(MapReader& map) {
  return {.radius_m = map.quantity("radius", unit::length, length_range),
          .length_m = map.quantity("length", unit::length, length_range),
          .depth_m = map.quantity("depth", unit::length, length_range)};
}

/// `aluminium`, `copper`, or a map of its values.
Conductor read_conductor(MapReader& coil) {
  const Node* node = coil.required("conductor");
  if (node == nullptr) return aluminium;
  if (node->kind != Node::Kind::map)
    return coil.choice<Conductor>("conductor", {{"aluminium", aluminium}, {"copper", copper}});
  MapReader map(node, coil.path_of("conductor"), coil.findings());
  const Conductor conductor{
      .resistivity_ohm_m = map.quantity("resistivity", unit::resistivity, {1e-12, 1e-3}),
      .reference_K = map.quantity("reference", unit::temperature, kelvin),
      .temperature_coefficient_per_K = map.quantity("coefficient", unit::per_kelvin, {0.0, 1.0}),
      .density_kg_per_m3 = map.quantity("density", unit::density, density_range),
      .specific_heat_J_per_kgK = map.quantity("specific_heat", unit::specific_heat, {1.0, 1e5})};
  map.finish();
  return conductor;
}

Superconductor read_superconductor(MapReader& coils, BucketSupply supply) {
  const bool needed = supply == BucketSupply::flux_conserving;
  if (!needed && !coils.has("superconductor")) {
    (void)coils.optional("superconductor");
    return {};
  }
  MapReader map = coils.map("superconductor");
  const Superconductor superconductor{
      .jc0_A_per_m2 = map.quantity("critical_density", unit::current_density, {1e3, 1e13}),
      .field_scale_T = map.quantity("field_scale", unit::flux_density, {1e-3, 1e3}),
      .critical_temperature_K = map.quantity("critical_temperature", unit::temperature, {1.0, 500.0}),
      .exponent = map.quantity("exponent", unit::number, {0.1, 10.0}, 1.0),
      .share = map.quantity("share", unit::number, share, 1.0),
      .filament_m = map.quantity("filament", unit::length, {0.0, 1.0}),
      .coupling_time_s = map.quantity("coupling_time", unit::time, {0.0, 1e6}),
      .heat_capacity_J_per_m3K = map.quantity("heat_capacity", unit::volumetric_heat, {1.0, 1e9})};
  map.finish();
  return superconductor;
}

void read_bucket(MapReader& root, DriverDesign& design) {
  MapReader bucket = root.map("bucket");
  design.bucket_kg = bucket.quantity("mass", unit::mass, mass_range);
  MapReader coils = bucket.map("coils");
  BucketCoils& to = design.bucket;
  to.winding = read_winding(coils);
  to.fill = coils.quantity("fill", unit::number, share, 1.0);
  to.count = static_cast<int>(coils.count("count", 1, most_bucket_coils, 1));
  to.spacing_m = to.count > 1 ? coils.quantity("spacing", unit::length, length_range)
                              : coils.quantity("spacing", unit::length, gap_range, 0.0);
  to.current_A = coils.quantity("current", unit::current, current_range);
  to.supply = coils.choice<BucketSupply>(
      "supply", {{"flux_conserving", BucketSupply::flux_conserving}, {"driven", BucketSupply::driven}},
      BucketSupply::flux_conserving);
  to.density_kg_per_m3 = coils.quantity("density", unit::density, density_range);
  to.temperature_K = coils.quantity("temperature", unit::temperature, kelvin);
  to.hoop_limit_Pa = coils.quantity("hoop_limit", unit::pressure, stress_range);
  to.ripple_share = coils.quantity("ripple_share", unit::number, fraction, 1.0);
  to.cryocooler_W = coils.quantity("cryocooler", unit::power, {0.0, 1e9}, 0.0);
  to.heat_leak_W = coils.quantity("heat_leak", unit::power, {0.0, 1e9}, 0.0);
  to.superconductor = read_superconductor(coils, to.supply);
  coils.finish();
  bucket.finish();
}

/// Either `ac_factor`, or `strand` and `strands`, or neither.
void read_strands(MapReader& map, DriveCoil& coil) {
  coil.ac_factor = map.quantity("ac_factor", unit::number, {1.0, 1e3}, 0.0);
  coil.strand_m = map.quantity("strand", unit::length, {0.0, 1.0, true}, 0.0);
  coil.strands = static_cast<int>(map.count("strands", 1, 100'000, 1));
  if (map.has("ac_factor") && (map.has("strand") || map.has("strands"))) {
    map.fail("ac_factor", "is given beside the strands that it would follow from",
             "`ac_factor`, or `strand` and `strands`");
  } else if (map.has("strands") && !map.has("strand")) {
    map.fail("strands", "has no meaning without the thickness of a strand", "`strand` beside `strands`");
  }
}

void read_fatigue(MapReader& coil, DriveCoil& to) {
  auto map = coil.optional_map("fatigue");
  if (!map) return;
  to.fatigue_Pa = map->quantity("stress", unit::pressure, stress_range);
  to.fatigue_cycles = map->quantity("cycles", unit::number, launches_range);
  to.fatigue_exponent = map->quantity("exponent", unit::number, {1.0, 50.0});
  map->finish();
}

DriveCoil read_drive_coil(MapReader& track) {
  MapReader map = track.map("coil");
  DriveCoil coil;
  coil.winding = read_winding(map);
  coil.fill = map.quantity("fill", unit::number, share);
  coil.conductor = read_conductor(map);
  coil.temperature_K = map.quantity("temperature", unit::temperature, kelvin);
  read_strands(map, coil);
  coil.hoop_limit_Pa = map.quantity("hoop_limit", unit::pressure, stress_range);
  coil.voltage_limit_V = map.quantity("voltage_limit", unit::voltage, voltage_range);
  coil.temperature_limit_K = map.quantity("temperature_limit", unit::temperature, kelvin);
  read_fatigue(map, coil);
  MapReader radiator = map.map("radiator");
  coil.emissivity = radiator.quantity("emissivity", unit::number, fraction);
  coil.radiator_m2 = radiator.quantity("area", unit::area, {0.0, 1e6});
  coil.sky_K = radiator.quantity("sky", unit::temperature, {0.0, 1000.0}, deep_space_K);
  coil.sky_night_K = radiator.quantity("sky_night", unit::temperature, {0.0, 1000.0}, coil.sky_K);
  radiator.finish();
  map.finish();
  return coil;
}

Track read_track(MapReader& root) {
  MapReader map = root.map("track");
  Track track;
  track.stages = static_cast<int>(map.count("stages", 1, most_stages));
  track.pitch_m = map.quantity("pitch", unit::length, length_range);
  track.half_wave_m = map.quantity("half_wave", unit::length, length_range);
  track.clearance_m = map.quantity("clearance", unit::length, {1e-3, 10.0});
  track.drift_m = map.quantity("drift", unit::length, distance_range, 0.0);
  track.coil = read_drive_coil(map);
  map.finish();
  return track;
}

Store read_store(MapReader& root) {
  MapReader map = root.map("store");
  Store store;
  store.kind = map.choice<StoreKind>(
      "kind",
      {{"capacitor", StoreKind::capacitor}, {"smes", StoreKind::smes}, {"flywheel", StoreKind::flywheel}});
  store.specific_energy_J_per_kg = map.quantity("specific_energy", unit::specific_energy, {1.0, 1e9});
  store.charger_efficiency = map.quantity("charger_efficiency", unit::number, {0.01, 1.0});
  const bool central = store.kind != StoreKind::capacitor;
  if (central) {
    store.converter_efficiency = map.quantity("converter_efficiency", unit::number, {0.01, 1.0});
    store.power_W = map.quantity("power", unit::power, {0.0, 1e15}, 0.0);
    store.depth = map.quantity("depth", unit::number, share);
  }
  store.standby_W = map.quantity("standby", unit::power, {0.0, 1e12}, 0.0);
  store.switch_ohm = map.quantity("switch", unit::resistance, resistance_range, 0.0);
  if (!central) {
    store.esr_ohm = map.quantity("esr", unit::resistance, resistance_range, 0.0);
    store.life_launches = map.quantity("life", unit::number, launches_range);
    store.voltage_ratio = map.quantity("voltage_ratio", unit::number, share, 1.0);
    store.life_exponent = map.quantity("life_exponent", unit::number, {0.0, 50.0}, 0.0);
  }
  store.switch_life_launches = map.quantity("switch_life", unit::number, launches_range);
  store.switch_kg = map.quantity("switch_mass", unit::mass, {0.0, 1e6}, 0.0);
  store.capacity_J = map.quantity("capacity", unit::energy, {0.0, 1e18, true}, 0.0);
  map.finish();
  return store;
}

Firing read_firing(MapReader& root) {
  MapReader map = root.map("firing");
  Firing firing;
  firing.trigger = map.choice<Trigger>("trigger",
                                       {{"position", Trigger::position},
                                        {"velocity_feedback", Trigger::velocity_feedback},
                                        {"open_loop", Trigger::open_loop}},
                                       Trigger::velocity_feedback);
  firing.advance = map.quantity("advance", unit::number, advance_range, 0.0);
  firing.tuning = map.quantity("tuning", unit::number, tuning_range, 1.0);
  firing.energy = map.quantity("energy", unit::number, energy_range, 1.0);
  firing.gain = firing.trigger == Trigger::velocity_feedback
                    ? map.quantity("gain", unit::number, gain_range)
                    : map.quantity("gain", unit::number, gain_range, 0.0);
  firing.latest_opening = map.quantity("latest_opening", unit::number, opening_range, 1.8);
  map.finish();
  return firing;
}

Injection read_injection(MapReader& root) {
  MapReader map = root.map("injection");
  const Injection injection{
      .speed_mps = map.quantity("speed", unit::speed, speed_range),
      .acceleration_mps2 = map.quantity("acceleration", unit::acceleration, acceleration_range),
      .efficiency = map.quantity("efficiency", unit::number, {0.01, 1.0})};
  map.finish();
  return injection;
}

Losses read_losses(MapReader& root) {
  Losses losses;
  auto map = root.optional_map("losses");
  if (!map) return losses;
  if (auto drag = map->optional_map("drag")) {
    losses.drag_N_at_reference = drag->quantity("force", unit::force, {0.0, 1e9});
    losses.drag_reference_mps = drag->quantity("speed", unit::speed, {0.0, 2e4, true});
    drag->finish();
  }
  losses.eddy_N_per_mps = map->quantity("eddy", unit::force_per_speed, {0.0, 1e6}, 0.0);
  map->finish();
  return losses;
}

Return read_return(MapReader& root) {
  MapReader map = root.map("return");
  Return back;
  back.brake_mps2 = map.quantity("brake", unit::acceleration, acceleration_range);
  back.recovery = map.quantity("recovery", unit::number, fraction);
  back.cycle_s = map.quantity("cycle", unit::time, {1.0, 1e8});
  back.buckets = static_cast<int>(map.count("buckets", 1, 100'000));
  back.clear_s = map.quantity("clear", unit::time, seconds_range);
  back.receiving_J = map.quantity("receiving", unit::energy, {0.0, 1e18}, 0.0);
  if (auto catcher = map.optional_map("catcher")) {
    back.catcher_mps2 = catcher->quantity("deceleration", unit::acceleration, acceleration_range);
    back.catcher_m = catcher->quantity("length", unit::length, {0.0, 1e6, true});
    catcher->finish();
  }
  map.finish();
  return back;
}

ErrorBudget read_errors(MapReader& root) {
  MapReader map = root.map("errors");
  const ErrorBudget errors{
      .bank_voltage = map.quantity("voltage", unit::number, spread_range),
      .common_voltage = map.quantity("common_voltage", unit::number, spread_range, 0.0),
      .jitter_s = map.quantity("jitter", unit::time, {0.0, 1.0}),
      .position_sensor_m = map.quantity("position_sensor", unit::length, {0.0, 1.0}, 0.0),
      .speed_sensor_mps = map.quantity("speed_sensor", unit::speed, {0.0, 1e3}, 0.0),
      .capacitance = map.quantity("capacitance", unit::number, spread_range, 0.0),
      .payload_mass = map.quantity("payload_mass", unit::number, spread_range, 0.0),
      .coil_temperature_K = map.quantity("coil_temperature", unit::temperature, {0.0, 100.0}, 0.0),
      .stage_miss = map.quantity("miss", unit::number, fraction, 0.0),
      .stage_short = map.quantity("short", unit::number, fraction, 0.0),
      .stage_early = map.quantity("early", unit::number, fraction, 0.0),
      .early_by = map.quantity("early_by", unit::number, {0.0, 2.0}, 0.0)};
  map.finish();
  return errors;
}

Limits read_limits(MapReader& root) {
  MapReader map = root.map("limits");
  const Limits limits{
      .acceleration_mps2 = map.quantity("acceleration", unit::acceleration, acceleration_range),
      .jerk_mps3 = map.quantity("jerk", unit::jerk, {0.0, 1e15, true}, 0.0),
      .quench_margin = map.quantity("quench_margin", unit::number, {0.0, 0.99}, 0.0),
      .payload_field_T = map.quantity("payload_field", unit::flux_density, {0.0, 1e3, true}, 0.0)};
  map.finish();
  return limits;
}

Maintenance read_maintenance(MapReader& root) {
  Maintenance maintenance;
  auto map = root.optional_map("maintenance");
  if (!map) return maintenance;
  maintenance.exchange_s = map->quantity("exchange", unit::time, seconds_range);
  maintenance.crews = static_cast<int>(map->count("crews", 1, 100'000, 1));
  maintenance.replace_at = map->quantity("replace_at", unit::number, share, 1.0);
  maintenance.wear_shape = map->quantity("wear_shape", unit::number, {1.0, 20.0}, 1.0);
  map->finish();
  return maintenance;
}

CostModel read_cost(MapReader& root) {
  CostModel cost;
  auto map = root.optional_map("cost");
  if (!map) return cost;
  cost.coil_per_kg = map->quantity("coil", unit::price_per_mass, price_range, 0.0);
  cost.store_per_J = map->quantity("store", unit::price_per_energy, price_range, 0.0);
  cost.power_per_W = map->quantity("power", unit::price_per_power, price_range, 0.0);
  cost.track_per_m = map->quantity("track", unit::price_per_length, price_range, 0.0);
  map->finish();
  return cost;
}

}  // namespace

DriverDesign read_design(MapReader& map) {
  DriverDesign design;
  design.title = map.text("title", "untitled");
  design.payload_kg = map.quantity("payload", unit::mass, mass_range);
  design.muzzle_speed_mps = map.quantity("muzzle_speed", unit::speed, speed_range);
  design.bus_W = map.quantity("bus", unit::power, {1.0, 1e15});
  read_bucket(map, design);
  design.track = read_track(map);
  design.store = read_store(map);
  design.firing = read_firing(map);
  design.injection = read_injection(map);
  design.losses = read_losses(map);
  design.back = read_return(map);
  design.errors = read_errors(map);
  design.limits = read_limits(map);
  design.maintenance = read_maintenance(map);
  design.cost = read_cost(map);
  read_sled(map, design);
  return design;
}

DriverDesign read_design_document(const Node& document) {
  Findings findings;
  MapReader root(&document, "", findings);
  const std::string format = root.text("lunafab");
  if (format != "driver/1") {
    root.fail("lunafab", "'" + format + "' is not a driver design that this program reads", "driver/1",
              nearest_name(format, {"driver/1"}));
  }
  DriverDesign design = read_design(root);
  root.finish();
  check_design(design, document, "", findings);
  findings.throw_if_any();
  return design;
}

DriverDesign read_design_node(const Node& body, const std::string& path) {
  Findings findings;
  MapReader map(&body, path, findings);
  DriverDesign design = read_design(map);
  map.finish();
  check_design(design, body, path, findings);
  findings.throw_if_any();
  return design;
}

Node design_body(Node document, Findings& findings) {
  const Node* format = document.find("lunafab");
  if (format == nullptr || format->scalar != "driver/1")
    findings.add({document.mark, "lunafab", "is missing or not a driver design's", "driver/1", ""});
  std::erase_if(document.entries, [](const Node::Entry& entry) { return entry.key == "lunafab"; });
  return document;
}

DriverDesign load_design(const std::string& path, const std::vector<std::string>& settings) {
  Node document = load_document(path);
  Findings findings;
  for (const std::string& setting : settings) apply_setting(document, setting, findings);
  findings.throw_if_any();
  return read_design_document(document);
}

}  // namespace lunafab::massdriver
