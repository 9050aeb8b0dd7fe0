#include <fmt/format.h>
#include <cmath>
#include <iterator>
#include "core/elementary.hpp"
#include "report/dispersion_report.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;
using Json = nlohmann::ordered_json;

constexpr double milli = 1e3;  // per unit
constexpr std::array<const char*, 4> keys{"speed_mps", "left_mps", "up_mps", "time_s"};
constexpr std::array<const char*, 4> names{"along", "left", "up", "time"};
constexpr std::array<const char*, 4> units{"mm/s", "mm/s", "mm/s", "ms"};
constexpr std::array<const char*, error_sources> source_units{"1", "1", "s", "m", "m/s", "1", "1", "K"};

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json spread_json(const Spread& s) {
  Json quantiles;
  for (std::size_t q = 0; q < Spread::levels.size(); ++q)
    quantiles[fmt::format("{:g}", Spread::levels[q])] = number(s.quantiles[q]);
  return {{"mean", number(s.mean)},         {"sd", number(s.sd)},
          {"skewness", number(s.skewness)}, {"excess_kurtosis", number(s.excess_kurtosis)},
          {"lowest", number(s.lowest)},     {"highest", number(s.highest)},
          {"quantiles", quantiles}};
}

Json tangents_json(const DispersionReport& r) {
  Json sources = Json::array();
  for (std::size_t s = 0; s < error_sources; ++s) {
    sources.push_back({{"source", name(static_cast<ErrorSource>(s))},
                       {"sd", r.budget[s]},
                       {"unit", source_units[s]},
                       {"speed_sd_mps", number(r.tangents.speed_mps[s])}});
  }
  return {{"sources", sources},
          {"speed_sd_mps", number(r.tangents.speed_sd_mps)},
          {"drawn_speed_sd_mps", number(r.undisturbed.sd)},
          {"drawn_half_width_95_mps", r.undisturbed_launches > 1
                                          ? number(sd_half_width(r.undisturbed, r.undisturbed_launches))
                                          : Json(nullptr)},
          {"launches_without_failed_banks", r.undisturbed_launches},
          {"agree", tangents_agree(r) ? Json(*tangents_agree(r)) : Json(nullptr)}};
}

/// Quantiles in sd from the mean, beside a Gaussian's.
std::string tails(const Spread& s) {
  std::string text;
  for (std::size_t q = 0; q < Spread::levels.size(); ++q) {
    const double level = Spread::levels[q];
    const double at = s.sd > 0.0 ? (s.quantiles[q] - s.mean) / s.sd : 0.0;
    text += fmt::format("{}{:g} % {:+.2f} ({:+.2f})", q == 0 ? "" : "   ", 100.0 * level, at,
                        level == 0.5 ? 0.0 : normal_quantile(level));
  }
  return text;
}

template <class... Args>
void line(std::string& text, const char* label, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), "{:12} ", label);
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

bool modelled(const DispersionReport& r, std::size_t component) {
  return r.sideways || component == 0 || component == 3;
}

std::string correlations(const DispersionReport& r) {
  const auto& c = r.drawn.covariance;
  std::string pairs;
  const auto add = [&](std::size_t a, std::size_t b) {
    const auto i = static_cast<Eigen::Index>(a), j = static_cast<Eigen::Index>(b);
    const double scale = std::sqrt(c(i, i) * c(j, j));
    pairs += fmt::format("{}{}-{} {:+.3f}", pairs.empty() ? "" : "   ", names[a], names[b],
                         scale > 0.0 ? c(i, j) / scale : 0.0);
  };
  for (std::size_t a = 0; a < names.size(); ++a) {
    for (std::size_t b = a + 1; b < names.size(); ++b) {
      if (modelled(r, a) && modelled(r, b)) add(a, b);
    }
  }
  return pairs;
}

void component_lines(const DispersionReport& r, std::string& text) {
  for (std::size_t c = 0; c < r.components.size(); ++c) {
    const Spread& s = r.components[c];
    if (!modelled(r, c)) continue;
    line(text, "", "{:6} mean {:.6f} {}   sd {:.4g} {}   lowest {:+.4g}   highest {:+.4g}", names[c], s.mean,
         c == 3 ? "s" : "m/s", milli * s.sd, units[c], milli * (s.lowest - s.mean),
         milli * (s.highest - s.mean));
  }
  if (!r.sideways) line(text, "", "left, up: not modelled, the design has no sled");
  const Spread& s = r.components[0];
  line(text, "Tails", "speed, sd from the mean (of a Gaussian): {}", tails(s));
  line(text, "", "skewness {:+.2f}   excess kurtosis {:+.2f}   (0 of a Gaussian)", s.skewness,
       s.excess_kurtosis);
  line(text, "Covariance", "correlations: {}", correlations(r));
}

}  // namespace

Json dispersion_json(const DispersionReport& r) {
  const Dispersion& d = r.drawn;
  Json json{{"launches", d.launches}, {"seed", r.stream.seed}, {"failed", d.failed}};
  json["failures"] = Json::object();
  for (const auto& [reason, count] : failures(d)) json["failures"][reason] = count;
  json["launches_with_failed_banks"] = r.with_failed_banks;
  json["launches_above_acceleration_limit"] = r.above_acceleration;
  json["late_openings"] = d.late_openings;
  json["worst_energy_residual_rel"] = number(d.worst_residual_rel);
  const bool any = !d.samples.empty();
  for (std::size_t c = 0; c < keys.size(); ++c) {
    const bool known = any && modelled(r, c);
    json[keys[c]] = known ? spread_json(r.components[c]) : Json(nullptr);
  }
  Json rows = Json::array();
  for (int i = 0; i < 4; ++i) {
    Json row = Json::array();
    for (int j = 0; j < 4; ++j) row.push_back(number(d.covariance(i, j)));
    rows.push_back(row);
  }
  json["covariance_order"] = keys;
  json["covariance"] = rows;
  json["tangents"] = tangents_json(r);
  return json;
}

std::string samples_csv(const DispersionReport& r) {
  std::string csv = "serial,outcome,speed_mps,left_mps,up_mps,time_s,peak_mps2,failed_banks\n";
  for (const LaunchSample& s : r.drawn.drawn) {
    fmt::format_to(std::back_inserter(csv), "{},{},", s.serial, name(s.outcome));
    if (s.outcome == SolverOutcome::completed) {
      const std::string sideways = r.sideways ? fmt::format("{},{}", s.muzzle[1], s.muzzle[2]) : ",";
      fmt::format_to(std::back_inserter(csv), "{},{},{}", s.muzzle[0], sideways, s.muzzle[3]);
    } else {
      csv += ",,,";
    }
    fmt::format_to(std::back_inserter(csv), ",{},{}\n", s.peak_mps2, s.failed_banks);
  }
  return csv;
}

std::string dispersion_summary(const DispersionReport& r) {
  const Dispersion& d = r.drawn;
  std::string text, reasons;
  for (const auto& [reason, count] : failures(d)) reasons += fmt::format(", {} {}", count, reason);
  line(text, "Monte Carlo", "{} launches of the error budget, seed {}: {} completed, {} failed{}", d.launches,
       r.stream.seed, d.launches - d.failed, d.failed, reasons);
  line(text, "", "{} with failed banks   {} above the acceleration limit   {} late openings",
       r.with_failed_banks, r.above_acceleration, d.late_openings);
  if (!d.samples.empty()) component_lines(r, text);
  const char* label = "Sources";
  for (std::size_t s = 0; s < error_sources; ++s) {
    const auto source = static_cast<ErrorSource>(s);
    line(text, label, "{:18} sd {:>8.3g} {:4} {:>9.4f} mm/s{}", name(source), r.budget[s], source_units[s],
         milli * r.tangents.speed_mps[s],
         source == ErrorSource::capacitance ? "   (a bias: the same in every launch)" : "");
    label = "";
  }
  line(text, "",
       "tangents {:.4f} mm/s, Monte Carlo {:.4f} +- {:.4f} mm/s (95 %, {} launches without failed banks): {}",
       milli * r.tangents.speed_sd_mps, milli * r.undisturbed.sd,
       milli * sd_half_width(r.undisturbed, std::max<std::size_t>(r.undisturbed_launches, 1)),
       r.undisturbed_launches, agreement(r, "they agree", "THEY DO NOT AGREE"));
  return text;
}

}  // namespace lunafab::report
