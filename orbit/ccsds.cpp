#include "orbit/ccsds.hpp"
#include <fmt/format.h>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/ccsds_text.hpp"

namespace lunafab::orbit::ccsds {
namespace {

Block body_of(std::vector<Block> segments) {
  Block body{.tag = "body"};
  for (Block& segment : segments) body.contents.emplace_back(std::move(segment));
  return body;
}

Block segment_of(Block metadata, Block data) {
  Block segment{.tag = "segment"};
  segment.contents.emplace_back(std::move(metadata));
  segment.contents.emplace_back(std::move(data));
  return segment;
}

/// The schema of version 2 asks for all five where one is given.
Block spacecraft_block(double mass_kg, Version version) {
  Block block{.tag = "spacecraftParameters"};
  block.add("MASS", number(mass_kg), "kg");
  if (version == Version::v3) return block;
  block.add("SOLAR_RAD_AREA", number(0.0), "m**2");
  block.add("SOLAR_RAD_COEFF", number(0.0));
  block.add("DRAG_AREA", number(0.0), "m**2");
  block.add("DRAG_COEFF", number(0.0));
  return block;
}

Block elements_block(const OsculatingElements& e, double gm_m3ps2) {
  Block block{.tag = "keplerianElements"};
  block.add("SEMI_MAJOR_AXIS", number(1e-3 * e.semi_major_axis_m), "km");
  block.add("ECCENTRICITY", number(e.eccentricity));
  block.add("INCLINATION", degrees(e.inclination_rad), "deg");
  block.add("RA_OF_ASC_NODE", degrees(e.node_rad), "deg");
  block.add("ARG_OF_PERICENTER", degrees(e.pericentre_rad), "deg");
  block.add("TRUE_ANOMALY", degrees(e.true_anomaly_rad), "deg");
  block.add("GM", number(1e-9 * gm_m3ps2), "km**3/s**2");
  return block;
}

Block manoeuvre_block(const Manoeuvre& m, RefFrame frame, TimeScale scale) {
  expects(m.delta_mass_kg < 0.0 && m.duration_s >= 0.0, "opm: a manoeuvre loses mass and takes time");
  Block block{.tag = "maneuverParameters"};
  block.add("MAN_EPOCH_IGNITION", date(m.ignition, scale));
  block.add("MAN_DURATION", number(m.duration_s), "s");
  block.add("MAN_DELTA_MASS", number(m.delta_mass_kg), "kg");
  block.add("MAN_REF_FRAME", name(frame));
  for (int i = 0; i < 3; ++i)
    block.add(fmt::format("MAN_DV_{}", i + 1), number(1e-3 * m.delta_v_mps[i]), "km/s");
  return block;
}

/// A line of an ephemeris in KVN has no keywords.
Block ephemeris_line(const State& state, TimeScale scale) {
  Block block = state_block(state, scale);
  std::string line;
  for (const auto& item : block.contents)
    line.append(line.empty() ? "" : " ").append(std::get<Field>(item).value);
  block.lines = {line};
  return block;
}

/// In KVN the triangle stands row by row.
Block oem_covariance(const OemSegment::CovarianceAt& covariance, TimeScale scale) {
  Block block{.tag = "covarianceMatrix"};
  block.add("EPOCH", date(covariance.epoch, scale));
  add_covariance(block, covariance.terms);
  block.lines = {"EPOCH = " + date(covariance.epoch, scale)};
  for (int row = 0, term = 1; row < 6; ++row) {
    std::string line;
    for (int column = 0; column <= row; ++column, ++term) {
      line.append(line.empty() ? "" : " ")
          .append(std::get<Field>(block.contents[static_cast<std::size_t>(term)]).value);
    }
    block.lines.push_back(line);
  }
  return block;
}

void expect_order(const OemSegment& segment) {
  expects(!segment.states.empty(), "oem: a segment has at least one state");
  const auto later = [](const auto& list, std::size_t i) {
    return list[i].epoch.tt_days_since_j2000 > list[i - 1].epoch.tt_days_since_j2000;
  };
  for (std::size_t i = 1; i < segment.states.size(); ++i)
    expects(later(segment.states, i), "oem: each state is later than the one before");
  for (std::size_t i = 1; i < segment.covariances.size(); ++i)
    expects(later(segment.covariances, i), "oem: each covariance is later than the one before");
}

Block oem_segment(const OemSegment& segment) {
  expect_order(segment);
  const TimeScale scale = segment.object.time;
  Block metadata = metadata_block(segment.object);
  metadata.begin = "META_START", metadata.end = "META_STOP";
  metadata.add("START_TIME", date(segment.states.front().epoch, scale));
  metadata.add("STOP_TIME", date(segment.states.back().epoch, scale));
  Block data{.tag = "data"};
  for (const State& state : segment.states) data.contents.emplace_back(ephemeris_line(state, scale));
  for (std::size_t i = 0; i < segment.covariances.size(); ++i) {
    Block block = oem_covariance(segment.covariances[i], scale);
    if (i == 0) block.begin = "COVARIANCE_START";
    if (i + 1 == segment.covariances.size()) block.end = "COVARIANCE_STOP";
    data.contents.emplace_back(std::move(block));
  }
  return segment_of(std::move(metadata), std::move(data));
}

Block mean_elements_block(const Omm& m) {
  Block block{.tag = "meanElements"};
  block.add("EPOCH", date(m.epoch, TimeScale::utc));
  block.add("MEAN_MOTION", number(m.mean_motion_radps * 86400.0 / (2.0 * std::numbers::pi)), "rev/day");
  block.add("ECCENTRICITY", number(m.eccentricity));
  block.add("INCLINATION", degrees(m.inclination_rad), "deg");
  block.add("RA_OF_ASC_NODE", degrees(m.node_rad), "deg");
  block.add("ARG_OF_PERICENTER", degrees(m.pericentre_rad), "deg");
  block.add("MEAN_ANOMALY", degrees(m.mean_anomaly_rad), "deg");
  return block;
}

/// No catalogue number was given out, none is made up: 0.
Block tle_block() {
  Block block{.tag = "tleParameters"};
  block.add("EPHEMERIS_TYPE", "0");
  block.add("CLASSIFICATION_TYPE", "U");
  block.add("NORAD_CAT_ID", "0");
  block.add("ELEMENT_SET_NO", "0");
  block.add("REV_AT_EPOCH", "0");
  block.add("BSTAR", "0.0", "1/ER");
  block.add("MEAN_MOTION_DOT", "0.0", "rev/day**2");
  block.add("MEAN_MOTION_DDOT", "0.0", "rev/day**3");
  return block;
}

}  // namespace

std::string write(const Opm& m, Style style) {
  Block data{.tag = "data"};
  data.contents.emplace_back(state_block(m.state, m.object.time));
  if (m.elements) data.contents.emplace_back(elements_block(*m.elements, m.gm_m3ps2));
  if (m.mass_kg) data.contents.emplace_back(spacecraft_block(*m.mass_kg, style.version));
  if (m.covariance) {
    Block covariance{.tag = "covarianceMatrix"};
    add_covariance(covariance, *m.covariance);
    data.contents.emplace_back(std::move(covariance));
  }
  for (const Manoeuvre& manoeuvre : m.manoeuvres)
    data.contents.emplace_back(manoeuvre_block(manoeuvre, m.object.frame, m.object.time));
  return encode("opm", "CCSDS_OPM_VERS",
                {header_block(m.header, style.version),
                 body_of({segment_of(metadata_block(m.object), std::move(data))})},
                style);
}

std::string write(const Oem& m, Style style) {
  expects(!m.segments.empty(), "oem: a message has at least one segment");
  std::vector<Block> segments;
  segments.reserve(m.segments.size());
  for (const OemSegment& segment : m.segments) segments.push_back(oem_segment(segment));
  return encode("oem", "CCSDS_OEM_VERS",
                {header_block(m.header, style.version), body_of(std::move(segments))}, style);
}

std::string write(const Omm& m, Style style) {
  const Object& o = m.object;
  expects(o.centre == OrbitCentre::earth && o.frame == RefFrame::teme && o.time == TimeScale::utc,
          "omm: SGP4 elements are about the Earth, in TEME and UTC");
  Block metadata = metadata_block(o);
  metadata.add("MEAN_ELEMENT_THEORY", "SGP4");
  Block data{.tag = "data"};
  data.contents.emplace_back(mean_elements_block(m));
  if (m.mass_kg) data.contents.emplace_back(spacecraft_block(*m.mass_kg, style.version));
  data.contents.emplace_back(tle_block());
  return encode(
      "omm", "CCSDS_OMM_VERS",
      {header_block(m.header, style.version), body_of({segment_of(std::move(metadata), std::move(data))})},
      style);
}

std::string object_id(int launch_year, std::uint64_t serial) {
  constexpr const char* letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  constexpr std::uint64_t pieces = pieces_a_launch, numbers = 999;
  if (serial == 0 || serial > numbers * pieces) return "UNKNOWN";
  const std::uint64_t piece = (serial - 1) % pieces;
  return fmt::format("{:04}-{:03}{}{}{}", launch_year, (serial - 1) / pieces + 1, letters[piece / 576],
                     letters[piece / 24 % 24], letters[piece % 24]);
}

}  // namespace lunafab::orbit::ccsds
