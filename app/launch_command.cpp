#include "app/launch_command.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include "app/fault_option.hpp"
#include "app/option.hpp"
#include "app/print_launch.hpp"
#include "campaign/results.hpp"
#include "campaign/scenario.hpp"
#include "massdriver/read_design.hpp"
#include "report/day_report.hpp"
#include "report/launch_page.hpp"
#include "report/launch_tables.hpp"

namespace lunafab::app {
namespace {

constexpr int launched = 0, model_says_no = 1;
constexpr double finest = 1e-12, coarsest = 1e-2;                 // tolerances that the solver takes
constexpr double least_payload_kg = 1e-3, most_payload_kg = 1e7;  // as in the driver file
constexpr double top_speed_mps = 2e4;
constexpr std::int64_t most_launches = 1'000'000;

struct Asked {
  massdriver::DriverDesign design;
  double payload_kg = 0.0, speed_mps = 0.0;
  std::vector<massdriver::StageFault> faults;
  std::optional<double> launches_per_h;
  double hours = 24.0;
};

/// Without the `/h` of `12/h`: a bare number is an hour's.
std::string without_per_h(const std::string& text) {
  const std::string head = text.ends_with("/h") ? text.substr(0, text.size() - 2) : text;
  return parse_quantity(head, unit::number).problem.empty() ? head : text;
}

void read_day(const LaunchRequest& request, Asked& asked, Findings& findings) {
  constexpr double seconds_per_h = 3600.0;
  if (request.rate.empty() && !request.hours.empty()) {
    findings.add({.mark = {.file = "--hours " + request.hours},
                  .path = "--hours",
                  .problem = "says nothing without --rate",
                  .allowed = "both, or neither"});
  }
  const std::size_t before = findings.size();
  if (!request.rate.empty()) {
    asked.launches_per_h =
        read_option("--rate", without_per_h(request.rate),
                    {{"s-1", "a rate", "12/h"}, 1e-6, 1e6, "1/h", 1.0 / seconds_per_h}, findings);
  }
  if (!request.hours.empty()) {
    asked.hours = read_option("--hours", request.hours,
                              {{"s", "a time", "14 d"}, 1e-6, 1e6, "h", seconds_per_h}, findings);
  }
  if (findings.size() > before || !asked.launches_per_h) return;
  if (*asked.launches_per_h * asked.hours <= static_cast<double>(most_launches)) return;
  findings.add({.mark = {.file = "--rate " + request.rate},
                .path = "--rate",
                .problem = fmt::format("makes {:.3g} launches in {:g} h", *asked.launches_per_h * asked.hours,
                                       asked.hours),
                .allowed = fmt::format("at most {}", most_launches)});
}

void check_speed(const Asked& asked, const LaunchRequest& request, Findings& findings) {
  if (asked.speed_mps > asked.design.injection.speed_mps) return;
  findings.add({.mark = {.file = "--speed " + request.speed},
                .path = "--speed",
                .problem = "is not above the injection speed: the stages would not fire",
                .allowed = fmt::format("above {:g} m/s", asked.design.injection.speed_mps)});
}

Asked read_request(const LaunchRequest& request) {
  Findings findings;
  Asked asked;
  if (!request.payload.empty()) {
    asked.payload_kg =
        read_option("--payload", request.payload, {unit::mass, least_payload_kg, most_payload_kg}, findings);
  }
  if (!request.speed.empty())
    asked.speed_mps = read_option("--speed", request.speed, {unit::speed, 1.0, top_speed_mps}, findings);
  if (!(request.tolerance >= finest && request.tolerance <= coarsest)) {
    findings.add({.mark = {.file = fmt::format("--tolerance {:g}", request.tolerance)},
                  .path = "--tolerance",
                  .problem = "is out of range",
                  .allowed = fmt::format("{:g} … {:g}", finest, coarsest)});
  }
  if (request.seed < 0) {
    findings.add({.mark = {.file = fmt::format("--seed {}", request.seed)},
                  .path = "--seed",
                  .problem = "is out of range",
                  .allowed = "a whole number from 0"});
  }
  if (request.launches && !(*request.launches >= 1 && *request.launches <= most_launches)) {
    findings.add({.mark = {.file = fmt::format("--launches {}", *request.launches)},
                  .path = "--launches",
                  .problem = "is out of range",
                  .allowed = fmt::format("1 … {}", most_launches)});
  }
  read_day(request, asked, findings);
  try {
    asked.design = design_of(request.file, request.settings);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
  }
  findings.throw_if_any();
  if (request.payload.empty()) asked.payload_kg = asked.design.payload_kg;
  if (request.speed.empty()) asked.speed_mps = asked.design.muzzle_speed_mps;
  check_speed(asked, request, findings);
  asked.faults = read_faults(request.faults, asked.design, findings);
  if (!request.faults.empty() && request.launches) {
    findings.add(
        {.mark = {.file = "--fault " + request.faults.front()},
         .path = "--fault",
         .problem = "does not go with --launches, which draws its own faults",
         .allowed = "one of them; `errors.miss`, `errors.short`, `errors.early` are the probabilities"});
  }
  findings.throw_if_any();
  return asked;
}

/// Titles come from files; bytes that are not UTF-8 become U+FFFD.
std::string json_text(const report::LaunchReport& report) {
  return report::launch_json(report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_files(const std::string& directory, const report::LaunchReport& report) {
  std::filesystem::create_directories(directory);
  const auto write = [&](const char* name, const std::string& text) {
    campaign::write_file((std::filesystem::path(directory) / name).string(), text);
  };
  write("profile.csv", report::profile_csv(report));
  write("limits.csv", report::limits_csv(report));
  if (report.day) write("day.csv", report::day_csv(report));
  write("launch.json", json_text(report) + "\n");
  write("launch.html", report::launch_page(report));
  if (report.dispersion) write("samples.csv", report::samples_csv(*report.dispersion));
}

}  // namespace

massdriver::DriverDesign design_of(const std::string& path, const std::vector<std::string>& settings) {
  const Node document = campaign::load_scenario_document(path, settings);
  const Node* format = document.find("lunafab");
  if (format == nullptr || format->scalar != "scenario/1") return massdriver::read_design_document(document);
  const Node* driver = document.find("driver");
  const Node* design = driver == nullptr ? nullptr : driver->find("design");
  if (design == nullptr) {
    throw InputError(
        {{document.mark, "driver.design", "is not there: this scenario's driver has no machine to launch",
          "a scenario at fidelity `table` or `solve`, or a driver file", ""}});
  }
  return massdriver::read_design_node(*design, "driver.design");
}

int launch_command(const LaunchRequest& request) {
  const Asked asked = read_request(request);
  std::optional<tbb::global_control> limit;
  if (request.threads > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(request.threads));
  }
  const massdriver::Machine machine = massdriver::build_machine(asked.design);
  massdriver::LaunchConditions launch = report::plain_launch(asked.design, asked.payload_kg, asked.speed_mps);
  launch.deviations.faults = asked.faults;
  const report::LaunchReport report =
      report::report_launch(machine, launch,
                            {.tolerance = request.tolerance,
                             .stream = {.seed = static_cast<std::uint64_t>(request.seed)},
                             .launches = static_cast<int>(request.launches.value_or(0)),
                             .launches_per_h = asked.launches_per_h,
                             .hours = asked.hours});
  if (!request.directory.empty()) write_files(request.directory, report);
  if (request.json) {
    fmt::print(std::cout, "{}\n", json_text(report));
  } else {
    fmt::print(std::cout, "{}", launch_summary(report));
    if (!request.directory.empty()) fmt::print(std::cout, "Results      {}\n", request.directory);
    std::cout.flush();
    for (const std::string& reason : report.refusals)
      fmt::print(std::cerr, "the model says no: {}\n", reason);
  }
  if (report.dispersion) {
    const report::DispersionReport& d = *report.dispersion;
    fmt::print(std::cerr, "{} launches in {:.1f} s: {:.1f} launches/s\n", d.drawn.launches, d.seconds,
               d.drawn.launches / std::max(d.seconds, 1e-9));
  }
  return report.refusals.empty() ? launched : model_says_no;
}

}  // namespace lunafab::app
