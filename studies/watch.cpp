#include "studies/watch.hpp"
#include <algorithm>
#include <chrono>

namespace lunafab::studies {
namespace {

constexpr std::chrono::milliseconds look_every{50};

}  // namespace

Watch::Watch(std::optional<double> wall_s, const std::atomic<bool>* interrupted) : interrupted_(interrupted) {
  if (wall_s) thread_ = std::thread([this, wall_s] { wait(*wall_s); });
}

Watch::~Watch() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard guard(mutex_);
    over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

void Watch::wait(double wall_s) {
  using Clock = std::chrono::steady_clock;
  constexpr double longest_s = 1e9;  // which the clock can hold
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                      std::chrono::duration<double>(std::min(wall_s, longest_s)));
  std::unique_lock lock(mutex_);
  while (!ended_.wait_until(lock, std::min(end, Clock::now() + look_every), [this] { return over_; })) {
    if (Clock::now() >= end) timed_out_ = true;
    if (timed_out_ || (interrupted_ != nullptr && interrupted_->load())) {
      stop_ = true;
      return;
    }
  }
}

}  // namespace lunafab::studies
