#include "app/progress.hpp"
#include <fmt/format.h>
#include <unistd.h>
#include <cstdio>

namespace lunafab::app {

Progress::Progress(double total, ProgressWords words)
    : total_(total), words_(words), terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::operator()(double part) {
  const double elapsed_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  if (terminal_ ? elapsed_s - shown_s_ < 0.1 && part < 1.0 : part < next_line_ || elapsed_s < 2.0) return;
  shown_s_ = elapsed_s;
  next_line_ = part + 0.1;
  const double rate = elapsed_s > 0.0 ? part * total_ / elapsed_s : 0.0;
  const double left_s = part > 0.0 ? elapsed_s * (1.0 - part) / part : 0.0;
  fmt::print(stderr, "{}{} {:.0f} of {:.0f} ({:.0f} %), {:.0f} {} a second, {:.0f} s left{}",
             terminal_ ? "\r\x1b[K" : "", words_.one, part * total_, total_, 100 * part, rate, words_.many,
             left_s, terminal_ ? (part >= 1.0 ? "\r\x1b[K" : "") : "\n");
}

}  // namespace lunafab::app
