#include "app/print_insight.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <iterator>

namespace lunafab::app {
namespace {

using campaign::Insight;
using campaign::LinePlace;
using campaign::StationQueue;

constexpr std::size_t queues_shown = 2;

template <class... Args>
void line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

std::string short_name(std::string name) {
  for (const char* part : {"lines.", "stations."}) {
    if (const auto at = name.find(part); at != std::string::npos)
      name.erase(at, std::string_view(part).size());
  }
  return name;
}

std::string place_words(const LinePlace& line) {
  if (!line.place) {
    return line.wip < 1.0 ? "less than one in the line: best and practical worst case are one"
                          : "W0 ≤ 1: best and practical worst case are one";
  }
  constexpr double noise = 0.02;
  if (*line.place < -noise) return "below the practical worst case";
  if (*line.place < noise) return "at the practical worst case";
  return fmt::format("{:.0f} % of the way from practical worst to best case", 100 * *line.place);
}

void place_lines(const Insight& insight, std::string& text) {
  if (!insight.line) return line(text, "Line         not placed: {}", insight.no_line);
  const LinePlace& at = *insight.line;
  const double wip = std::max(1.0, at.wip);
  line(text, "Line         {}", place_words(at));
  line(text,
       "             {:.4g} {} in it (W0 {:.4g}): {:.4g} an hour (best {:.4g}, practical worst {:.4g}), "
       "cycle {:.4g} h (T0 {:.4g})",
       at.wip, insight.piece, at.bounds.critical_wip(), at.per_h, best_per_h(at.bounds, wip),
       practical_worst_per_h(at.bounds, wip), at.cycle_h, at.bounds.raw_process_h);
}

void queue_line(const StationQueue& station, std::string& text) {
  line(text,
       "Queue        {}: wait {:.4g} h predicted = variability {:.3g} × utilisation {:.3g} (u {:.3f}) × time "
       "{:.4g} h; observed {}{}",
       short_name(station.name), *station.predicted_h, variability_factor(station.queue),
       utilisation_factor(station.queue), station.queue.utilisation, station.queue.process.mean_h,
       station.observed_h ? fmt::format("{:.4g} h", *station.observed_h) : "none",
       station.reasons.empty() ? "" : "; roughly: " + station.reasons.front());
}

void ramp_line(const Insight& insight, std::string& text) {
  if (!insight.ramp_up) return line(text, "Ramp-up      no steady state found");
  const campaign::RampUp& ramp = *insight.ramp_up;
  const std::string reached = ramp.reached_h ? fmt::format("90 % of it after {:.4g} h (to {:.2g} h), ",
                                                           *ramp.reached_h, ramp.resolution_h)
                                             : "90 % of it not seen before, ";
  const std::string lost = ramp.lost_pieces > 0.0
                               ? fmt::format("{:.4g} pieces short by then", ramp.lost_pieces)
                               : "nothing lost by then";
  line(text, "Ramp-up      steady {:.4g} pieces an hour from {:.4g} h on; {}{}{}", ramp.steady_per_h,
       ramp.steady_from_h, reached, lost, insight.warmed_up ? "" : "; warm-up 0: the figures above hold it");
}

}  // namespace

std::string insight_lines(const Insight& insight) {
  std::string text;
  place_lines(insight, text);
  std::size_t shown = 0;
  for (const std::size_t s : longest_queues(insight)) {
    if (!insight.stations[s].predicted_h || shown == queues_shown) break;
    queue_line(insight.stations[s], text);
    ++shown;
  }
  for (const StationQueue& station : insight.stations) {
    if (!station.reasons.empty() && station.reasons.front().starts_with("u ≥ 1"))
      line(text, "Queue        {}: {}", short_name(station.name), station.reasons.front());
  }
  ramp_line(insight, text);
  return text;
}

}  // namespace lunafab::app
