#include <catch2/catch.hpp>
#include <cmath>
#include "massdriver/track_errors.hpp"
#include "tests/massdriver/sled_cases.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;

namespace {
constexpr StreamKey key{.seed = 11, .replication = 2, .entity = 5, .purpose = Purpose::test};
}

TEST_CASE("Track errors: the waves hold the spectrum's variance", "[massdriver]") {
  // psd/λ_r ∫ (f λ_r)^−2 d(f λ_r) from λ_r/longest to λ_r/shortest = 1e-7/10 · (200 − 2) m².
  double variance_m2 = 0.0;
  for (const SurveyWave& wave : survey_waves(cases::rough_track())) variance_m2 += wave.sd_m * wave.sd_m;
  CHECK_THAT(variance_m2, Catch::WithinRel(1.98e-6, 1e-12));

  // White in frequency: exponent 0, psd · bandwidth. Exponent 1: a logarithm.
  SurveySpectrum flat = cases::rough_track();
  flat.exponent = 0.0;
  variance_m2 = 0.0;
  for (const SurveyWave& wave : survey_waves(flat)) variance_m2 += wave.sd_m * wave.sd_m;
  CHECK_THAT(variance_m2, Catch::WithinRel(1e-7 * (1.0 / 20.0 - 1.0 / 2000.0), 1e-12));
  flat.exponent = 1.0;
  variance_m2 = 0.0;
  for (const SurveyWave& wave : survey_waves(flat)) variance_m2 += wave.sd_m * wave.sd_m;
  CHECK_THAT(variance_m2, Catch::WithinRel(1e-8 * std::log(100.0), 1e-12));
}

TEST_CASE("Track errors: a stage's draws do not depend on the span", "[massdriver]") {
  const SurveySpectrum spectrum = cases::rough_track();
  const TrackErrors whole = sample_track(spectrum, track_grid(spectrum, -10.0, 900.0), key);
  const TrackErrors part = sample_track(spectrum, track_grid(spectrum, 400.0, 700.0), key);
  for (const double at_m : {450.0, 512.3, 640.7}) {
    CHECK(
        whole.mean_coil_offset_m(at_m, at_m + 0.3).isApprox(part.mean_coil_offset_m(at_m, at_m + 0.3), 1e-6));
    // Nodes stand elsewhere; between them the line is straight: a hundredth of the rms of 1.4 mm.
    CHECK((whole.line(at_m).offset_m - part.line(at_m).offset_m).norm() < 1.4e-5);
  }
}

TEST_CASE("Track errors: coils have the asked spread; means over steps add up to means over stages",
          "[massdriver]") {
  const SurveySpectrum spectrum{.stage_pitch_m = 0.9, .coil_offset_m = 2e-4};
  const TrackErrors track = sample_track(spectrum, track_grid(spectrum, 0.0, 9000.0), key);
  const Eigen::MatrixX2d& stage_m = track.stage_m();
  const double rms_m = std::sqrt(stage_m.squaredNorm() / static_cast<double>(stage_m.size()));
  CHECK_THAT(rms_m, Catch::WithinRel(2e-4, 4.0 / std::sqrt(2.0 * 20000.0)));  // 4 standard errors

  // Stage 7 from 5.85 to 6.75 m, in three steps that overlap its neighbours.
  const Eigen::Vector2d steps =
      0.5 * track.mean_coil_offset_m(5.7, 6.2) + 0.5 * track.mean_coil_offset_m(6.2, 6.7);
  const Eigen::Vector2d once = track.mean_coil_offset_m(5.7, 6.7);
  CHECK((steps - once).norm() < 1e-15);
  const Eigen::Vector2d exact = 0.15 * stage_m.row(6) + 0.85 * stage_m.row(7);
  CHECK((once - exact).norm() < 1e-15);
  CHECK(TrackErrors{}.mean_coil_offset_m(1.0, 2.0).norm() == 0.0);
}
