#include "app/constellation_command.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <tbb/global_control.h>
#include <filesystem>
#include <iostream>
#include "app/ledger_tools.hpp"
#include "app/option.hpp"
#include "app/print_constellation.hpp"
#include "campaign/results.hpp"
#include "orbit/ephemeris.hpp"

namespace lunafab::app {
namespace {

constexpr int all_hold = 0, model_says_no = 1;
constexpr double day_s = 86400.0, year_s = orbit::written_year_s, km = 1e3;
constexpr double usual_years = 5.0;        // docs/sources.md, design_life
constexpr double usual_threshold_m = 1e3;  // a common alert volume: assumption
constexpr double most_years = 50.0;

struct Asked {
  orbit::Constellation constellation;
  double years = usual_years;
  std::optional<ScreeningAsked> screening;
};

void read_screening(const ConstellationRequest& request, Asked& asked, Findings& findings) {
  if (request.screen.empty()) {
    if (!request.threshold.empty()) {
      findings.add({.mark = {.file = "--threshold " + request.threshold},
                    .path = "--threshold",
                    .problem = "says nothing without --screen",
                    .allowed = "both, or neither"});
    }
    return;
  }
  asked.screening = {
      day_s * read_option("--screen", request.screen, {unit::time, 1e-4, 366.0, "d", day_s}, findings),
      usual_threshold_m};
  if (!request.threshold.empty()) {
    asked.screening->threshold_m =
        km * read_option("--threshold", request.threshold, {unit::length, 1e-3, 1e3, "km", km}, findings);
  }
}

/// The ephemeris ends in 2100; a quarter of a day is left at its ends.
void check_dates(const Asked& asked, Findings& findings) {
  const double first = asked.constellation.start.tt_days_since_j2000;
  const double last = first + asked.years * year_s / day_s;
  if (std::max(std::abs(first), std::abs(last)) < orbit::ephemeris_half_span_days - 1.0) return;
  findings.add({.mark = {.file = "start"},
                .path = "start",
                .problem = "with the years asked for, leaves the ephemeris of the Sun",
                .allowed = "1900 to 2100"});
}

Asked read_request(const ConstellationRequest& request) {
  Findings findings;
  Asked asked;
  if (!request.years.empty()) {
    asked.years =
        read_option("--years", request.years, {unit::time, 1.0 / 12.0, most_years, "yr", year_s}, findings);
  }
  read_screening(request, asked, findings);
  try {
    asked.constellation = orbit::load_constellation(request.file, request.settings);
    check_dates(asked, findings);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
  }
  findings.throw_if_any();
  return asked;
}

LedgerServices read_ledger(const std::string& directory, const orbit::Constellation& constellation) {
  std::vector<std::string> names;
  for (const orbit::ShellPlan& plan : constellation.shells) names.push_back(plan.shell.name);
  return services_of({ledger_path(directory), orbit::LedgerStore::Open::read}, names);
}

void write_files(const std::string& directory, const ConstellationReport& report) {
  std::filesystem::create_directories(directory);
  const auto write = [&](const char* name, const std::string& text) {
    campaign::write_file((std::filesystem::path(directory) / name).string(), text);
  };
  write("shells.csv", shells_csv(report));
  write("capacity.csv", capacity_csv(report));
  write("slots.csv", slots_csv(report));
  if (!report.screenings.empty()) write("conjunctions.csv", conjunctions_csv(report));
}

}  // namespace

int constellation_command(const ConstellationRequest& request) {
  const Asked asked = read_request(request);
  std::optional<tbb::global_control> limit;
  if (request.threads > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(request.threads));
  }
  std::optional<LedgerServices> ledger;
  try {
    if (!request.ledger.empty()) ledger = read_ledger(request.ledger, asked.constellation);
  } catch (const std::runtime_error& error) {
    fmt::print(std::cerr, "error: {}\n", error.what());
    return bad_input;
  }
  const ConstellationReport report =
      report_constellation(asked.constellation, asked.years, std::move(ledger), asked.screening);
  if (!request.directory.empty()) write_files(request.directory, report);
  const std::vector<std::string> failed = failures(report);
  if (request.json) {
    fmt::print(std::cout, "{}\n", constellation_json(report));
  } else {
    fmt::print(std::cout, "{}", constellation_summary(report));
    if (!request.directory.empty()) fmt::print(std::cout, "Results      {}\n", request.directory);
    std::cout.flush();
    for (const std::string& failure : failed) fmt::print(std::cerr, "the model says no: {}\n", failure);
  }
  for (const BodyScreening& s : report.screenings) {
    fmt::print(std::cerr, "{} satellites screened in {:.1f} s, neighbours found in {:.2f} s\n",
               s.shell_of.size(), s.screening_s, s.separation_s);
  }
  return failed.empty() ? all_hold : model_says_no;
}

}  // namespace lunafab::app
