#include "app/print_analysis.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include "studies/point_values.hpp"

namespace lunafab::app {
namespace {

using namespace studies;

constexpr std::size_t rows_shown = 20;

template <class... Args>
void line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

std::string in_scenario(const Study& study, std::size_t variant) {
  const std::string& name = study.variants[variant].name;
  return name.empty() ? "" : " in " + name;
}

std::string plus_minus(const Interval& interval) {
  return std::isfinite(interval.half_width)
             ? fmt::format("{:.5g} ± {:.2g}", interval.mean, interval.half_width)
             : fmt::format("{:.5g}", interval.mean);
}

std::string estimate(const EffectRow& row) {
  if (!std::isfinite(row.low)) return fmt::format("{:.4g}", row.estimate);
  const double up = row.high - row.estimate, down = row.estimate - row.low;
  if (std::abs(up - down) <= 1e-9 * (up + down)) return fmt::format("{:.4g} ± {:.2g}", row.estimate, up);
  return fmt::format("{:.3f} ({:.3f} … {:.3f})", row.estimate, row.low, row.high);
}

/// Characters a text takes on the screen.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to) {
  return text + std::string(to > width(text) ? to - width(text) : 0, ' ');
}

/// Rows with cells, columns as wide as they need.
void table(std::string& text, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  for (const auto& row : rows) {
    std::string one = " ";
    for (std::size_t c = 0; c < row.size(); ++c) one += " " + padded(row[c], widths[c] + 1);
    one.erase(one.find_last_not_of(' ') + 1);
    line(text, "{}", one);
  }
}

bool same_table(const EffectRow& a, const EffectRow& b) {
  return a.variant == b.variant && a.metric == b.metric && a.level.empty() == b.level.empty();
}

/// A table from rows of one metric: a line a factor and level, a column a kind of number.
void effect_table(std::string& text, const Study& study, std::vector<EffectRow>::const_iterator from,
                  std::vector<EffectRow>::const_iterator to) {
  line(text, "{}{}", from->metric, in_scenario(study, from->variant));
  const bool levels = !from->level.empty();
  std::vector<std::vector<std::string>> cells{{"factor"}};
  if (levels) cells[0].emplace_back("value");
  for (auto row = from; row != to && row->factor == from->factor && row->level == from->level; ++row)
    cells[0].push_back(row->kind);
  for (auto row = from; row != to;) {
    const EffectRow& first = *row;
    cells.push_back({first.factor});
    if (levels) cells.back().push_back(first.level);
    for (; row != to && row->factor == first.factor && row->level == first.level; ++row)
      cells.back().push_back(estimate(*row));
  }
  table(text, cells);
}

void print_effects(std::string& text, const Study& study, const Effects& effects) {
  for (auto from = effects.rows.begin(); from != effects.rows.end();) {
    const auto to = std::find_if_not(from, effects.rows.end(),
                                     [&](const EffectRow& row) { return same_table(*from, row); });
    effect_table(text, study, from, to);
    from = to;
  }
  for (const std::string& note : effects.notes) line(text, "note: {}", note);
}

/// The factors of a point on one line.
std::string settings(const Results& results, const Candidate& candidate) {
  std::string text;
  for (std::size_t f = 0; f < results.study->factors.size(); ++f) {
    text += fmt::format("{}{}={}", f == 0 ? "" : "  ", results.study->factors[f].path,
                        factor_text(results, f, candidate.point));
  }
  return text;
}

void print_left_out(std::string& text, const Eligible& among) {
  if (among.beyond_limits > 0)
    line(text, "  {} beyond the limits of the study are left out", among.beyond_limits);
  if (among.without_value > 0) line(text, "  {} without a value are left out", among.without_value);
}

void print_ranking(std::string& text, const Results& results, const RankedMetric& ranked) {
  const auto& standings = ranked.ranking.standings;
  const auto may = std::ranges::count(standings, true, &Standing::may_be_best);
  line(text, "{}, {} first: {} of {} may be best, the best among them at {:.4g} %", ranked.objective.metric,
       ranked.objective.goal == Goal::max ? "highest" : "lowest", may, standings.size(),
       100 * confidence_of(*results.study));
  std::vector<std::vector<std::string>> cells{{"", "mean", "less the first", "may be best", ""}};
  for (std::size_t i = 0; i < std::min(standings.size(), rows_shown); ++i) {
    const Candidate& candidate = ranked.ranking.among.candidates[standings[i].system];
    cells.push_back({describe(*results.study, candidate), plus_minus(standings[i].mean),
                     i == 0 ? "" : plus_minus(standings[i].behind), standings[i].may_be_best ? "yes" : "no",
                     settings(results, candidate)});
  }
  table(text, cells);
  if (standings.size() > rows_shown)
    line(text, "  … and {} more, in ranking.csv", standings.size() - rows_shown);
  print_left_out(text, ranked.ranking.among);
}

void print_comparison(std::string& text, const Study& study, const ComparedMetric& compared) {
  line(text, "{}, less that of {} under common random numbers", compared.metric,
       study.variants[compared.differences.front().against].name);
  std::vector<std::vector<std::string>> cells;
  for (std::size_t i = 0; i < std::min(compared.differences.size(), rows_shown); ++i) {
    const ScenarioDifference& d = compared.differences[i];
    const bool told = std::abs(d.difference.mean) > d.difference.half_width;
    cells.push_back({study.variants[d.variant].name,
                     d.point ? fmt::format("point {}", *d.point + 1) : "all points", plus_minus(d.difference),
                     told ? "" : "no difference shown"});
  }
  table(text, cells);
  if (compared.differences.size() > rows_shown)
    line(text, "  … and {} more, with --json", compared.differences.size() - rows_shown);
}

void print_pareto(std::string& text, const Results& results, const ParetoSet& set) {
  line(text, "Pareto front by means: {} of {}", set.front.size(), set.among.candidates.size());
  std::vector<std::vector<std::string>> cells{{""}};
  for (const Objective& objective : results.study->objectives)
    cells[0].push_back(fmt::format("{} ({})", objective.metric, objective.goal == Goal::max ? "max" : "min"));
  for (std::size_t i = 0; i < std::min(set.front.size(), rows_shown); ++i) {
    cells.push_back({describe(*results.study, set.front[i])});
    for (const Interval& interval : set.values[i]) cells.back().push_back(plus_minus(interval));
    cells.back().push_back(settings(results, set.front[i]));
  }
  table(text, cells);
  if (set.front.size() > rows_shown)
    line(text, "  … and {} more, in pareto.csv", set.front.size() - rows_shown);
  print_left_out(text, set.among);
}

void print_break_even(std::string& text, const Study& study, const BreakEvenAnswer& asked) {
  const std::string& path = study.factors[asked.question.factor].path;
  const auto at = [&](double x) {
    return fmt::format("{:.5g}{}{}", x, asked.answer.unit.empty() ? "" : " ", asked.answer.unit);
  };
  line(text, "{} = {}{}, over {}", asked.question.metric, asked.question.line,
       in_scenario(study, asked.variant), path);
  if (asked.answer.crossings.empty()) {
    const auto& points = asked.answer.points;
    const bool above = !points.empty() && points.front().margin.mean > 0.0;
    line(text, "  not between {} and {}: {} throughout", at(points.front().x), at(points.back().x),
         above ? "above" : "below");
  }
  for (const Crossing& crossing : asked.answer.crossings) {
    line(text, "  at {} ({} … {}), {} from there", at(crossing.x),
         crossing.open_low ? "no lower end" : at(crossing.low),
         crossing.open_high ? "no upper end" : at(crossing.high), crossing.rises ? "above" : "below");
  }
}

}  // namespace

std::string analysis_text(const Results& results, const Analysis& analysis) {
  const Study& study = *results.study;
  std::string text;
  line(text, "{} ({}): {} points, {} of {} runs done, intervals at {:.4g} %", study.title, study.file,
       results.plan->design().size(), analysis.counts.done, analysis.counts.runs, 100 * confidence_of(study));
  print_effects(text, study, analysis.effects);
  for (const RankedMetric& ranked : analysis.rankings) print_ranking(text, results, ranked);
  for (const ComparedMetric& compared : analysis.comparisons) print_comparison(text, study, compared);
  if (analysis.pareto) print_pareto(text, results, *analysis.pareto);
  for (const BreakEvenAnswer& asked : analysis.break_evens) print_break_even(text, study, asked);
  return text;
}

}  // namespace lunafab::app
