#include "app/orbit_sections.hpp"
#include <filesystem>
#include <numbers>
#include <stdexcept>
#include "campaign/scenario.hpp"
#include "core/reader.hpp"
#include "core/tick.hpp"
#include "massdriver/read_design.hpp"

namespace lunafab::app {
namespace {

// Assumptions, of the size the error budgets of the shipped drivers give.
constexpr double assumed_along_mps = 0.05, assumed_across_mps = 0.02;

void read_start(MapReader& root, OrbitSections& sections) {
  const std::string start = root.text("start", "2030-01-01");
  try {
    sections.start = parse_epoch(start);
  } catch (const std::invalid_argument&) {
    root.fail("start", "'" + start + "' is not a date",
              "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, 1900 to 3000, TT");
  }
}

std::optional<orbit::LunarSite> read_site(MapReader& root) {
  constexpr double right_angle = std::numbers::pi / 2.0, turn = 2.0 * std::numbers::pi;
  auto power = root.optional_map("power");
  if (!power || !power->has("site")) return {};
  MapReader site = power->map("site");
  return orbit::LunarSite{site.quantity("latitude", unit::angle, {-right_angle, right_angle}),
                          site.quantity("longitude", unit::angle, {-turn, turn})};
}

void read_driver(MapReader& root, OrbitSections& sections) {
  double along_mps = assumed_along_mps, across_mps = assumed_across_mps;
  orbit::SpeedRange speeds;
  sections.muzzle_source = "no driver: any speed; errors assumed";
  if (auto driver = root.optional_map("driver")) {
    if (const Node* design = driver->optional("design")) {
      const massdriver::DriverDesign d = massdriver::read_design_node(*design, "driver.design");
      speeds = {d.injection.speed_mps, d.muzzle_speed_mps};
      sections.muzzle_source = "speeds of driver.design; errors assumed";
    } else if (driver->has("speed")) {
      speeds.fastest_mps = driver->quantity("speed", unit::speed, positive);
      along_mps = driver->quantity("speed_sd", unit::speed, non_negative);
      across_mps = driver->quantity("lateral_sd", unit::speed, non_negative);
      sections.muzzle_source = "driver";
    }
  }
  for (orbit::Destination& d : sections.destinations) d.speeds = speeds;
  sections.muzzle_m2ps2.diagonal() << along_mps * along_mps, across_mps * across_mps, across_mps * across_mps;
}

}  // namespace

OrbitSections read_orbit_sections(const std::string& path, const std::vector<std::string>& settings) {
  const Node document = campaign::load_scenario_document(path, settings);
  Findings findings;
  MapReader root(&document, "", findings);
  OrbitSections sections;
  const std::string format = root.text("lunafab");
  if (format != "scenario/1")
    root.fail("lunafab", "'" + format + "' is not a format this command reads", "scenario/1");
  read_start(root, sections);
  const auto site = read_site(root);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!root.has("orbit"))
    root.fail("orbit", "is not there: nobody knows where the muzzle points", "a section with `muzzle`");
  sections.plan = orbit::read_orbit(root, folder, site);
  sections.destinations = orbit::read_destinations(root, Fidelity::table);
  if (sections.destinations.empty()) root.fail("destinations", "is empty", "one destination or more");
  try {
    read_driver(root, sections);
    if (findings.empty() && !sections.plan.terrain_file.empty())
      sections.terrain = orbit::load_terrain(sections.plan.terrain_file);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
  }
  findings.throw_if_any();
  return sections;
}

}  // namespace lunafab::app
