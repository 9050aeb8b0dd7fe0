#include "massdriver/track_errors.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "core/elementary.hpp"

namespace lunafab::massdriver {
namespace {

constexpr std::int64_t stage_bias = std::int64_t{1} << 24;  // stages before 0 have draws too
constexpr std::uint32_t coil_attempt = 0, survey_attempt = 1;

double normal(const StreamKey& key, std::uint64_t n, std::uint32_t attempt) {
  return normal_quantile(uniform(key, n, attempt));
}

/// ∫ S df over [from, to].
double power_m2(const SurveySpectrum& spectrum, double from_per_m, double to_per_m) {
  const double scale_m2 = spectrum.psd_m3 / spectrum.reference_wavelength_m;
  const double low = from_per_m * spectrum.reference_wavelength_m;
  const double high = to_per_m * spectrum.reference_wavelength_m;
  const double power = 1.0 - spectrum.exponent;
  if (std::abs(power) < 1e-9) return scale_m2 * std::log(high / low);
  return scale_m2 * (std::pow(high, power) - std::pow(low, power)) / power;
}

Eigen::MatrixX2d draw_stages(const SurveySpectrum& spectrum, const TrackGrid& grid, const StreamKey& key) {
  Eigen::MatrixX2d stage_m(grid.stages, 2);
  for (std::int64_t i = 0; i < grid.stages; ++i) {
    const auto n = static_cast<std::uint64_t>(2 * (grid.first_stage + i + stage_bias));
    stage_m.row(i) << normal(key, n, coil_attempt), normal(key, n + 1, coil_attempt);
  }
  return spectrum.coil_offset_m * stage_m;
}

}  // namespace

std::vector<SurveyWave> survey_waves(const SurveySpectrum& spectrum) {
  if (spectrum.psd_m3 == 0.0) return {};
  expects(spectrum.psd_m3 > 0.0 && spectrum.reference_wavelength_m > 0.0 && spectrum.shortest_m > 0.0 &&
              spectrum.longest_m > spectrum.shortest_m,
          "track errors: a survey spectrum needs a positive density and 0 < shortest < longest wave");
  std::vector<SurveyWave> waves;
  const double ratio = std::pow(spectrum.longest_m / spectrum.shortest_m, 1.0 / survey_wave_count);
  for (int j = 0; j < survey_wave_count; ++j) {
    const double from = std::pow(ratio, j) / spectrum.longest_m;
    waves.push_back({from * std::sqrt(ratio), std::sqrt(power_m2(spectrum, from, from * ratio))});
  }
  return waves;
}

TrackErrors::TrackErrors(double pitch_m, std::int64_t first_stage, Eigen::MatrixX2d stage_m, double start_m,
                         double node_pitch_m, Eigen::MatrixX2d node_m)
    : pitch_m_(pitch_m),
      start_m_(start_m),
      node_pitch_m_(node_pitch_m),
      first_stage_(first_stage),
      stage_m_(std::move(stage_m)),
      node_m_(std::move(node_m)) {
  expects(pitch_m > 0.0 && node_pitch_m > 0.0, "track errors: the pitches must be positive");
  sum_m_ = Eigen::MatrixX2d::Zero(stage_m_.rows() + 1, 2);
  for (Eigen::Index i = 0; i < stage_m_.rows(); ++i) sum_m_.row(i + 1) = sum_m_.row(i) + stage_m_.row(i);
}

/// ∫ of the offset from the first stage's beginning, in pitches.
Eigen::Vector2d TrackErrors::integral(double at_m) const {
  const double stages = static_cast<double>(stage_m_.rows());
  const double at = std::clamp(at_m / pitch_m_ + 0.5 - static_cast<double>(first_stage_), 0.0, stages);
  const auto whole = static_cast<Eigen::Index>(std::min(at, stages - 1.0));
  return sum_m_.row(whole) + (at - static_cast<double>(whole)) * stage_m_.row(whole);
}

Eigen::Vector2d TrackErrors::mean_coil_offset_m(double from_m, double to_m) const {
  if (stage_m_.rows() == 0) return Eigen::Vector2d::Zero();
  const double span = std::max(to_m - from_m, 1e-9);
  return (integral(from_m + span) - integral(from_m)) * (pitch_m_ / span);
}

Line TrackErrors::line(double at_m) const {
  if (node_m_.rows() < 2) return {Eigen::Vector2d::Zero(), Eigen::Vector2d::Zero()};
  const double last = static_cast<double>(node_m_.rows() - 1), at = (at_m - start_m_) / node_pitch_m_;
  if (at <= 0.0) return {node_m_.row(0), Eigen::Vector2d::Zero()};
  if (at >= last) return {node_m_.row(node_m_.rows() - 1), Eigen::Vector2d::Zero()};
  const auto whole = static_cast<Eigen::Index>(at);
  const Eigen::Vector2d rise = node_m_.row(whole + 1) - node_m_.row(whole);
  return {node_m_.row(whole).transpose() + (at - static_cast<double>(whole)) * rise, rise / node_pitch_m_};
}

TrackGrid track_grid(const SurveySpectrum& spectrum, double start_m, double end_m) {
  expects(spectrum.stage_pitch_m > 0.0 && end_m > start_m, "track errors: pitch and span must be positive");
  constexpr double largest_track_m = 1e6;
  expects(end_m - start_m < largest_track_m && start_m > -largest_track_m, "track errors: at most 1000 km");
  TrackGrid grid{.pitch_m = spectrum.stage_pitch_m, .start_m = start_m};
  grid.first_stage = static_cast<std::int64_t>(std::floor(start_m / grid.pitch_m));
  grid.stages = static_cast<std::int64_t>(std::ceil(end_m / grid.pitch_m)) - grid.first_stage + 1;
  if (spectrum.psd_m3 == 0.0) return grid;
  grid.node_pitch_m = spectrum.shortest_m / 16.0;
  grid.nodes = static_cast<std::int64_t>(std::ceil((end_m - start_m) / grid.node_pitch_m)) + 1;
  return grid;
}

Eigen::MatrixXd survey_map_m(const SurveySpectrum& spectrum, const TrackGrid& grid) {
  const std::vector<SurveyWave> waves = survey_waves(spectrum);
  Eigen::MatrixXd map_m(grid.nodes, 2 * static_cast<Eigen::Index>(waves.size()));
  for (Eigen::Index j = 0; j < map_m.cols() / 2; ++j) {
    const SurveyWave& wave = waves[static_cast<std::size_t>(j)];
    for (Eigen::Index i = 0; i < map_m.rows(); ++i) {
      const double at_m = grid.start_m + grid.node_pitch_m * static_cast<double>(i);
      const double phase = 2.0 * std::numbers::pi * wave.frequency_per_m * at_m;
      map_m(i, 2 * j) = wave.sd_m * std::cos(phase);
      map_m(i, 2 * j + 1) = wave.sd_m * std::sin(phase);
    }
  }
  return map_m;
}

TrackErrors sample_track(const SurveySpectrum& spectrum, const TrackGrid& grid, const StreamKey& key) {
  const Eigen::MatrixXd map_m = survey_map_m(spectrum, grid);
  Eigen::MatrixX2d draws(map_m.cols(), 2);
  for (Eigen::Index i = 0; i < draws.size(); ++i) {
    draws(i / 2, i % 2) = normal(key, static_cast<std::uint64_t>(i), survey_attempt);
  }
  return {grid.pitch_m, grid.first_stage,  draw_stages(spectrum, grid, key),
          grid.start_m, grid.node_pitch_m, map_m * draws};
}

}  // namespace lunafab::massdriver
