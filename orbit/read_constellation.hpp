#pragma once
#include <optional>
#include <string>
#include <vector>
#include "core/reader.hpp"
#include "orbit/shell_report.hpp"

namespace lunafab::orbit {

/// What a satellite's compute makes, and what carries the results down.
struct Downlink {
  double compute_per_s = 0.0;  ///< units of compute (any) at full power
  double bits_per_compute = 0.0;
  double link_bps = 0.0;  ///< of one satellite, mean over time
};

/// Whom a run orders anew: nobody, satellites that failed, or also those that came to the end of their life.
enum class Replacement : std::uint8_t { none, failed, ended };

/// One shell, what stands in it, and what is kept for it.
struct ShellPlan {
  Shell shell;
  ShellSatellite satellite;
  Downlink downlink;
  int spares_per_plane = 0;
  SlotPolicy arrival;  ///< how a run fills the slots; with the spares
  Replacement replace = Replacement::none;
};

/// The body of `constellation`.
struct ConstellationSection {
  std::vector<ShellPlan> shells;
  std::optional<ShellSatellite> satellite;  ///< of all shells that have none of their own
};

/// Section `constellation` of a scenario, or a file of its own. docs/constellation.md lists the keys.
struct Constellation {
  std::string title;
  Epoch start;  ///< to which nodes and phases refer
  std::vector<ShellPlan> shells;
};

/// UDUNITS' year, the tropical one: what is written as 5 yr is 5 years here. Julian years are 2.2e-5 longer.
inline constexpr double written_year_s = 31556925.9747;
inline constexpr std::int64_t most_slots = 20'000'000;  ///< of a constellation

/// Reads the body of `constellation`. The caller calls `finish()` on the map around it. Every fault of a
/// shell is a finding at the key that has to change. No shells where the section is absent.
ConstellationSection read_constellation_section(MapReader& root);

/// A document with the section: `lunafab: constellation/1` strictly (`title`, `start`, `constellation`), or
/// `scenario/1`, of which `title`, `start` and the section are read and the rest is left alone.
/// @throws InputError with every finding, also where there is no shell.
Constellation read_constellation(const Node& document);

/// The same of a file, after `path=value` settings.
/// @throws InputError with every finding.
Constellation load_constellation(const std::string& path, const std::vector<std::string>& settings = {});

}  // namespace lunafab::orbit
