#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include "studies/plan.hpp"
#include "studies/run_store.hpp"

namespace lunafab::studies {

/// A point made ready: its scenario with a settled warm-up, or why there is none.
struct ReadyPoint {
  std::optional<campaign::Scenario> scenario;
  std::string error;
  RunStatus status = RunStatus::done;  ///< of its runs, where there is no scenario
  bool interrupted = false;
};
ReadyPoint prepare(const Study& study, const Variant& variant, const Point& point,
                   const std::atomic<bool>* interrupted);

struct RunOutput {
  RunRecord record;
  MetricNames names;
};
/// One replication, given up at the study's timeout; nothing where it was interrupted.
std::optional<RunOutput> run_one(const Study& study, const ReadyPoint& ready, std::uint32_t replication,
                                 const std::atomic<bool>* interrupted);

/// Points that runs share: each is made ready by the first run that asks, and dropped after the last.
class ReadyPoints {
 public:
  /// @param runs that will ask, each once
  ReadyPoints(const Plan& plan, const std::vector<std::size_t>& runs, const std::atomic<bool>* interrupted);
  std::shared_ptr<const ReadyPoint> get(std::size_t run);
  void release(std::size_t run);

 private:
  struct Slot {
    std::mutex mutex;
    std::shared_ptr<const ReadyPoint> ready;
  };
  const Plan* plan_;
  const std::atomic<bool>* interrupted_;
  std::mutex mutex_;
  std::unordered_map<std::size_t, std::size_t> users_;  ///< of a cell, still to come
  std::unordered_map<std::size_t, std::shared_ptr<Slot>> slots_;
};

}  // namespace lunafab::studies
