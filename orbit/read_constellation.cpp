#include "orbit/read_constellation.hpp"
#include <fmt/format.h>
#include <numbers>
#include <string_view>

namespace lunafab::orbit {
namespace {

constexpr double right_angle = std::numbers::pi / 2.0, full_turn = 2.0 * std::numbers::pi;
constexpr double hour_s = 3600.0, year_s = written_year_s;
constexpr double lowest_earth_m = 200e3, highest_m = 36e6;  // ends of the dose table
constexpr Unit absorbed_dose{"Gy", "an absorbed dose", "150 Gy"};
constexpr Unit bit_rate{"bit s-1", "a bit rate", "2 Gbit/s"};

void read_array(MapReader& satellite, PowerSystem& power) {
  MapReader map = satellite.map("array");
  power.array_m2 = map.quantity("area", unit::area, {0.0, 1e7, true});
  power.efficiency = map.quantity("efficiency", unit::number, {0.0, 1.0, true});
  power.pointing_cosine = map.quantity("pointing", unit::number, {0.0, 1.0, true}, power.pointing_cosine);
  power.fade_per_year = map.quantity("fade_per_year", unit::number, {0.0, 0.99}, power.fade_per_year);
  power.degraded_below = map.quantity("degraded_below", unit::number, {0.0, 1.0}, power.degraded_below);
  map.finish();
}

void read_battery(MapReader& satellite, PowerSystem& power) {
  MapReader map = satellite.map("battery");
  power.battery_J = map.quantity("energy", unit::energy, {0.0, 1e15});
  power.depth_of_discharge = map.quantity("depth", unit::number, {0.0, 1.0, true}, power.depth_of_discharge);
  power.charge_efficiency = map.quantity("efficiency", unit::number, {0.01, 1.0}, power.charge_efficiency);
  map.finish();
}

Downlink read_compute(MapReader& satellite, PowerSystem& power) {
  Downlink link;
  MapReader map = satellite.map("compute");
  power.compute_W = map.quantity("power", unit::power, {0.0, 1e9, true});
  power.shadow_work = map.choice<ShadowWork>(
      "in_shadow", {{"on_battery", ShadowWork::on_battery}, {"paused", ShadowWork::paused}},
      power.shadow_work);
  link.compute_per_s = map.quantity("rate", unit::rate, {0.0, 1e30}, 0.0);
  link.bits_per_compute = map.quantity("bits_per_unit", unit::number, {0.0, 1e15}, 0.0);
  map.finish();
  return link;
}

Radiator read_radiator(MapReader& satellite) {
  Radiator r;
  MapReader map = satellite.map("radiator");
  r.panel_m2 = map.quantity("area", unit::area, {0.0, 1e7, true});
  r.sides = static_cast<int>(map.count("sides", 1, 2, r.sides));
  r.emissivity = map.quantity("emissivity", unit::number, {0.01, 1.0}, r.emissivity);
  r.absorptivity = map.quantity("absorptivity", unit::number, fraction, r.absorptivity);
  r.sun_cosine = map.quantity("sun_cosine", unit::number, fraction, r.sun_cosine);
  r.attitude = map.choice<RadiatorAttitude>(
      "attitude",
      {{"edge_to_body", RadiatorAttitude::edge_to_body}, {"face_to_body", RadiatorAttitude::face_to_body}},
      r.attitude);
  r.limit_K = map.quantity("limit", unit::temperature, {50.0, 2000.0}, r.limit_K);
  map.finish();
  return r;
}

Reliability read_reliability(MapReader& satellite) {
  Reliability r;
  auto map = satellite.optional_map("reliability");
  if (!map) return r;
  r.base_failures_per_year =
      map->quantity("failures", unit::rate, {0.0, 100.0 / year_s}, r.base_failures_per_year / year_s) *
      year_s;
  r.aluminium_m = map->quantity("shielding", unit::length, {0.0, 1.0}, r.aluminium_m);
  r.dose_limit_Gy = map->quantity("dose_limit", absorbed_dose, {0.0, 1e9, true}, r.dose_limit_Gy);
  r.dose_spread = map->quantity("dose_spread", unit::number, {1e-3, 10.0}, r.dose_spread);
  map->finish();
  return r;
}

DisposalRule read_disposal(MapReader& satellite, SolarActivity activity) {
  DisposalRule rule{.activity = activity};
  auto map = satellite.optional_map("disposal");
  if (!map) return rule;
  rule.years = map->quantity("within", unit::time, {86400.0, 1000.0 * year_s}, rule.years * year_s) / year_s;
  rule.target_altitude_m =
      map->quantity("target_altitude", unit::length, {0.0, 120e3}, rule.target_altitude_m);
  map->finish();
  return rule;
}

void read_propulsion(MapReader& satellite, ShellSatellite& s) {
  auto map = satellite.optional_map("propulsion");
  if (!map) return;
  s.delta_v_mps = map->quantity("delta_v", unit::speed, {0.0, 1e5});
  s.station_keeping_mps_per_year =
      map->quantity("station_keeping", unit::acceleration, {0.0, 1e4 / year_s}, 0.0) * year_s;
  map->finish();
}

void read_service(MapReader& satellite, ShellSatellite& s, Downlink& downlink) {
  if (auto map = satellite.optional_map("link")) {
    downlink.link_bps = map->quantity("rate", bit_rate, {0.0, 1e18});
    s.least_elevation_rad =
        map->quantity("elevation", unit::angle, {0.0, 0.99 * right_angle}, s.least_elevation_rad);
    s.relay_grazing_m = map->quantity("grazing", unit::length, {0.0, 1e6}, s.relay_grazing_m);
    map->finish();
  }
  if (auto map = satellite.optional_map("supply")) {
    s.resupply_years =
        map->quantity("every", unit::time, {86400.0, 100.0 * year_s}, s.resupply_years * year_s) / year_s;
    s.stockout_probability = map->quantity("stockout", unit::number, {1e-9, 0.5}, s.stockout_probability);
    map->finish();
  }
}

struct Kind {
  ShellSatellite satellite;
  Downlink downlink;
};

Kind read_satellite(MapReader& map, SolarActivity activity) {
  Kind kind;
  ShellSatellite& s = kind.satellite;
  s.activity = activity;
  s.drag.mass_kg = map.quantity("mass", unit::mass, {0.1, 1e8});
  if (auto drag = map.optional_map("drag")) {
    s.drag.area_m2 = drag->quantity("area", unit::area, {0.0, 1e7});
    s.drag.coefficient = drag->quantity("coefficient", unit::number, {0.0, 10.0}, s.drag.coefficient);
    drag->finish();
  }
  read_array(map, s.power);
  kind.downlink = read_compute(map, s.power);
  s.power.bus_W = map.quantity("bus_power", unit::power, {0.0, 1e9}, 0.0);
  read_battery(map, s.power);
  s.radiator = read_radiator(map);
  s.reliability = read_reliability(map);
  s.disposal = read_disposal(map, activity);
  read_propulsion(map, s);
  read_service(map, s, kind.downlink);
  map.finish();
  return kind;
}

void read_plane(MapReader& map, Shell& shell) {
  if (map.has("inclination") == map.has("sun_synchronous")) {
    (void)map.optional("inclination"), (void)map.optional("sun_synchronous");
    map.fail("inclination", "the plane must be given once", "`inclination` or `sun_synchronous`");
    shell.inclination_rad = 0.0;
  } else if (map.has("inclination")) {
    shell.inclination_rad = map.quantity("inclination", unit::angle, {0.0, std::numbers::pi});
    shell.first_node_rad = map.quantity("node", unit::angle, {-full_turn, full_turn}, 0.0);
  } else {
    MapReader plane = map.map("sun_synchronous");
    shell.local_time_h = plane.quantity("local_time", unit::time, {0.0, 24.0 * hour_s}) / hour_s;
    plane.finish();
  }
}

/// The key whose value has to change for a fault of `faults(shell)`.
std::string_view key_of(std::string_view fault, const Shell& shell) {
  struct Word {
    std::string_view part, key;
  };
  constexpr Word words[] = {{"only shells of the Earth", "body"},
                            {"at this altitude", "altitude"},
                            {"altitude must", "altitude"},
                            {"phasing", "phasing"},
                            {"planes and satellites", "planes"},
                            {"spread of", "node_spread"},
                            {"node of", "node"}};
  for (const Word& word : words)
    if (fault.find(word.part) != std::string_view::npos) return word.key;
  return shell.inclination_rad ? "inclination" : "sun_synchronous";
}

Shell read_shell(const std::string& name, MapReader& map) {
  Shell shell{.name = name};
  const std::size_t before = map.findings().size();
  shell.body = map.choice<Body>("body", {{"earth", Body::earth}, {"moon", Body::moon}}, Body::earth);
  const double lowest_m = shell.body == Body::earth ? lowest_earth_m : 1e3;
  shell.altitude_m = map.quantity("altitude", unit::length, {lowest_m, highest_m});
  read_plane(map, shell);
  shell.planes = static_cast<int>(map.count("planes", 1, 1'000'000, 1));
  shell.per_plane = static_cast<int>(map.count("per_plane", 1, 1'000'000));
  shell.phasing = static_cast<int>(map.count("phasing", 0, 999'999, 0));
  shell.pattern =
      map.choice<Pattern>("pattern", {{"delta", Pattern::delta}, {"star", Pattern::star}}, Pattern::delta);
  if (map.has("node_spread"))
    shell.node_spread_rad = map.quantity("node_spread", unit::angle, {0.0, full_turn});
  if (map.findings().size() > before) return shell;  // what was half read has no further faults
  for (const std::string& fault : faults(shell)) map.fail(key_of(fault, shell), fault);
  return shell;
}

/// How arrivals reach their slots. Without the key they come from 400 km above, on the spiral that brings
/// them; about the Moon at the shell's altitude.
SlotPolicy read_arrival(MapReader& map, const Shell& shell, int spares_per_plane) {
  constexpr double above_m = 400e3, floor_share = 0.5, longest_s = 10.0 * year_s;
  const bool earth = shell.body == Body::earth;
  SlotPolicy policy{.parking_altitude_m = shell.altitude_m + (earth ? above_m : 0.0),
                    .floor_altitude_m = floor_share * shell.altitude_m,
                    .spares_per_plane = spares_per_plane};
  auto arrival = map.optional_map("arrival");
  if (!arrival) return policy;
  if (earth) {
    policy.parking_altitude_m =
        arrival->quantity("parking", unit::length, {100e3, highest_m}, policy.parking_altitude_m);
    policy.longest_drift_s =
        arrival->quantity("longest_drift", unit::time, {0.0, longest_s}, policy.longest_drift_s);
  } else {
    policy.most_turn_mps = arrival->quantity("turn", unit::speed, {0.0, 2000.0}, policy.most_turn_mps);
  }
  policy.phasing_revolutions =
      static_cast<int>(arrival->count("phasing_revolutions", 1, 10'000, policy.phasing_revolutions));
  arrival->finish();
  return policy;
}

void refuse_too_many(MapReader& section, const std::vector<ShellPlan>& plans) {
  std::int64_t slots = 0;
  for (const ShellPlan& plan : plans) slots += std::int64_t{plan.shell.planes} * plan.shell.per_plane;
  if (slots > most_slots)
    section.fail("shells", fmt::format("have {} slots", slots), fmt::format("at most {}", most_slots));
}

ConstellationSection read_section(MapReader& section) {
  std::vector<ShellPlan> plans;
  const auto activity = section.choice<SolarActivity>(
      "solar_activity",
      {{"low", SolarActivity::low}, {"mean", SolarActivity::mean}, {"high", SolarActivity::high}},
      SolarActivity::mean);
  std::optional<Kind> common;
  if (auto map = section.optional_map("satellite")) common = read_satellite(*map, activity);
  section.each_map("shells", [&](const std::string& name, MapReader& map) {
    ShellPlan plan{.shell = read_shell(name, map)};
    plan.spares_per_plane = static_cast<int>(map.count("spares_per_plane", 0, 1'000'000, 0));
    plan.arrival = read_arrival(map, plan.shell, plan.spares_per_plane);
    plan.replace = map.choice<Replacement>(
        "replace",
        {{"none", Replacement::none}, {"failed", Replacement::failed}, {"ended", Replacement::ended}},
        plan.replace);
    std::optional<Kind> kind = common;
    if (auto own = map.optional_map("satellite")) {
      kind = read_satellite(*own, activity);
    } else if (!common) {
      map.fail("satellite", "is not there, and `constellation.satellite` neither", "one of the two");
    }
    if (kind) plan.satellite = kind->satellite, plan.downlink = kind->downlink;
    map.finish();
    plans.push_back(std::move(plan));
  });
  if (plans.empty()) section.fail("shells", "names no shell", "a map of shells by name");
  refuse_too_many(section, plans);
  section.finish();
  return {.shells = std::move(plans), .satellite = common ? std::optional(common->satellite) : std::nullopt};
}

Epoch read_start(MapReader& root) {
  const std::string text = root.text("start", "2030-01-01");
  try {
    return parse_epoch(text);
  } catch (const std::invalid_argument&) {
    root.fail("start", "'" + text + "' is not a date", "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, 1900 to 3000, TT");
  }
  return {};
}

}  // namespace

ConstellationSection read_constellation_section(MapReader& root) {
  auto section = root.optional_map("constellation");
  return section ? read_section(*section) : ConstellationSection{};
}

Constellation read_constellation(const Node& document) {
  Findings findings;
  MapReader root(&document, "", findings);
  const std::string format = root.text("lunafab");
  if (format != "constellation/1" && format != "scenario/1") {
    root.fail("lunafab", "'" + format + "' is not a format with a constellation",
              "constellation/1, or scenario/1 with a section `constellation`",
              nearest_name(format, {"constellation/1", "scenario/1"}));
  }
  Constellation constellation{.title = root.text("title", "untitled"), .start = read_start(root)};
  if (!root.has("constellation")) {
    root.fail("constellation", "is not there", "a section with `satellite` and `shells`");
  } else {
    constellation.shells = read_constellation_section(root).shells;
  }
  if (format != "scenario/1") root.finish();
  findings.throw_if_any();
  return constellation;
}

Constellation load_constellation(const std::string& path, const std::vector<std::string>& settings) {
  Node document = load_document(path);
  Findings findings;
  for (const std::string& setting : settings) apply_setting(document, setting, findings);
  findings.throw_if_any();
  return read_constellation(document);
}

}  // namespace lunafab::orbit
