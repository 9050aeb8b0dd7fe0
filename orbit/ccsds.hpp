#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include "core/tick.hpp"
#include "orbit/osculating.hpp"
#include "orbit/posting.hpp"
#include "orbit/time_scales.hpp"

/// Orbit Data Messages of CCSDS. @source CCSDS 502.0-B-2 (2009, messages of version 2.0) and 502.0-B-3 (2023,
/// version 3.0) for keywords, order and units; 505.0-B-2 and -B-3 for XML. What is given in SI is written in
/// the units of the standard. Texts become printable ASCII on one line.
namespace lunafab::orbit::ccsds {

enum class Encoding : std::uint8_t { kvn, xml };
enum class Version : std::uint8_t { v2, v3 };
struct Style {
  Encoding encoding = Encoding::kvn;
  Version version = Version::v3;
};

struct Header {
  std::vector<std::string> comments{};
  std::string creation_date{};  ///< UTC, `2030-07-01T00:00:00`
  std::string originator{};
  std::string message_id{};  ///< version 3 only; left out where empty
};

/// Of the SANA registry and 502.0-B-2 annex A. GCRF is geocentric: other centres take ICRF, the same axes.
enum class RefFrame : std::uint8_t { gcrf, icrf, eme2000, teme };

struct Object {
  std::string name{};
  std::string id{};  ///< see `object_id`
  OrbitCentre centre = OrbitCentre::earth;
  RefFrame frame = RefFrame::gcrf;
  TimeScale time = TimeScale::tt;
  std::vector<std::string> comments{};
};

struct State {
  Epoch epoch;
  Eigen::Vector3d r_m = Eigen::Vector3d::Zero();
  Eigen::Vector3d v_mps = Eigen::Vector3d::Zero();
};
/// Lower triangle by rows; m², m²/s, m²/s²; axes of the object's frame.
using Covariance = std::array<double, 21>;

struct Manoeuvre {
  Epoch ignition;
  double duration_s = 0.0;
  double delta_mass_kg = -1e-3;                           ///< negative
  Eigen::Vector3d delta_v_mps = Eigen::Vector3d::Zero();  ///< axes of the object's frame
};

/// Orbit Parameter Message: one state.
struct Opm {
  Header header;
  Object object;
  State state;
  std::optional<OsculatingElements> elements{};
  double gm_m3ps2 = 0.0;  ///< of the elements
  std::optional<double> mass_kg{};
  std::optional<Covariance> covariance{};
  std::vector<Manoeuvre> manoeuvres{};
};

/// Orbit Ephemeris Message: states in order of time, in segments.
struct OemSegment {
  struct CovarianceAt {
    Epoch epoch;
    Covariance terms{};
  };
  Object object;
  std::vector<State> states{};
  std::vector<CovarianceAt> covariances{};
};
struct Oem {
  Header header;
  std::vector<OemSegment> segments{};
};

/// Orbit Mean-elements Message: SGP4 elements in TEME and UTC, without drag.
struct Omm {
  Header header;
  Object object;  ///< its centre, frame and time are the Earth, TEME and UTC
  Epoch epoch;
  double mean_motion_radps = 0.0;
  double eccentricity = 0.0;
  double inclination_rad = 0.0, node_rad = 0.0, pericentre_rad = 0.0, mean_anomaly_rad = 0.0;
  std::optional<double> mass_kg{};
};

/// @throws ContractError where the standard forbids the values: no states, states out of order, TEME
/// elements of another centre than the Earth, GCRF about another centre.
std::string write(const Opm& message, Style style);
std::string write(const Oem& message, Style style);
std::string write(const Omm& message, Style style);
/// Many XML messages in one `<ndm>`.
std::string combine(std::span<const std::string> messages, Version version);

/// Pieces that one launch number of a COSPAR-like name can carry: three letters without I and O.
inline constexpr std::int64_t pieces_a_launch = 13'824;  // 24³
/// `2031-001AAA`: the launch number and the piece count the serials up, 13,824 to a number; 999 numbers a
/// year reach to serial 13,810,176, and what lies beyond is `UNKNOWN`. These names are not registered.
std::string object_id(int launch_year, std::uint64_t serial);

}  // namespace lunafab::orbit::ccsds
