#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/ephemeris.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

Epoch days_after(const char* date, double days) {
  return {parse_epoch(date).tt_days_since_j2000 + days};
}

struct Reference {
  double day;
  Eigen::Vector3d moon_m, sun_m;
};

// Geocentric positions from JPL's DE405, days from 2003-06-01 00:00 TDB; computed with Orekit 13.1.
const std::array<Reference, 11> de405{{
    {0,
     {75895285.718296, 357040028.643488, 168406427.167531},
     {51687463380.357, 130845195958.390, 56727199661.652}},
    {10,
     {-309976162.506072, -179717347.983022, -60813941.963458},
     {27286110882.567, 137085020431.458, 59432460910.855}},
    {20,
     {390549327.624476, -35834518.817655, -51695281.541216},
     {2127717309.342, 139466037936.449, 60464073185.977}},
    {30,
     {-152440551.930653, 319399524.878880, 169676110.277741},
     {-23105772263.525, 137925907903.274, 59797165374.429}},
    {40,
     {-122755239.071279, -312761926.248059, -142985155.203828},
     {-47683255932.473, 132498609154.355, 57443717426.914}},
    {50,
     {365340514.223379, 161146967.465963, 48595088.783878},
     {-70915296451.822, 123361578060.901, 53482244594.703}},
    {60,
     {-323300950.104937, 168064885.591146, 109222801.744925},
     {-92165703646.720, 110747552814.895, 48014217992.207}},
    {70,
     {119321650.715241, -313389349.681832, -164246638.281748},
     {-110801187519.665, 95002506832.424, 41187276653.025}},
    {80,
     {224949004.371634, 307539743.911566, 134284269.520870},
     {-126300545777.887, 76579010305.042, 33200259330.359}},
    {90,
     {-366553172.703703, -45298831.531571, 6426215.876941},
     {-138209869707.635, 55962749547.264, 24262537715.598}},
    {100,
     {316205363.449950, -186004115.190680, -117513446.916373},
     {-146141134537.296, 33745344009.309, 14629585404.054}},
}};

}  // namespace

TEST_CASE("ephemeris: Moon and Sun stand where DE405 has them", "[orbit]") {
  double moon_sum_m2 = 0.0, sun_sum_m2 = 0.0;
  for (const Reference& reference : de405) {
    const Epoch epoch = days_after("2003-06-01", reference.day);
    moon_sum_m2 += (r_PE_I_m(epoch) - reference.moon_m).squaredNorm();
    sun_sum_m2 += (r_SE_I_m(epoch) - reference.sun_m).squaredNorm();
  }
  // The series miss DE405 by 5.6 and 4.7 km rms over the years; eleven dates of one season scatter around
  // that by 1/√(2·11) = 21 %.
  constexpr double n = 11.0, scatter = 1.0 + 2.0 * 0.21;
  CHECK(std::sqrt(moon_sum_m2 / n) < 5.6e3 * scatter);
  CHECK(std::sqrt(sun_sum_m2 / n) < 4.7e3 * scatter);
}

TEST_CASE("orientation: the Moon's mean-Earth axes are those of Orekit 13.1", "[orbit]") {
  struct Rotation {
    double day;
    Eigen::Matrix3d rows;
  };
  std::array<Rotation, 3> orekit{
      {{0.0, {}}, {10.0, {}}, {20.0, {}}}};  // IAU_MOON_ROT, days from 2003-06-01 00:00 TDB
  orekit[0].rows << -0.127600076047663, -0.914185337567247, -0.384686091728944, 0.991548736504025,
      -0.126744036527337, -0.027695709812681, -0.023437656237382, -0.384968982882798, 0.922631865094785;
  orekit[1].rows << 0.824658181683149, 0.514558776210930, 0.234879009720650, -0.565178345933037,
      0.766213157349855, 0.305762709944105, -0.022634501793490, -0.384898250617324, 0.922681427146057;
  orekit[2].rows << -0.970790693450287, 0.229116381181373, 0.071211750327190, -0.238827908249832,
      -0.894405337257490, -0.378153835001480, -0.022949068637310, -0.384115577085424, 0.922999763645155;
  for (const auto& [day, rows] : orekit) {
    // TT for TDB: 1.7 ms at most, in which the Moon turns by 4.4e-9. The smallest term of the series
    // is 1.4e-5.
    CHECK((R_MI(days_after("2003-06-01", day)) - rows).cwiseAbs().maxCoeff() < 4.4e-9);
  }
}

TEST_CASE("orientation: a proper rotation that keeps the near side towards the Earth", "[orbit]") {
  double largest_rad = 0.0;
  for (int day = 0; day < 6798; day += 3) {  // one turn of the lunar nodes
    const Epoch epoch = days_after("2030-01-01", day);
    const Eigen::Matrix3d R = R_MI(epoch);
    REQUIRE((R * R.transpose() - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff() <
            1e-14);  // tens of roundings
    REQUIRE(R.determinant() > 0.0);
    const Eigen::Vector3d to_earth_M = -(R * r_PE_I_m(epoch)).normalized();
    largest_rad = std::max(largest_rad, std::acos(to_earth_M.x()));
  }
  // Optical librations reach 7.9° in longitude and 6.9° in latitude, together at most 10.5°.
  CHECK(largest_rad * 180.0 / std::numbers::pi > 9.0);
  CHECK(largest_rad * 180.0 / std::numbers::pi < 10.6);
}

TEST_CASE("ephemeris: the Moon's shadow passes the Earth as eclipse tables say", "[orbit]") {
  // NASA's catalogue (Espenak and Meeus): greatest eclipse (TD) and γ, the axis' distance from the Earth's
  // centre in Earth radii.
  struct Eclipse {
    const char* date;
    double gamma;
  };
  const auto [date, gamma] =
      GENERATE(Eclipse{"2017-08-21T18:26:40", 0.4367}, Eclipse{"2024-04-08T18:18:29", 0.3431},
               Eclipse{"2027-08-02T10:07:50", 0.1421});
  const Epoch epoch = parse_epoch(date);
  const Eigen::Vector3d axis = (r_PE_I_m(epoch) - r_SE_I_m(epoch)).normalized();
  const Eigen::Vector3d moon_m = r_PE_I_m(epoch);
  const double distance_m = (moon_m - moon_m.dot(axis) * axis).norm();
  // Light time: the shadow's axis is aimed at where the Sun was seen, and the tables use apparent
  // places; 20.5″ of common aberration leaves the relative geometry, the Moon's 1.3 s of light are 1.3 km.
  // With the series' 5.6 km (two sigma): 13 km = 0.002 radii.
  CHECK(std::abs(distance_m / 6378.137e3 - gamma) < 0.002);
}

TEST_CASE("ephemeris: dates outside 1900 to 2100 are refused", "[orbit]") {
  const Epoch early{-ephemeris_half_span_days - 1.0}, late{ephemeris_half_span_days + 1.0};
  CHECK_THROWS_AS(r_PE_I_m(early), ContractError);
  CHECK_THROWS_AS(r_SE_I_m(late), ContractError);
  CHECK_THROWS_AS(R_MI(late), ContractError);
  CHECK_NOTHROW(R_MI(Epoch{ephemeris_half_span_days}));
}
