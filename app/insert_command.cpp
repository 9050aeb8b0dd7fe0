#include "app/insert_command.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include "app/launch_file.hpp"
#include "app/print_insertion.hpp"
#include "campaign/results.hpp"
#include "core/quantity.hpp"
#include "orbit/ephemeris.hpp"
#include "report/insertion_page.hpp"
#include "report/insertion_tables.hpp"

namespace lunafab::app {
namespace {

constexpr int inserted = 0, model_says_no = 1;
constexpr std::int64_t most_launches = 1'000'000;
constexpr double day_s = 86400.0;
constexpr double longest_transfer_d = 310.0, margin_d = 15.0;  // that the sky must cover

/// The finding of an option.
Finding option_finding(const char* option, const std::string& value, std::string problem, std::string allowed,
                       std::string nearest = {}) {
  return {.mark = {.file = fmt::format("{} {}", option, value)},
          .path = option,
          .problem = std::move(problem),
          .allowed = std::move(allowed),
          .nearest = std::move(nearest)};
}

std::optional<std::size_t> find_destination(const InsertRequest& request, const LaunchFile& file,
                                            Findings& findings) {
  std::vector<std::string> names;
  for (const orbit::Destination& d : file.destinations) names.push_back(d.name);
  if (names.empty()) {
    if (findings.empty()) {
      findings.add({.mark = {.file = request.file},
                    .path = "destinations",
                    .problem = "are none: there is nowhere to go",
                    .allowed = "`destinations: {NAME: {kind: …}}`"});
    }
    return {};
  }
  if (request.destination.empty()) return 0;
  const auto found = std::find(names.begin(), names.end(), request.destination);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  findings.add(option_finding("--destination", request.destination, "is no destination of the file",
                              list_names(names), nearest_name(request.destination, names)));
  return {};
}

/// A calendar date, or a time since the start.
Epoch read_date(const InsertRequest& request, Epoch start, Findings& findings) {
  Epoch at = start;
  if (!request.at.empty()) {
    try {
      at = parse_epoch(request.at);
    } catch (const std::invalid_argument&) {
      const ParsedQuantity since = parse_quantity(request.at, unit::time);
      if (!since.problem.empty()) {
        findings.add(option_finding("--at", request.at, "is neither a date nor a time since the start",
                                    "2030-07-01, 2030-07-01T12:00:00 (TT), or 200 d", since.nearest));
        return at;
      }
      at.tt_days_since_j2000 += since.value / day_s;
    }
  }
  const double from = -orbit::ephemeris_half_span_days + margin_d,
               to = orbit::ephemeris_half_span_days - longest_transfer_d;
  if (!(at.tt_days_since_j2000 >= from && at.tt_days_since_j2000 <= to)) {
    findings.add(
        option_finding("--at", request.at.empty() ? "(start)" : request.at,
                       "is outside the ephemeris, which with a transfer of 300 d after it ends in 2100",
                       fmt::format("{} to {}", report::date_text({from}), report::date_text({to}))));
  }
  return at;
}

std::optional<double> read_speed(const InsertRequest& request, const orbit::Destination* destination,
                                 Findings& findings) {
  if (request.speed.empty()) return {};
  const ParsedQuantity bare = parse_quantity(request.speed, unit::number);
  const ParsedQuantity parsed = bare.problem.empty() ? bare : parse_quantity(request.speed, unit::speed);
  const orbit::SpeedRange range = destination != nullptr ? destination->speeds : orbit::SpeedRange{};
  if (!parsed.problem.empty()) {
    findings.add(option_finding("--speed", request.speed, parsed.problem, "a speed, for example '2.5 km/s'",
                                parsed.nearest));
  } else if (!(parsed.value >= range.slowest_mps && parsed.value <= range.fastest_mps)) {
    findings.add(option_finding("--speed", request.speed, "is beyond the driver",
                                fmt::format("{:.1f} … {:.1f} m/s", range.slowest_mps, range.fastest_mps)));
  }
  if (request.fidelity != Fidelity::solve) {
    findings.add(option_finding("--speed", request.speed, "is flown only at fidelity solve",
                                "--fidelity solve, or no --speed"));
  }
  return parsed.value;
}

void read_monte_carlo(const InsertRequest& request, Findings& findings) {
  if (request.seed < 0)
    findings.add(
        option_finding("--seed", std::to_string(request.seed), "is out of range", "a whole number from 0"));
  if (!request.launches) return;
  const std::string text = std::to_string(*request.launches);
  if (!(*request.launches >= 1 && *request.launches <= most_launches))
    findings.add(option_finding("--launches", text, "is out of range", fmt::format("1 … {}", most_launches)));
  if (request.fidelity != Fidelity::solve) {
    findings.add(option_finding("--launches", text, "are flown only at fidelity solve",
                                "--fidelity solve, or no --launches"));
  }
}

void check_muzzle(const InsertRequest& request, const LaunchFile& file, Findings& findings) {
  if (request.fidelity == Fidelity::ideal || file.has_muzzle || file.destinations.empty()) return;
  findings.add({.mark = {.file = request.file},
                .path = "orbit.muzzle",
                .problem = "is not there: an insertion is computed from where the muzzle points",
                .allowed = "`orbit: {fidelity: ideal, muzzle: {azimuth: 266 deg}}`, or --fidelity ideal"});
}

report::InsertionQuestion read_question(const InsertRequest& request) {
  Findings findings;
  report::InsertionQuestion question;
  LaunchFile file;
  read_monte_carlo(request, findings);
  try {
    file = read_launch_file(request.file, request.settings, request.fidelity, findings);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
    findings.throw_if_any();
  }
  check_muzzle(request, file, findings);
  const auto chosen = find_destination(request, file, findings);
  question.start = file.start;
  question.launch = read_date(request, file.start, findings);
  question.speed_mps = read_speed(request, chosen ? &file.destinations[*chosen] : nullptr, findings);
  findings.throw_if_any();
  question.title = file.title;
  question.muzzle_source = file.muzzle_source;
  question.window_step_s = file.plan.window_step_s;
  question.launches = static_cast<std::size_t>(request.launches.value_or(0));
  question.seed = static_cast<std::uint64_t>(request.seed);
  orbit::OrbitModel& model = question.model;
  model.fidelity = request.fidelity;
  model.destinations = {file.destinations[*chosen]};
  model.navigation = file.plan.navigation;
  model.muzzle_m2ps2 = file.muzzle_m2ps2;
  model.start = question.launch;
  if (request.fidelity == Fidelity::ideal) return question;
  const double step_s = request.fidelity == Fidelity::table ? question.window_step_s : 0.0;
  model.start.tt_days_since_j2000 -= step_s / day_s;
  orbit::open_sky(file.plan, 2.0 * step_s, model);
  return question;
}

/// Titles come from files; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const report::InsertionReport& report) {
  return report::insertion_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_files(const std::string& directory, const report::InsertionReport& report) {
  std::filesystem::create_directories(directory);
  const auto write = [&](const char* name, const std::string& text) {
    campaign::write_file((std::filesystem::path(directory) / name).string(), text);
  };
  write("insertion.json", json_text(report) + "\n");
  write("insertion.html", report::insertion_page(report));
  if (report.trajectory.empty()) return;
  write("trajectory.csv", report::trajectory_csv(report));
  write("trajectory.oem", report::trajectory_oem(report));
}

}  // namespace

int insert_command(const InsertRequest& request) {
  std::optional<tbb::global_control> limit;
  if (request.threads > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(request.threads));
  }
  const report::InsertionReport report = report::report_insertion(read_question(request));
  if (!request.directory.empty()) write_files(request.directory, report);
  if (request.json) {
    fmt::print(std::cout, "{}\n", json_text(report));
  } else {
    fmt::print(std::cout, "{}", insertion_summary(report));
    if (!request.directory.empty()) fmt::print(std::cout, "Results      {}\n", request.directory);
    std::cout.flush();
    for (const std::string& reason : report.refusals)
      fmt::print(std::cerr, "the model says no: {}\n", reason);
  }
  if (report.dispersion) {
    fmt::print(
        std::cerr, "{} launches in {:.2f} s: {:.0f} launches/s\n", report.dispersion->samples.size(),
        report.dispersion_seconds,
        static_cast<double>(report.dispersion->samples.size()) / std::max(report.dispersion_seconds, 1e-9));
  }
  return report.outcome == "inserted" ? inserted : model_says_no;
}

}  // namespace lunafab::app
