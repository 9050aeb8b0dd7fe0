#include "orbit/radiation.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "core/elementary.hpp"

namespace lunafab::orbit {
namespace {

// Trapped dose behind 2.5 mm of aluminium by altitude, for orbits that cross the South Atlantic anomaly and
// the horns (inclination 50–100°) and for equatorial ones. ASSUMPTION, shaped by remembered engineering
// figures: low orbits of high inclination 10 to 100 Gy/yr and of low inclination 1 to 10 Gy/yr (NASA practice
// PD-ED-1258, remembered); inner belt, slot and outer belt in the kGy/yr; geostationary about 200 Gy/yr
// behind 2.5 mm at mean activity (remembered spread 50–1,000). No table was read at its source.
struct DoseRow {
  double km, inclined_Gy_per_year, equatorial_Gy_per_year;
};
constexpr std::array<DoseRow, 14> rows{{
    {200, 1.0, 0.02},
    {400, 3.0, 0.1},
    {500, 5.0, 0.5},
    {600, 9.0, 2.0},
    {800, 20.0, 10.0},
    {1000, 45.0, 60.0},
    {1200, 90.0, 200.0},
    {1500, 220.0, 700.0},
    {2000, 550.0, 2500.0},
    {3000, 1500.0, 6000.0},
    {6000, 1200.0, 2500.0},
    {10000, 700.0, 1200.0},
    {20200, 800.0, 1500.0},
    {36000, 150.0, 200.0},
}};

// Cosmic rays in free space: 0.48 mGy/day in the cruise to Mars, tissue (Zeitlin et al., Science 340 (2013),
// remembered), a mean of a weak solar maximum and its surroundings. A body below shades half: the ground of
// the Moon has 13.2 µGy/h in silicon (Zhang et al., Science Advances 6 (2020), remembered) = 0.116 Gy/yr.
constexpr double cosmic_free_Gy_per_year = 0.175, cosmic_moon_Gy_per_year = 0.13;
// Solar particles, mean over a cycle behind 2.5 mm of aluminium. ASSUMPTION: a few krad a cycle of 11 years.
constexpr double solar_free_Gy_per_year = 5.0, solar_moon_Gy_per_year = 4.0;
// The Earth's field keeps part away: shares that reach low orbits, ASSUMPTION.
constexpr double polar_share = 0.35, equatorial_share = 0.05;

constexpr double reference_m = 2.5e-3;
// Lengths over which dose falls by e, near 2.5 mm. ASSUMPTION: protons above tens of MeV hardly care (APEX,
// CRRES and DMSP: more than a quarter inch is of little use in low orbits), electrons much; solar protons are
// soft.
constexpr double trapped_length_m = 6e-3, solar_length_m = 4e-3, cosmic_length_m = 0.3;

double between(double share, double low, double high) {
  return std::exp((1.0 - share) * std::log(low) + share * std::log(high));
}

}  // namespace

DoseRate earth_dose(double altitude_m, double inclination_rad) {
  const double km = altitude_m * 1e-3;
  expects(km >= rows.front().km && km <= rows.back().km, "dose is tabulated from 200 to 36,000 km");
  expects(inclination_rad >= 0.0 && inclination_rad <= std::numbers::pi, "inclination must be 0 … 180°");
  const auto above = std::find_if(rows.begin() + 1, rows.end(), [&](const DoseRow& r) { return km <= r.km; });
  const DoseRow &low = *(above - 1), &high = *above;
  const double share = std::log(km / low.km) / std::log(high.km / low.km);
  const double tilt = std::min(inclination_rad, std::numbers::pi - inclination_rad);
  constexpr double equatorial_rad = 0.0, inclined_rad = 50.0 * std::numbers::pi / 180.0;
  const double tilted = std::clamp((tilt - equatorial_rad) / (inclined_rad - equatorial_rad), 0.0, 1.0);
  const double open = equatorial_share + (polar_share - equatorial_share) * tilted;
  // Above the field's shelter, from 3 to 6 Earth radii, all of it arrives.
  const double lifted = std::clamp((km - 13000.0) / (32000.0 - 13000.0), 0.0, 1.0);
  const double arriving = open + (1.0 - open) * lifted;
  return {between(tilted, between(share, low.equatorial_Gy_per_year, high.equatorial_Gy_per_year),
                  between(share, low.inclined_Gy_per_year, high.inclined_Gy_per_year)),
          arriving * cosmic_free_Gy_per_year, arriving * solar_free_Gy_per_year};
}

DoseRate open_space_dose(OpenSpace place) {
  if (place == OpenSpace::lunar_orbit) return {0.0, cosmic_moon_Gy_per_year, solar_moon_Gy_per_year};
  return {0.0, cosmic_free_Gy_per_year, solar_free_Gy_per_year};
}

DoseRate shell_dose(const Shell& shell) {
  return shell.body == Body::earth ? earth_dose(shell.altitude_m, inclination_rad(shell))
                                   : open_space_dose(OpenSpace::lunar_orbit);
}

DoseRate behind(const DoseRate& dose, double aluminium_m) {
  expects(aluminium_m >= 0.0, "shielding must not be negative");
  const double more_m = aluminium_m - reference_m;
  return {dose.trapped_Gy_per_year * std::exp(-more_m / trapped_length_m),
          dose.cosmic_Gy_per_year * std::exp(-more_m / cosmic_length_m),
          dose.solar_Gy_per_year * std::exp(-more_m / solar_length_m)};
}

namespace {

void require(const Reliability& r, double dose_Gy_per_year, double years) {
  expects(r.base_failures_per_year >= 0.0 && r.dose_limit_Gy > 0.0 && r.dose_spread > 0.0,
          "hazard must not be negative; dose limit and spread must be positive");
  expects(dose_Gy_per_year >= 0.0 && years >= 0.0, "dose and years must not be negative");
}
double worn(const Reliability& r, double dose_Gy) {
  return std::log(dose_Gy / r.dose_limit_Gy) / r.dose_spread;
}

}  // namespace

double survival(const Reliability& r, double dose_Gy_per_year, double years) {
  require(r, dose_Gy_per_year, years);
  const double dose_Gy = dose_Gy_per_year * years;
  const double base = std::exp(-r.base_failures_per_year * years);
  return dose_Gy > 0.0 ? base * normal_cdf(-worn(r, dose_Gy)) : base;
}

double hazard_per_year(const Reliability& r, double dose_Gy_per_year, double years) {
  require(r, dose_Gy_per_year, years);
  const double dose_Gy = dose_Gy_per_year * years;
  if (dose_Gy <= 0.0) return r.base_failures_per_year;
  const double x = worn(r, dose_Gy);
  constexpr double far = 30.0;  // the hazard of a normal tends to x there
  const double tail = x > far ? x : normal_density(x) / normal_cdf(-x);
  return r.base_failures_per_year + tail / (r.dose_spread * years);
}

double dose_life_years(const Reliability& r, double dose_Gy_per_year) {
  require(r, dose_Gy_per_year, 0.0);
  return r.dose_limit_Gy / dose_Gy_per_year;
}

}  // namespace lunafab::orbit
