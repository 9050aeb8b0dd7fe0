#include "app/read_insertion.hpp"
#include <fmt/format.h>
#include <Eigen/Eigenvalues>
#include <filesystem>
#include <numbers>
#include "campaign/scenario.hpp"
#include "core/cache.hpp"
#include "core/reader.hpp"
#include "core/visit.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/read_design.hpp"

namespace lunafab::app {
namespace {

constexpr Range error_range{0.0, 1e3};

void read_start(MapReader& root, InsertionFile& out) {
  const std::string start = root.text("start", "2030-01-01");
  try {
    out.start = parse_epoch(start);
  } catch (const std::invalid_argument&) {
    root.fail("start", "'" + start + "' is not a date", "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, TT");
  }
}

/// Standard deviations and correlations.
void read_muzzle_error(MapReader& root, InsertionFile& out) {
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
  out.muzzle_m2ps2 = sd_mps.asDiagonal() * r * sd_mps.asDiagonal();
  out.muzzle_source = "muzzle_error of the file";
}

void set_speeds(InsertionFile& out, double slowest_mps, double fastest_mps) {
  for (orbit::Destination& d : out.destinations) d.speeds = {slowest_mps, fastest_mps};
}

void read_ideal_driver(MapReader& map, InsertionFile& out) {
  const double top_mps = map.quantity("speed", unit::speed, positive);
  const double along_mps = map.quantity("speed_sd", unit::speed, error_range),
               sideways_mps = map.quantity("lateral_sd", unit::speed, error_range);
  const Eigen::Vector3d sd_mps(along_mps, sideways_mps, sideways_mps);
  out.muzzle_m2ps2 = sd_mps.cwiseAbs2().asDiagonal();
  out.muzzle_source = "driver at fidelity ideal";
  set_speeds(out, orbit::SpeedRange{}.slowest_mps, top_mps);
}

/// The design's own payload, in the middle of the speeds it is given: the scatter hardly depends on either.
void read_machine(const Node& document, InsertionFile& out, Findings& findings) {
  const Node* design = document.find("driver")->find("design");
  if (design == nullptr) {
    return findings.add({mark_at(document, "driver"), "driver.design", "is not there", "a driver file", ""});
  }
  massdriver::DriverModel model{.fidelity = Fidelity::table};
  try {
    model.design = massdriver::read_design_node(*design, "driver.design");
    model.table = massdriver::cached_table(model.design, state_hash(dump(*design)), cache_directory());
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
    return;
  } catch (const massdriver::DriverCannot& cannot) {
    return findings.add({design->mark, "driver.design",
                         std::string("cannot launch what its table is to cover: ") + cannot.what(),
                         "a machine that completes these launches: `lunafab launch` shows why", ""});
  }
  const double payload_kg = model.design.payload_kg;
  const auto [slowest, fastest] = massdriver::speed_range_mps(model, payload_kg);
  out.muzzle_m2ps2 = massdriver::muzzle_covariance_m2ps2(model, payload_kg, 0.5 * (slowest + fastest));
  out.muzzle_source = fmt::format("launch table of {}, {:.0f} kg", model.design.title, payload_kg);
  set_speeds(out, slowest, fastest);
}

void read_driver(MapReader& root, const Node& document, InsertionFile& out) {
  auto map = root.optional_map("driver");
  if (!map) {
    out.muzzle_source = "none: a launch without errors, because the scenario has no driver";
    return;
  }
  const auto fidelity = map->choice<Fidelity>(
      "fidelity", {{"ideal", Fidelity::ideal}, {"table", Fidelity::table}, {"solve", Fidelity::solve}});
  if (fidelity == Fidelity::ideal) {
    read_ideal_driver(*map, out);
  } else {
    read_machine(document, out, root.findings());
  }
}

std::optional<orbit::LunarSite> read_power_site(MapReader& root) {
  auto power = root.optional_map("power");
  if (!power) return {};
  MapReader site = power->map("site");
  constexpr double right_angle = 0.5 * std::numbers::pi;
  return orbit::LunarSite{
      .latitude_rad = site.quantity("latitude", unit::angle, {-right_angle, right_angle}),
      .longitude_rad = site.quantity("longitude", unit::angle, {-4.0 * right_angle, 4.0 * right_angle})};
}

}  // namespace

InsertionFile read_insertion(const std::string& path, const std::vector<std::string>& settings,
                             Fidelity fidelity, Findings& findings) {
  const Node document = campaign::load_scenario_document(path, settings);
  InsertionFile out{.file = path};
  MapReader root(&document, "", findings);
  const std::string format = root.text("lunafab");
  const bool scenario = format == "scenario/1";
  if (!scenario && format != "transfer/1") {
    root.fail("lunafab", "'" + format + "' is not a format this command reads", "scenario/1 or transfer/1",
              nearest_name(format, {"scenario/1", "transfer/1"}));
    return out;
  }
  out.title = root.text("title", std::filesystem::path(path).stem().string());
  read_start(root, out);
  const auto site = scenario ? read_power_site(root) : std::nullopt;
  out.has_muzzle = document.find("orbit") != nullptr;
  out.plan = orbit::read_orbit(root, std::filesystem::path(path).parent_path().string(), site);
  out.destinations = orbit::read_destinations(root, fidelity);
  if (scenario) {
    read_driver(root, document, out);
  } else {
    read_muzzle_error(root, out);
    root.finish();
  }
  return out;
}

}  // namespace lunafab::app
