#include "app/fit_report.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include "core/distribution_text.hpp"

namespace lunafab::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr double doubtful_p = 0.01;

bool is_fitted(const RankedFit& ranked) {
  return ranked.fit.parameters > 0;
}

/// What the numbers do not say by themselves.
std::vector<std::string> remarks(const FitReport& report) {
  const SampleSummary& s = report.summary;
  std::vector<std::string> list;
  if (report.data.unit_assumed) list.emplace_back("no unit given: the values are taken as seconds (--unit)");
  if (s.distinct < 2) list.emplace_back("all values are the same: a constant");
  if (s.independence_p < doubtful_p) {
    list.push_back(fmt::format(
        "the values depend on their order (lag-1 autocorrelation {:.2f}, Ljung-Box p = {:.2g}): independent "
        "draws will not repeat that, and the p-values below are too small",
        s.lag_1, s.independence_p));
  }
  if (s.distinct >= 2 && s.distinct * 2 < s.count) {
    list.push_back(fmt::format("only {} different values among {}: rounded data make the p-values too small",
                               s.distinct, s.count));
  }
  const auto accepted = [&](const RankedFit& r) {
    return is_fitted(r) && std::min(r.p.kolmogorov_smirnov, r.p.anderson_darling) >= doubtful_p;
  };
  if (report.resamples > 98 && std::none_of(report.fits.begin(), report.fits.end(), accepted))
    list.emplace_back("no distribution passes at 1 %: draw from the observed values themselves");
  return list;
}

std::string empirical_line(const Observations& data) {
  // Quoted: names of files and columns may hold what YAML takes for its own.
  const auto word = [](const std::string& text) {
    return Json(text).dump();
  };
  return fmt::format("{{dist: empirical, file: {}, column: {}, unit: {}}}", word(data.file),
                     word(data.column), data.unit);
}

std::string best_line(const FitReport& report) {
  if (report.fits.empty()) {
    return distribution_text({.kind = Distribution::Kind::constant, .a = report.data.values.front()},
                             report.data.unit);
  }
  return distribution_text(report.fits.front().fit.distribution, report.data.unit);
}

/// An infinite distance is no rarer than that of any resample.
std::optional<double> known_p(double p, double distance, std::size_t resamples) {
  return resamples > 0 && std::isfinite(distance) ? std::optional(p) : std::nullopt;
}

std::string p_text(std::optional<double> p) {
  return p ? fmt::format("{:.3f}", *p) : "-";
}

std::string summary_text(const FitReport& report) {
  const SampleSummary& s = report.summary;
  return fmt::format(
      "{} of {}: {} values in {}\n"
      "mean {:.5g}, sd {:.5g}, cv {:.3f}, skewness {:.2f}, lag-1 autocorrelation {:.3f} (Ljung-Box p = "
      "{:.2g})\n"
      "least {:.5g}, quartiles {:.5g}, {:.5g}, {:.5g}, greatest {:.5g}\n",
      report.data.column, report.data.file, s.count, report.data.unit, s.mean, s.sd,
      s.mean > 0.0 ? s.sd / s.mean : 0.0, s.skewness, s.lag_1, s.independence_p, s.low, s.lower_quartile,
      s.median, s.upper_quartile, s.high);
}

std::string table_text(const FitReport& report) {
  if (report.fits.empty()) return {};
  std::string text = fmt::format("\n{:>2} {:<12}{:>12}{:>11}{:>8}{:>7}{:>11}{:>7}  {}\n", "", "distribution",
                                 "AIC", "delta", "KS D", "p", "AD A2", "p", "for the scenario");
  int place = 0;
  for (const RankedFit& r : report.fits) {
    const std::string name = distribution_name(r.kind);
    if (!is_fitted(r)) {
      text += fmt::format("{:>2} {:<12}{}\n", "-", name, r.fit.note);
      continue;
    }
    const std::string note = r.fit.note.empty() ? "" : "  # " + r.fit.note;
    text +=
        fmt::format("{:>2} {:<12}{:>12.2f}{:>11.2f}{:>8.4f}{:>7}{:>11.3f}{:>7}  {}{}\n", ++place, name,
                    r.aic(), r.aic() - report.fits.front().aic(), r.distance.kolmogorov_smirnov,
                    p_text(known_p(r.p.kolmogorov_smirnov, r.distance.kolmogorov_smirnov, report.resamples)),
                    r.distance.anderson_darling,
                    p_text(known_p(r.p.anderson_darling, r.distance.anderson_darling, report.resamples)),
                    distribution_text(r.fit.distribution, report.data.unit), note);
  }
  if (report.resamples > 0)
    text += fmt::format("p from {} resamples of each fit, fitted anew\n", report.resamples);
  return text;
}

/// JSON has no infinity.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json p_json(std::optional<double> p) {
  return p ? Json(*p) : Json(nullptr);
}

Json fit_entry(const RankedFit& r, const FitReport& report) {
  Json json{{"dist", distribution_name(r.kind)}, {"fitted", is_fitted(r)}};
  if (!r.fit.note.empty()) json["note"] = r.fit.note;
  if (!is_fitted(r)) return json;
  json["yaml"] = distribution_text(r.fit.distribution, report.data.unit);
  json["mean"] = number(mean(r.fit.distribution));
  json["sd"] = number(std::sqrt(variance(r.fit.distribution)));
  json["parameters"] = r.fit.parameters;
  json["log_likelihood"] = number(r.log_likelihood);
  json["aic"] = number(r.aic());
  const double d = r.distance.kolmogorov_smirnov, a2 = r.distance.anderson_darling;
  json["ks"] = {{"d", d}, {"p", p_json(known_p(r.p.kolmogorov_smirnov, d, report.resamples))}};
  json["ad"] = {{"a2", number(a2)}, {"p", p_json(known_p(r.p.anderson_darling, a2, report.resamples))}};
  return json;
}

}  // namespace

std::string fit_text(const FitReport& report) {
  std::string text = summary_text(report);
  for (const std::string& remark : remarks(report)) text += "! " + remark + "\n";
  text += table_text(report);
  text +=
      fmt::format("\nbest by AIC:  {}\nas observed:  {}\n", best_line(report), empirical_line(report.data));
  return text;
}

std::string fit_json(const FitReport& report) {
  const SampleSummary& s = report.summary;
  Json json{{"file", report.data.file},
            {"column", report.data.column},
            {"unit", report.data.unit},
            {"sample",
             {{"count", s.count},
              {"distinct", s.distinct},
              {"mean", s.mean},
              {"sd", s.sd},
              {"skewness", s.skewness},
              {"low", s.low},
              {"lower_quartile", s.lower_quartile},
              {"median", s.median},
              {"upper_quartile", s.upper_quartile},
              {"high", s.high},
              {"lag_1_autocorrelation", s.lag_1},
              {"ljung_box_p", s.independence_p}}},
            {"remarks", remarks(report)},
            {"resamples", report.resamples},
            {"yaml", best_line(report)},
            {"empirical_yaml", empirical_line(report.data)},
            {"fits", Json::array()}};
  for (const RankedFit& r : report.fits) json["fits"].push_back(fit_entry(r, report));
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lunafab::app
