#include "orbit/segments.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "orbit/chebyshev.hpp"

namespace lunafab::orbit {
namespace {

constexpr std::size_t components = Ephemeris::components;
constexpr int block_terms = 16;
constexpr int segments_per_block = 8;
constexpr double segment_days = Ephemeris::segment_s / 86400.0;
constexpr double block_days = segments_per_block * segment_days;

template <int N>
using Series = std::array<ChebyshevBasis<N>, components>;

template <int N>
SkySample evaluate(const Series<N>& series, double x) {
  const ChebyshevBasis<N> t = chebyshev_values<N>(x);
  SkySample out{};
  for (std::size_t i = 0; i < components; ++i)
    for (std::size_t j = 0; j < t.size(); ++j) out[i] += series[i][j] * t[j];
  return out;
}

/// q and −q are the same rotation: gives `sample` the sign that stands nearer to `like`.
void turn_quaternion(SkySample& sample, const SkySample& like) {
  double dot = 0.0;
  for (std::size_t i = 6; i < components; ++i) dot += sample[i] * like[i];
  if (dot >= 0.0) return;
  for (std::size_t i = 6; i < components; ++i) sample[i] = -sample[i];
}

/// `sample(x)` for x in −1 … 1.
template <int N, class Sample>
Series<N> fit(const Sample& sample) {
  static const ChebyshevFit<N> table;
  std::array<SkySample, static_cast<std::size_t>(N)> values{};
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = sample(table.nodes[k]);
    turn_quaternion(values[k], values[0]);
  }
  Series<N> series{};
  for (std::size_t i = 0; i < components; ++i) {
    for (std::size_t j = 0; j < values.size(); ++j)
      for (std::size_t k = 0; k < values.size(); ++k) series[i][j] += table.weights[j][k] * values[k][i];
  }
  return series;
}

void fit_block(Epoch start, const std::function<SkySample(Epoch)>& sample, Ephemeris::Segment* segments,
               std::size_t count) {
  const auto block = fit<block_terms>(
      [&](double x) { return sample({start.tt_days_since_j2000 + 0.5 * block_days * (x + 1.0)}); });
  for (std::size_t s = 0; s < count; ++s) {
    const auto part = fit<Ephemeris::terms>([&](double x) {
      return evaluate<block_terms>(block,
                                   (2.0 * static_cast<double>(s) + x + 1.0) / segments_per_block - 1.0);
    });
    for (std::size_t i = 0; i < components; ++i)
      std::copy(part[i].begin(), part[i].end(), std::begin(segments[s].c[i]));
  }
}

/// Turns each segment's quaternion to the sign of the one before.
void join_signs(std::vector<Ephemeris::Segment>& segments) {
  for (std::size_t s = 1; s < segments.size(); ++s) {
    double dot = 0.0;
    for (std::size_t i = 6; i < components; ++i) dot += segments[s].c[i][0] * segments[s - 1].c[i][0];
    if (dot >= 0.0) continue;
    for (std::size_t i = 6; i < components; ++i)
      for (double& c : segments[s].c[i]) c = -c;
  }
}

std::size_t segments_for(Epoch from, Epoch to) {
  return static_cast<std::size_t>(
      std::ceil((to.tt_days_since_j2000 - from.tt_days_since_j2000) / segment_days));
}
std::size_t blocks_for(std::size_t segments) {
  return (segments + segments_per_block - 1) / segments_per_block;
}

}  // namespace

Epoch end_of_blocks(Epoch from, Epoch to) {
  return {from.tt_days_since_j2000 + block_days * static_cast<double>(blocks_for(segments_for(from, to)))};
}

std::vector<Ephemeris::Segment> fit_segments(Epoch from, Epoch to,
                                             const std::function<SkySample(Epoch)>& sample) {
  const double span_days = to.tt_days_since_j2000 - from.tt_days_since_j2000;
  expects(span_days > 0.0 && span_days <= 73050.0,
          "ephemeris: the span must be positive and at most 200 years");
  std::vector<Ephemeris::Segment> segments(segments_for(from, to));
  tbb::parallel_for(std::size_t{0}, blocks_for(segments.size()), [&](std::size_t b) {
    const std::size_t first = b * segments_per_block;
    fit_block({from.tt_days_since_j2000 + static_cast<double>(b) * block_days}, sample, &segments[first],
              std::min<std::size_t>(segments_per_block, segments.size() - first));
  });
  join_signs(segments);
  return segments;
}

}  // namespace lunafab::orbit
