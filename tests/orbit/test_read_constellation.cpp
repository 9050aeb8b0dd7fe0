#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <numbers>
#include "orbit/read_constellation.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinRel;

namespace {

constexpr double degree = std::numbers::pi / 180.0;

const std::string satellite = R"(
  satellite:
    mass: 3 t
    array: {area: 700 m2, efficiency: 20 %}
    compute: {power: 100 kW}
    battery: {energy: 10 kWh}
    radiator: {area: 100 m2}
)";

/// A file with these lines under `shells`.
std::string file(const std::string& shells, const std::string& head = "lunafab: constellation/1\n") {
  return head + "start: 2035-01-01\nconstellation:" + satellite + "  shells:\n" + shells;
}

Constellation read(const std::string& text) {
  return read_constellation(parse_document(text, "c.yaml"));
}

/// All findings as `path: problem`.
std::string problems(const std::string& text) {
  try {
    (void)read(text);
  } catch (const InputError& error) {
    std::string out;
    for (const Finding& f : error.findings()) {
      CHECK(f.mark.file == "c.yaml");
      CHECK(f.mark.line > 0);
      out += f.path + ": " + f.problem + "\n";
    }
    return out;
  }
  return "";
}

}  // namespace

TEST_CASE("constellation file: every value arrives in SI units, what is left out keeps its default",
          "[orbit][constellation-file]") {
  const Constellation c = read(R"(lunafab: constellation/1
title: two
start: 2031-06-01
constellation:
  solar_activity: high
  satellite:
    mass: 2 t
    drag: {area: 30 m2, coefficient: 2.5}
    array: {area: 500 m2, efficiency: 30 %, pointing: 0.9, fade_per_year: 1 %}
    compute: {power: 90 kW, in_shadow: paused, rate: 1e17 s-1, bits_per_unit: 1e-10}
    bus_power: 4 kW
    battery: {energy: 2 kWh, depth: 40 %, efficiency: 80 %}
    radiator: {area: 50 m2, sides: 1, emissivity: 0.8, absorptivity: 0.2, sun_cosine: 0.1, attitude: face_to_body, limit: 340 K}
    reliability: {failures: 0.1 yr-1, shielding: 4 mm, dose_limit: 100 Gy, dose_spread: 0.4}
    disposal: {within: 25 yr, target_altitude: 40 km}
    propulsion: {delta_v: 200 m/s, station_keeping: 50 m/s/yr}
    link: {rate: 2 Gbit/s, elevation: 10 deg, grazing: 50 km}
    supply: {every: 0.5 yr, stockout: 2 %}
  shells:
    a: {altitude: 600 km, sun_synchronous: {local_time: 18 h}, per_plane: 40, spares_per_plane: 3}
    b: {body: moon, altitude: 100 km, inclination: 86 deg, node: 10 deg, planes: 3, per_plane: 4, phasing: 2, pattern: star, node_spread: 90 deg}
)");
  REQUIRE(c.shells.size() == 2);
  CHECK(c.title == "two");
  CHECK(c.start.tt_days_since_j2000 == parse_epoch("2031-06-01").tt_days_since_j2000);
  const Shell &a = c.shells[0].shell, &b = c.shells[1].shell;
  CHECK(a.name == "a");
  CHECK(a.altitude_m == 600e3);
  CHECK_FALSE(a.inclination_rad.has_value());
  CHECK_THAT(a.local_time_h, WithinRel(18.0, 1e-12));
  CHECK(c.shells[0].spares_per_plane == 3);
  CHECK(b.body == Body::moon);
  CHECK_THAT(*b.inclination_rad, WithinRel(86.0 * degree, 1e-12));
  CHECK_THAT(b.first_node_rad, WithinRel(10.0 * degree, 1e-12));
  CHECK_THAT(*b.node_spread_rad, WithinRel(90.0 * degree, 1e-12));
  CHECK(size(b) == 12);
  CHECK(b.phasing == 2);
  CHECK(b.pattern == Pattern::star);

  const ShellSatellite& s = c.shells[1].satellite;
  CHECK(s.drag.mass_kg == 2000.0);
  CHECK(s.drag.area_m2 == 30.0);
  CHECK(s.drag.coefficient == 2.5);
  CHECK(s.power.array_m2 == 500.0);
  CHECK_THAT(s.power.efficiency, WithinRel(0.3, 1e-12));
  CHECK(s.power.pointing_cosine == 0.9);
  CHECK_THAT(s.power.fade_per_year, WithinRel(0.01, 1e-12));
  CHECK(s.power.compute_W == 90e3);
  CHECK(s.power.bus_W == 4e3);
  CHECK(s.power.shadow_work == ShadowWork::paused);
  CHECK_THAT(s.power.battery_J, WithinRel(7.2e6, 1e-12));
  CHECK_THAT(s.power.depth_of_discharge, WithinRel(0.4, 1e-12));
  CHECK_THAT(s.power.charge_efficiency, WithinRel(0.8, 1e-12));
  CHECK(s.radiator.panel_m2 == 50.0);
  CHECK(s.radiator.sides == 1);
  CHECK(s.radiator.emissivity == 0.8);
  CHECK(s.radiator.absorptivity == 0.2);
  CHECK(s.radiator.sun_cosine == 0.1);
  CHECK(s.radiator.attitude == RadiatorAttitude::face_to_body);
  CHECK(s.radiator.limit_K == 340.0);
  // UDUNITS' year is the tropical one, 2.2e-5 shorter than the Julian year that rates count in.
  CHECK_THAT(s.reliability.base_failures_per_year, WithinRel(0.1, 3e-5));
  CHECK_THAT(s.reliability.aluminium_m, WithinRel(4e-3, 1e-12));
  CHECK_THAT(s.reliability.dose_limit_Gy, WithinRel(100.0, 1e-12));
  CHECK(s.reliability.dose_spread == 0.4);
  CHECK_THAT(s.disposal.years, WithinRel(25.0, 3e-5));
  CHECK(s.disposal.activity == SolarActivity::high);
  CHECK(s.activity == SolarActivity::high);
  CHECK(s.disposal.target_altitude_m == 40e3);
  CHECK(s.delta_v_mps == 200.0);
  CHECK_THAT(s.station_keeping_mps_per_year, WithinRel(50.0, 3e-5));
  CHECK_THAT(s.least_elevation_rad, WithinRel(10.0 * degree, 1e-12));
  CHECK(s.relay_grazing_m == 50e3);
  CHECK_THAT(s.resupply_years, WithinRel(0.5, 3e-5));
  CHECK_THAT(s.stockout_probability, WithinRel(0.02, 1e-12));
  CHECK(c.shells[1].downlink.compute_per_s == 1e17);
  CHECK(c.shells[1].downlink.bits_per_compute == 1e-10);
  CHECK(c.shells[1].downlink.link_bps == 2e9);

  const ShellSatellite plain =
      read(file("    a: {altitude: 600 km, inclination: 53 deg, per_plane: 2}\n")).shells[0].satellite;
  CHECK(plain.radiator.limit_K == Radiator{}.limit_K);
  CHECK(plain.reliability.base_failures_per_year == Reliability{}.base_failures_per_year);
  CHECK(plain.stockout_probability == ShellSatellite{}.stockout_probability);
}

TEST_CASE("constellation file: faults of a shell stand at the key that has to change",
          "[orbit][constellation-file]") {
  const auto of = [](const std::string& shell) {
    return problems(file("    s: {" + shell + "}\n"));
  };
  const std::string at = "constellation.shells.s.";
  CHECK_THAT(of("altitude: 600 km, inclination: 53 deg, per_plane: 2, planes: 3, phasing: 3"),
             Contains(at + "phasing: "));
  CHECK_THAT(of("body: moon, altitude: 100 km, sun_synchronous: {local_time: 6 h}, per_plane: 2"),
             Contains(at + "body: "));
  CHECK_THAT(of("altitude: 6000 km, sun_synchronous: {local_time: 6 h}, per_plane: 2"),
             Contains(at + "altitude: no inclination"));
  CHECK_THAT(of("altitude: 600 km, per_plane: 2"), Contains(at + "inclination: "));
  CHECK_THAT(of("altitude: 600 km, inclination: 1 deg, sun_synchronous: {local_time: 6 h}, per_plane: 2"),
             Contains(at + "inclination: "));
  CHECK_THAT(of("altitude: 100 km, inclination: 1 deg, per_plane: 2"), Contains(at + "altitude: "));
  CHECK_THAT(of("altitude: 600 km, inclination: 200 deg, per_plane: 2"), Contains(at + "inclination: "));
  CHECK_THAT(of("altitude: 600 km, inclination: 20 deg, per_plane: 2, node_spread: 400 deg"),
             Contains(at + "node_spread: "));
  CHECK_THAT(of("altitude: 600 km, sun_synchronous: {local_time: 25 h}, per_plane: 2"),
             Contains(at + "sun_synchronous.local_time: "));
  CHECK_THAT(of("altitude: 600 km, inclination: 20 deg, planes: 100000, per_plane: 100000"),
             Contains("constellation.shells: have 10000000000 slots"));
}

TEST_CASE("constellation file: all problems are found at once", "[orbit][constellation-file]") {
  const std::string found = problems(R"(lunafab: constellation/1
start: 2035-13-01
extra: 1
constellation:
  solar_activity: wild
  satellite:
    mass: 3 km
    array: {area: 700 m2, efficiency: 130 %}
    compute: {power: 100 kW, colour: red}
    battery: {energy: -1 kWh}
  shells:
    s: {altitude: 600 km, inclination: 53 deg, per_plane: 0, plains: 3}
)");
  for (const char* path :
       {"start: ", "extra: ", "constellation.solar_activity: ", "constellation.satellite.mass: ",
        "constellation.satellite.array.efficiency: ", "constellation.satellite.compute.colour: ",
        "constellation.satellite.battery.energy: ", "constellation.satellite.radiator: ",
        "constellation.shells.s.per_plane: ", "constellation.shells.s.plains: "}) {
    CHECK_THAT(found, Contains(path));
  }
  CHECK(std::count(found.begin(), found.end(), '\n') == 10);
}

TEST_CASE("constellation file: a shell has its own satellite, or the common one, or is refused",
          "[orbit][constellation-file]") {
  const std::string own =
      "    s: {altitude: 600 km, inclination: 53 deg, per_plane: 2, satellite: {mass: 5 kg, array: {area: 1 "
      "m2, efficiency: 0.2},"
      " compute: {power: 1 W}, battery: {energy: 1 J}, radiator: {area: 1 m2}}}\n"
      "    t: {altitude: 700 km, inclination: 53 deg, per_plane: 2}\n";
  const Constellation c = read(file(own));
  CHECK(c.shells[0].satellite.drag.mass_kg == 5.0);
  CHECK(c.shells[1].satellite.drag.mass_kg == 3000.0);
  CHECK_THAT(problems("lunafab: constellation/1\nconstellation:\n  shells:\n" + own),
             Contains("constellation.shells.t.satellite: "));
  CHECK_THAT(problems("lunafab: constellation/1\nconstellation:" + satellite), Contains("names no shell"));
  CHECK_THAT(problems("lunafab: constellation/1\n"), Contains("constellation: is not there"));
}

TEST_CASE("constellation section: in a scenario the rest is the scenario's business",
          "[orbit][constellation-file]") {
  const std::string shell = "    s: {altitude: 600 km, inclination: 53 deg, per_plane: 2}\n";
  CHECK(read(file(shell, "lunafab: scenario/1\nplant: whatever\n")).shells.size() == 1);
  CHECK_THAT(problems(file(shell, "lunafab: constellation/1\nplant: whatever\n")), Contains("plant: "));
  CHECK_THAT(problems(file(shell, "lunafab: driver/1\n")), Contains("lunafab: 'driver/1'"));
  const Node none = parse_document("a: 1", "c.yaml");
  Findings findings;
  MapReader root(&none, "", findings);
  CHECK(read_constellation_section(root).shells.empty());
  CHECK(findings.empty());
}

TEST_CASE("Every shipped constellation reads without findings", "[orbit][constellation-file]") {
  std::map<std::string, std::int64_t> slots;
  for (const auto& entry :
       std::filesystem::directory_iterator(LUNAFAB_SOURCE_DIR "/configs/constellations")) {
    INFO(entry.path().string());
    Constellation c;
    REQUIRE_NOTHROW(c = load_constellation(entry.path().string()));
    for (const ShellPlan& plan : c.shells) slots[entry.path().stem().string()] += size(plan.shell);
  }
  REQUIRE(slots.size() == 2);
  CHECK(slots["sso_600"] == 750);
  CHECK(slots["mixed_100k"] == 100'200);
}
