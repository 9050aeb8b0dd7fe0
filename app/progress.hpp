#pragma once
#include <chrono>

namespace lunafab::app {

/// What is counted: `day 12 of 60 (20 %), 5 simulated days a second`.
struct ProgressWords {
  const char* one = "";
  const char* many = "";
};

/// Progress with rate and time left, on standard error: a line that renews itself on a terminal, a line every
/// tenth elsewhere.
class Progress {
 public:
  Progress(double total, ProgressWords words);
  void operator()(double part);

 private:
  double total_;
  ProgressWords words_;
  bool terminal_;
  double shown_s_ = -1.0, next_line_ = 0.1;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace lunafab::app
