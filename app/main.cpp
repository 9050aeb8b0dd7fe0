#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>
#include "app/analyse_command.hpp"
#include "app/check_file.hpp"
#include "app/compare_command.hpp"
#include "app/constellation_command.hpp"
#include "app/design_driver_command.hpp"
#include "app/fit_command.hpp"
#include "app/insert_command.hpp"
#include "app/launch_command.hpp"
#include "app/ledger_command.hpp"
#include "app/print.hpp"
#include "app/progress.hpp"
#include "app/search_command.hpp"
#include "app/siting_command.hpp"
#include "app/slurm_command.hpp"
#include "app/sweep_command.hpp"
#include "app/whatif_command.hpp"
#include "app/windows_command.hpp"
#include "campaign/execute.hpp"
#include "core/quantity.hpp"
#include "core/version.hpp"
#include "ui/viewer.hpp"

namespace lunafab::app {
namespace {

constexpr int done = 0, model_says_no = 1, bad_input = 2, interrupted_exit = 3;

// A signal handler reaches nothing but globals.
std::atomic<bool> interrupted{false};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
extern "C" void on_interrupt(int) {
  interrupted.store(true);
}

void report_findings(const std::vector<Finding>& findings, const char* kind) {
  for (const Finding& finding : findings) fmt::print(stderr, "{}: {}\n", kind, format(finding));
}

campaign::Scenario load(const std::string& path, const std::vector<std::string>& settings) {
  Findings warnings;
  campaign::Scenario scenario = campaign::load_scenario(path, settings, warnings);
  report_findings(warnings.list(), "warning");
  return scenario;
}

/// `runs/NAME`, or `runs/NAME-2`, `-3` … where that exists.
std::string free_directory(const std::string& scenario_path) {
  const std::string base = "runs/" + std::filesystem::path(scenario_path).stem().string();
  std::string directory = base;
  for (int n = 2; std::filesystem::exists(directory); ++n) directory = fmt::format("{}-{}", base, n);
  return directory;
}

struct RunArguments {
  std::string scenario, directory;
  std::vector<std::string> settings;
  std::int64_t seed = -1, replications = -1;
  int threads = 0, limit_stations = 8;
  bool resume = false, json = false;
};

int run(RunArguments arguments) {
  if (arguments.seed >= 0) arguments.settings.push_back(fmt::format("seed={}", arguments.seed));
  if (arguments.replications >= 0)
    arguments.settings.push_back(fmt::format("replications={}", arguments.replications));
  const campaign::Scenario scenario = load(arguments.scenario, arguments.settings);
  campaign::RunOptions options;
  options.directory = arguments.directory.empty() ? free_directory(arguments.scenario) : arguments.directory;
  options.resume = arguments.resume;
  options.threads = arguments.threads > 0
                        ? arguments.threads
                        : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  options.limit_stations = arguments.limit_stations;
  options.interrupted = &interrupted;
  signal(SIGINT, on_interrupt);
  signal(SIGTERM, on_interrupt);
  Progress progress(days(scenario.end), {"day", "simulated days"});
  options.progress = [&](double part) {
    progress(part);
  };
  const campaign::RunResult result = campaign::execute(scenario, options);
  if (result.status == campaign::RunStatus::interrupted) {
    fmt::print(stderr, "\ninterrupted at day {:.1f}; go on with the same command and --out {} --resume\n",
               days(result.campaign->state().now), options.directory);
    return interrupted_exit;
  }
  if (arguments.json) {
    fmt::print("{}\n", campaign::summary_json(result.report).dump(2));
  } else {
    fmt::print("{}", run_summary(result, options.directory));
  }
  const campaign::RunReport& report = result.report;
  const bool balanced = report.material.mass_residual_mg == 0 && report.material.element_residual_mg == 0 &&
                        report.energy.residual_rel() <= 1e-9;
  if (!balanced)
    fmt::print(stderr, "a balance does not close: see the residuals in {}/summary.json\n", options.directory);
  return balanced ? done : model_says_no;
}

int check(const std::vector<std::string>& files) {
  bool good = true;
  for (const std::string& file : files) {
    try {
      report_findings(check_file(file), "warning");
      fmt::print("{}: fine\n", file);
    } catch (const InputError& error) {
      report_findings(error.findings(), "error");
      good = false;
    }
  }
  return good ? done : bad_input;
}

int explain(const std::string& path, const std::vector<std::string>& settings, bool json) {
  const campaign::Scenario scenario = load(path, settings);
  const campaign::RoughCut cut = campaign::rough_cut(scenario);
  fmt::print("{}", json ? explanation_json(scenario, cut) : explanation(scenario, cut));
  return done;
}

template <class Count>
void add_threads(CLI::App& command, Count& threads) {
  command
      .add_option("--threads", threads, "worker threads (default: all cores); results do not depend on it")
      ->check(CLI::Range(1, 1024));
}

void add_run(CLI::App& app, std::function<int()>& chosen, RunArguments& a) {
  CLI::App* command = app.add_subcommand("run", "Run a scenario into a results directory");
  command->add_option("SCENARIO", a.scenario, "scenario file")->required();
  command->add_option("--set", a.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--seed", a.seed, "seed of all random streams")->check(CLI::NonNegativeNumber);
  command->add_option("--replications", a.replications, "independent repetitions")
      ->check(CLI::PositiveNumber);
  add_threads(*command, a.threads);
  CLI::Option* out = command->add_option("--out", a.directory,
                                         "results directory (default: runs/NAME, numbered where taken)");
  command
      ->add_option(
          "--limits", a.limit_stations,
          "most active stations tried with 10 % more capacity for `limited_by` (default 8; -1: none tried)")
      ->check(CLI::Range(-1, 10000));
  command->add_flag("--resume", a.resume, "go on from the checkpoint in --out")->needs(out);
  command->add_flag("--json", a.json, "print summary.json instead of the summary");
  command->callback([&] {
    chosen = [&a] {
      return run(a);
    };
  });
}

/// `200 d` since the start, or a calendar date.
Instant parse_instant(const std::string& text) {
  try {
    return parse_epoch(text);
  } catch (const std::invalid_argument&) {
    const ParsedQuantity span = parse_quantity(text, unit::time);
    if (span.problem.empty()) return Tick{} + ticks_from_seconds(span.value);
    throw CLI::ValidationError("'" + text +
                               "' is neither a time since the start (200 d) nor a date (2030-07-01)");
  }
}

/// An instant as an option: `200 d` since the start, or a calendar date.
void add_instant(CLI::App& sub, const char* option, std::optional<Instant>& to, const char* what) {
  sub.add_option_function<std::string>(
      option, [&to](const std::string& text) { to = parse_instant(text); }, what);
}

void add_time(CLI::App& sub, const char* option, double& to_s, const char* what) {
  sub.add_option_function<std::string>(
      option,
      [&to_s, option](const std::string& text) {
        const ParsedQuantity parsed = parse_quantity(text, unit::time);
        if (!parsed.problem.empty() || !(parsed.value > 0.0))
          throw CLI::ValidationError(option, "'" + text + "' is not a time above 0, such as 2 d");
        to_s = parsed.value;
      },
      what);
}

template <class Choice>
void add_choice(CLI::App& sub, const char* option, Choice& to, const std::map<std::string, Choice>& choices,
                const char* what) {
  sub.add_option_function<std::string>(
         option, [&to, choices](const std::string& text) { to = choices.at(text); }, what)
      ->check(CLI::IsMember(choices));
}

void add_ledger_export(CLI::App& sub, LedgerRequest& request) {
  using orbit::OrbitKind, orbit::ccsds::Encoding, orbit::ccsds::Version;
  sub.add_option("--out", request.output,
                 "file to write, or a directory for a file a message (default: standard output)");
  add_choice<ExportFormat>(sub, "--format", request.format,
                           {{"csv", ExportFormat::csv},
                            {"opm", ExportFormat::opm},
                            {"oem", ExportFormat::oem},
                            {"omm", ExportFormat::omm}},
                           "csv: all postings; opm, oem, omm: CCSDS messages of orbits");
  add_choice<Encoding>(sub, "--encoding", request.encoding, {{"kvn", Encoding::kvn}, {"xml", Encoding::xml}},
                       "of messages (default kvn)");
  add_choice<Version>(sub, "--ndm", request.version, {{"2", Version::v2}, {"3", Version::v3}},
                      "version of the messages (default 3)");
  add_choice<std::optional<OrbitKind>>(
      sub, "--orbit", request.orbit,
      {{"definitive", OrbitKind::definitive}, {"predicted", OrbitKind::predicted}},
      "which orbits (default: definitive, where there is none predicted)");
  sub.add_option("--id", request.serial, "only this satellite");
  sub.add_option("--state", request.state, "only satellites in this state");
  add_instant(sub, "--at", request.at, "as it was then: 200 d, or a date");
  add_time(sub, "--span", request.span_s, "oem: propagate so long from each state, 2 d (default: as posted)");
  add_time(sub, "--step", request.step_s, "oem: between propagated states (default 10 min)");
  sub.add_option("--originator", request.originator, "ORIGINATOR of messages (default LUNAFAB)");
  sub.add_option("--created", request.created, "CREATION_DATE of messages, UTC (default: now)");
}

void add_ledger(CLI::App& app, std::function<int()>& chosen, std::string& directory, LedgerRequest& request) {
  CLI::App* command = app.add_subcommand("ledger", "Read the constellation ledger of a results directory");
  command->add_option("DIR", directory, "results directory, or its ledger.sqlite")->required();
  command->require_subcommand(1);
  const auto action = [&](const char* name, const char* what, LedgerAction which) {
    CLI::App* sub = command->add_subcommand(name, what);
    sub->add_flag("--json", request.json, "machine-readable");
    sub->callback([&chosen, &directory, &request, which] {
      request.action = which;
      chosen = [&directory, &request] {
        return ledger_command(directory, request);
      };
    });
    return sub;
  };
  action("verify", "Walk the hash chain and every balance", LedgerAction::verify);
  CLI::App* balance =
      action("balance", "How many satellites are, and ever were, in each state", LedgerAction::balance);
  add_instant(*balance, "--at", request.at, "as it was then: 200 d, or a date");
  add_choice<BalanceBy>(*balance, "--by", request.by,
                        {{"month", BalanceBy::month}, {"year", BalanceBy::year}},
                        "with a line a calendar month or year");
  CLI::App* list = action("list", "One line a satellite", LedgerAction::list);
  list->add_option("--state", request.state, "only satellites in this state");
  list->add_option("--shell", request.shell, "only satellites with a slot in this shell");
  list->add_option("--destination", request.destination, "only satellites for this destination");
  add_instant(*list, "--since", request.since, "only satellites posted since: 200 d, or a date");
  add_instant(*list, "--at", request.at, "as it was then: 200 d, or a date");
  list->add_option("--limit", request.limit, "at most so many lines")->check(CLI::NonNegativeNumber);
  CLI::App* show = action("show", "The biography of one satellite", LedgerAction::show);
  show->add_option("ID", request.serial, "serial number")->required();
  add_ledger_export(*action("export", "Postings as CSV, orbits as CCSDS messages", LedgerAction::export_all),
                    request);
}

void add_launch(CLI::App& app, std::function<int()>& chosen, LaunchRequest& request) {
  CLI::App* command = app.add_subcommand("launch", "Solve one launch of a mass driver in full");
  command->add_option("FILE", request.file, "driver file")->required();
  command->add_option("--payload", request.payload, "3.5 t, or a number of kg (default: the design's)");
  command->add_option("--speed", request.speed,
                      "muzzle speed: 2.4 km/s, or a number of m/s (default: the design's)");
  command
      ->add_option("--fault", request.faults,
                   "a stage that fails: miss:5000, short:300, early:0-15 (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--launches", request.launches,
                      "so many launches of the error budget as well: spread, tails, failures, sources");
  command->add_option("--rate", request.rate,
                      "a day of launches at this cadence: 12/h, or a number an hour (default: the design's "
                      "sustained cadence)");
  command->add_option("--hours", request.hours,
                      "how long at --rate: 14 d, or a number of hours (default 24)");
  command->add_option("--seed", request.seed, "of the drawn errors (default 1)");
  command->add_option("--tolerance", request.tolerance, "largest relative energy residual (default 1e-6)");
  command->add_option("--set", request.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_flag("--json", request.json, "machine-readable");
  command->add_option(
      "--out", request.directory,
      "directory for profile.csv, limits.csv, day.csv, launch.json, launch.html and samples.csv");
  command->add_option("--threads", request.threads, "worker threads (default: all cores)")
      ->check(CLI::Range(1, 1024));
  command->callback([&] {
    chosen = [&request] {
      return launch_command(request);
    };
  });
}

void add_insert(CLI::App& app, std::function<int()>& chosen, InsertRequest& request) {
  CLI::App* command = app.add_subcommand("insert", "Solve one insertion from the muzzle to a destination");
  command->add_option("FILE", request.file, "scenario, or transfer file")->required();
  command->add_option("--destination", request.destination, "of the file (default: its first)");
  command->add_option("--at", request.at, "launch: a date, or 200 d since the start (default: the start)");
  command->add_option("--speed", request.speed,
                      "fly this muzzle speed instead of the planned: 2.5 km/s, or a number of m/s");
  add_choice<Fidelity>(
      *command, "--fidelity", request.fidelity,
      {{"ideal", Fidelity::ideal}, {"table", Fidelity::table}, {"solve", Fidelity::solve}},
      "ideal: data of the file; table: between windows; solve: this launch in full (default)");
  command->add_option("--launches", request.launches,
                      "so many launches with drawn errors as well, to their first correction");
  command->add_option("--seed", request.seed, "of the drawn errors (default 1)");
  command->add_option("--set", request.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_flag("--json", request.json, "machine-readable");
  command->add_option("--out", request.directory,
                      "directory for insertion.json, insertion.html, trajectory.csv and trajectory.oem");
  command->add_option("--threads", request.threads, "worker threads (default: all cores)")
      ->check(CLI::Range(1, 1024));
  command->callback([&] {
    chosen = [&request] {
      return insert_command(request);
    };
  });
}

void add_constellation(CLI::App& app, std::function<int()>& chosen, ConstellationRequest& request) {
  CLI::App* command = app.add_subcommand(
      "constellation", "Examine the shells of a constellation, its capacity and conjunctions");
  command->add_option("FILE", request.file, "constellation file, or a scenario with that section")
      ->required();
  command->add_option("--years", request.years, "how long: 5 yr, or a number of years (default 5)");
  command->add_option(
      "--ledger", request.ledger,
      "results directory whose satellites enter service (default: all slots filled at the start)");
  command->add_option("--screen", request.screen,
                      "screen for conjunctions: 1 d, or a number of days (default: none)");
  command->add_option("--threshold", request.threshold,
                      "distance of a conjunction: 1 km, or a number of km (default 1)");
  command->add_option("--set", request.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_flag("--json", request.json, "machine-readable");
  command->add_option(
      "--out", request.directory,
      "directory for shells.csv, capacity.csv, slots.csv and, with --screen, conjunctions.csv");
  command->add_option("--threads", request.threads, "worker threads (default: all cores)")
      ->check(CLI::Range(1, 1024));
  command->callback([&] {
    chosen = [&request] {
      return constellation_command(request);
    };
  });
}

void add_design_driver(CLI::App& app, std::function<int()>& chosen, DesignDriverRequest& request) {
  CLI::App* command =
      app.add_subcommand("design-driver", "Find the mass driver that meets a study's requirements");
  command->add_option("STUDY", request.study, "driver study file")->required();
  command->add_flag("--json", request.json, "machine-readable");
  command->add_option("--out", request.directory, "directory for driver.yaml, designs.json and pareto.csv");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      return design_driver_command(request);
    };
  });
}

void add_windows(CLI::App& app, std::function<int()>& chosen, WindowsRequest& request) {
  CLI::App* command =
      app.add_subcommand("windows", "When launches to the destinations of a file are possible");
  command->add_option("FILE", request.file, "scenario, or transfer file")->required();
  command->add_option("--destination", request.destination, "only this destination");
  command->add_option("--from", request.from, "first date: 2030-07-01, or 200 d since the start");
  command->add_option("--days", request.days, "so many days (default 60)");
  command->add_option("--step", request.step, "between dates (default 12 h)");
  command->add_option("--set", request.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_flag("--json", request.json, "machine-readable");
  command->add_option("--csv", request.csv, "file for the table");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      return windows_command(request);
    };
  });
}

void add_siting(CLI::App& app, std::function<int()>& chosen, SitingRequest& request) {
  CLI::App* command =
      app.add_subcommand("siting", "Which sites and azimuths serve which destinations, and how often");
  command->add_option("STUDY", request.study, "siting study file")->required();
  command->add_option("--set", request.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_flag("--json", request.json, "machine-readable");
  command->add_option("--csv", request.csv, "file for the table: a row a site, azimuth and destination");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      return siting_command(request);
    };
  });
}

void add_compare(CLI::App& app, std::function<int()>& chosen, CompareRequest& request) {
  CLI::App* command =
      app.add_subcommand("compare", "Compare two scenarios under common random numbers, metric by metric");
  command->add_option("A", request.file_a, "scenario file")->required();
  command->add_option("B", request.file_b, "scenario file; may be the same")->required();
  command->add_option("--set-a", request.settings_a, "change a value of A: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--set-b", request.settings_b, "change a value of B: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--replications", request.replications, "of each (default: those of A, at least 10)")
      ->check(CLI::Range(2, 1'000'000));
  command->add_flag("--json", request.json, "machine-readable");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      return compare_command(request);
    };
  });
}

void add_whatif(CLI::App& app, std::function<int()>& chosen, WhatIfRequest& request) {
  CLI::App* command = app.add_subcommand(
      "whatif", "What one more server, place, unit or vehicle would bring, under common random numbers");
  command->add_option("SCENARIO", request.file, "scenario file")->required();
  command->add_option("--set", request.settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  command->add_option(
      "--metric", request.metric,
      "what counts: a column of replications.csv (default: satellites built, lots finished or "
      "pieces shipped)");
  command->add_option("--within", request.within, "only what lies under this path: lines.final.stations");
  command->add_option("--replications", request.replications, "(default: those of the file, at least 10)")
      ->check(CLI::Range(2, 1'000'000));
  command->add_flag("--json", request.json, "machine-readable");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      return whatif_command(request);
    };
  });
}

void add_fit(CLI::App& app, std::function<int()>& chosen, FitRequest& request) {
  CLI::App* command = app.add_subcommand("fit", "Fit distributions to a column of observed times");
  command->add_option("DATA", request.file, "CSV file with a line of column names")->required();
  command->add_option("--column", request.column, "its name (default: the only one)");
  command->add_option("--unit", request.unit,
                      "of the values (default: that of the header 'repair [h]', else s)");
  command
      ->add_option("--resamples", request.resamples,
                   "for the p-values (default 499, fewer for many values; 0: none)")
      ->check(CLI::Range(0, 100'000));
  command->add_option("--seed", request.seed, "of the resamples (default 1)")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", request.json, "machine-readable");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      return fit_command(request);
    };
  });
}

/// A command that searches with the runs of a study: `rank` or `optimise`.
void add_search(CLI::App& app, std::function<int()>& chosen, SearchRequest& request, const char* name,
                const char* what, int (*search)(const SearchRequest&, const std::atomic<bool>&)) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("STUDY", request.study, "study file")->required();
  command->add_option("--out", request.directory, "directory for tables and runs (default: runs/NAME)");
  command->add_flag("--add", request.add, "keep what still fits of another study in the directory");
  command->add_flag("--json", request.json, "machine-readable");
  add_threads(*command, request.threads);
  command->callback([&chosen, &request, search] {
    chosen = [&request, search] {
      signal(SIGINT, on_interrupt);
      signal(SIGTERM, on_interrupt);
      return search(request, interrupted);
    };
  });
}

void add_analyse(CLI::App& app, std::function<int()>& chosen, AnalyseRequest& request) {
  CLI::App* command = app.add_subcommand(
      "analyse", "What the results of a study say: effects, indices, ranking, Pareto front, differences");
  command->add_option("DIR", request.directory, "directory of a sweep")->required();
  command
      ->add_option("--metric", request.metrics,
                   "only this metric (repeatable; default: those of the study and its objectives)")
      ->allow_extra_args(false);
  command->add_option("--against", request.against,
                      "named scenario that the others are compared with (default: the first)");
  command
      ->add_option("--break-even", request.break_even,
                   "where METRIC meets a line, METRIC=0.2, =METRIC, =1/8 or =1/METRIC (repeatable)")
      ->allow_extra_args(false);
  command->add_option("--factor", request.factor,
                      "over which --break-even goes (default: the only one with numbers)");
  command->add_flag("--lowest", request.lowest,
                    "rank the lowest first where no objective says (default: the highest)");
  command->add_flag("--json", request.json, "machine-readable");
  command->callback([&] {
    chosen = [&request] {
      return analyse_command(request);
    };
  });
}

void add_sweep(CLI::App& app, std::function<int()>& chosen, SweepRequest& request) {
  CLI::App* command =
      app.add_subcommand("sweep", "Do the runs of a study that a directory lacks, and write their tables");
  command->add_option("STUDY", request.study, "study file")->required();
  command->add_option("--out", request.directory,
                      "directory for runs.csv, summary.csv and the runs (default: runs/NAME)");
  command->add_option("--shard", request.shard, "only a part of the runs: 1/8 … 8/8");
  command->add_flag("--dry-run", request.dry_run, "print design, number of runs and an estimate of the time");
  command->add_flag("--add", request.add, "keep what still fits of another study in the directory");
  command->add_flag("--retry-failed", request.retry_failed, "do runs again that failed or timed out");
  command->add_flag("--json", request.json, "print manifest.json at the end, or what a dry run finds");
  add_threads(*command, request.threads);
  command->callback([&] {
    chosen = [&request] {
      signal(SIGINT, on_interrupt);
      signal(SIGTERM, on_interrupt);
      return sweep_command(request, interrupted);
    };
  });
}

void add_merge(CLI::App& app, std::function<int()>& chosen, MergeRequest& request) {
  CLI::App* command =
      app.add_subcommand("merge", "Put the shards of a sweep together; exit code 1 unless all is done");
  command->add_option("DIR", request.directories, "directories of the shards")->required();
  command->add_option("--out", request.out, "directory of the whole (default: the first of them)");
  command->callback([&] {
    chosen = [&request] {
      return merge_command(request);
    };
  });
}

void add_slurm(CLI::App& app, std::function<int()>& chosen, SlurmRequest& request) {
  CLI::App* command =
      app.add_subcommand("slurm", "Write or submit a sweep as jobs of Slurm, or show how far they are");
  command->add_option("STUDY", request.study, "study file; with --status the directory")->required();
  command->add_option("--shards", request.shards, "tasks of the array; each does its part of the runs");
  command->add_option(
      "--out", request.directory,
      "directory that all nodes see, for scripts, shards, logs and tables (default: runs/NAME)");
  command->add_option("--partition", request.partition, "of the cluster");
  command->add_option("--time", request.time, "of a shard, as sbatch takes it: 4:00:00");
  command->add_option("--memory", request.memory, "of a shard, as sbatch takes it: 4G");
  command->add_option("--cpus", request.cpus, "of a shard (default 1)")->check(CLI::Range(1, 4096));
  command
      ->add_option("--option", request.options, "another one for sbatch: --option=--account=lab (repeatable)")
      ->allow_extra_args(false);
  command->add_flag("--submit", request.submit, "submit both jobs");
  command->add_flag("--status", request.status,
                    "print the state of each shard; exit code 1 unless all is done");
  command->add_flag("--json", request.json, "machine-readable");
  command->callback([&] {
    chosen = [&request] {
      return slurm_command(request);
    };
  });
}

int dispatch(int argc, char** argv) {
  CLI::App app{"lunafab: lunar factory and mass driver, simulated from regolith to constellation", "lunafab"};
  app.set_version_flag("--version", fmt::format("lunafab {} ({}), model version {}", program_version,
                                                source_revision, model_version));
  app.require_subcommand(1);
  std::function<int()> chosen;
  RunArguments run_arguments;
  add_run(app, chosen, run_arguments);

  std::vector<std::string> files;
  CLI::App* check_command = app.add_subcommand(
      "check", "Check scenario, study, transfer and siting files and report every problem");
  check_command->add_option("FILE", files, "files")->required();
  check_command->callback([&] {
    chosen = [&] {
      return check(files);
    };
  });

  std::string scenario;
  std::vector<std::string> settings;
  bool json = false;
  CLI::App* explain_command =
      app.add_subcommand("explain", "Rough-cut capacities of a scenario, and what will run");
  explain_command->add_option("SCENARIO", scenario, "scenario file")->required();
  explain_command->add_option("--set", settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  explain_command->add_flag("--json", json, "machine-readable");
  explain_command->callback([&] {
    chosen = [&] {
      return explain(scenario, settings, json);
    };
  });

  ui::ViewOptions view_options;
  CLI::App* view_command = app.add_subcommand("view", "Watch a scenario run");
  view_command->add_option("SCENARIO", scenario, "scenario file")->required();
  view_command->add_option("--set", settings, "change a value of the file: path=value (repeatable)")
      ->allow_extra_args(false);
  view_command->add_option("--screenshot", view_options.screenshot,
                           "draw into a PNG file, without a display");
  view_command->add_option("--until", view_options.until_days,
                           "simulated days after which it pauses, or the picture is taken (default: all)");
  view_command->callback([&] {
    chosen = [&] {
      return ui::view(load(scenario, settings), view_options);
    };
  });

  std::string directory;
  LedgerRequest request;
  add_ledger(app, chosen, directory, request);
  LaunchRequest launch_request;
  add_launch(app, chosen, launch_request);
  InsertRequest insert_request;
  add_insert(app, chosen, insert_request);
  ConstellationRequest constellation_request;
  add_constellation(app, chosen, constellation_request);
  DesignDriverRequest design_request;
  add_design_driver(app, chosen, design_request);
  CompareRequest compare_request;
  add_compare(app, chosen, compare_request);
  WhatIfRequest whatif_request;
  add_whatif(app, chosen, whatif_request);
  WindowsRequest windows_request;
  add_windows(app, chosen, windows_request);
  SitingRequest siting_request;
  add_siting(app, chosen, siting_request);
  SweepRequest sweep_request;
  add_sweep(app, chosen, sweep_request);
  MergeRequest merge_request;
  add_merge(app, chosen, merge_request);
  SlurmRequest slurm_request;
  add_slurm(app, chosen, slurm_request);
  SearchRequest search_request;
  add_search(app, chosen, search_request, "rank",
             "Find the best point of a study at a given confidence, with more runs where they are needed",
             rank_command);
  add_search(app, chosen, search_request, "optimise", "Search the factors of a study for the best points",
             optimise_command);
  AnalyseRequest analyse_request;
  add_analyse(app, chosen, analyse_request);

  FitRequest fit_request;
  add_fit(app, chosen, fit_request);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : bad_input;
  }
  return chosen();
}

}  // namespace
}  // namespace lunafab::app

int main(int argc, char** argv) {
  try {
    return lunafab::app::dispatch(argc, argv);
  } catch (const lunafab::InputError& error) {
    lunafab::app::report_findings(error.findings(), "error");
    fmt::print(stderr, "{} problem(s); nothing was run or written\n", error.findings().size());
    return lunafab::app::bad_input;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return lunafab::app::bad_input;
  }
}
