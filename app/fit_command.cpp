#include "app/fit_command.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <algorithm>
#include <optional>
#include <thread>
#include "app/fit_report.hpp"
#include "core/csv.hpp"
#include "core/quantity.hpp"
#include "core/reader.hpp"
#include "core/tail_probability.hpp"

namespace lunafab::app {
namespace {

constexpr int done = 0, model_says_no = 1;
constexpr double longest_s = 9.2e9;  // what a scenario takes
constexpr std::size_t least_values = 3;

/// The column that `--column` names, its unit left out or not, or the only one.
std::optional<std::size_t> find_values(const FitRequest& request, const CsvTable& table, Findings& findings) {
  std::vector<std::string> names;
  for (const CsvCell& cell : table.header) {
    names.push_back(column_name(cell.text).name);
    if (!request.column.empty() && (request.column == cell.text || request.column == names.back()))
      return names.size() - 1;
  }
  const CsvCell& first = table.header.front();
  if (decimal_number(first.text)) {
    findings.add({first.mark, {}, "the first line holds a number", "a first line of column names", {}});
  } else if (!request.column.empty()) {
    findings.add({{"--column " + request.column},
                  "--column",
                  fmt::format("no such column in {}", request.file),
                  list_names(names),
                  nearest_name(request.column, names)});
  } else if (names.size() > 1) {
    findings.add({first.mark, {}, "more than one column", "--column with one of " + list_names(names), {}});
  } else {
    return 0;
  }
  return std::nullopt;
}

/// Seconds in one unit of the values.
double read_unit_s(const std::string& unit, const Mark& mark, Findings& findings) {
  const ParsedQuantity one = parse_quantity("1 " + unit, unit::time);
  if (one.problem.empty() && one.value > 0.0) return one.value;
  findings.add({mark, "unit",
                one.problem.empty() ? lunafab::quoted(unit) + " is no unit of time" : one.problem,
                "a unit of time: h", one.nearest});
  return 1.0;
}

/// Cells of the column that are not empty.
CsvTable only_filled(CsvTable table, std::size_t column) {
  std::erase_if(table.rows, [column](const auto& row) { return without_spaces(row[column].text).empty(); });
  return table;
}

Observations read_observations(const FitRequest& request) {
  CsvTable table = load_csv(request.file);
  Findings findings;
  const std::optional<std::size_t> column = find_values(request, table, findings);
  findings.throw_if_any();
  const CsvCell header = table.header[*column];
  const ColumnName name = column_name(header.text);
  Observations data{.file = request.file, .column = name.name, .unit = request.unit};
  const Mark unit_mark = request.unit.empty() ? header.mark : Mark{"--unit " + request.unit};
  if (data.unit.empty()) data.unit = name.unit;
  data.unit_assumed = data.unit.empty();
  if (data.unit_assumed) data.unit = "s";
  const double unit_s = read_unit_s(data.unit, unit_mark, findings);
  table = only_filled(std::move(table), *column);
  data.values = number_column(table, header.text, {0.0, longest_s / unit_s}, findings);
  if (data.values.size() < least_values) {
    findings.add({table.end,
                  header.text,
                  fmt::format("{} values are too few", data.values.size()),
                  fmt::format("{} or more", least_values),
                  {}});
  }
  findings.throw_if_any();
  return data;
}

std::size_t resamples_of(const FitRequest& request, std::size_t count) {
  constexpr std::size_t usual = 499, least = 99, usual_draws = 500'000;
  if (request.resamples >= 0) return static_cast<std::size_t>(request.resamples);
  return std::clamp(usual_draws / count, least, usual);
}

RankedFit rank(Distribution::Kind kind, const std::vector<double>& ascending) {
  RankedFit ranked{.kind = kind, .fit = fit(kind, ascending)};
  if (ranked.fit.parameters == 0) return ranked;
  ranked.log_likelihood = log_likelihood(ranked.fit.distribution, ascending);
  ranked.distance = distance(ranked.fit.distribution, ascending);
  return ranked;
}

void add_probabilities(RankedFit& ranked, std::size_t count, std::size_t resamples, std::int64_t seed) {
  std::vector<Distance> distances(resamples);
  tbb::parallel_for(std::size_t{0}, resamples, [&](std::size_t n) {
    distances[n] = resampled_distance(ranked.fit.distribution, count, static_cast<std::uint64_t>(seed),
                                      static_cast<std::uint32_t>(n));
  });
  ranked.p = probabilities(ranked.distance, distances);
}

FitReport report_of(const FitRequest& request) {
  FitReport report{.data = read_observations(request)};
  report.summary = summarise(report.data.values);
  if (report.summary.distinct < 2) return report;
  std::vector<double> ascending = report.data.values;
  std::sort(ascending.begin(), ascending.end());
  report.resamples = resamples_of(request, ascending.size());
  for (const Distribution::Kind kind : fitted_kinds) {
    report.fits.push_back(rank(kind, ascending));
    RankedFit& ranked = report.fits.back();
    if (ranked.fit.parameters > 0)
      add_probabilities(ranked, ascending.size(), report.resamples, request.seed);
  }
  std::stable_sort(report.fits.begin(), report.fits.end(), [](const RankedFit& a, const RankedFit& b) {
    const bool fitted_a = a.fit.parameters > 0, fitted_b = b.fit.parameters > 0;
    return fitted_a != fitted_b ? fitted_a : fitted_a && a.aic() < b.aic();
  });
  return report;
}

}  // namespace

int fit_command(const FitRequest& request) {
  const int threads = request.threads > 0
                          ? request.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  const FitReport report = report_of(request);
  if (request.json) {
    fmt::print("{}\n", fit_json(report));
  } else {
    fmt::print("{}", fit_text(report));
  }
  return report.fits.empty() ? model_says_no : done;
}

}  // namespace lunafab::app
