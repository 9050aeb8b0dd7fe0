#include "campaign/insight_tables.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace lunafab::campaign {
namespace {

using Json = nlohmann::ordered_json;

std::string cell(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

std::string joined(const std::vector<std::string>& reasons) {
  std::string text;
  for (const std::string& reason : reasons) text += (text.empty() ? "" : "; ") + reason;
  return text;
}

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// Points to draw the curves by: from one piece to past the critical WIP and the line's own.
Json curves_json(const LinePlace& line) {
  constexpr int points = 33;
  const double most = std::max({2.0, 3.0 * line.bounds.critical_wip(), 1.5 * line.wip});
  Json curves = Json::array();
  for (int i = 0; i < points; ++i) {
    const double wip = 1.0 + (most - 1.0) * i / (points - 1);
    curves.push_back({{"wip", wip},
                      {"best_per_h", best_per_h(line.bounds, wip)},
                      {"practical_worst_per_h", practical_worst_per_h(line.bounds, wip)},
                      {"best_cycle_h", best_cycle_h(line.bounds, wip)},
                      {"practical_worst_cycle_h", practical_worst_cycle_h(line.bounds, wip)}});
  }
  return curves;
}

Json line_json(const LinePlace& line) {
  const double wip = std::max(1.0, line.wip);
  return {{"bottleneck_per_h", line.bounds.bottleneck_per_h},
          {"raw_process_time_h", line.bounds.raw_process_h},
          {"critical_wip", line.bounds.critical_wip()},
          {"wip", line.wip},
          {"throughput_per_h", line.per_h},
          {"cycle_time_h", line.cycle_h},
          {"best_per_h", best_per_h(line.bounds, wip)},
          {"practical_worst_per_h", practical_worst_per_h(line.bounds, wip)},
          {"best_cycle_h", best_cycle_h(line.bounds, wip)},
          {"practical_worst_cycle_h", practical_worst_cycle_h(line.bounds, wip)},
          {"place", or_null(line.place)},
          {"curves", curves_json(line)}};
}

}  // namespace

std::string insight_csv(const Insight& insight) {
  std::string csv =
      "station,servers,served_per_h,utilisation,arrival_scv,process_scv,variability_factor,utilisation_"
      "factor,"
      "time_factor_h,predicted_wait_h,observed_wait_h,predicted_queue,because\n";
  for (const StationQueue& s : insight.stations) {
    csv += fmt::format("{},{},{},{},", s.name, s.queue.servers, s.served_per_h, s.queue.utilisation);
    if (s.predicted_h) {
      csv += fmt::format("{},{},{},{},{},", s.queue.arrival_scv, s.queue.process.scv,
                         variability_factor(s.queue), utilisation_factor(s.queue), s.queue.process.mean_h);
    } else {
      csv += fmt::format(",{},,,{},", s.queue.process.scv, s.queue.process.mean_h);
    }
    csv += fmt::format("{},{},{},\"{}\"\n", cell(s.predicted_h), cell(s.observed_h),
                       s.predicted_h ? cell(s.predicted_pieces()) : "", joined(s.reasons));
  }
  return csv;
}

Json insight_json(const Insight& insight) {
  Json json{{"pieces_are", insight.piece},
            {"warmed_up", insight.warmed_up},
            {"line", insight.line ? line_json(*insight.line) : Json(nullptr)}};
  if (!insight.line) json["no_line_because"] = insight.no_line;
  json["ramp_up"] = nullptr;
  if (insight.ramp_up) {
    const RampUp& ramp = *insight.ramp_up;
    json["ramp_up"] = {{"steady_from_h", ramp.steady_from_h},
                       {"steady_per_h", ramp.steady_per_h},
                       {"lost_pieces", ramp.lost_pieces},
                       {"at_90_percent_h", or_null(ramp.reached_h)},
                       {"resolution_h", ramp.reached_h ? Json(ramp.resolution_h) : Json(nullptr)}};
  }
  Json& queues = json["longest_queues"] = Json::array();
  for (const std::size_t s : longest_queues(insight)) {
    const StationQueue& station = insight.stations[s];
    if (!station.predicted_h) continue;
    queues.push_back({{"station", station.name},
                      {"predicted_wait_h", *station.predicted_h},
                      {"observed_wait_h", or_null(station.observed_h)}});
  }
  return json;
}

}  // namespace lunafab::campaign
