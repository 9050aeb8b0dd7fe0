#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>
#include "core/random.hpp"

namespace lunafab::massdriver {

/// How far the built track strays from the planned one; left and up alike and independent.
/// Survey error: one-sided power spectral density over spatial frequency f (cycles/m)
///   S(f) = psd_m3 · (f · reference_wavelength_m)^(−exponent),  1/longest ≤ f ≤ 1/shortest,
/// common to coils and rails.
struct SurveySpectrum {
  double stage_pitch_m = 0.0;
  double coil_offset_m = 0.0;  ///< rms of each coil about the surveyed line, white from stage to stage
  double psd_m3 = 0.0;         ///< 0: no survey error
  double reference_wavelength_m = 1.0;
  double exponent = 0.0;
  double shortest_m = 0.0, longest_m = 0.0;
};

/// One wave of the survey error: sd of the factors of its cosine and its sine, over 2π f x.
struct SurveyWave {
  double frequency_per_m, sd_m;
};

/// The spectrum as `survey_waves` cells, equal in log f, each one wave at its centre with the cell's
/// variance. A sum of them is Gaussian, with the spectrum's variance.
inline constexpr int survey_wave_count = 64;
std::vector<SurveyWave> survey_waves(const SurveySpectrum& spectrum);

/// A rail or the surveyed line at a place.
struct Line {
  Eigen::Vector2d offset_m, slope;  ///< left, up; slope along the track
};

/// The errors of one built track: fixed to the machine, the same for every launch until it is surveyed anew.
/// Stage k's coil acts from (k − ½) to (k + ½) pitches; outside the span, errors are zero (coils) or constant
/// (line).
class TrackErrors {
 public:
  TrackErrors() = default;  ///< a perfect track
  /// `stage_m` [stages × 2] from stage `first_stage` on, `node_m` [nodes × 2] of the line from `start_m` on.
  TrackErrors(double pitch_m, std::int64_t first_stage, Eigen::MatrixX2d stage_m, double start_m,
              double node_pitch_m, Eigen::MatrixX2d node_m);

  /// Mean offset of the coils about the line between two places, from_m ≤ to_m: what a step integrates.
  Eigen::Vector2d mean_coil_offset_m(double from_m, double to_m) const;
  Line line(double at_m) const;

  const Eigen::MatrixX2d& stage_m() const { return stage_m_; }
  const Eigen::MatrixX2d& node_m() const { return node_m_; }

 private:
  Eigen::Vector2d integral(double at_m) const;

  double pitch_m_ = 1.0, start_m_ = 0.0, node_pitch_m_ = 1.0;
  std::int64_t first_stage_ = 0;
  Eigen::MatrixX2d stage_m_, sum_m_;  ///< sum_m_: of the stages before
  Eigen::MatrixX2d node_m_;
};

/// Where a span's stages and nodes lie: shared by samples and by what is linear in them.
struct TrackGrid {
  double pitch_m = 1.0;
  std::int64_t first_stage = 0, stages = 0;
  double start_m = 0.0, node_pitch_m = 1.0;
  std::int64_t nodes = 0;
};

/// Nodes stand a sixteenth of the shortest wave apart: linear between them loses up to 2 % of
/// the shortest wave.
TrackGrid track_grid(const SurveySpectrum& spectrum, double start_m, double end_m);

/// A track. Stage k and wave j have the same draws whatever the grid. The key's purpose is the caller's.
TrackErrors sample_track(const SurveySpectrum& spectrum, const TrackGrid& grid, const StreamKey& key);

/// The line's nodes as a linear map of unit normal draws [2·waves]: row i gives node i. Empty without survey
/// error.
Eigen::MatrixXd survey_map_m(const SurveySpectrum& spectrum, const TrackGrid& grid);

}  // namespace lunafab::massdriver
