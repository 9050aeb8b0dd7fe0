#include "campaign/limits.hpp"
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <tuple>
#include "campaign/metrics.hpp"

namespace lunafab::campaign {
namespace {

constexpr double raise = 1.1;

std::string set_quantity(const std::string& path, double value_si, const char* si_unit) {
  return fmt::format("{}={} {}", path, value_si, si_unit);
}

/// How much of its granted time a station was at work or being repaired: what delays it could only be itself.
double activity(const Campaign& base, std::uint32_t station) {
  using factory::Mode;
  const factory::StationState s = since_warmup(base.state(), base.scenario().plant, station);
  const auto time = [&](Mode mode) {
    return static_cast<double>(s.mode_us[static_cast<std::size_t>(mode)]);
  };
  const double active = time(Mode::busy) + time(Mode::down) + time(Mode::thawing) + time(Mode::frozen);
  const double present = active + time(Mode::starved) + time(Mode::blocked);
  return present > 0.0 ? active / present : 0.0;
}

class CandidateList {
 public:
  CandidateList(const Scenario& scenario, const Campaign& base) : sc_(scenario), base_(base) {}

  std::vector<LimitCandidate> list(int stations) {
    add_stations(stations);
    add_power();
    add_imports();
    add_vehicles();
    add_driver();
    add_orbit();
    return std::move(list_);
  }

 private:
  void add(std::string name, std::vector<std::string> settings) {
    if (!settings.empty()) list_.push_back({.name = std::move(name), .settings = std::move(settings)});
  }

  void add_stations(int count) {
    std::vector<std::pair<double, std::uint32_t>> ranked;
    for (std::uint32_t i = 0; i < sc_.plant.stations.size(); ++i) {
      if (sc_.plant.stations[i].route == factory::no_route) ranked.emplace_back(-activity(base_, i), i);
    }
    std::sort(ranked.begin(), ranked.end());
    ranked.resize(std::min(ranked.size(), static_cast<std::size_t>(count)));
    for (const auto& [minus_activity, index] : ranked) {
      const factory::Station& station = sc_.plant.stations[index];
      add(station.name, {fmt::format("{}.speed={}", station.name, station.speed * raise)});
    }
  }

  void add_power() {
    if (!sc_.power) return;
    const PowerPlan& power = *sc_.power;
    std::vector<std::string> settings;
    if (power.solar.area_m2 > 0.0)
      settings.push_back(set_quantity("power.solar.area", power.solar.area_m2 * raise, "m2"));
    if (power.reactors > 0) {
      settings.push_back(
          set_quantity("power.reactors", static_cast<double>(power.reactors) * 1e-3 * raise, "W"));
    }
    if (power.storage.capacity > 0) {
      settings.push_back(set_quantity("power.storage.capacity",
                                      static_cast<double>(power.storage.capacity) * 1e-9 * raise, "J"));
      settings.push_back(set_quantity("power.storage.charge_limit",
                                      static_cast<double>(power.storage.charge_limit) * 1e-3 * raise, "W"));
      settings.push_back(set_quantity("power.storage.discharge_limit",
                                      static_cast<double>(power.storage.discharge_limit) * 1e-3 * raise,
                                      "W"));
    }
    add("power", std::move(settings));
  }

  void add_imports() {
    std::vector<std::string> settings;
    for (const FlightLine& line : sc_.flights) {
      const std::string path = "flights." + line.name;
      settings.push_back(
          set_quantity(path + ".payload", static_cast<double>(line.plan.payload_mg) * 1e-6 * raise, "kg"));
      for (const logistics::ManifestItem& item : line.manifest) {
        for (const auto& [key, amount] :
             {std::pair{"reorder_at", item.reorder_at}, std::pair{"order_up_to", item.order_up_to}}) {
          const std::string at = path + ".manifest." + item.name + "." + key;
          if (item.piece_mg > 0) {
            settings.push_back(
                fmt::format("{}={}", at, std::llround(std::ceil(static_cast<double>(amount) * raise))));
          } else {
            settings.push_back(set_quantity(at, static_cast<double>(amount) * 1e-6 * raise, "kg"));
          }
        }
      }
    }
    add("imports", std::move(settings));
  }

  void add_vehicles() {  // whole vehicles: a fleet of less than ten grows by more than 10 %
    std::vector<std::string> settings;
    for (const factory::Route& route : sc_.plant.routes) {
      const std::int32_t vehicles = sc_.plant.stations[route.station].servers;
      settings.push_back(
          fmt::format("routes.{}.vehicles={}", route.name, static_cast<int>(std::ceil(vehicles * raise))));
    }
    add("vehicles", std::move(settings));
  }

  void add_driver() {
    if (!sc_.driver) return;
    const DriverPlan& driver = *sc_.driver;
    add("driver",
        {set_quantity("driver.charger.power", static_cast<double>(driver.charger_mW) * 1e-3 * raise, "W"),
         set_quantity("driver.bucket_cycle", seconds(driver.bucket_cycle) / raise, "s"),
         set_quantity("driver.handling", seconds(driver.handling) / raise, "s"),
         fmt::format("driver.queue={}", static_cast<int>(std::ceil(driver.queue * raise)))});
  }

  void add_orbit() {
    std::vector<std::string> settings;
    for (const orbit::Destination& destination : sc_.orbit.destinations) {
      settings.push_back(set_quantity("destinations." + destination.name + ".correction_budget",
                                      destination.correction_budget_mps * raise, "m/s"));
    }
    add("orbit", std::move(settings));
  }

  const Scenario& sc_;
  const Campaign& base_;
  std::vector<LimitCandidate> list_;
};

/// False where it was interrupted.
bool run_candidate(const Scenario& scenario, std::uint32_t replication, const std::atomic<bool>* interrupted,
                   LimitCandidate& candidate) {
  Node document = scenario.document;
  Findings findings, warnings;
  for (const std::string& setting : candidate.settings) apply_setting(document, setting, findings);
  if (scenario.orbit.audit > 0)
    apply_setting(document, "orbit.audit=0", findings);  // audits change no result
  findings.throw_if_any();
  Scenario raised = read_scenario(std::move(document), warnings);
  raised.warmup = scenario.warmup;  // an automatic one is that of the base run
  Campaign campaign(raised, replication);
  if (!campaign.run_to_end(interrupted)) return false;
  const Outcome o = outcome(raised, campaign.state(), energy_balance(raised, campaign.state()));
  candidate.inserted = scenario.satellites.empty() ? o.shipped : o.inserted;
  candidate.launched = o.launched;
  candidate.built = o.built;
  return true;
}

}  // namespace

std::optional<Limits> find_limits(const Scenario& scenario, const Campaign& base, int stations,
                                  const std::atomic<bool>* interrupted) {
  Limits limits;
  const Outcome o = outcome(scenario, base.state(), energy_balance(scenario, base.state()));
  limits.base = scenario.satellites.empty() ? o.shipped : o.inserted;
  limits.candidates = CandidateList(scenario, base).list(stations);
  std::atomic<bool> complete{true};
  tbb::parallel_for(std::size_t{0}, limits.candidates.size(), [&](std::size_t i) {
    if (!run_candidate(scenario, base.replication(), interrupted, limits.candidates[i])) complete = false;
  });
  if (!complete) return std::nullopt;
  for (LimitCandidate& candidate : limits.candidates) {
    candidate.gain = limits.base > 0
                         ? static_cast<double>(candidate.inserted) / static_cast<double>(limits.base) - 1.0
                         : static_cast<double>(candidate.inserted);
  }
  std::stable_sort(limits.candidates.begin(), limits.candidates.end(),
                   [](const LimitCandidate& a, const LimitCandidate& b) {
                     return std::tie(a.inserted, a.launched, a.built) >
                            std::tie(b.inserted, b.launched, b.built);
                   });
  const bool found = !limits.candidates.empty() && limits.candidates.front().inserted > limits.base;
  limits.limited_by = found ? limits.candidates.front().name : "nothing tried";
  limits.gain = found ? limits.candidates.front().gain : 0.0;
  return limits;
}

}  // namespace lunafab::campaign
