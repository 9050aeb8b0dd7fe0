#include "orbit/window_summary.hpp"
#include <algorithm>
#include <utility>

namespace lunafab::orbit {

std::optional<Spread> spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto i = static_cast<std::size_t>(place);
    const double next = values[std::min(i + 1, values.size() - 1)];
    return values[i] + (place - static_cast<double>(i)) * (next - values[i]);
  };
  return Spread{values.front(), at(0.25), at(0.5), at(0.75), values.back()};
}

WindowSummary summarise(std::span<const Window> windows, double budget_mps, double step_s) {
  constexpr double day_s = 86400.0;
  WindowSummary out{.dates = windows.size()};
  std::vector<double> speeds, planned, corrections, transfers, spent;
  std::size_t wait = 0, longest = 0;
  for (const Window& w : windows) {
    const WindowNode& n = w.node;
    const bool open = is_open(n, budget_mps);
    out.open += open ? 1 : 0;
    wait = open ? 0 : wait + 1;
    longest = std::max(longest, wait);
    if (open) spent.push_back(n.insertion_mps + n.correction_p95_mps);
    if (n.found == 0) continue;
    ++out.found;
    speeds.push_back(n.speed_mps), planned.push_back(n.insertion_mps);
    corrections.push_back(n.correction_p95_mps), transfers.push_back(n.transfer_s / day_s);
  }
  out.longest_wait_d = static_cast<double>(longest) * step_s / day_s;
  out.speed_mps = spread(std::move(speeds)), out.planned_mps = spread(std::move(planned));
  out.correction_p95_mps = spread(std::move(corrections)), out.transfer_d = spread(std::move(transfers));
  if (const auto s = spread(std::move(spent))) out.open_median_mps = s->median;
  return out;
}

}  // namespace lunafab::orbit
