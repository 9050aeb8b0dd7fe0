#include "app/read_siting.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include "app/launch_file.hpp"
#include "campaign/scenario.hpp"
#include "core/reader.hpp"

namespace lunafab::app {
namespace {

constexpr double right_angle = std::numbers::pi / 2.0, full_turn = 2.0 * std::numbers::pi;
constexpr double day_s = 86400.0;
constexpr double most_dates = 1e5, most_values = 1e4, most_windows = 1e7;
constexpr double rounding = 1e-9;  // of a step, that a range may miss its end by

/// `{from, to, step}`, both ends of it.
std::vector<double> read_steps(MapReader map, Range range) {
  const double from = map.quantity("from", unit::angle, range), to = map.quantity("to", unit::angle, range),
               step = map.quantity("step", unit::angle, {0.0, full_turn, true});
  map.finish();
  const double steps = std::floor((to - from) / step + rounding);
  if (!(steps >= 0.0 && steps < most_values)) {
    map.fail("to", steps < 0.0 ? "lies below `from`" : fmt::format("gives {:.0f} values", steps + 1.0),
             fmt::format("1 … {:.0f} values", most_values));
    return {from};
  }
  std::vector<double> values;
  for (int i = 0; i <= static_cast<int>(steps); ++i) values.push_back(from + i * step);
  return values;
}

/// One angle, a list of them, or a range.
std::vector<double> read_axis(MapReader& grid, const char* key, Range range) {
  const Node* node = grid.required(key);
  if (node == nullptr) return {};
  if (node->kind == Node::Kind::map) return read_steps(grid.map(key), range);
  if (node->kind != Node::Kind::sequence) return {grid.quantity(key, unit::angle, range)};
  std::vector<double> values;
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    values.push_back(read_quantity_node(node->items[i], fmt::format("{}[{}]", grid.path_of(key), i),
                                        unit::angle, range, grid.findings()));
  }
  if (values.empty()) grid.fail(key, "is empty", "an angle, a list of angles, or {from, to, step}");
  std::vector<double> sorted = values;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) grid.fail(key, "has a value twice");
  return values;
}

std::vector<orbit::Muzzle> read_grid(MapReader& root) {
  MapReader grid = root.map("grid");
  const auto latitudes = read_axis(grid, "latitude", {-right_angle, right_angle}),
             longitudes = read_axis(grid, "longitude", {-full_turn, full_turn}),
             azimuths = read_axis(grid, "azimuth", {-full_turn, full_turn});
  grid.finish();
  std::vector<orbit::Muzzle> muzzles;
  const auto cells = static_cast<double>(latitudes.size()) * static_cast<double>(longitudes.size()) *
                     static_cast<double>(azimuths.size());
  if (cells > most_values) {
    root.fail("grid", fmt::format("has {:.0f} sites and azimuths", cells),
              fmt::format("at most {:.0f}", most_values));
    return muzzles;
  }
  for (const double latitude : latitudes)
    for (const double longitude : longitudes)
      for (const double azimuth : azimuths)
        muzzles.push_back({.site = {latitude, longitude}, .azimuth_rad = azimuth});
  return muzzles;
}

orbit::LaunchDates read_dates(MapReader& root) {
  MapReader map = root.map("dates");
  orbit::LaunchDates dates{.first = read_start(map)};
  const double days_s = map.quantity("days", unit::time, {0.0, 1e10});
  dates.step_s = map.quantity("step", unit::time, {600.0, 1e9});
  map.finish();
  const double count = std::floor(days_s / dates.step_s + rounding) + 1.0;
  if (count > most_dates) {
    root.fail("dates", fmt::format("are {:.0f}", count), fmt::format("at most {:.0f}", most_dates));
  } else {
    dates.count = static_cast<std::size_t>(count);
  }
  return dates;
}

/// Shares of the destinations; equal where the file gives none.
std::vector<double> read_mix(MapReader& root, const std::vector<orbit::Destination>& destinations) {
  const auto n = static_cast<double>(destinations.size());
  if (!root.has("mix")) return std::vector<double>(destinations.size(), 1.0 / n);
  std::vector<std::string> names;
  for (const orbit::Destination& d : destinations) names.push_back(d.name);
  std::vector<double> shares(destinations.size(), 0.0);
  double sum = 0.0;
  for (const auto& [name, share] : root.quantities("mix", unit::number, fraction)) {
    sum += share;
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) {
      root.fail("mix", lunafab::quoted(name) + " is no destination of the file", list_names(names),
                nearest_name(name, names));
    } else {
      shares[static_cast<std::size_t>(found - names.begin())] = share;
    }
  }
  if (std::abs(sum - 1.0) > 1e-6)
    root.fail("mix", fmt::format("sums to {:g} %", 100.0 * sum), "shares that sum to 100 %");
  return shares;
}

Throw read_throw_of_study(MapReader& root) {
  if (!root.has("driver")) return read_throw(root);
  for (const char* key : {"speeds", "muzzle_error"})
    if (root.has(key)) root.fail(key, "is there twice: the driver gives it", "`driver`, or this");
  return read_driver_throw(root);
}

}  // namespace

SitingFile read_siting(const std::string& path, const std::vector<std::string>& settings) {
  const Node document = campaign::load_scenario_document(path, settings);
  Findings findings;
  MapReader root(&document, "", findings);
  SitingFile file;
  const std::string format = root.text("lunafab");
  if (format != "siting/1") {
    root.fail("lunafab", "'" + format + "' is not a format this command reads", "siting/1",
              nearest_name(format, {"siting/1"}));
    findings.throw_if_any();
  }
  file.title = root.text("title", std::filesystem::path(path).stem().string());
  orbit::SitingStudy& study = file.study;
  study.dates = read_dates(root);
  study.muzzles = read_grid(root);
  study.plan = orbit::read_orbit_model(root, std::filesystem::path(path).parent_path().string());
  study.destinations = orbit::read_destinations(root, Fidelity::table, orbit::Budget::optional);
  if (study.destinations.empty()) root.fail("destinations", "is empty", "one destination or more");
  study.shares = read_mix(root, study.destinations);
  const auto windows = static_cast<double>(study.muzzles.size() * study.destinations.size()) *
                       static_cast<double>(study.dates.count);
  if (windows > most_windows)
    root.fail("grid", fmt::format("makes {:.3g} windows with dates and destinations", windows),
              fmt::format("at most {:.0e}", most_windows));
  Throw thrown = read_throw_of_study(root);
  root.finish();
  findings.throw_if_any();
  for (orbit::Destination& d : study.destinations) d.speeds = thrown.speeds;
  study.muzzle_m2ps2 = thrown.muzzle_m2ps2;
  file.muzzle_source = std::move(thrown.source);
  return file;
}

}  // namespace lunafab::app
