#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include "campaign/run.hpp"
#include "ui/frame.hpp"

namespace lunafab::ui {

struct ModelOptions {
  Tick pause_at = never;  ///< pauses at the end of the first window that reaches it
  Ticks sample_every{};   ///< between points of the history, which every frame holds; zero: every window
  double days_per_s = unpaced;  ///< simulated days a second of wall time
  bool playing = true;
};

/// Runs a campaign in a thread of its own and publishes copies of what it shows. Nothing the watcher does
/// reaches the campaign but the moment its next window begins, so that its state is the same as without a
/// watcher. The scenario outlives it.
class ModelThread {
 public:
  ModelThread(const campaign::Scenario& scenario, const ModelOptions& options);
  ~ModelThread();
  ModelThread(const ModelThread&) = delete;
  ModelThread& operator=(const ModelThread&) = delete;

  void send(Command command);
  std::shared_ptr<const Frame> latest() const;
  /// Blocks until a frame after `number` is published; returns the last one at once where the run is over.
  std::shared_ptr<const Frame> wait_newer(std::uint64_t number) const;
  /// @throws what the model threw, if it did
  void rethrow_failure() const;
  /// Runs to the end and returns `state_hash` of the campaign's state. @throws what the model threw
  std::uint64_t final_state_hash();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  bool await_window();
  void obey(Command command);
  void restart_pace();
  Clock::time_point due() const;
  void after_window();
  RunState run_state() const;
  void publish();
  void publish_failure();
  void post(Frame frame);

  // The model's thread only, but for the campaign once the thread has ended.
  const campaign::Scenario* scenario_;
  ModelOptions options_;
  std::optional<campaign::Campaign> campaign_;
  std::vector<Sample> history_;
  bool stepping_ = false, quitting_ = false;
  Clock::time_point pace_from_, published_at_;
  Tick pace_from_tick_{}, recorded_at_{};
  std::uint64_t posted_ = 0;

  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable command_sent_, frame_posted_;
  std::deque<Command> commands_;
  std::shared_ptr<const Frame> frame_;
  std::exception_ptr failure_;

  std::thread thread_;  // last, so that it starts on a complete object
};

}  // namespace lunafab::ui
