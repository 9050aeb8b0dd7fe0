#include "studies/runner.hpp"
#include <tbb/task_arena.h>
#include <chrono>
#include "campaign/metrics.hpp"
#include "campaign/run.hpp"
#include "campaign/warmup.hpp"
#include "studies/watch.hpp"

namespace lunafab::studies {
namespace {

/// What an exception says, on one line.
std::string reason(const std::exception& error) {
  std::string text = error.what();
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) text.replace(at, 1, "; ");
  return text;
}

std::optional<double> limit_s(const Study& study) {
  return study.timeout ? std::optional(study.timeout->wall_s) : std::nullopt;
}

std::string timeout_words(const Study& study) {
  return "timed out after " + study.timeout->text;
}

}  // namespace

ReadyPoint prepare(const Study& study, const Variant& variant, const Point& point,
                   const std::atomic<bool>* interrupted) {
  ReadyPoint ready;
  try {
    Findings findings, warnings;
    Node document = resolve(study, variant, point, findings);
    findings.throw_if_any();
    const Watch watch(limit_s(study), interrupted);
    ready.scenario =
        campaign::settle_warmup(campaign::read_scenario(std::move(document), warnings), watch.flag());
    if (ready.scenario) return ready;
    ready.interrupted = !watch.timed_out();
    ready.status = RunStatus::timed_out;
    if (watch.timed_out()) ready.error = timeout_words(study) + ", in the pilot run for the warm-up";
  } catch (const std::exception& error) {
    ready.status = RunStatus::failed;
    ready.error = reason(error);
  }
  return ready;
}

std::optional<RunOutput> run_one(const Study& study, const ReadyPoint& ready, std::uint32_t replication,
                                 const std::atomic<bool>* interrupted) {
  if (ready.interrupted) return std::nullopt;
  RunOutput output;
  if (!ready.scenario) {
    output.record.status = ready.status;
    output.record.error = ready.error;
    return output;
  }
  const auto began = std::chrono::steady_clock::now();
  try {
    const Watch watch(limit_s(study), interrupted);
    campaign::Campaign run(*ready.scenario, replication);
    if (run.run_to_end(watch.flag())) {
      for (auto& [name, value] : campaign::metrics(*ready.scenario, run.state())) {
        output.names.push_back(name);
        output.record.values.push_back(value);
      }
    } else {
      if (!watch.timed_out()) return std::nullopt;
      output.record.status = RunStatus::timed_out;
      output.record.error = timeout_words(study);
    }
  } catch (const std::exception& error) {
    output.record.status = RunStatus::failed;
    output.record.error = reason(error);
  }
  output.record.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return output;
}

ReadyPoints::ReadyPoints(const Plan& plan, const std::vector<std::size_t>& runs,
                         const std::atomic<bool>* interrupted)
    : plan_(&plan), interrupted_(interrupted) {
  for (const std::size_t run : runs) ++users_[plan_->cell_of(run)];
}

std::shared_ptr<const ReadyPoint> ReadyPoints::get(std::size_t run) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard guard(mutex_);
    auto& entry = slots_[plan_->cell_of(run)];
    if (!entry) entry = std::make_shared<Slot>();
    slot = entry;
  }
  const std::lock_guard guard(slot->mutex);
  if (!slot->ready) {
    const Place place = plan_->place(run);
    const Study& study = plan_->study();
    // Isolated: a thread that waits for parallel parts of the reading must not begin another run, which
    // might wait for this very slot.
    slot->ready = tbb::this_task_arena::isolate([&] {
      return std::make_shared<const ReadyPoint>(
          prepare(study, study.variants[place.variant], plan_->design().point(place.point), interrupted_));
    });
  }
  return slot->ready;
}

void ReadyPoints::release(std::size_t run) {
  const std::lock_guard guard(mutex_);
  if (--users_.at(plan_->cell_of(run)) > 0) return;
  users_.erase(plan_->cell_of(run));
  slots_.erase(plan_->cell_of(run));
}

}  // namespace lunafab::studies
