#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "core/document.hpp"
#include "core/input.hpp"
#include "core/tick.hpp"
#include "factory/plant.hpp"
#include "factory/serial_line.hpp"
#include "logistics/flights.hpp"
#include "logistics/power.hpp"
#include "massdriver/launch.hpp"
#include "orbit/insertion.hpp"
#include "orbit/read_constellation.hpp"
#include "orbit/sun.hpp"

namespace lunafab::campaign {

/// Site power: what can be generated, stored, and what the site itself takes.
struct PowerPlan {
  orbit::LunarSite site;
  logistics::SolarField solar;
  logistics::HorizonMask horizon;
  logistics::Milliwatts reactors = 0;
  logistics::Storage storage;
  logistics::PowerRequest base_load;  ///< all of it is hold power: it is never shed for production
};

/// One line of flights with its manifest; `stores[i]` is the depot store of manifest item i.
struct FlightLine {
  std::string name;
  logistics::FlightPlan plan;
  std::vector<logistics::ManifestItem> manifest;
  std::vector<std::uint32_t> stores;
  double propellant_per_landing_kg = 0.0;
};

struct SatelliteDesign {
  std::string name;
  std::uint32_t material = 0;
  std::uint32_t destination = 0;
  std::int64_t power_W = 0;
  Ticks life{};
  double failure_rate_per_s = 0.0;  ///< permanent failures in orbit, constant hazard
  double fade_per_year = 0.0;       ///< of the power carried, compounded
};

/// `count` satellites ordered at `first` and again every `interval` (zero: once).
struct OrderPlan {
  std::string name;
  std::uint32_t design = 0;
  std::int64_t count = 0;
  Tick first{};
  Ticks interval{};
};

struct DriverPlan {
  massdriver::DriverModel model;
  Int128 store_nJ = 0;
  logistics::Milliwatts charger_mW = 0;
  int priority = 5;
  Ticks bucket_cycle{};
  Ticks launch_gap{};  ///< a launch's hold on the track
  std::int32_t buckets = 1;
  std::int32_t queue = 0;  ///< places
  Ticks handling{};
  Ticks misfire_recovery{};  ///< a misfired satellite's way back from the catcher to the queue
};

/// How satellites leave a place.
enum class Disposal : std::uint8_t {
  leave,   ///< where nothing is in their way: switched off
  decay,   ///< they burn up, after a burn where drag alone is too slow
  surface  ///< a burn takes them down to the Moon
};

/// What a destination does to the satellites that work there.
struct OrbitalLife {
  double dose_Gy_per_year = 0.0;      ///< behind the shielding
  double drift_dose_Gy_per_s = 0.0;   ///< the same on the way to the slot
  orbit::Reliability reliability;     ///< limits of the dose; the base hazard is the design's
  double degraded_below = 0.0;        ///< share of the first power
  std::optional<double> carried_mps;  ///< on entering service; none: what is left of the budget
  double upkeep_mps_per_s = 0.0;      ///< drag make-up and station keeping
  Disposal disposal = Disposal::leave;
  double disposal_mps = 0.0;
  Ticks falling{};                       ///< from the disposal burn to the end
  std::optional<Ticks> falls_when_dead;  ///< left alone
  std::optional<std::uint32_t> shell;    ///< of `Scenario::shells`, whose slots are filled
  double arrival_drift_rad = 0.0;        ///< of the node, from the perigee of arrival to the parking orbit
};

/// A shell that a run fills.
struct ShellFleet {
  orbit::ShellPlan plan;
  orbit::SlotDesk desk;
};

/// Imported plant mass, written off evenly over its life.
struct Capital {
  double mass_kg = 0.0;
  double life_s = 0.0;
};

enum class WarmupKind : std::uint8_t {
  given,
  automatic,   ///< still to be chosen, by `settle_warmup`
  chosen,      ///< by MSER-5
  not_settled  ///< MSER-5 found no steady state: half of the run
};

/// Which engine advances a group of lines; the results have the same bits.
enum class EngineChoice : std::uint8_t { automatic, events, max_plus };

enum class Pairing : std::uint8_t {
  none,
  antithetic  ///< replication 2k + 1 draws 1 − u where replication 2k draws u; pairs are independent
};

/// Sequential stopping: replications go on beyond the least number until the intervals are narrow.
struct StoppingRule {
  std::int64_t most = 1;
  double half_width = 0.0;  ///< over the mean
  std::vector<std::string> metrics;
};

/// A checked scenario: everything a run needs, constant from here on.
struct Scenario {
  std::string title;
  std::string file;
  Epoch start;
  Tick end{};
  Tick warmup{};
  WarmupKind warmup_kind = WarmupKind::given;
  std::uint64_t seed = 1;
  std::int64_t replications = 1;         ///< with a stopping rule, the least number
  std::optional<StoppingRule> stopping;  ///< none: exactly `replications`
  Pairing pairing = Pairing::none;
  double confidence = 0.95;
  Ticks lookahead{};
  Ticks window{};
  EngineChoice engine = EngineChoice::automatic;
  factory::Plant plant;
  std::optional<PowerPlan> power;
  std::vector<FlightLine> flights;
  std::vector<SatelliteDesign> satellites;
  std::vector<OrderPlan> orders;
  std::optional<DriverPlan> driver;
  orbit::OrbitModel orbit;
  std::vector<OrbitalLife> lives;  ///< by destination; empty without a section `constellation`
  std::vector<ShellFleet> shells;  ///< that destinations fill
  std::optional<Capital> capital;
  double dug_kg_per_satellite = 0.0;  ///< regolith, the mean over the mix; 0 without satellites
  Node document;                      ///< resolved: the file with its settings applied
  std::string hash;                   ///< of the resolved document's canonical text, hex

  /// Whether anything but line groups takes part, so that windows matter.
  bool has_site() const {
    return power || driver || !flights.empty() || !plant.routes.empty() || !orders.empty();
  }
  Fidelity launch_fidelity() const { return driver ? driver->model.fidelity : Fidelity::ideal; }
};

/// A group as the max-plus engine would run it, or what makes it a case for the event engine.
factory::SerialLine engine_line(const Scenario& scenario, std::uint32_t group);

/// Reads and checks a resolved document; files it names are relative to its own folder. @throws InputError
/// with every finding. `warnings` collects what is doubtful but possible.
Scenario read_scenario(Node document, Findings& warnings);

/// A file as one document: the driver's design file in its place, `settings` (`path=value`) applied.
/// @throws InputError with every finding.
Node load_scenario_document(const std::string& path, const std::vector<std::string>& settings);

/// Loads a file and applies `settings` (`path=value`). @throws InputError with every finding.
Scenario load_scenario(const std::string& path, const std::vector<std::string>& settings, Findings& warnings);

}  // namespace lunafab::campaign
