#pragma once
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace lunafab::studies {

/// A flag that goes up when a time has passed, or when another flag does: what ends one run.
class Watch {
 public:
  /// Without a time there is no thread, and the flag is the other one.
  Watch(std::optional<double> wall_s, const std::atomic<bool>* interrupted);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  const std::atomic<bool>* flag() const { return thread_.joinable() ? &stop_ : interrupted_; }
  bool timed_out() const { return timed_out_; }

 private:
  void wait(double wall_s);

  const std::atomic<bool>* interrupted_;
  std::atomic<bool> stop_{false}, timed_out_{false};
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace lunafab::studies
