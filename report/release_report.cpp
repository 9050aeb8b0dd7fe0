#include "report/release_report.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include "report/svg_plot.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;
using Json = nlohmann::ordered_json;

constexpr double milli = 1e3;  // per unit
constexpr std::array<const char*, 6> components{"fore", "left", "up", "roll", "pitch", "yaw"};

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Sd from launch to launch, on one track.
double sd_of_launches(const ReleaseReport& r, int component) {
  return std::sqrt(std::max(0.0, r.moments.of_launches(component, component)));
}

std::string measured(const ReleaseReport& r) {
  const double worst = r.reduced.worst_relative_error;
  if (std::isinf(worst)) return "a held-out ride touched a pad, which the reduced model leaves out";
  return fmt::format("on held-out rides within {:.2f} of the spread over tracks and launches", worst);
}

}  // namespace

ReleaseReport report_release(const Machine& machine, const LaunchSolution& solution,
                             const LaunchStream& stream, int held_out_rides) {
  const DriverDesign& d = machine.design;
  const AxialProfile profile = axial_profile(machine, solution);
  ReleaseReport report{.stream = stream, .gap_m = d.sled.guidance.gap_m};
  const TrackErrors track = sample_track(d.survey, ridden_grid(d.sled, profile, d.survey),
                                         launch_key(stream, Purpose::track_survey));
  const LaunchErrors errors =
      draw_launch_errors(d.spread, launch_key(stream, Purpose::release), ridden_serial);
  const ReducedOptions options{
      .held_out_rides = held_out_rides,
      .held_out = launch_key({stream.seed, stream.replication + 1}, Purpose::release)};
  report.ridden = ride(d.sled, profile, track, errors, {.step_s = options.ride_step_s}).release;
  report.reduced = reduce_ride(d.sled, profile, d.survey, d.spread, options);
  report.predicted = predict(report.reduced, track_effect(report.reduced, track), errors);
  report.moments = release_moments(report.reduced);
  return report;
}

Json release_json(const ReleaseReport& r) {
  const ReleaseState& s = r.ridden;
  const auto vector = [](const auto& v, const char* unit, std::size_t first, Json& json, const char* suffix) {
    for (std::size_t i = 0; i < 3; ++i) {
      json[fmt::format("{}{}_{}", components[first + i], suffix, unit)] =
          number(v[static_cast<Eigen::Index>(i)]);
    }
  };
  Json json{{"seed", r.stream.seed}, {"serial", ridden_serial}, {"status", name(s.status)}};
  vector(s.velocity_mps, "mps", 0, json, "");
  vector(s.rate_radps, "radps", 3, json, "_rate");
  vector(s.attitude_rad, "rad", 3, json, "");
  json["peak_pad_travel_m"] = number(s.peak_travel_m);
  json["pad_gap_m"] = number(r.gap_m);
  json["contacts"] = s.contacts;
  json["peak_contact_N"] = number(s.peak_contact_N);
  json["peak_lateral_mps2"] = number(s.peak_lateral_mps2);
  json["peak_latch_N"] = number(s.peak_latch_N);
  Json reduced;
  vector(r.predicted.head<3>(), "mps", 0, reduced, "");
  vector(r.predicted.tail<3>(), "radps", 3, reduced, "_rate");
  for (int i = 0; i < 6; ++i) {
    const bool rate = i >= 3;
    reduced[fmt::format("sd_{}{}", components[static_cast<std::size_t>(i)], rate ? "_rate_radps" : "_mps")] =
        number(sd_of_launches(r, i));
  }
  const bool tried = r.reduced.worst_error != ReleaseVector::Zero();
  reduced["worst_relative_error"] = tried ? number(r.reduced.worst_relative_error) : Json(nullptr);
  json["reduced_model"] = reduced;
  return json;
}

std::vector<std::string> release_lines(const ReleaseReport& r) {
  const ReleaseState& s = r.ridden;
  const ReleaseVector v = release_vector(s), off = (r.predicted - v).cwiseAbs();
  std::vector<std::string> lines;
  lines.push_back(fmt::format(
      "launch {} of seed {} in six degrees of freedom: {}; pads travel up to {:.2f} mm of {:.4g} mm; "
      "contacts {}",
      ridden_serial, r.stream.seed, name(s.status), milli * s.peak_travel_m, milli * r.gap_m, s.contacts));
  lines.push_back(fmt::format(
      "payload left {:+.2f} mm/s   up {:+.2f} mm/s   fore {:+.2f} mm/s   roll {:+.3f}   pitch {:+.3f}   yaw "
      "{:+.3f} mrad/s",
      milli * v[1], milli * v[2], milli * v[0], milli * v[3], milli * v[4], milli * v[5]));
  lines.push_back(
      fmt::format("from launch to launch, sd: left {:.2f} mm/s   up {:.2f} mm/s   roll {:.3f}   pitch {:.3f} "
                  "  yaw {:.3f} "
                  "mrad/s",
                  milli * sd_of_launches(r, 1), milli * sd_of_launches(r, 2), milli * sd_of_launches(r, 3),
                  milli * sd_of_launches(r, 4), milli * sd_of_launches(r, 5)));
  std::string reduced =
      fmt::format("the reduced model, which gives the spread, is off by {:.2f} mm/s and {:.3f} mrad/s here",
                  milli * off.head<3>().maxCoeff(), milli * off.tail<3>().maxCoeff());
  if (r.reduced.worst_error != ReleaseVector::Zero()) reduced += "; " + measured(r);
  lines.push_back(reduced);
  return lines;
}

std::string release_section(const ReleaseReport& r) {
  const ReleaseVector v = release_vector(r.ridden);
  std::string html =
      "<h2>Release</h2>\n<table><tr><th></th><th class=\"n\">this launch</th><th class=\"n\">reduced "
      "model</th>"
      "<th class=\"n\">sd from launch to launch</th></tr>\n";
  constexpr std::array<const char*, 6> rows{"velocity fore, mm/s", "velocity left, mm/s", "velocity up, mm/s",
                                            "roll rate, mrad/s",   "pitch rate, mrad/s",  "yaw rate, mrad/s"};
  for (int i = 0; i < 6; ++i) {
    html += fmt::format(
        "<tr><td>{}</td><td class=\"n\">{:+.3f}</td><td class=\"n\">{:+.3f}</td><td "
        "class=\"n\">{:.3f}</td></tr>\n",
        rows[static_cast<std::size_t>(i)], milli * v[i], milli * r.predicted[i],
        milli * sd_of_launches(r, i));
  }
  html += "</table>\n";
  const std::vector<std::string> lines = release_lines(r);
  for (std::string line : {lines.front(), lines.back()}) {
    line[0] = static_cast<char>(line[0] - 'a' + 'A');
    html += fmt::format("<p class=\"note\">{}.</p>\n", escaped(line));
  }
  return html;
}

}  // namespace lunafab::report
