#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include "massdriver/read_design.hpp"
#include "massdriver/read_sled.hpp"
#include "massdriver/reduced_ride.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Eigen::Vector3d;

namespace {

const std::string file_name = LUNAFAB_SOURCE_DIR "/configs/drivers/two_coil_3500kg.yaml";

struct Edit {
  std::string what, instead;
};

std::string shipped() {
  std::ifstream file(file_name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string with(std::string text, const Edit& edit) {
  const auto place = text.find(edit.what);
  INFO(edit.what);
  REQUIRE(place != std::string::npos);
  return text.replace(place, edit.what.size(), edit.instead);
}

DriverDesign read(const std::string& text) {
  return read_design_document(parse_document(text, "driver.yaml"));
}

std::vector<Finding> findings_of(const std::string& text) {
  try {
    (void)read(text);
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
  Edit edit;
  std::string path, problem, allowed;
};

/// Every refusal is the one finding of its text, with a place.
void check_refusals(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    const std::vector<Finding> findings = findings_of(with(shipped(), refusal.edit));
    INFO(refusal.edit.instead << "\n" << all_of(findings));
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].path == refusal.path);
    CHECK_THAT(findings[0].problem, Catch::Contains(refusal.problem));
    CHECK_THAT(findings[0].allowed, Catch::Contains(refusal.allowed));
    CHECK(findings[0].mark.line > 0);
  }
}

}  // namespace

TEST_CASE("Sled block: every value arrives in SI units where it belongs", "[massdriver]") {
  std::string text = with(shipped(), {"length: 2.5 m}",
                                      "length: 2.5 m, inner_radius: 0.2 m,\n"
                                      "    position: {fore: 0.1 m}, com_offset: {left: 2 mm, up: -1 mm}}\n"
                                      "  bucket: {inner_radius: 1.2 m, outer_radius: 1.4 m, length: 4.4 m}\n"
                                      "  tilt_coupling: 0.4\n"
                                      "  gravity: 1.5 m/s2"});
  INFO(all_of(findings_of(text)));
  REQUIRE(findings_of(text).empty());
  const DriverDesign d = read(text);
  const SledDesign& sled = d.sled;
  REQUIRE(d.has_sled);
  CHECK(sled.payload.inertia_kg_m2.x() == Approx(cylinder(3500.0, 0.2, 1.1, 2.5).inertia_kg_m2.x()));
  CHECK(sled.bucket.inertia_kg_m2.y() == Approx(cylinder(1750.0, 1.2, 1.4, 4.4).inertia_kg_m2.y()));
  CHECK(sled.payload_position_m == Vector3d(0.1, 0.0, 0.0));
  CHECK((sled.com_offset_m - Vector3d(0.0, 2e-3, -1e-3)).norm() < 1e-15);
  CHECK(sled.tilt_coupling == 0.4);
  CHECK(sled.gravity_mps2 == 1.5);
  CHECK(sled.track_radius_m == 1737.4e3);
  CHECK(sled.guidance.spacing_m == 4.0);
  CHECK(sled.guidance.gauge_m == 2.4);
  CHECK(sled.guidance.left_N_per_m == 5e6);
  CHECK(sled.guidance.up_N_per_m == 5e6);
  CHECK(sled.guidance.left_N_s_per_m == 3e4);
  CHECK(sled.guidance.up_N_s_per_m == 3e4);
  CHECK(sled.guidance.gap_m == 0.02);
  CHECK(sled.guidance.contact_N_per_m == 2e8);
  CHECK(sled.guidance.restitution == 0.5);
  CHECK(sled.latches.stiffness_N_per_m == 2e8);
  CHECK(sled.latches.damping_N_s_per_m == 1e5);
  CHECK(sled.latches.position_m[1] == Vector3d(1.0, -0.8, 0.6));
  CHECK(sled.push_off.position_m == Vector3d(-1.25, 0.0, 0.0));
  CHECK(sled.push_off.energy_J == 600.0);
  CHECK(sled.push_off.stroke_m == Approx(0.05));
  CHECK(sled.release.brake_delay_s == Approx(0.1));
  CHECK(sled.release.clear_s == Approx(0.25));
}

TEST_CASE("Survey and spread blocks arrive where they belong", "[massdriver]") {
  const DriverDesign d = read(shipped());
  CHECK(d.survey.stage_pitch_m == 0.9);
  CHECK(d.survey.coil_offset_m == Approx(2e-4));
  CHECK(d.survey.psd_m3 == Approx(1e-8));
  CHECK(d.survey.reference_wavelength_m == 10.0);
  CHECK(d.survey.exponent == 2.0);
  CHECK(d.survey.shortest_m == 20.0);
  CHECK(d.survey.longest_m == 2000.0);
  CHECK(d.spread.com_m == Approx(1e-3));
  CHECK(d.spread.latch_delay_s == Approx(2e-5));
  CHECK(d.spread.push_off_rad == Approx(1e-3));
}

TEST_CASE("A sled takes masses, coils, drift and brake from the rest of its design", "[massdriver]") {
  const DriverDesign d = read(shipped());
  CHECK(d.sled.bucket.mass_kg == d.bucket_kg);
  CHECK(d.sled.payload.mass_kg == d.payload_kg);
  // As thick as its coils and as long as their row: 4.05 m and one coil of 0.16 m.
  const RigidBody bucket = cylinder(1750.0, 1.3 - 0.0175, 1.3 + 0.0175, 4.21);
  CHECK((d.sled.bucket.inertia_kg_m2 - bucket.inertia_kg_m2).norm() < 1e-9 * bucket.inertia_kg_m2.norm());
  CHECK(d.sled.coil_spacing_m == Approx(4.05));
  CHECK(d.sled.release.drift_s == Approx(750.0 / 2400.0));
  CHECK(d.sled.release.brake_mps2 == d.back.brake_mps2);
  CHECK(d.sled.gravity_mps2 == Approx(1.624).epsilon(1e-3));
  // Coils in a row as two of equal mean square place: places −1, 0, 1 have 2/3, two at ±d/2 have d²/4.
  BucketCoils three;
  three.count = 3, three.spacing_m = 1.0;
  CHECK(equivalent_coil_spacing_m(three) == Approx(2.0 * std::sqrt(2.0 / 3.0)));
  three.count = 1;
  CHECK(equivalent_coil_spacing_m(three) == 0.0);
}

TEST_CASE("A body may be given by its moments of inertia", "[massdriver]") {
  const std::string shape = "{outer_radius: 1.1 m, length: 2.5 m}";
  const std::string moments = "inertia: {roll: 2000 kg m2, pitch: 3000 kg m2, yaw: 3100 kg m2}";
  const std::string text = with(shipped(), {shape, "{length: 2.5 m, " + moments + "}"});
  INFO(all_of(findings_of(text)));
  REQUIRE(findings_of(text).empty());
  CHECK(read(text).sled.payload.inertia_kg_m2 == Vector3d(2000.0, 3000.0, 3100.0));
  CHECK(read(text).sled.payload.mass_kg == 3500.0);
  check_refusals(
      {{{shape, "{outer_radius: 1.1 m, length: 2.5 m, " + moments + "}"},
        "sled.payload.inertia",
        "beside the cylinder",
        "`inertia`, or"},
       {{shape, "{length: 2.5 m, inertia: {roll: 9000 kg m2, pitch: 3000 kg m2, yaw: 3100 kg m2}}"},
        "sled.payload.inertia",
        "no body",
        "any two"},
       {{"outer_radius: 1.1 m", "inner_radius: 1.2 m, outer_radius: 1.1 m"},
        "sled.payload.outer_radius",
        "from 1.2 to 1.1 m has no wall",
        "below the outer"}});
}

TEST_CASE("Without a sled block nothing is modelled sideways", "[massdriver]") {
  std::string text = shipped();
  text.resize(text.find("\nsled:") + 1);
  INFO(all_of(findings_of(text)));
  REQUIRE(findings_of(text).empty());
  CHECK_FALSE(read(text).has_sled);
  CHECK(read(text).survey.psd_m3 == 0.0);
  const std::vector<Finding> findings = findings_of(text + "spread: {com: 1 mm}\n");
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].path == "spread");
  CHECK(findings[0].problem == "describes errors of a sled that is not there");
}

TEST_CASE("Guides that cannot hold the sled are refused", "[massdriver]") {
  check_refusals({
      {{"gap: 20 mm", "gap: -20 mm"}, "sled.guidance.gap", "is out of range", "more than 0"},
      {{"gap: 20 mm", "gap: 60 mm"},
       "sled.guidance.gap",
       "move 60.75 mm, more than the clearance of 50 mm",
       "at most 0.04938 m"},
      {{"gap: 20 mm", "gap: 0.5 mm"}, "sled.guidance.up", "sag 0.8878 mm", "at least 8879000 N/m"},
      // Offset times tilt at half the thrust, 0.8 MN, beats 0.2 MN/m sideways and 0.8 MNm/rad of yaw.
      {{"left: 5 MN/m", "left: 100 kN/m"}, "sled.guidance", "would leave the axis", "further aft"},
      {{"contact: 200 MN/m", "contact: 1 TN/m"}, "sled", "needs steps below", "softer by a factor"},
      {{"left: 5 MN/m", "left: 5 MN"}, "sled.guidance.left", "stiffness", "stiffness"},
  });
}

TEST_CASE("Latches that cannot hold the payload are refused", "[massdriver]") {
  check_refusals({
      {{"fore_left: {fore: 1 m", "fore_left: {fore: 2 m"},
       "sled.latches.positions",
       "one at 2 m fore, 1 m off the axis joins nothing",
       "payload, 2.5 m, within the bore"},
      {{"left: 0.8 m, up: 0.6 m", "left: 0.8 m, up: 1.6 m"},
       "sled.latches.positions",
       "joins nothing",
       "within the bore"},
      {{"      fore_left: {fore: 1 m, left: 0.8 m, up: 0.6 m}\n", ""},
       "sled.latches.positions",
       "holds 3 latches",
       "4 latches"},
  });
  std::string line = shipped();
  for (const char* place : {", left: 0.8 m, up: 0.6 m", ", left: -0.8 m, up: 0.6 m",
                            ", left: 0.8 m, up: -0.6 m", ", left: -0.8 m, up: -0.6 m"}) {
    line = with(line, {place, ""});
  }
  const std::vector<Finding> findings = findings_of(line);
  REQUIRE(!findings.empty());
  CHECK_THAT(findings[0].problem, Catch::Contains("stand in one line"));
}

TEST_CASE("Release sequences that cannot happen are refused with those that can", "[massdriver]") {
  check_refusals({
      {{"brake_delay: 100 ms", "brake_delay: 50 ms"},
       "sled.release.brake_delay",
       "braked while latches or push-off still join the payload, until 77.5",
       "at least 0.077"},
      {{"clear: 250 ms", "clear: 150 ms"},
       "sled.release.clear",
       "passes the bucket's fore end only 203.9 ms",
       "at least 0.204"},
      {{"drift: 750 m", "drift: 0.1 m"}, "track.drift", "open under thrust", "at least 0.288 m"},
  });
}

TEST_CASE("Surveys that cannot be drawn are refused", "[massdriver]") {
  check_refusals({
      {{"longest: 2 km", "longest: 20 m"}, "survey.line.longest", "is not above", "more than 20 m"},
      {{"shortest: 20 m", "shortest: 1 m"}, "survey.line.shortest", "at 168010 points", "at least 1.681 m"},
      {{"psd: 1e-8 m3", "psd: 1e-8 m2"}, "survey.line.psd", "is an area", "a volume"},
  });
}

TEST_CASE("The shipped sled leaves the track with centimetres a second sideways, touching nothing",
          "[massdriver]") {
  const DriverDesign d = read(shipped());
  const AxialProfile profile =
      plain_profile({.from_mps = 1812.0, .to_mps = 2400.0, .acceleration_mps2 = 294.2});
  const StreamKey key{.seed = 5, .replication = 0, .entity = 1, .purpose = Purpose::test};
  const ReducedRide ride =
      reduce_ride(d.sled, profile, d.survey, d.spread, {.held_out_rides = 1, .held_out = key});
  CHECK(std::isfinite(ride.worst_relative_error));  // the held-out ride was clean
  const ReleaseMoments moments = release_moments(ride);
  const double of_track_mps = std::sqrt(moments.of_tracks(1, 1));
  const double of_launch_mps = std::sqrt(moments.of_launches(1, 1));
  CHECK(of_track_mps > 2e-3);
  CHECK(of_track_mps < 5e-2);
  CHECK(of_launch_mps < 2e-3);
}
