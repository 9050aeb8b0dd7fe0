#include "app/launch_file.hpp"
#include <fmt/format.h>
#include <Eigen/Eigenvalues>
#include <filesystem>
#include <numbers>
#include <stdexcept>
#include "campaign/scenario.hpp"
#include "core/cache.hpp"
#include "core/reader.hpp"
#include "core/visit.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/read_design.hpp"

namespace lunafab::app {
namespace {

constexpr Range error_range{0.0, 1e3}, speed_range{1.0, 2e4};

/// Standard deviations and correlations.
Eigen::Matrix3d read_muzzle_error(MapReader& root) {
  MapReader map = root.map("muzzle_error");
  Eigen::Vector3d sd_mps;
  const char* const axes[] = {"along", "left", "up"};
  for (int i = 0; i < 3; ++i) sd_mps[i] = map.quantity(axes[i], unit::speed, error_range);
  constexpr Range correlation{-1.0, 1.0};
  Eigen::Matrix3d r = Eigen::Matrix3d::Identity();
  r(0, 1) = r(1, 0) = map.quantity("along_left", unit::number, correlation, 0.0);
  r(0, 2) = r(2, 0) = map.quantity("along_up", unit::number, correlation, 0.0);
  r(1, 2) = r(2, 1) = map.quantity("left_up", unit::number, correlation, 0.0);
  map.finish();
  const double least = Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d>(r).eigenvalues()[0];
  if (least < -1e-12) {
    root.fail("muzzle_error",
              fmt::format("is no covariance: with these correlations it has the eigenvalue {:.3g}", least),
              "correlations of which none contradicts the others (positive semidefinite)");
  }
  return sd_mps.asDiagonal() * r * sd_mps.asDiagonal();
}

Throw read_ideal_driver(MapReader& map) {
  Throw out{.source = "driver at fidelity ideal"};
  out.speeds.fastest_mps = map.quantity("speed", unit::speed, positive);
  const double along_mps = map.quantity("speed_sd", unit::speed, error_range),
               sideways_mps = map.quantity("lateral_sd", unit::speed, error_range);
  out.muzzle_m2ps2 = Eigen::Vector3d(along_mps, sideways_mps, sideways_mps).cwiseAbs2().asDiagonal();
  return out;
}

/// The design's own payload, in the middle of the speeds it is given: the scatter hardly depends on either.
Throw read_machine(MapReader& map) {
  Throw out;
  const Node* design = map.required("design");
  if (design == nullptr) return out;
  massdriver::DriverModel model{.fidelity = Fidelity::table};
  try {
    model.design = massdriver::read_design_node(*design, map.path_of("design"));
    model.table = massdriver::cached_table(model.design, state_hash(dump(*design)), cache_directory());
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) map.findings().add(finding);
    return out;
  } catch (const massdriver::DriverCannot& cannot) {
    map.fail("design", std::string("cannot launch what its table is to cover: ") + cannot.what(),
             "a machine that completes these launches: `lunafab launch` shows why");
    return out;
  }
  const double payload_kg = model.design.payload_kg;
  const auto [slowest, fastest] = massdriver::speed_range_mps(model, payload_kg);
  return {.speeds = {slowest, fastest},
          .muzzle_m2ps2 = massdriver::muzzle_covariance_m2ps2(model, payload_kg, 0.5 * (slowest + fastest)),
          .source = fmt::format("launch table of {}, {:.0f} kg", model.design.title, payload_kg)};
}

std::optional<orbit::LunarSite> read_power_site(MapReader& root) {
  auto power = root.optional_map("power");
  if (!power || !power->has("site")) return {};
  MapReader site = power->map("site");
  constexpr double right_angle = 0.5 * std::numbers::pi;
  return orbit::LunarSite{
      .latitude_rad = site.quantity("latitude", unit::angle, {-right_angle, right_angle}),
      .longitude_rad = site.quantity("longitude", unit::angle, {-4.0 * right_angle, 4.0 * right_angle})};
}

}  // namespace

Epoch read_start(MapReader& root) {
  const std::string start = root.text("start", "2030-01-01");
  try {
    return parse_epoch(start);
  } catch (const std::invalid_argument&) {
    root.fail("start", "'" + start + "' is not a date",
              "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, 1900 to 3000, TT");
    return {};
  }
}

Throw read_throw(MapReader& root) {
  Throw out{.source = "muzzle_error of the file"};
  if (auto speeds = root.optional_map("speeds")) {
    out.speeds.slowest_mps = speeds->quantity("from", unit::speed, speed_range);
    out.speeds.fastest_mps = speeds->quantity("to", unit::speed, speed_range);
    speeds->finish();
    if (out.speeds.slowest_mps > out.speeds.fastest_mps)
      root.fail("speeds", "ends below its beginning", "`from` at most `to`");
  }
  out.muzzle_m2ps2 = read_muzzle_error(root);
  return out;
}

Throw read_driver_throw(MapReader& root) {
  auto map = root.optional_map("driver");
  if (!map) return {.source = "none: a launch without errors, because there is no driver"};
  const auto fidelity = map->choice<Fidelity>(
      "fidelity", {{"ideal", Fidelity::ideal}, {"table", Fidelity::table}, {"solve", Fidelity::solve}});
  return fidelity == Fidelity::ideal ? read_ideal_driver(*map) : read_machine(*map);
}

LaunchFile read_launch_file(const std::string& path, const std::vector<std::string>& settings,
                            Fidelity fidelity, Findings& findings) {
  const Node document = campaign::load_scenario_document(path, settings);
  LaunchFile out{.file = path};
  MapReader root(&document, "", findings);
  const std::string format = root.text("lunafab");
  const bool scenario = format == "scenario/1";
  if (!scenario && format != "transfer/1") {
    root.fail("lunafab", "'" + format + "' is not a format this command reads", "scenario/1 or transfer/1",
              nearest_name(format, {"scenario/1", "transfer/1"}));
    return out;
  }
  out.title = root.text("title", std::filesystem::path(path).stem().string());
  out.start = read_start(root);
  const auto site = scenario ? read_power_site(root) : std::nullopt;
  out.has_muzzle = document.find("orbit") != nullptr;
  out.plan = orbit::read_orbit(root, std::filesystem::path(path).parent_path().string(), site);
  out.destinations = orbit::read_destinations(root, fidelity);
  const Throw thrown = scenario ? read_driver_throw(root) : read_throw(root);
  for (orbit::Destination& d : out.destinations) d.speeds = thrown.speeds;
  out.muzzle_m2ps2 = thrown.muzzle_m2ps2, out.muzzle_source = thrown.source;
  if (!scenario) root.finish();
  return out;
}

}  // namespace lunafab::app
