#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lunafab::orbit {

/// Where a quantity's Chebyshev coefficients stand in each record.
struct DeItem {
  std::size_t first = 0;  ///< index of the first coefficient in the record, from 0
  std::size_t terms = 0;  ///< coefficients a component; 0: the file lacks the quantity
  std::size_t parts = 0;  ///< equal parts of the record's time, each with its own series
};

/// What a JPL development ephemeris holds of Earth, Moon and Sun. Times are TDB days since J2000.
struct DeFile {
  std::string title;
  int number = 0;  ///< 421 for DE421
  double from_days = 0.0, to_days = 0.0, record_days = 0.0;
  double earth_moon_mass_ratio = 0.0;
  DeItem earth_moon, moon, sun, librations;
  std::size_t record_size = 0;       ///< coefficients a record, its two dates included
  double loaded_from_days = 0.0;     ///< where `coefficients` begin
  std::vector<double> coefficients;  ///< [records loaded × record_size]
};

/// Reads the records that cover `from_days` … `to_days` of a binary file of either byte order. The size of
/// the records follows from the table in the header.
/// @throws InputError where it is no such file, is cut short or does not cover the dates, with the dates it
/// has. Tested with files that the tests write; not validated with a file of JPL's.
/// @source JPL, ftp://ssd.jpl.nasa.gov/pub/eph/planets/fortran/ (userguide.txt, testeph.f, asc2eph.f).
DeFile read_de_file(const std::string& path, double from_days, double to_days);

/// Three components of an item in the file's units: km, or rad for librations.
Eigen::Vector3d evaluate(const DeFile& file, const DeItem& item, double tdb_days);

}  // namespace lunafab::orbit
