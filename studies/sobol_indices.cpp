#include "studies/sobol_indices.hpp"
#include <cmath>
#include <numeric>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "core/random.hpp"

namespace lunafab::studies {
namespace {

struct Estimate {
  double first = 0.0, total = 0.0;
};

/// Both indices by factor over the rows, which may stand there several times.
std::vector<Estimate> estimates(const SaltelliResponses& y, const std::vector<std::size_t>& rows) {
  const auto n = static_cast<double>(rows.size());
  Tally both;
  for (const std::size_t row : rows) both.add(y.a[row]), both.add(y.b[row]);
  const double variance = both.sum_squares / static_cast<double>(both.count);
  std::vector<Estimate> result(y.ab.size());
  if (variance <= 0.0) return result;
  for (std::size_t f = 0; f < y.ab.size(); ++f) {
    double first = 0.0, total = 0.0;
    for (const std::size_t row : rows) {
      const double change = y.ab[f][row] - y.a[row];
      // Centred: the same in expectation, with less noise where the mean is large.
      first += (y.b[row] - both.mean) * change;
      total += change * change;
    }
    result[f] = {first / n / variance, 0.5 * total / n / variance};
  }
  return result;
}

bool varies(const SaltelliResponses& y) {
  for (const auto* column : {&y.a, &y.b}) {
    for (const double value : *column)
      if (value != y.a.front()) return true;
  }
  return false;
}

}  // namespace

std::vector<SobolIndices> sobol_indices(const SaltelliResponses& responses, double confidence,
                                        std::size_t resamples, std::uint64_t seed, const std::string& name) {
  const std::size_t n = responses.a.size();
  bool same = n >= 2 && responses.b.size() == n;
  for (const auto& column : responses.ab) same = same && column.size() == n;
  expects(same, "sobol_indices: columns of one length, two rows at least");
  if (!varies(responses)) return {};
  std::vector<std::size_t> rows(n);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const std::vector<Estimate> whole = estimates(responses, rows);
  const StreamKey key{.seed = seed,
                      .replication = 0,
                      .entity = entity_key("sobol indices " + name),
                      .purpose = Purpose::resample};
  std::vector<Tally> first(whole.size()), total(whole.size());
  std::vector<double> draws(n);
  for (std::size_t sample = 0; sample < resamples; ++sample) {
    fill_uniform(key, sample * n, draws);
    for (std::size_t i = 0; i < n; ++i) rows[i] = static_cast<std::size_t>(draws[i] * static_cast<double>(n));
    const std::vector<Estimate> drawn = estimates(responses, rows);
    for (std::size_t f = 0; f < whole.size(); ++f) first[f].add(drawn[f].first), total[f].add(drawn[f].total);
  }
  const double z = normal_quantile(0.5 + 0.5 * confidence);
  std::vector<SobolIndices> result;
  for (std::size_t f = 0; f < whole.size(); ++f) {
    result.push_back({{whole[f].first, z * std::sqrt(first[f].variance())},
                      {whole[f].total, z * std::sqrt(total[f].variance())}});
  }
  return result;
}

}  // namespace lunafab::studies
