#include <cmath>
#include <nlohmann/json.hpp>
#include "app/print_constellation.hpp"

namespace lunafab::app {
namespace {

using namespace orbit;
using Json = nlohmann::ordered_json;

/// JSON has no infinity.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json latency_json(const Latency& latency) {
  return {{"least_s", latency.least_s}, {"mean_s", latency.mean_s}, {"greatest_s", latency.greatest_s}};
}

Json checks_json(const std::vector<Check>& checks) {
  Json list = Json::array();
  for (const Check& c : checks) {
    list.push_back({{"name", c.name},
                    {"value", number(c.value)},
                    {"unit", c.unit},
                    {"bound", c.bound == Bound::at_most ? "at_most" : "at_least"},
                    {"limit", number(c.limit)},
                    {"holds", holds(c)}});
  }
  return list;
}

Json orbit_json(const ShellResult& r) {
  const Shell& s = r.plan->shell;
  const ShellReport& x = r.report;
  return {{"name", s.name},
          {"body", s.body == Body::earth ? "earth" : "moon"},
          {"altitude_m", s.altitude_m},
          {"inclination_rad", x.inclination_rad},
          {"sun_synchronous", !s.inclination_rad.has_value()},
          {"slots", x.satellites},
          {"planes", s.planes},
          {"per_plane", s.per_plane},
          {"phasing", s.phasing},
          {"pattern", s.pattern == Pattern::delta ? "delta" : "star"},
          {"period_s", x.period_s},
          {"node_drift_rad_per_day", x.node_drift_rad_per_day},
          {"eclipse",
           {{"mean", x.eclipses.mean_fraction},
            {"worst", x.eclipses.greatest_fraction},
            {"longest_s", x.eclipses.longest_s},
            {"days", x.eclipses.days_with_shadow},
            {"least_beta_rad", x.eclipses.least_beta_rad},
            {"greatest_beta_rad", x.eclipses.greatest_beta_rad}}}};
}

Json shell_json(const ShellResult& r) {
  const ShellReport& x = r.report;
  Json json = orbit_json(r);
  json["delta_v"] = {{"make_up_mps", x.velocity.make_up_mps},
                     {"station_keeping_mps", x.velocity.station_keeping_mps},
                     {"disposal_mps", x.velocity.disposal_mps},
                     {"total_mps", x.velocity.total_mps()}};
  json["disposal"] = {
      {"natural_years", x.disposal.natural_years ? Json(*x.disposal.natural_years) : Json(nullptr)},
      {"complies_alone", x.disposal.complies_alone},
      {"lowering_mps", x.disposal.lowering_mps},
      {"controlled_mps", x.disposal.controlled_mps}};
  json["dose_Gy_per_year"] = x.dose.total();
  json["failures_per_year"] = x.failures_per_year;
  json["survival"] = x.survival;
  json["spares"] = {{"per_plane", r.plan->spares_per_plane},
                    {"stockout", r.stockout},
                    {"needed_per_plane", x.spares_per_plane}};
  json["latency"] = latency_json(x.ground);
  if (r.plan->shell.body == Body::earth) {
    json["relayed_latency"] = latency_json(x.relayed.latency);
    json["relayed_latency"]["reached"] = x.relayed.reached;
  }
  json["link_bps"] = r.plan->downlink.link_bps;
  json["need_bps"] = r.need_bps;
  json["checks"] = checks_json(r.checks);
  return json;
}

Json capacity_json(const ConstellationReport& report) {
  Json list = Json::array();
  for (const CapacityRow& row : report.capacity) {
    list.push_back({{"month", format_date(row.at, Tick{}).substr(0, 7)},
                    {"entered", row.entered},
                    {"active", row.active},
                    {"compute_W", row.compute_W},
                    {"compute_per_s", row.compute_per_s},
                    {"results_bps", row.results_bps},
                    {"link_bps", row.link_bps},
                    {"delivered_per_s", row.delivered_per_s}});
  }
  return list;
}

/// Without the times taken, so that equal inputs give equal bytes.
Json screening_json(const ConstellationReport& report, const BodyScreening& s) {
  Json json{{"body", s.body == Body::earth ? "earth" : "moon"},
            {"satellites", s.shell_of.size()},
            {"found", s.screening.found},
            {"kept", s.screening.events.size()},
            {"nearest_neighbour",
             {{"least_m", number(s.separation.least_m)},
              {"q01_m", number(s.separation.q01_m)},
              {"q05_m", number(s.separation.q05_m)},
              {"median_m", number(s.separation.median_m)},
              {"mean_m", number(s.separation.mean_m)},
              {"greatest_m", number(s.separation.greatest_m)}}},
            {"shells", Json::array()}};
  for (std::size_t i = 0; i < s.by_shell.size(); ++i) {
    if (s.separation_by_shell[i].count == 0) continue;
    json["shells"].push_back({{"name", report.constellation->shells[i].shell.name},
                              {"events", s.by_shell[i].events},
                              {"least_m", number(s.by_shell[i].least_m)},
                              {"nearest_m", number(s.separation_by_shell[i].least_m)},
                              {"median_nearest_m", number(s.separation_by_shell[i].median_m)}});
  }
  return json;
}

}  // namespace

std::string constellation_json(const ConstellationReport& report) {
  Json json{{"title", report.constellation->title},
            {"start", format_date(report.constellation->start, Tick{})},
            {"years", report.years},
            {"shells", Json::array()},
            {"capacity_from", format_date(report.capacity_from, Tick{})},
            {"capacity", capacity_json(report)},
            {"screenings", Json::array()}};
  if (report.ledger) json["ledger_satellites_elsewhere"] = report.ledger->elsewhere;
  for (const ShellResult& shell : report.shells) json["shells"].push_back(shell_json(shell));
  for (const BodyScreening& s : report.screenings) json["screenings"].push_back(screening_json(report, s));
  json["failures"] = failures(report);
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lunafab::app
