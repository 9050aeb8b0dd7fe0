#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/elementary.hpp"
#include "report/dispersion_report.hpp"
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;

constexpr double milli = 1e3;  // per unit
constexpr const char* blue = "#1f6f8b";
constexpr const char* orange = "#c7651a";
constexpr std::size_t most_dots = 2000;
constexpr double shown_sd = 5.0;  // of the histogram, either way

/// Middle and half of the central 68 %: of a Gaussian mean and sd, and outliers do not move them.
struct Core {
  double middle = 0.0, sd = 0.0;
};
Core core_of(const Spread& s) {
  return {s.quantiles[3], 0.5 * (s.quantiles[4] - s.quantiles[2])};
}

/// Outline of the share of launches in each bin, and the Gaussian of the same core.
LineChart histogram(const DispersionReport& r) {
  const Core core = core_of(r.components[0]);
  const auto n = static_cast<double>(r.drawn.samples.size());
  const int bins = std::clamp(3 * static_cast<int>(std::cbrt(n)), 8, 60);
  const double width = 2.0 * shown_sd * core.sd / bins;
  std::vector<double> share(static_cast<std::size_t>(bins), 0.0);
  std::size_t outside = 0;
  for (const MuzzleVector& m : r.drawn.samples) {
    const double bin = (m[0] - core.middle) / width + 0.5 * bins;
    if (bin >= 0.0 && bin < bins) {
      share[static_cast<std::size_t>(bin)] += 100.0 / n;
    } else {
      ++outside;
    }
  }
  Series drawn{.name = "launches", .color = blue}, gauss{.name = "Gaussian", .color = orange};
  for (int b = 0; b < bins; ++b) {
    const double from = (b - 0.5 * bins) * width;
    for (const double x : {from, from + width}) {
      drawn.x.push_back(milli * x);
      drawn.y.push_back(share[static_cast<std::size_t>(b)]);
    }
  }
  for (int i = -100; i <= 100; ++i) {
    const double z = shown_sd * i / 100.0;
    gauss.x.push_back(milli * z * core.sd);
    gauss.y.push_back(100.0 * width / core.sd * std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi));
  }
  return {.title = fmt::format("Share of launches in a bin, %{}",
                               outside > 0 ? fmt::format(" ({} launches beyond the frame)", outside) : ""),
          .x_label = "speed less its median, mm/s",
          .series = {gauss, drawn}};
}

/// Order statistics against those of a Gaussian; all at the ends, thinned between.
LineChart normal_plot(const DispersionReport& r) {
  std::vector<double> speeds;
  for (const MuzzleVector& m : r.drawn.samples) speeds.push_back(m[0]);
  std::sort(speeds.begin(), speeds.end());
  const Core core = core_of(r.components[0]);
  const std::size_t n = speeds.size(), ends = most_dots / 4;
  const std::size_t every = std::max<std::size_t>(1, 2 * n / most_dots);
  Series dots{.name = "launches", .color = blue, .x = {}, .y = {}, .mark = Mark::dots};
  Series gauss{.name = "Gaussian", .color = orange};
  for (std::size_t i = 0; i < n; ++i) {
    if (i >= ends && i + ends < n && i % every != 0) continue;
    dots.x.push_back(normal_quantile((static_cast<double>(i) + 0.5) / static_cast<double>(n)));
    dots.y.push_back(milli * (speeds[i] - core.middle));
  }
  for (const double z : {dots.x.front(), dots.x.back()}) {
    gauss.x.push_back(z);
    gauss.y.push_back(milli * z * core.sd);
  }
  return {.title = "Speed less its median, mm/s, against a Gaussian",
          .x_label = "standard deviations of a Gaussian",
          .ordinate = Ordinate::around_data,
          .series = {gauss, dots}};
}

LineChart scatter(const DispersionReport& r, int across, int up, const char* title, const char* x_label) {
  Series dots{.name = "launches", .color = blue, .x = {}, .y = {}, .mark = Mark::dots};
  const auto& mean = r.drawn.mean;
  for (std::size_t i = 0; i < std::min(most_dots, r.drawn.samples.size()); ++i) {
    dots.x.push_back(milli * (r.drawn.samples[i][across] - mean[across]));
    dots.y.push_back(milli * (r.drawn.samples[i][up] - mean[up]));
  }
  return {.title = title, .x_label = x_label, .ordinate = Ordinate::around_data, .series = {dots}};
}

std::string source_table(const DispersionReport& r) {
  constexpr std::array<const char*, error_sources> units{"", "", " s", " m", " m/s", "", "", " K"};
  std::string html =
      "<div><table><tr><th>error source</th><th class=\"n\">sd</th><th class=\"n\">sd of the speed, "
      "mm/s</th></tr>\n";
  for (std::size_t s = 0; s < error_sources; ++s) {
    const auto source = static_cast<ErrorSource>(s);
    const bool bias = source == ErrorSource::capacitance;
    std::string what = name(source);
    std::replace(what.begin(), what.end(), '_', ' ');
    html += fmt::format("<tr><td>{}{}</td><td class=\"n\">{:.3g}{}</td><td class=\"n\">{:.4f}</td></tr>\n",
                        what, bias ? " (a bias, not in the sum)" : "", r.budget[s], units[s],
                        milli * r.tangents.speed_mps[s]);
  }
  html += fmt::format(
      "<tr class=\"sum\"><td>tangents, root of the sum of squares</td><td></td><td "
      "class=\"n\">{:.4f}</td></tr>\n"
      "<tr class=\"sum\"><td>Monte Carlo, {} launches without failed banks: {}</td><td></td><td "
      "class=\"n\">{:.4f} ± {:.4f}</td></tr>\n</table></div>\n",
      milli * r.tangents.speed_sd_mps, r.undisturbed_launches,
      agreement(r, "agrees", "<span class=\"no\">does not agree</span>"), milli * r.undisturbed.sd,
      milli * sd_half_width(r.undisturbed, std::max<std::size_t>(r.undisturbed_launches, 1)));
  return html;
}

std::string component_table(const DispersionReport& r) {
  constexpr std::array<const char*, 4> rows{"speed, m/s", "left, m/s", "up, m/s", "time, s"};
  std::string html =
      "<div><table><tr><th></th><th class=\"n\">mean</th><th class=\"n\">sd, 10⁻³</th><th "
      "class=\"n\">lowest, "
      "10⁻³</th><th class=\"n\">highest, 10⁻³</th><th class=\"n\">excess kurtosis</th></tr>\n";
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (!r.sideways && (c == 1 || c == 2)) continue;
    const Spread& s = r.components[c];
    html += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{:.5f}</td><td class=\"n\">{:.4g}</td><td "
        "class=\"n\">{:+.4g}</td><td "
        "class=\"n\">{:+.4g}</td><td class=\"n\">{:+.2f}</td></tr>\n",
        rows[c], s.mean, milli * s.sd, milli * (s.lowest - s.mean), milli * (s.highest - s.mean),
        s.excess_kurtosis);
  }
  return html +
         "</table>\n<p class=\"note\">Lowest and highest from the mean; launches that completed.</p></div>\n";
}

}  // namespace

std::string dispersion_section(const DispersionReport& r) {
  const Dispersion& d = r.drawn;
  std::string reasons;
  for (const auto& [reason, count] : failures(d)) reasons += fmt::format(", {} {}", count, escaped(reason));
  std::string html = fmt::format(
      "<h2>{} launches of the error budget</h2>\n<p>Seed {}: {} completed, {} failed{}. {} with failed "
      "banks, {} "
      "above the limit of acceleration, {} late openings.</p>\n",
      d.launches, r.stream.seed, d.launches - d.failed, d.failed, reasons, r.with_failed_banks,
      r.above_acceleration, d.late_openings);
  if (core_of(r.components[0]).sd > 0.0) {
    html += "<div class=\"charts\">\n" + draw(histogram(r)) + draw(normal_plot(r));
    if (r.sideways) html += draw(scatter(r, 1, 2, "Up, mm/s, less its mean", "left less its mean, mm/s"));
    html += draw(scatter(r, 0, 3, "Time, ms, less its mean", "speed less its mean, mm/s")) + "</div>\n";
  }
  return html + "<div class=\"tables\">\n" + component_table(r) + source_table(r) + "</div>\n";
}

}  // namespace lunafab::report
