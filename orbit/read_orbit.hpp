#pragma once
#include <optional>
#include <string>
#include <vector>
#include "core/reader.hpp"
#include "orbit/insertion.hpp"

namespace lunafab::orbit {

/// Section `orbit` of a scenario: at which fidelity, from where, in which model. Without the section:
/// `ideal`.
struct OrbitPlan {
  Fidelity fidelity = Fidelity::ideal;
  std::int64_t audit = 0;
  Muzzle muzzle;
  std::string field_file;    ///< SHADR or ICGEM; empty: the built-in field
  std::string de_file;       ///< JPL DE binary; empty: ERFA
  std::string terrain_file;  ///< ground along the azimuth; empty: not known
  int degree = 8;
  Navigation navigation;
  double window_step_s = 43200.0;
};

/// Reads `orbit`; files are named relative to `folder`. The muzzle stands at `site` where it says nothing
/// else.
OrbitPlan read_orbit(MapReader& root, const std::string& folder, const std::optional<LunarSite>& site);

/// Reads `orbit` of a study, which gives field, ephemeris and navigation only.
OrbitPlan read_orbit_model(MapReader& root, const std::string& folder);

enum class Budget : std::uint8_t { required, optional };  ///< optional: without it any burn will do
/// Reads `destinations`: what the fidelity needs, and nothing else. Completed.
std::vector<Destination> read_destinations(MapReader& root, Fidelity fidelity,
                                           Budget budget = Budget::required);

/// Field, ephemeris over the run and the longest transfer after it, and setting. @throws InputError of the
/// files.
void open_sky(const OrbitPlan& plan, double duration_s, OrbitModel& model);

}  // namespace lunafab::orbit
