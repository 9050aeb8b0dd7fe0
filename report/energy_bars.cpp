#include "report/energy_bars.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <iterator>
#include "report/numbers.hpp"
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

constexpr double width = 1140.0, height = 226.0, margin = 4.0, bar_height = 40.0;
constexpr double upper_y = 34.0, lower_y = 132.0;
constexpr double letter = 6.3;  // mean width of a letter of the labels
constexpr double row_height = 18.0;

struct Segment {
  AccountTerm term;
  const char* color;
};

template <class... Args>
void add(std::string& svg, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(svg), format, std::forward<Args>(args)...);
}

void text(std::string& svg, double x, double y, const char* style, const std::string& words) {
  add(svg, "<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style, escaped(words));
}

std::string label(const AccountTerm& term, double whole_J) {
  return fmt::format("{} {} ({:.1f} %)", term.name, with_prefix(term.energy_J, "J"),
                     100.0 * term.energy_J / whole_J);
}

/// Segments side by side; a label stands in its segment where it fits, the others in a key below the bar.
/// Returns where each segment ends.
std::vector<double> draw_bar(std::string& svg, double y, const std::vector<Segment>& segments,
                             double whole_J) {
  std::vector<double> ends;
  double at = margin, key_x = margin, key_y = y + bar_height + 20.0;
  for (const Segment& s : segments) {
    const double wide = (width - 2.0 * margin) * std::max(0.0, s.term.energy_J) / whole_J;
    add(svg, "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", at, y,
        wide, bar_height, s.color);
    const std::string words = label(s.term, whole_J);
    const double long_words = letter * static_cast<double>(words.size()) + 10.0;
    if (long_words < wide) {
      text(svg, at + 5.0, y + 0.5 * bar_height + 5.0, "inbar", words);
    } else {
      if (key_x + long_words + 14.0 > width) key_x = margin, key_y += row_height;
      add(svg, "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"10\" height=\"10\" fill=\"{}\"/>\n", key_x,
          key_y - 9.0, s.color);
      text(svg, key_x + 15.0, key_y, "tick", words);
      key_x += long_words + 14.0;
    }
    ends.push_back(at += wide);
  }
  return ends;
}

}  // namespace

std::string draw_energy(const massdriver::LaunchFigures& f, const massdriver::EnergyAccount& energy) {
  constexpr std::array colors{"#b3541e", "#8f6a12", "#a23b5f", "#7a4f9a", "#4f6d7a", "#6b6b2f", "#555555"};
  const double gross_J = f.charged_J + f.injection_J, heat_J = f.heat.total_J();
  std::string svg;
  add(svg, "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"energy account\">\n", width, height);
  text(svg, margin, 20.0, "title",
       fmt::format("From the bus: {} into the store, {} into the injection", with_prefix(f.charged_J, "J"),
                   with_prefix(f.injection_J, "J")));
  const auto ends = draw_bar(svg, upper_y,
                             {{{"payload", f.payload_J}, "#1f6f8b"},
                              {{"back to the bus", f.regenerated_J}, "#3a7d44"},
                              {{"heat", heat_J}, "#b3541e"}},
                             gross_J);
  add(svg,
      "<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}H{:.1f}L{:.1f} {:.1f}Z\" fill=\"#b3541e\" "
      "fill-opacity=\"0.15\"/>\n",
      ends[1], upper_y + bar_height, margin, lower_y, width - margin, ends[2], upper_y + bar_height);
  std::vector<Segment> parts;
  for (const AccountTerm& term : heat_terms(f, energy)) parts.push_back({term, colors[parts.size()]});
  draw_bar(svg, lower_y, parts, heat_J);
  return svg + "</svg>\n";
}

}  // namespace lunafab::report
