#include "app/windows_command.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include "app/launch_file.hpp"
#include "campaign/results.hpp"
#include "core/quantity.hpp"
#include "core/tick.hpp"
#include "orbit/terrain.hpp"
#include "orbit/window_summary.hpp"

namespace lunafab::app {
namespace {

using Json = nlohmann::ordered_json;
constexpr double day_s = 86400.0;
constexpr int reached = 0, model_says_no = 1;
constexpr double most_dates = 1e5;

struct Asked {
  LaunchFile file;
  std::optional<orbit::TerrainProfile> terrain;
  Epoch from;
  double step_s = 0.0;
  std::size_t dates = 0;
};

/// The windows to one destination.
struct Study {
  orbit::Destination destination;
  std::vector<orbit::Window> windows;
  std::optional<orbit::Clearance> clearance;  ///< of the slowest launch
};

bool is_open(const Study& s, const orbit::Window& w) {
  return orbit::is_open(w.node, s.destination.correction_budget_mps);
}

Finding option_finding(const char* option, const std::string& text, std::string problem,
                       std::string allowed) {
  return {.mark = {.file = fmt::format("{} {}", option, text)},
          .path = option,
          .problem = std::move(problem),
          .allowed = std::move(allowed)};
}

double read_time_s(const char* option, const std::string& text, Range range, const char* allowed,
                   Findings& findings) {
  const ParsedQuantity parsed = parse_quantity(text, unit::time);
  if (parsed.problem.empty() && contains(range, parsed.value)) return parsed.value;
  findings.add(
      option_finding(option, text, parsed.problem.empty() ? "is out of range" : parsed.problem, allowed));
  return stand_in(range);
}

/// A date, or a time after the start.
double read_from_d(const std::string& text, Epoch start, Findings& findings) {
  if (text.empty()) return start.tt_days_since_j2000;
  try {
    return parse_epoch(text).tt_days_since_j2000;
  } catch (const std::invalid_argument&) {
    return start.tt_days_since_j2000 + read_time_s("--from", text, {0.0, 1e10},
                                                   "a date (2030-07-01) or a time since the start (200 d)",
                                                   findings) /
                                           day_s;
  }
}

void read_file(const WindowsRequest& request, Asked& asked, Findings& findings) {
  try {
    asked.file = read_launch_file(request.file, request.settings, Fidelity::table, findings);
    if (!asked.file.plan.terrain_file.empty())
      asked.terrain = orbit::load_terrain(asked.file.plan.terrain_file);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
  }
  if (!findings.empty()) return;
  const auto missing = [&](const char* path, const char* problem, const char* allowed) {
    findings.add({.mark = {.file = request.file}, .path = path, .problem = problem, .allowed = allowed});
  };
  if (!asked.file.has_muzzle)
    missing("orbit", "is not there: nobody knows where the muzzle points", "a section with `muzzle`");
  if (asked.file.destinations.empty()) missing("destinations", "is empty", "one destination or more");
}

Asked read_request(const WindowsRequest& request) {
  Findings findings;
  Asked asked;
  asked.step_s =
      read_time_s("--step", request.step, {600.0, 1e7}, "10 min to 100 d, for example '12 h'", findings);
  const bool has_step = findings.empty();
  const double dates = std::floor(request.days * day_s / asked.step_s + 1e-9) + 1.0;
  if (!(request.days >= 0.0 && (dates <= most_dates || !has_step))) {
    findings.add(option_finding("--days", fmt::format("{:g}", request.days), "is out of range",
                                fmt::format("0 or more, at most {:.0f} dates", most_dates)));
  } else {
    asked.dates = static_cast<std::size_t>(dates);
  }
  read_file(request, asked, findings);
  asked.from.tt_days_since_j2000 = read_from_d(request.from, asked.file.start, findings);
  std::vector<orbit::Destination>& all = asked.file.destinations;
  if (!request.destination.empty() && !all.empty()) {
    std::vector<std::string> names;
    for (const orbit::Destination& d : all) names.push_back(d.name);
    std::erase_if(all, [&](const orbit::Destination& d) { return d.name != request.destination; });
    if (all.empty()) {
      Finding finding = option_finding("--destination", request.destination, "is no destination of the file",
                                       list_names(names));
      finding.nearest = nearest_name(request.destination, names);
      findings.add(finding);
    }
  }
  findings.throw_if_any();
  return asked;
}

std::optional<double> slowest_mps(const Study& s) {
  std::optional<double> slowest;
  for (const orbit::Window& w : s.windows)
    if (w.node.found != 0) slowest = std::min(slowest.value_or(w.node.speed_mps), w.node.speed_mps);
  return slowest;
}

Study study_of(const Asked& asked, const orbit::OrbitModel& model, const orbit::Destination& d) {
  const LaunchFile& file = asked.file;
  Study s{.destination = d,
          .windows = orbit::solve_windows(model.setting, d, file.muzzle_m2ps2, file.plan.navigation,
                                          asked.from, asked.step_s, asked.dates)};
  const auto slowest = slowest_mps(s);
  if (!asked.terrain || !slowest) return s;
  const double vertical_sigma_rad = std::sqrt(file.muzzle_m2ps2(2, 2)) / *slowest;
  s.clearance = orbit::check_clearance(*asked.terrain, file.plan.muzzle, *slowest,
                                       {.vertical_sigma_rad = vertical_sigma_rad});
  return s;
}

// ---- output

orbit::WindowSummary summary_of(const Study& s, double step_s) {
  return orbit::summarise(s.windows, s.destination.correction_budget_mps, step_s);
}

std::string date_of(const orbit::Window& w) {
  return format_date(w.at, Tick{});
}

/// Local mean time of the ascending node on arrival in a Sun-synchronous orbit.
std::optional<double> node_time_h(const Study& s, const orbit::Window& w) {
  if (s.destination.kind != orbit::DestinationKind::sun_synchronous) return {};
  return orbit::arrival_node_time_h(w.node, w.at);
}

std::string node_words(const Study& s, const orbit::Window& w) {
  const auto hours = node_time_h(s, w);
  return hours ? fmt::format("{:.3f}", *hours) : "";
}

std::string csv_of(const std::vector<Study>& studies) {
  std::string out =
      "destination,date_tt,found,open,speed_mps,planned_mps,correction_p95_mps,transfer_d,node_h,reason\n";
  for (const Study& s : studies) {
    for (const orbit::Window& w : s.windows) {
      std::string reason = w.reason;
      std::ranges::replace(reason, '"', '\'');
      const orbit::WindowNode& n = w.node;
      out += n.found != 0 ? fmt::format("{},{},1,{},{:.4f},{:.4f},{:.4f},{:.5f},{},\n", s.destination.name,
                                        date_of(w), is_open(s, w) ? 1 : 0, n.speed_mps, n.insertion_mps,
                                        n.correction_p95_mps, n.transfer_s / day_s, node_words(s, w))
                          : fmt::format("{},{},0,0,,,,,,\"{}\"\n", s.destination.name, date_of(w), reason);
    }
  }
  return out;
}

Json spread_json(const std::optional<orbit::Spread>& s) {
  if (!s) return nullptr;
  return {{"min", s->least}, {"p25", s->p25}, {"median", s->median}, {"p75", s->p75}, {"max", s->most}};
}

Json window_json(const Study& s, const orbit::Window& w) {
  Json row{{"date_tt", date_of(w)}, {"found", w.node.found != 0}, {"open", is_open(s, w)}};
  if (w.node.found != 0) {
    row["speed_mps"] = w.node.speed_mps, row["planned_mps"] = w.node.insertion_mps;
    row["correction_p95_mps"] = w.node.correction_p95_mps, row["transfer_d"] = w.node.transfer_s / day_s;
    if (const auto hours = node_time_h(s, w)) row["node_local_time_h"] = *hours;
  } else {
    row["reason"] = w.reason;
  }
  return row;
}

Json json_of(const Asked& asked, const std::vector<Study>& studies) {
  Json out{{"step_s", asked.step_s}, {"muzzle", asked.file.muzzle_source}};
  for (const Study& s : studies) {
    const orbit::WindowSummary sum = summary_of(s, asked.step_s);
    const auto dates = static_cast<double>(s.windows.size());
    Json one{{"name", s.destination.name},
             {"budget_mps", s.destination.correction_budget_mps},
             {"share_found", static_cast<double>(sum.found) / dates},
             {"share_open", static_cast<double>(sum.open) / dates},
             {"longest_wait_d", sum.longest_wait_d},
             {"speed_mps", spread_json(sum.speed_mps)},
             {"planned_mps", spread_json(sum.planned_mps)},
             {"correction_p95_mps", spread_json(sum.correction_p95_mps)},
             {"transfer_d", spread_json(sum.transfer_d)}};
    if (s.clearance) {
      one["clearance"] = {{"smallest_m", s.clearance->smallest_m},
                          {"dispersed_smallest_m", s.clearance->dispersed_smallest_m},
                          {"at_m", s.clearance->dispersed_at_m},
                          {"required_m", s.clearance->required_m},
                          {"checked_to_m", s.clearance->checked_to_m},
                          {"passes", s.clearance->passes}};
    }
    one["windows"] = Json::array();
    for (const orbit::Window& w : s.windows) one["windows"].push_back(window_json(s, w));
    out["destinations"].push_back(std::move(one));
  }
  return out;
}

std::string line_of(const char* what, const std::optional<orbit::Spread>& s, const char* unit) {
  if (!s) return "";
  return fmt::format("  {:<16} {:9.2f} … {:.2f} {}, quartiles {:.2f} / {:.2f} / {:.2f}\n", what, s->least,
                     s->most, unit, s->p25, s->median, s->p75);
}

std::string table_of(const Study& s, double step_s) {
  std::string out =
      fmt::format("{} (budget {:g} m/s)\n  {:<19} {:<7} {:>9} {:>9} {:>9} {:>8} {:>7}\n", s.destination.name,
                  s.destination.correction_budget_mps, "date (TT)", "window", "m/s", "planned", "p95 corr.",
                  "days", s.destination.kind == orbit::DestinationKind::sun_synchronous ? "node h" : "");
  for (const orbit::Window& w : s.windows) {
    const orbit::WindowNode& n = w.node;
    out += n.found != 0 ? fmt::format("  {:<19} {:<7} {:9.2f} {:9.2f} {:9.2f} {:8.2f} {:>7}\n", date_of(w),
                                      is_open(s, w) ? "open" : "dear", n.speed_mps, n.insertion_mps,
                                      n.correction_p95_mps, n.transfer_s / day_s, node_words(s, w))
                        : fmt::format("  {:<19} {:<7} {}\n", date_of(w), "none", w.reason);
  }
  const orbit::WindowSummary sum = summary_of(s, step_s);
  const auto dates = static_cast<double>(s.windows.size());
  out += fmt::format("  {:.0f} dates: {:.1f} % open, {:.1f} % with a transfer, longest wait {:g} d\n", dates,
                     100.0 * static_cast<double>(sum.open) / dates,
                     100.0 * static_cast<double>(sum.found) / dates, sum.longest_wait_d);
  out += line_of("speed", sum.speed_mps, "m/s") + line_of("planned burns", sum.planned_mps, "m/s") +
         line_of("corrections p95", sum.correction_p95_mps, "m/s") + line_of("transfer", sum.transfer_d, "d");
  if (s.clearance) {
    out += fmt::format("  over the ground  {:.1f} m at {:.1f} km, 3 sigma low {:.1f} m; known to {:.1f} km\n",
                       s.clearance->smallest_m, s.clearance->at_m / 1e3, s.clearance->dispersed_smallest_m,
                       s.clearance->checked_to_m / 1e3);
  }
  return out;
}

/// Why a destination is out of reach; "" where it is not.
std::string refusal(const Study& s) {
  if (s.clearance && !s.clearance->passes) {
    return fmt::format("{}: the path comes within {:.1f} m of the ground at {:.1f} km, {:.1f} m are required",
                       s.destination.name, s.clearance->dispersed_smallest_m,
                       s.clearance->dispersed_at_m / 1e3, s.clearance->required_m);
  }
  const bool any = std::ranges::any_of(s.windows, [&](const orbit::Window& w) { return is_open(s, w); });
  return any ? "" : s.destination.name + ": no date is within the budget";
}

}  // namespace

int windows_command(const WindowsRequest& request) {
  const Asked asked = read_request(request);
  std::optional<tbb::global_control> limit;
  if (request.threads > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(request.threads));
  }
  orbit::OrbitModel model{.start = asked.from};
  orbit::open_sky(asked.file.plan, static_cast<double>(asked.dates) * asked.step_s, model);
  std::vector<Study> studies;
  for (const orbit::Destination& d : asked.file.destinations) studies.push_back(study_of(asked, model, d));
  if (!request.csv.empty()) campaign::write_file(request.csv, csv_of(studies));
  if (request.json) {
    fmt::print(std::cout, "{}\n", json_of(asked, studies).dump(2));
  } else {
    for (const Study& s : studies) fmt::print(std::cout, "{}\n", table_of(s, asked.step_s));
    fmt::print(std::cout, "Muzzle: {}\n", asked.file.muzzle_source);
  }
  std::cout.flush();
  int code = reached;
  for (const Study& s : studies) {
    const std::string reason = refusal(s);
    if (reason.empty()) continue;
    fmt::print(std::cerr, "the model says no: {}\n", reason);
    code = model_says_no;
  }
  return code;
}

}  // namespace lunafab::app
