#include "campaign/execute.hpp"
#include <tbb/global_control.h>
#include <chrono>
#include <filesystem>
#include "campaign/checkpoint.hpp"
#include "campaign/replicate.hpp"
#include "campaign/warmup.hpp"
#include "core/document.hpp"

namespace lunafab::campaign {
namespace {

namespace fs = std::filesystem;
constexpr Ticks checkpoint_interval{30LL * 86400 * microseconds_per_second};

struct Paths {
  std::string manifest, scenario, ledger, checkpoint;
  explicit Paths(const std::string& directory)
      : manifest(directory + "/manifest.json"),
        scenario(directory + "/scenario.yaml"),
        ledger(directory + "/ledger.sqlite"),
        checkpoint(directory + "/checkpoint/state.bin") {}
};

void prepare(const RunOptions& options, const Paths& paths) {
  if ((fs::exists(paths.manifest) || fs::exists(paths.checkpoint)) && !options.resume) {
    throw std::runtime_error(options.directory +
                             " holds results already; choose another --out, or go on with --resume");
  }
  fs::create_directories(options.directory + "/checkpoint");
}

/// Opens the ledger where the checkpoint left it, or begins a new one.
std::unique_ptr<orbit::LedgerStore> open_ledger(const Scenario& scenario, const Paths& paths,
                                                const std::optional<Checkpoint>& checkpoint) {
  if (scenario.satellites.empty()) return nullptr;
  using orbit::LedgerStore;
  if (checkpoint) {
    if (!fs::exists(paths.ledger))
      throw std::runtime_error("cannot go on from " + paths.checkpoint + ": " + paths.ledger + " is missing");
    auto ledger = std::make_unique<LedgerStore>(paths.ledger, LedgerStore::Open::append, scenario.start);
    ledger->truncate(checkpoint->ledger_postings, checkpoint->ledger_head);
    return ledger;
  }
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(paths.ledger + suffix);
  return std::make_unique<LedgerStore>(paths.ledger, LedgerStore::Open::create, scenario.start);
}

void save(const Campaign& campaign, orbit::LedgerStore* ledger, const Paths& paths) {
  Checkpoint checkpoint{.state = campaign.state(),
                        .warmup = campaign.scenario().warmup,
                        .warmup_kind = campaign.scenario().warmup_kind};
  if (ledger != nullptr) {
    ledger->commit();
    checkpoint.ledger_postings = ledger->postings();
    checkpoint.ledger_head = ledger->head();
  }
  write_checkpoint(paths.checkpoint, campaign.scenario(), checkpoint);
}

/// Runs the first replication with its ledger and checkpoints; false if interrupted.
bool run_first(Campaign& campaign, orbit::LedgerStore* ledger, const RunOptions& options,
               const Paths& paths) {
  const auto total = static_cast<double>(campaign.scenario().end.us);
  Tick next_save = campaign.state().now + checkpoint_interval;
  while (!campaign.done()) {
    campaign.step(ledger);
    if (options.progress) options.progress(static_cast<double>(campaign.state().now.us) / total);
    const bool stop = options.interrupted != nullptr && options.interrupted->load();
    if (stop || campaign.state().now >= next_save) {
      save(campaign, ledger, paths);
      next_save = campaign.state().now + checkpoint_interval;
    }
    if (stop && !campaign.done()) return false;
  }
  save(campaign, ledger, paths);
  return true;
}

/// The scenario with its warm-up: that of the checkpoint, or chosen now; nothing where that was interrupted.
std::optional<Scenario> with_warmup(const Scenario& scenario, const std::optional<Checkpoint>& checkpoint,
                                    const std::atomic<bool>* interrupted) {
  if (!checkpoint) return settle_warmup(scenario, interrupted);
  Scenario settled = scenario;
  settled.warmup = checkpoint->warmup;
  settled.warmup_kind = checkpoint->warmup_kind;
  return settled;
}

}  // namespace

RunResult execute(const Scenario& asked, const RunOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  const Paths paths(options.directory);
  prepare(options, paths);
  std::optional<Checkpoint> checkpoint;
  if (options.resume) checkpoint = read_checkpoint(paths.checkpoint, asked);
  const auto ledger = open_ledger(asked, paths, checkpoint);
  write_manifest(options.directory, asked, {.status = "running", .threads = options.threads});
  write_file(paths.scenario, dump(asked.document));

  RunResult result;
  std::optional<Scenario> settled = with_warmup(asked, checkpoint, options.interrupted);
  const bool ready = settled.has_value();
  result.scenario = std::make_unique<const Scenario>(ready ? std::move(*settled) : asked);
  const Scenario& scenario = *result.scenario;
  result.campaign = checkpoint ? std::make_unique<Campaign>(scenario, 0, std::move(checkpoint->state))
                               : std::make_unique<Campaign>(scenario, 0);
  const auto stopped = [&]() -> RunResult {
    result.status = RunStatus::interrupted;
    result.wall_s = elapsed();
    write_manifest(options.directory, scenario,
                   {.status = "interrupted", .wall_s = result.wall_s, .threads = options.threads});
    return std::move(result);
  };
  if (!ready || !run_first(*result.campaign, ledger.get(), options, paths)) return stopped();
  RunReport& report = result.report;
  report.campaign = result.campaign.get();
  report.material = material_balance(scenario, result.campaign->state());
  report.energy = energy_balance(scenario, result.campaign->state());
  report.outcome = outcome(scenario, result.campaign->state(), report.energy);
  report.insight = insight(scenario, result.campaign->state());
  if (ledger) {
    report.ledger_head = ledger->head();
    report.ledger_postings = ledger->postings();
  }
  auto replications = replicate(scenario, metrics(scenario, result.campaign->state()), options.interrupted);
  if (!replications) return stopped();
  report.replications = std::move(*replications);
  if (options.limit_stations >= 0) {
    report.limits = find_limits(scenario, *result.campaign, options.limit_stations, options.interrupted);
    if (!report.limits) return stopped();
  }
  write_results(options.directory, report);
  result.wall_s = elapsed();
  write_manifest(options.directory, scenario,
                 {.status = "complete", .wall_s = result.wall_s, .threads = options.threads});
  return result;
}

}  // namespace lunafab::campaign
