#include <catch2/catch.hpp>
#include <string>
#include "core/input.hpp"
#include "massdriver/design_search.hpp"
#include "massdriver/read_design.hpp"
#include "massdriver/read_study.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;

namespace {

const std::string study_file =
    std::string(LUNAFAB_SOURCE_DIR) + "/configs/drivers/studies/three_and_half_tonnes.yaml";

DriverStudy study(const std::vector<std::string>& settings = {}) {
  return load_study(study_file, settings);
}

/// Found once, read by several tests.
const FoundDesign& baseline() {
  static const SearchResult result = find_design(study(), 3500.0);
  return std::get<FoundDesign>(result);
}

std::string reasons(const SearchResult& result) {
  REQUIRE(std::holds_alternative<Infeasible>(result));
  std::string text;
  for (const std::string& reason : std::get<Infeasible>(result).reasons) text += reason + "\n";
  return text;
}

}  // namespace

TEST_CASE("design search: the requirements of the baseline give the calculated machine within 5 %",
          "[massdriver]") {
  const FoundDesign& found = baseline();
  const DriverDesign& d = found.design;
  const auto near = [](double expected) {
    return WithinRel(expected, 0.05);
  };
  CHECK_THAT(d.track.stages, near(10834.0));
  CHECK_THAT(d.track.stages * d.track.pitch_m, near(9750.0));
  CHECK_THAT(d.track.pitch_m, near(0.90));
  CHECK_THAT(d.track.half_wave_m, near(1.80));
  CHECK_THAT(d.bucket.spacing_m, near(4.05));
  CHECK_THAT(d.track.coil.winding.radius_m, near(1.50));
  CHECK_THAT(d.track.coil.winding.length_m, near(0.25));
  CHECK_THAT(d.track.coil.winding.depth_m, near(0.04));
  CHECK_THAT(d.bucket.winding.radius_m, near(1.30));
  CHECK_THAT(d.bucket.winding.length_m, near(0.16));
  CHECK_THAT(d.bucket.winding.depth_m, near(0.035));
  CHECK_THAT(d.bucket.current_A, near(1.2e6));
  CHECK_THAT(found.drive_kg / d.track.stages, near(178.0));
  CHECK_THAT(found.bucket_coils_kg, near(2.0 * 366.0));
  CHECK_THAT(found.launch.peak_voltage_V, near(12.6e3));
  CHECK_THAT(found.launch.drive_current_A, near(448e3));
  CHECK_THAT(found.launch.energy.discharged_J, near(15.154e9));
  CHECK_THAT(found.launch.energy.coil_heat_J, near(54.5e6));
  CHECK_THAT(found.bus_J, near(12.33e9));
  CHECK_THAT(found.store_kg, near(15.15e6));
  CHECK_THAT(found.em_efficiency, WithinAbs(0.9964, 0.0002));
  CHECK_THAT(found.launch.peak_mps2, near(38.9 * 9.80665));
  CHECK_THAT(found.cadence.up_per_h, near(2.92));
  CHECK_THAT(d.firing.advance, WithinAbs(-0.15, 0.02));
}

TEST_CASE("design search: the found machine keeps step, and its bus energy is what its parts add up to",
          "[massdriver]") {
  const FoundDesign& found = baseline();
  CHECK(found.launch.outcome == SolverOutcome::completed);
  CHECK(found.launch.late_openings == 0);
  CHECK(found.robust_launches == found.disturbed_launches);
  CHECK(found.disturbed_launches == 4);
  const auto& e = found.launch.energy;
  const double v = found.launch.muzzle_speed_mps;
  const double injected_J =
      found.bus_J - (e.discharged_J - e.recovered_J) / 0.93 + 0.5 * 1750.0 * v * v * 0.7905;
  const double kinetic_J = 0.5 * 5250.0 * 150.0 * 150.0;
  CHECK(injected_J > kinetic_J / 0.93);  // inverters, and coils that warm
  CHECK(injected_J < kinetic_J / 0.91);
  CHECK_THAT(v, WithinRel(2400.0, 1e-4));  // the feedback's standing error
}

TEST_CASE("design search: the written driver file reads back as the same machine", "[massdriver]") {
  const FoundDesign& found = baseline();
  const DriverStudy from = study();
  const DriverDesign read =
      read_design_document(parse_document(driver_yaml(from, found.design), "driver.yaml"));
  const DriverDesign& d = found.design;
  const auto same = [](double expected) {
    return WithinRel(expected, 1e-8);
  };  // nine digits are written
  CHECK(read.title == from.title);
  CHECK(read.track.stages == d.track.stages);
  CHECK(read.bucket.count == d.bucket.count);
  CHECK(read.back.buckets == d.back.buckets);
  CHECK_THAT(read.payload_kg, same(d.payload_kg));
  CHECK_THAT(read.bucket_kg, same(d.bucket_kg));
  CHECK_THAT(read.bus_W, same(d.bus_W));
  CHECK_THAT(read.bucket.current_A, same(d.bucket.current_A));
  CHECK_THAT(read.bucket.spacing_m, same(d.bucket.spacing_m));
  CHECK_THAT(read.bucket.winding.depth_m, same(d.bucket.winding.depth_m));
  CHECK_THAT(read.track.coil.winding.radius_m, same(d.track.coil.winding.radius_m));
  CHECK_THAT(read.track.coil.radiator_m2, same(d.track.coil.radiator_m2));
  CHECK_THAT(read.store.capacity_J, same(d.store.capacity_J));
  CHECK_THAT(read.firing.advance, same(d.firing.advance));
  CHECK_THAT(read.firing.energy, same(d.firing.energy));
  CHECK_THAT(read.limits.acceleration_mps2, same(d.limits.acceleration_mps2));
}

TEST_CASE("sizing: heavier payloads need more energy, larger coils and more current", "[massdriver]") {
  const DriverStudy from = study();
  Sizing before = size_machine(from, 500.0, 1.0, from.needs.mean_mps2);
  for (double payload_kg = 700.0; payload_kg < 8000.0; payload_kg *= 1.4) {
    Sizing after = size_machine(from, payload_kg, 1.0, from.needs.mean_mps2);
    CHECK(after.design.track.coil.winding.radius_m > before.design.track.coil.winding.radius_m);
    CHECK(after.design.bucket.current_A > before.design.bucket.current_A);
    CHECK(after.design.track.stages < before.design.track.stages);  // pitch grows with the bore
    CHECK(after.bank_J > before.bank_J);
    CHECK(after.bank_V > before.bank_V);
    CHECK(after.cost_usd > before.cost_usd);
    before = std::move(after);
  }
}

TEST_CASE("sizing: the calculated machine's bank hands over its energy at about its bucket current",
          "[massdriver]") {
  const DriverDesign d =
      load_design(std::string(LUNAFAB_SOURCE_DIR) + "/configs/drivers/two_coil_3500kg.yaml");
  const double drive_H = self_inductance_H(d.track.coil.winding);
  const double bank_J = 0.5 * 1.005 * 5250.0 * 294.2 * 0.90;
  // One bank without its neighbours: 2 % off the coupled solver.
  CHECK_THAT(matched_current_A(d, drive_H, bank_J), WithinRel(1.2e6, 0.05));
  CHECK(pass_bank(d, drive_H, bank_J, 1.2e6).left < 0.01);
  CHECK(pass_bank(d, drive_H, bank_J, 0.6e6).left > 0.1);
  CHECK(pass_bank(d, drive_H, bank_J, 2.0e6).left > 0.1);
}

TEST_CASE("sizing: the payload's radius is that of its cylinder", "[massdriver]") {
  // A cylinder of radius 1 m, 4 m long: 4π m³.
  CHECK_THAT(payload_radius_m({.density_kg_per_m3 = 100.0, .slenderness = 2.0}, 400.0 * 3.141592653589793),
             WithinRel(1.0, 1e-12));
}

TEST_CASE("design search: what cannot be met names the limit that binds", "[massdriver]") {
  const auto no = [](const std::string& setting) {
    return reasons(find_design(study({setting}), 3500.0));
  };
  CHECK_THAT(no("requirements.mean_acceleration=3 g0"), Contains("mean_acceleration") && Contains("longest"));
  CHECK_THAT(no("requirements.peak_acceleration=8 g0"),
             Contains("peak_acceleration") && Contains("injection"));
  CHECK_THAT(no("technology.track.coil.voltage_limit=2 kV"), Contains("voltage_limit"));
  CHECK_THAT(no("technology.bucket.coils.hoop_limit=20 MPa"), Contains("bucket.coils.hoop_limit"));
  CHECK_THAT(no("requirements.quench_margin=0.8"), Contains("quench_margin"));
  CHECK_THAT(no("requirements.bucket_share=0.1"), Contains("bucket_share"));
}

TEST_CASE("driver study: every problem is reported at once", "[massdriver]") {
  try {
    (void)study({"requirements.payload=3 m", "rules.gap=2", "rules.colour=red", "technology.bus=1 W",
                 "technology.store.life=0", "requirements.launches_per_hour=3"});
    FAIL("accepted");
  } catch (const InputError& error) {
    const std::string text = error.what();
    for (const char* path : {"requirements.payload", "rules.gap", "rules.colour", "technology.bus",
                             "technology.store.life", "requirements.bus"})
      CHECK_THAT(text, Contains(path));
    CHECK(error.findings().size() == 6);
  }
}
