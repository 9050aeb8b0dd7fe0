#include "tests/validation/independent_models.hpp"
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include "campaign/since_warmup.hpp"
#include "tests/validation/python.hpp"
#include "tests/validation/simulated.hpp"

namespace lunafab::test {
namespace {

using campaign::Metrics, campaign::Scenario, campaign::CampaignState, factory::Mode;

/// A row from two samples: what an independent model found, and the engine.
Row welch(const std::string& name, const std::string& model, const Tally& theirs, const Tally& ours) {
  const double a = theirs.variance() / static_cast<double>(theirs.count),
               b = ours.variance() / static_cast<double>(ours.count);
  const double freedom =
      (a + b) * (a + b) /
      (a * a / static_cast<double>(theirs.count - 1) + b * b / static_cast<double>(ours.count - 1));
  const boost::math::students_t t(freedom);
  const double half_width = quantile(complement(t, 0.0005)) * std::sqrt(a + b);
  // Three digits: the page says them.
  const double tolerance = std::stod(fmt::format("{:.3g}", half_width / theirs.mean));
  return {name, theirs.mean, model, ours.mean, tolerance};
}

Tally tally(const std::vector<double>& values) {
  Tally t;
  for (const double value : values) t.add(value);
  return t;
}

/// A metric over the replications.
Tally tally(const std::vector<Metrics>& runs, const std::string& name) {
  Tally t;
  for (const Metrics& run : runs) {
    for (const auto& [each, value] : run)
      if (each == name) t.add(value);
  }
  return t;
}

// ---- the shop

/// What tests/validation/shop_oracle.py tells of each station, from the engine's state.
struct StationFigures {
  const char* name;
  std::vector<Mode> modes;
  bool fails;
};
const std::vector<StationFigures>& shop_stations() {
  static const std::vector<StationFigures> list{
      {"saw", {Mode::busy, Mode::down, Mode::blocked}, true},
      {"mill", {Mode::busy, Mode::setup, Mode::no_resource, Mode::down, Mode::blocked}, true},
      {"oven", {Mode::busy, Mode::no_resource, Mode::down, Mode::blocked}, true},
      {"test", {Mode::busy, Mode::no_resource}, false}};
  return list;
}

void add_station(const StationFigures& figures, const factory::StationState& s, double hours, Metrics& list) {
  const std::string name = figures.name + std::string(": ");
  double total_us = 0.0;
  for (const std::int64_t us : s.mode_us) total_us += static_cast<double>(us);
  for (const Mode mode : figures.modes) {
    const auto m = static_cast<std::size_t>(mode);
    list.emplace_back(name + "share " + factory::mode_names[m], static_cast<double>(s.mode_us[m]) / total_us);
  }
  if (figures.fails) list.emplace_back(name + "failures an hour", static_cast<double>(s.failures) / hours);
  list.emplace_back(name + "wait in the queue, h",
                    static_cast<double>(s.lots.wait_us) / static_cast<double>(s.lots.waits) / 3.6e9);
}

Metrics shop_metrics(const Scenario& scenario, const CampaignState& state) {
  const factory::Plant& plant = scenario.plant;
  const double hours = seconds(state.now - scenario.warmup) / 3600.0;
  Metrics list;
  for (std::uint32_t i = 0; i < plant.products.size(); ++i) {
    const factory::ProductState s = campaign::since_warmup_product(state, plant, i);
    const std::string name = i == 0 ? "gear: " : "shaft: ";
    list.emplace_back(name + "finished an hour", static_cast<double>(s.finished) / hours);
    list.emplace_back(name + "time in the shop, h", s.cycle.mean_s() / 3600.0);
  }
  for (std::uint32_t i = 0; i < plant.stations.size(); ++i)
    add_station(shop_stations().at(i), campaign::since_warmup(state, plant, i), hours, list);
  const factory::StationState mill = campaign::since_warmup(state, plant, 1),
                              test = campaign::since_warmup(state, plant, 3);
  list.emplace_back("mill: set-ups an hour", static_cast<double>(mill.changes) / hours);
  list.emplace_back("test: rework an hour", static_cast<double>(test.lots.reworked) / hours);
  list.emplace_back("test: scrapped an hour", static_cast<double>(test.lots.scrapped) / hours);
  for (std::uint32_t i = 0; i < plant.resources.size(); ++i) {
    const factory::UnitState s = campaign::since_warmup_units(state, plant, i);
    const auto serving = s.mode_us[static_cast<std::size_t>(factory::UnitMode::serving)];
    list.emplace_back(i == 0 ? "technician: share serving" : "operators: share serving",
                      static_cast<double>(serving) / 3.6e9 / hours / plant.resources[i].count);
  }
  return list;
}

void add_shop(std::vector<Row>& rows) {
  const std::vector<Metrics> runs = replications("shop.yaml", {}, shop_metrics);
  const Json found = python("shop_oracle.py", {{"replications", 40},
                                               {"hours", 25500.0},
                                               {"warmup_h", 500.0},
                                               {"seed", 20301},
                                               {"processes", std::thread::hardware_concurrency()}});
  CHECK(found.size() == runs.front().size());
  for (const auto& [name, value] : runs.front())
    rows.push_back(welch(name, "SimPy", tally(found.at(name).get<std::vector<double>>()), tally(runs, name)));
}

}  // namespace

std::vector<Row> independent_rows() {
  const std::vector<Metrics> ten = replications("unreliable_ten.yaml");
  const Json line = python("line_oracle.py", {{"stations", 10},
                                              {"failures_per_h", 0.01},
                                              {"repair_h", 10.0},
                                              {"replications", 140},
                                              {"warmup_parts", 500},
                                              {"parts", 50000},
                                              {"seed", 20301}});
  std::vector<Row> rows{welch("10 unreliable stations of 1 h, 0 places: throughput, 1/h", "recursion, NumPy",
                              tally(line.get<std::vector<double>>()),
                              tally(ten, "lines.line.stations.s10.good_per_h"))};
  add_shop(rows);
  return rows;
}

}  // namespace lunafab::test
