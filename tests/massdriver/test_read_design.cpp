#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include "massdriver/coil_loss.hpp"
#include "massdriver/conductors.hpp"
#include "massdriver/read_design.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;

namespace {

// Two bucket coils, 3.5 t to 2.4 km/s: the shapes of massdriver designs in use, every key given.
const std::string base =
    "lunafab: driver/1\n"
    "title: test\n"
    "payload: 3.5 t\n"
    "muzzle_speed: 2.4 km/s\n"
    "bus: 10 MW\n"
    "bucket:\n"
    "  mass: 1750 kg\n"
    "  coils:\n"
    "    radius: 1.3 m\n"
    "    length: 0.16 m\n"
    "    depth: 0.035 m\n"
    "    fill: 1\n"
    "    count: 2\n"
    "    spacing: 4.05 m\n"
    "    current: 1.2 MA\n"
    "    supply: flux_conserving\n"
    "    density: 8000 kg/m3\n"
    "    temperature: 20 K\n"
    "    hoop_limit: 300 MPa\n"
    "    cryocooler: 200 W\n"
    "    heat_leak: 20 W\n"
    "    superconductor: {critical_density: 1200 A/mm2, field_scale: 4 T, critical_temperature: 92 K,\n"
    "      exponent: 1.5, share: 0.02, filament: 0.5 mm, coupling_time: 1 ms, heat_capacity: 50 kJ/m3/K}\n"
    "track:\n"
    "  stages: 10834\n"
    "  pitch: 0.9 m\n"
    "  half_wave: 1.8 m\n"
    "  clearance: 5 cm\n"
    "  drift: 2 m\n"
    "  coil:\n"
    "    radius: 1.5 m\n"
    "    length: 0.25 m\n"
    "    depth: 0.04 m\n"
    "    fill: 0.7\n"
    "    conductor: aluminium\n"
    "    temperature: 254.55 K\n"
    "    strand: 0.5 mm\n"
    "    strands: 60\n"
    "    hoop_limit: 80 MPa\n"
    "    voltage_limit: 20 kV\n"
    "    temperature_limit: 350 K\n"
    "    fatigue: {stress: 48 MPa, cycles: 5e8, exponent: 8}\n"
    "    radiator: {emissivity: 0.85, area: 2.4 m2, sky: 4 K, sky_night: 3.5 K}\n"
    "store:\n"
    "  kind: capacitor\n"
    "  specific_energy: 1 kJ/kg\n"
    "  charger_efficiency: 0.93\n"
    "  standby: 1 kW\n"
    "  switch: 15 uohm\n"
    "  esr: 5 uohm\n"
    "  life: 10000\n"
    "  voltage_ratio: 0.8\n"
    "  life_exponent: 9\n"
    "  switch_life: 1e6\n"
    "  switch_mass: 200 kg\n"
    "  capacity: 16 GJ\n"
    "firing: {trigger: velocity_feedback, advance: -0.15, tuning: 1.2, energy: 1.005, gain: 0.5,\n"
    "  latest_opening: 1.8}\n"
    "injection:\n"
    "  speed: 150 m/s\n"
    "  acceleration: 10 g0\n"
    "  efficiency: 0.93\n"
    "losses: {drag: {force: 180 N, speed: 100 m/s}, eddy: 0.1 N s/m}\n"
    "return:\n"
    "  brake: 60 g0\n"
    "  recovery: 0.79\n"
    "  cycle: 1945 s\n"
    "  buckets: 3\n"
    "  clear: 5 s\n"
    "  receiving: 4.5 GJ\n"
    "  catcher: {deceleration: 28 g0, length: 10.6 km}\n"
    "errors: {voltage: 0.1 %, common_voltage: 0.01 %, jitter: 1 us, position_sensor: 0.1 mm, speed_sensor: 5 "
    "mm/s,\n"
    "  capacitance: 0.5 %, payload_mass: 0.01 %, coil_temperature: 1 K, miss: 1e-6, short: 1e-9, early: "
    "1e-8,\n"
    "  early_by: 0.1}\n"
    "limits:\n"
    "  acceleration: 40 g0\n"
    "  jerk: 1e6 m/s3\n"
    "  quench_margin: 0.2\n"
    "  payload_field: 0.3 T\n"
    "maintenance: {exchange: 30 min, crews: 20, replace_at: 0.9, wear_shape: 3}\n"
    "cost: {coil: 50 USD/kg, store: 100 USD/kJ, power: 5 USD/W, track: 20 kUSD/m}\n";

struct Edit {
  std::string what, instead;
};

std::string with(std::string text, const Edit& edit) {
  const auto place = text.find(edit.what);
  INFO(edit.what);
  REQUIRE(place != std::string::npos);
  return text.replace(place, edit.what.size(), edit.instead);
}

std::vector<Finding> findings_of(const std::string& text) {
  try {
    (void)read_design_document(parse_document(text, "driver.yaml"));
  } catch (const InputError& error) {
    return error.findings();
  }
  return {};
}

std::string all_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += format(finding) + "\n";
  return text;
}

struct Refusal {
  Edit edit;  ///< of `base`, within a line
  std::string path, problem, allowed;
};

/// Line of `base` on which a text stands.
int line_of(const std::string& what) {
  const auto place = base.begin() + static_cast<std::ptrdiff_t>(base.find(what));
  return static_cast<int>(std::count(base.begin(), place, '\n')) + 1;
}

/// Every refusal is the one finding of its text, at the line of its path.
void check_refusals(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    const std::vector<Finding> findings = findings_of(with(base, refusal.edit));
    INFO(refusal.edit.instead << "\n" << all_of(findings));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].path == refusal.path);
    CHECK_THAT(findings[0].problem, Catch::Contains(refusal.problem));
    CHECK_THAT(findings[0].allowed, Catch::Contains(refusal.allowed));
    CHECK(findings[0].mark.file == "driver.yaml");
    CHECK(findings[0].mark.line > 0);
    CHECK(findings[0].mark.column > 0);
  }
}

}  // namespace

TEST_CASE("Every shipped driver design reads without findings", "[massdriver]") {
  std::map<std::string, DriverDesign> designs;
  for (const auto& entry : std::filesystem::directory_iterator(LUNAFAB_SOURCE_DIR "/configs/drivers")) {
    if (!entry.is_regular_file()) continue;
    INFO(entry.path().string());
    DriverDesign design;
    REQUIRE_NOTHROW(design = load_design(entry.path().string()));
    designs[entry.path().stem().string()] = design;
    // The coils of all are cooled to the resistivity of the calculations they repeat.
    const DriveCoil& coil = design.track.coil;
    CHECK(resistivity_ohm_m(coil.conductor, coil.temperature_K) == Approx(2.2e-8).epsilon(1e-4));
    CHECK(design.back.catcher_m > 0.0);
    CHECK(design.has_sled == (design.bucket.count == 2));
    CHECK(design.maintenance.exchange_s > 0.0);
  }
  REQUIRE(designs.size() == 7);
  CHECK(designs.at("two_coil_3500kg_flywheel").store.kind == StoreKind::flywheel);
  CHECK(designs.at("two_coil_3500kg").muzzle_speed_mps == 2400.0);
  CHECK(designs.at("two_coil_3500kg_2530").track.stages == 12045);
  CHECK(designs.at("two_coil_3500kg_40g").track.stages == 8126);
  CHECK(designs.at("two_coil_1500kg").payload_kg == 1500.0);
  CHECK(designs.at("one_coil_1t").bucket.count == 1);
  CHECK(designs.at("two_coil_baseline").muzzle_speed_mps == 2560.0);
  CHECK(designs.at("two_coil_baseline").store.capacity_J == 20.5e9);
  const std::string baseline = LUNAFAB_SOURCE_DIR "/configs/drivers/two_coil_baseline.yaml";
  CHECK_NOTHROW(load_design(baseline, {"payload=4.5 t", "muzzle_speed=2.47 km/s"}));
}

TEST_CASE("A design's values arrive in SI units where they belong", "[massdriver]") {
  DriverDesign d;
  const std::vector<Finding> findings = findings_of(base);
  INFO(all_of(findings));
  REQUIRE(findings.empty());
  d = read_design_document(parse_document(base, "driver.yaml"));
  CHECK(d.payload_kg == 3500.0);
  CHECK(d.bus_W == 1e7);
  CHECK(d.bucket_kg == 1750.0);
  CHECK(d.bucket.current_A == 1.2e6);
  CHECK(d.bucket.superconductor.jc0_A_per_m2 == 1.2e9);
  CHECK(d.bucket.superconductor.heat_capacity_J_per_m3K == 5e4);
  CHECK(d.track.clearance_m == 0.05);
  CHECK(d.track.drift_m == 2.0);
  CHECK(d.track.coil.winding.depth_m == 0.04);
  CHECK(d.track.coil.strand_m == Approx(5e-4).epsilon(1e-15));
  CHECK(d.track.coil.strands == 60);
  CHECK(d.track.coil.ac_factor == 0.0);
  CHECK(d.track.coil.hoop_limit_Pa == 8e7);
  CHECK(d.track.coil.sky_K == 4.0);
  CHECK(d.store.switch_ohm == Approx(15e-6).epsilon(1e-15));
  CHECK(d.store.capacity_J == 1.6e10);
  CHECK(d.firing.advance == -0.15);
  CHECK(d.injection.acceleration_mps2 == Approx(98.0665).epsilon(1e-15));
  CHECK(d.losses.eddy_N_per_mps == 0.1);
  CHECK(d.errors.bank_voltage == 0.001);
  CHECK(d.errors.jitter_s == Approx(1e-6).epsilon(1e-15));
  CHECK(d.errors.early_by == 0.1);
  CHECK(d.limits.jerk_mps3 == 1e6);
  CHECK(d.cost.store_per_J == 0.1);
  CHECK_FALSE(d.has_sled);
}

TEST_CASE("A design's wear, cooling and exchange arrive where they belong", "[massdriver]") {
  const DriverDesign d = read_design_document(parse_document(base, "driver.yaml"));
  CHECK(d.bucket.cryocooler_W == 200.0);
  CHECK(d.bucket.heat_leak_W == 20.0);
  CHECK(d.bucket.superconductor.share == 0.02);
  CHECK(d.track.coil.sky_night_K == 3.5);
  CHECK(d.track.coil.fatigue_Pa == 4.8e7);
  CHECK(d.track.coil.fatigue_cycles == 5e8);
  CHECK(d.track.coil.fatigue_exponent == 8.0);
  CHECK(d.store.voltage_ratio == 0.8);
  CHECK(d.store.life_exponent == 9.0);
  CHECK(d.store.switch_kg == 200.0);
  CHECK(d.back.receiving_J == 4.5e9);
  CHECK(d.limits.payload_field_T == 0.3);
  CHECK(d.maintenance.exchange_s == 1800.0);
  CHECK(d.maintenance.crews == 20);
  CHECK(d.maintenance.replace_at == 0.9);
  CHECK(d.maintenance.wear_shape == 3.0);
}

TEST_CASE("Coolers, stores and skies that cannot work are refused", "[massdriver]") {
  check_refusals({
      {{"cryocooler: 200 W", "cryocooler: 10 W"},
       "bucket.coils.cryocooler",
       "never cool down",
       "more than 20 W"},
      {{"receiving: 4.5 GJ", "receiving: 3 GJ"},
       "return.receiving",
       "gives 3.982 GJ back",
       "at least 3.982 GJ"},
      {{"sky_night: 3.5 K", "sky_night: 5 K"}, "track.coil.radiator.sky_night", "warmer", "at most 4 K"},
      {{"voltage_ratio: 0.8", "voltage_ratio: 1.2"}, "store.voltage_ratio", "out of range", "at most 1"},
      {{"replace_at: 0.9", "replace_at: 0"}, "maintenance.replace_at", "out of range", "more than 0"},
      {{"share: 0.02", "share: 2"}, "bucket.coils.superconductor.share", "out of range", "at most 1"},
      {{"cycles: 5e8", "cycles: 0"}, "track.coil.fatigue.cycles", "out of range", "from 1"},
  });
}

TEST_CASE("What may be left out of a design has a neutral value", "[massdriver]") {
  std::string text = base;
  for (const Edit& edit : std::vector<Edit>{
           {"title: test\n", ""},
           {"    fill: 1\n", ""},
           {"    supply: flux_conserving\n", ""},
           {"      exponent: 1.5, share: 0.02,", "     "},
           {"  drift: 2 m\n", ""},
           {"    strand: 0.5 mm\n", ""},
           {"    strands: 60\n", ""},
           {", sky: 4 K, sky_night: 3.5 K", ""},
           {"    fatigue: {stress: 48 MPa, cycles: 5e8, exponent: 8}\n", ""},
           {"    cryocooler: 200 W\n", ""},
           {"    heat_leak: 20 W\n", ""},
           {"  voltage_ratio: 0.8\n", ""},
           {"  life_exponent: 9\n", ""},
           {"  switch_mass: 200 kg\n", ""},
           {"  receiving: 4.5 GJ\n", ""},
           {"  payload_field: 0.3 T\n", ""},
           {"maintenance: {exchange: 30 min, crews: 20, replace_at: 0.9, wear_shape: 3}\n", ""},
           {"  standby: 1 kW\n", ""},
           {"  switch: 15 uohm\n", ""},
           {"  esr: 5 uohm\n", ""},
           {"  capacity: 16 GJ\n", ""},
           {"trigger: velocity_feedback, ", ""},
           {"losses: {drag: {force: 180 N, speed: 100 m/s}, eddy: 0.1 N s/m}\n", ""},
           {"  catcher: {deceleration: 28 g0, length: 10.6 km}\n", ""},
           {"  jerk: 1e6 m/s3\n", ""},
           {"  quench_margin: 0.2\n", ""},
           {"cost: {coil: 50 USD/kg, store: 100 USD/kJ, power: 5 USD/W, track: 20 kUSD/m}\n", ""}}) {
    text = with(text, edit);
  }
  const std::vector<Finding> findings = findings_of(text);
  INFO(all_of(findings));
  REQUIRE(findings.empty());
  const DriverDesign d = read_design_document(parse_document(text, "driver.yaml"));
  CHECK(d.title == "untitled");
  CHECK(d.bucket.fill == 1.0);
  CHECK(d.bucket.supply == BucketSupply::flux_conserving);
  CHECK(d.bucket.superconductor.exponent == 1.0);
  CHECK(d.track.coil.strand_m == 0.0);
  CHECK(d.track.coil.sky_K == 3.0);
  CHECK(d.track.coil.sky_night_K == 3.0);
  CHECK(d.track.coil.fatigue_Pa == 0.0);
  CHECK(d.bucket.superconductor.share == 1.0);
  CHECK(d.bucket.cryocooler_W == 0.0);
  CHECK(d.store.voltage_ratio == 1.0);
  CHECK(d.back.receiving_J == 0.0);
  CHECK(d.limits.payload_field_T == 0.0);
  CHECK(d.maintenance.exchange_s == 0.0);
  CHECK(d.maintenance.replace_at == 1.0);
  CHECK(d.store.converter_efficiency == 1.0);
  CHECK(d.store.capacity_J == 0.0);
  CHECK(d.firing.trigger == Trigger::velocity_feedback);
  CHECK(d.losses.drag_N_at_reference == 0.0);
  CHECK(d.back.catcher_m == 0.0);
  CHECK(d.cost.track_per_m == 0.0);
}

TEST_CASE("Conductors: by name, with the handbook's slope, or by their own values", "[massdriver]") {
  // Between the handbook's 273 K and 300 K: the reader's line passes within 0.1 % of both.
  CHECK(resistivity_ohm_m(aluminium, 273.0) == Approx(2.417e-8).epsilon(1e-3));
  CHECK(resistivity_ohm_m(aluminium, 300.0) == Approx(2.733e-8).epsilon(1e-3));
  const auto conductor = [](const std::string& text) {
    const std::string edited = with(base, {"conductor: aluminium", "conductor: " + text});
    return read_design_document(parse_document(edited, "driver.yaml")).track.coil.conductor;
  };
  CHECK(conductor("copper").density_kg_per_m3 == 8960.0);
  CHECK(conductor("copper").resistivity_ohm_m == 1.678e-8);
  const Conductor own = conductor(
      "{resistivity: 3e-8 ohm m, reference: 300 K, coefficient: 0.004 1/K, density: 2710 kg/m3, "
      "specific_heat: 900 J/kg/K}");
  CHECK(own.resistivity_ohm_m == 3e-8);
  CHECK(own.temperature_coefficient_per_K == 0.004);
  check_refusals({{{"conductor: aluminium", "conductor: aluminum"},
                   "track.coil.conductor",
                   "is 'aluminum'",
                   "aluminium, copper"},
                  {{"conductor: aluminium", "conductor: [copper]"},
                   "track.coil.conductor",
                   "is a sequence",
                   "aluminium, copper"}});
  CHECK(findings_of(with(base, {"conductor: aluminium", "conductor: aluminum"}))[0].nearest == "aluminium");
}

TEST_CASE("Coils that do not fit are refused with what would fit", "[massdriver]") {
  check_refusals({
      {{"radius: 1.3 m", "radius: 1.6 m"},
       "bucket.coils.radius",
       "reaches out to 1.618 m, the bore is 1.48 m",
       "at most 1.412 m"},
      {{"radius: 1.3 m", "radius: 1.45 m"},
       "bucket.coils.radius",
       "a radial gap of 12.5 mm, less than the clearance of 50 mm",
       "at most 1.412 m"},
      {{"clearance: 5 cm", "clearance: 2 m"},
       "bucket.coils.radius",
       "less than the clearance",
       "larger bore"},
      {{"clearance: 5 cm", "clearance: -5 cm"}, "track.clearance", "is out of range", "from 0.001 to 10 m"},
      {{"length: 0.25 m", "length: 1 m"}, "track.coil.length", "neighbouring drive coils", "at most 0.9 m"},
      {{"spacing: 4.05 m", "spacing: 0 m"}, "bucket.coils.spacing", "is out of range", "from 0.001 to 100 m"},
      {{"strands: 60", "strands: 100"}, "track.coil.strands", "100 layers of 0.5 mm", "at most 80"},
      {{"strand: 0.5 mm", "ac_factor: 2"}, "track.coil.ac_factor", "beside the strands", "`ac_factor`, or"},
      {{"mass: 1750 kg", "mass: 700 kg"}, "bucket.mass", "its coils weigh, 731.9 kg", "at least 731.9 kg"},
      {{"temperature: 254.55 K", "temperature: 60 K"}, "track.coil.temperature", "no resistance left", "K"},
      {{"temperature_limit: 350 K", "temperature_limit: 250 K"},
       "track.coil.temperature_limit",
       "is not above",
       "more than 254.6 K"},
      {{"sky: 4 K", "sky: 360 K"}, "track.coil.radiator.sky", "never cool it", "below 350 K"},
      {{"temperature: 20 K", "temperature: 100 K"}, "bucket.coils.temperature", "critical", "below 92 K"},
      {{"current: 1.2 MA", "current: 4 MA"}, "bucket.coils.current", "714.3 A/mm2", "at most 3.721 MA"},
  });
}

TEST_CASE("Speeds and energies a design cannot give are refused with those it can", "[massdriver]") {
  check_refusals({
      {{"stages: 10834", "stages: 0"}, "track.stages", "'0' is out of range", "from 1 to 200000"},
      {{"stages: 10834", "stages: 10.5"}, "track.stages", "is not a whole number", "from 1 to 200000"},
      {{"muzzle_speed: 2.4 km/s", "muzzle_speed: 100 m/s"},
       "muzzle_speed",
       "is not above the injection speed of 150 m/s",
       "more than 150 m/s"},
      {{"acceleration: 40 g0", "acceleration: 29 g0"},
       "limits.acceleration",
       "the track of 9.751 km demands a mean of 294.2 m/s2 (30 g0)",
       "at least 294.3 m/s2, or 11209 stages (10.09 km)"},
      {{"acceleration: 10 g0", "acceleration: 50 g0"}, "injection.acceleration", "above the", "at most 392"},
      {{"capacity: 16 GJ", "capacity: 15 GJ"},
       "store.capacity",
       "takes 15.14 GJ: it is a speed the store cannot give",
       "at least 15.14 GJ, or a muzzle speed of at most 2389 m/s"},
      {{"eddy: 0.1 N s/m", "eddy: 1000 N s/m"}, "losses", "more than the mean thrust", "at most 1544000 N"},
      {{"{deceleration: 28 g0", "{deceleration: 25 g0"},
       "return.catcher.length",
       "takes 11.75 km to stop",
       "at least 11750 m, or a deceleration of at least 271.7 m/s2"},
      {{"{deceleration: 28 g0", "{deceleration: 50 g0"},
       "return.catcher.deceleration",
       "would not survive",
       "at most 392"},
      {{"cycle: 1945 s", "cycle: 12 s"}, "return.cycle", "alone take 13.26 s", "at least 13.26 s"},
      {{"buckets: 3", "buckets: 300"}, "return.buckets", "14.18 s a launch", "at most 137"},
  });
}

TEST_CASE("A central store asks for its converters, and for nothing of capacitors", "[massdriver]") {
  const std::size_t from = base.find("store:\n"), to = base.find("firing:");
  const std::string store =
      "store:\n  kind: flywheel\n  specific_energy: 100 kJ/kg\n  charger_efficiency: 0.95\n"
      "  converter_efficiency: 0.9\n  depth: 0.75\n  power: 9 GW\n  switch_life: 1000000\n";
  const std::string central = base.substr(0, from) + store + base.substr(to);
  const DriverDesign d = read_design_document(parse_document(central, "driver.yaml"));
  CHECK(d.store.kind == StoreKind::flywheel);
  CHECK(d.store.depth == 0.75);
  CHECK(d.store.power_W == 9e9);
  const auto refused = [&](const Edit& edit, const std::string& path, const std::string& problem) {
    const std::vector<Finding> findings = findings_of(with(central, edit));
    INFO(all_of(findings));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].path == path);
    CHECK_THAT(findings[0].problem, Catch::Contains(problem));
  };
  refused({"  depth: 0.75\n", ""}, "store.depth", "is missing");
  refused({"power: 9 GW\n", "power: 9 GW\n  life: 10000\n"}, "store.life", "unknown");
  refused({"power: 9 GW\n", "power: 9 GW\n  capacity: 20 GJ\n"}, "store.capacity", "takes 22.87 GJ");
  refused({"trigger: velocity_feedback", "trigger: open_loop"}, "firing.trigger", "converters");
}

TEST_CASE("Firings that cannot work are refused", "[massdriver]") {
  check_refusals({
      {{"advance: -0.15", "advance: -0.3"},
       "firing.advance",
       "out of range",
       "more than -0.2 and at most 0.2"},
      {{"tuning: 1.2", "tuning: 3"}, "firing.tuning", "out of range", "from 0.5 to 2"},
      {{"tuning: 1.2", "tuning: 1.3"},
       "bucket.coils.spacing",
       "still carries the cycle of the coil before it",
       "at least 4.105 m"},
      {{"latest_opening: 1.8", "latest_opening: 1.2"},
       "firing.latest_opening",
       "ends at 1.341 half waves",
       "at least 1.341"},
      {{"spacing: 4.05 m", "spacing: 10 m"},
       "track.pitch",
       "up to 17 stages at once, more than the 16",
       "more than 0.9231 m"},
      {{"early_by: 0.1", "early_by: 0"}, "errors.early_by", "but by nothing", "more than 0"},
      {{"voltage: 0.1 %", "voltage: 80 %"}, "errors.voltage", "out of range", "from 0 to 0.5"},
  });
}

TEST_CASE("Bucket coils that overlap are refused, and so is what follows from it", "[massdriver]") {
  const std::vector<Finding> findings = findings_of(with(base, {"spacing: 4.05 m", "spacing: 10 cm"}));
  INFO(all_of(findings));
  REQUIRE(findings.size() == 2);
  CHECK_THAT(findings[0].problem, Catch::Contains("neighbouring bucket coils overlap"));
  CHECK(findings[0].allowed == "at least 0.16 m");
  CHECK(findings[1].path == "bucket.coils.spacing");
}

TEST_CASE("A track shorter than the bucket is refused, and so is what follows from it", "[massdriver]") {
  const std::vector<Finding> findings = findings_of(with(base, {"stages: 10834", "stages: 4"}));
  INFO(all_of(findings));
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].path == "track.stages");
  CHECK(findings[0].problem == "the track is 3.6 m long, the bucket's coils span 4.05 m");
  CHECK(findings[0].allowed == "at least 5");
  CHECK(findings[1].path == "limits.acceleration");
}

TEST_CASE("A bound that a message names is allowed when it is used", "[massdriver]") {
  for (const Edit& edit : std::vector<Edit>{{"radius: 1.3 m", "radius: 1.412 m"},
                                            {"length: 0.25 m", "length: 0.9 m"},
                                            {"mass: 1750 kg", "mass: 731.9 kg"},
                                            {"current: 1.2 MA", "current: 3.721 MA"},
                                            {"acceleration: 40 g0", "acceleration: 294.3 m/s2"},
                                            {"capacity: 16 GJ", "capacity: 15.14 GJ"},
                                            {"cycle: 1945 s", "cycle: 13.26 s"},
                                            {"buckets: 3", "buckets: 137"},
                                            {"spacing: 4.05 m", "spacing: 3.944 m"}}) {
    const std::vector<Finding> findings = findings_of(with(base, edit));
    INFO(edit.instead << "\n" << all_of(findings));
    const std::string key = edit.what.substr(0, edit.what.find(':'));
    CHECK(std::none_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.path.ends_with(key); }));
  }
}

TEST_CASE("Keys nobody knows come with the nearest name; missing ones with their path", "[massdriver]") {
  const auto only = [](const Edit& edit, std::size_t count) {
    std::vector<Finding> findings = findings_of(with(base, edit));
    INFO(all_of(findings));
    REQUIRE(findings.size() == count);
    return findings;
  };
  CHECK(only({"  drift: 2 m", "  drfit: 2 m"}, 1)[0].nearest == "drift");
  CHECK(only({"  drift: 2 m", "  drfit: 2 m"}, 1)[0].path == "track.drfit");
  CHECK(only({"  half_wave: 1.8 m", "  halfwave: 1.8 m"}, 2)[1].nearest == "half_wave");
  CHECK(only({"kind: capacitor", "kind: capacitors"}, 1)[0].nearest == "capacitor");
  CHECK(only({"jitter: 1 us", "jitter: 1 H"}, 1)[0].nearest == "h");
  CHECK(only({"cost: {", "costs: {"}, 1)[0].nearest == "cost");
  CHECK(only({"  clear: 5 s\n", ""}, 1)[0].path == "return.clear");
  CHECK(only({"bus: 10 MW", "bus: 10 GJ"}, 1)[0].problem == "is an energy, '10 GJ', where a power is needed");
  CHECK(only({"voltage_limit: 20 kV", "voltage_limit: 20 kA"}, 1)[0].problem ==
        "is an electric current, '20 kA', where a voltage is needed");
  CHECK(only({"lunafab: driver/1", "lunafab: scenario/1"}, 1)[0].allowed == "driver/1");
}

TEST_CASE("Many faults of one file are reported at once, each at its line", "[massdriver]") {
  std::string text = base;
  const std::vector<std::pair<Edit, std::string>> faults{
      {{"payload: 3.5 t", "payload: 3.5"}, "payload"},
      {{"mass: 1750 kg", "mass: 17.50 kg"}, "bucket.mass"},
      {{"radius: 1.3 m", "radius: 1.6 m"}, "bucket.coils.radius"},
      {{"supply: flux_conserving", "supply: flux_conservng"}, "bucket.coils.supply"},
      {{"stages: 10834", "stages: -5"}, "track.stages"},
      {{"length: 0.25 m", "length: 2 m"}, "track.coil.length"},
      {{"fill: 0.7", "fill: 70"}, "track.coil.fill"},
      {{"kind: capacitor", "kind: spring"}, "store.kind"},
      {{"esr: 5 uohm", "esr: 5 uH"}, "store.esr"},
      {{"speed: 150 m/s", "speed: 2.5 km/s"}, "muzzle_speed"},
      {{"recovery: 0.79", "recovery: 1.79"}, "return.recovery"},
      {{"{deceleration: 28 g0, length: 10.6 km}", "{deceleration: 28 g0, length: 10.6 m}"},
       "return.catcher.length"},
      {{"jerk: 1e6", "jrek: 1e6"}, "limits.jrek"}};
  for (const auto& [edit, path] : faults) text = with(text, edit);
  const std::vector<Finding> findings = findings_of(text);
  INFO(all_of(findings));
  for (const auto& [edit, path] : faults) {
    INFO(path);
    const auto found = std::find_if(findings.begin(), findings.end(),
                                    [&, wanted = path](const Finding& f) { return f.path == wanted; });
    REQUIRE(found != findings.end());
    CHECK(found->mark.line == line_of(path == "muzzle_speed" ? "muzzle_speed" : edit.what));
  }
  CHECK(findings.size() == faults.size());
}

TEST_CASE("A design within a larger file is reported at its place there", "[massdriver]") {
  const Node document =
      parse_document("a: 1\ndesign: {payload: 3.5 t, bucket: {mass: 1 kg, coils: 3}}\n", "f");
  Findings findings;
  const Node* node = document.find("design");
  MapReader reader(node, "driver.design", findings);
  const DriverDesign design = read_design(reader);
  reader.finish();
  const std::size_t of_reading = findings.size();
  check_design(design, *node, "driver.design", findings);
  CHECK(findings.size() == of_reading);  // nothing is concluded from stand-ins
  for (const Finding& finding : findings.list()) {
    CHECK(finding.path.starts_with("driver.design."));
    CHECK(finding.mark.line == 2);
  }
}

TEST_CASE("A design without a file is checked too", "[massdriver]") {
  DriverDesign design = read_design_document(parse_document(base, "driver.yaml"));
  design.track.stages = 5;
  Findings findings;
  check_design(design, Node{}, "", findings);
  REQUIRE(findings.size() >= 1);
  CHECK(findings.list()[0].mark.line == 0);
}

TEST_CASE("Settings change a stand-alone design before it is read", "[massdriver]") {
  const std::string file = LUNAFAB_SOURCE_DIR "/configs/drivers/two_coil_3500kg.yaml";
  CHECK(load_design(file, {"track.stages=11000"}).track.stages == 11000);
  CHECK_THROWS_AS(load_design(file, {"track.stages=1"}), InputError);
}

TEST_CASE("The example of the documentation reads without findings", "[massdriver]") {
  std::ifstream file(LUNAFAB_SOURCE_DIR "/docs/driver.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::string fence = "```yaml\n";
  const auto begin = text.find(fence) + fence.size();
  const std::vector<Finding> findings = findings_of(text.substr(begin, text.find("```", begin) - begin));
  INFO(all_of(findings));
  CHECK(findings.empty());
}
