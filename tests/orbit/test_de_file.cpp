#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <numbers>
#include <string>
#include <vector>
#include "core/input.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/frames.hpp"
#include "orbit/sky.hpp"
#include "orbit/time_scales.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Eigen::Vector3d;

namespace {

// A sky in closed form, TDB days since J2000: km and rad. The sizes are those of the real one.
constexpr double day = 2.0 * std::numbers::pi;  // times a frequency per day
Vector3d moon_km(double t) {
  const double w = day * t / 27.32;
  return {384400.0 * std::cos(w), 350000.0 * std::sin(w) + 4000.0 * std::sin(3.0 * w),
          150000.0 * std::sin(w + 0.3)};
}
Vector3d earth_moon_km(double t) {
  const double w = day * t / 365.25;
  return {1.496e8 * std::cos(w), 1.37e8 * std::sin(w), 0.6e8 * std::sin(w)};
}
Vector3d sun_km(double t) {
  return {-5e5 + 30.0 * t, 2e5 - 11.0 * t, 1e5 + 3.0 * t};
}
Vector3d librations_rad(double t) {
  return {0.05 * std::sin(0.01 * t), 0.38 + 0.02 * std::cos(0.2 * t),
          2.0 + 0.22997 * t + 0.001 * std::sin(0.5 * t)};
}
constexpr double mass_ratio = 81.30056;

/// What a file of the test looks like: like DE405 (no columns 14 and 15), like DE430, or without librations.
struct Layout {
  std::endian order = std::endian::little;
  bool librations = true;
  bool late_columns = false;
  std::int32_t constants = 156;
  int records = 6;
  double start_jd = 2461000.5;
};
constexpr double record_days = 32.0;

/// Bytes of a file, in its byte order.
struct Writer {
  std::vector<char> data;
  std::endian order;
  template <class T>
  void put(std::size_t offset, T value) {
    auto raw = std::bit_cast<std::array<char, sizeof(T)>>(value);
    if (order != std::endian::native) std::reverse(raw.begin(), raw.end());
    if (data.size() < offset + sizeof(T)) data.resize(offset + sizeof(T));
    std::memcpy(data.data() + offset, raw.data(), sizeof(T));
  }
};

/// Interpolates at Chebyshev points: c_j = (2 − δ_j0)/N Σ f(x_k) cos(j θ_k).
void put_series(Writer& out, std::size_t offset, int terms, double from, double to,
                const std::function<double(double)>& f) {
  for (int j = 0; j < terms; ++j) {
    double sum = 0.0;
    for (int k = 0; k < terms; ++k) {
      const double angle = std::numbers::pi * (k + 0.5) / terms;
      sum += f(0.5 * (from + to) + 0.5 * (to - from) * std::cos(angle)) * std::cos(j * angle);
    }
    out.put(offset + static_cast<std::size_t>(j) * 8, (j == 0 ? 1.0 : 2.0) / terms * sum);
  }
}

struct Column {
  int index;  // from 0
  std::int32_t first, terms, parts;
  Vector3d (*f)(double);
};

std::vector<char> de_bytes(const Layout& layout) {
  // Mercury's column is filled with nothing that is read; the real tables' sizes for the others.
  std::int32_t next = 3;
  std::vector<Column> columns;
  const auto add = [&](int index, std::int32_t terms, std::int32_t parts, Vector3d (*f)(double)) {
    columns.push_back({index, next, terms, parts, f});
    next += 3 * terms * parts;
  };
  add(0, 14, 4, nullptr);
  add(2, 13, 2, earth_moon_km);
  add(9, 13, 8, moon_km);
  add(10, 11, 2, sun_km);
  const std::int32_t nutations = next;
  next += 2 * 10 * 4;
  if (layout.librations) add(12, 12, 4, librations_rad);
  const std::int32_t clock = next;
  if (layout.late_columns) next += 13 * 8;
  const std::size_t record = static_cast<std::size_t>(next - 1) * 8;

  Writer out{.data = std::vector<char>(record * static_cast<std::size_t>(2 + layout.records)),
             .order = layout.order};
  const std::string title = "JPL Planetary Ephemeris DE999/LE999 of a test";
  std::fill_n(out.data.begin(), 252 + 2400, ' ');
  std::copy(title.begin(), title.end(), out.data.begin());
  const double end_jd = layout.start_jd + record_days * layout.records;
  out.put(2652, layout.start_jd), out.put(2660, end_jd), out.put(2668, record_days);
  out.put(2676, layout.constants);
  out.put(2680, 149597870.7), out.put(2688, mass_ratio);
  const auto put_column = [&](std::size_t at, std::int32_t first, std::int32_t terms, std::int32_t parts) {
    out.put(at, first), out.put(at + 4, terms), out.put(at + 8, parts);
  };
  for (const Column& c : columns)
    put_column(c.index == 12 ? 2844 : 2696 + 12 * static_cast<std::size_t>(c.index), c.first, c.terms,
               c.parts);
  put_column(2696 + 12 * 11, nutations, 10, 4);
  out.put(2840, std::int32_t{999});
  const auto more = static_cast<std::size_t>(std::max(layout.constants - 400, 0)) * 6;
  if (layout.late_columns) {
    put_column(2856 + more, clock, 0, 0);
    put_column(2868 + more, clock, 13, 8);
  }
  for (int r = 0; r < layout.records; ++r) {
    const std::size_t at = record * static_cast<std::size_t>(2 + r);
    const double begin_jd = layout.start_jd + record_days * r;
    out.put(at, begin_jd), out.put(at + 8, begin_jd + record_days);
    for (const Column& c : columns) {
      if (c.f == nullptr) continue;
      for (int part = 0; part < c.parts; ++part) {
        const double from = begin_jd - 2451545.0 + record_days * part / c.parts,
                     to = from + record_days / c.parts;
        for (int i = 0; i < 3; ++i)
          put_series(out, at + 8 * static_cast<std::size_t>(c.first - 1 + (part * 3 + i) * c.terms), c.terms,
                     from, to, [&](double t) { return c.f(t)[i]; });
      }
    }
  }
  return out.data;
}

struct TemporaryFile {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "lunafab_test.999";
  explicit TemporaryFile(const std::vector<char>& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

Epoch after_start(double days) {
  return {2461000.5 - 2451545.0 + days};
}

std::string complaint(const std::vector<char>& bytes, double from = 10.0, double to = 20.0) {
  const TemporaryFile file(bytes);
  try {
    (void)Ephemeris::from_de(file.path.string(), after_start(from), after_start(to));
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}
bool says(const std::string& text, std::initializer_list<const char*> words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

/// Rotation of the frame about an axis, by components.
Eigen::Matrix3d about_x(double a) {
  Eigen::Matrix3d R;
  R << 1, 0, 0, 0, std::cos(a), std::sin(a), 0, -std::sin(a), std::cos(a);
  return R;
}
Eigen::Matrix3d about_y(double a) {
  Eigen::Matrix3d R;
  R << std::cos(a), 0, -std::sin(a), 0, 1, 0, std::sin(a), 0, std::cos(a);
  return R;
}
Eigen::Matrix3d about_z(double a) {
  Eigen::Matrix3d R;
  R << std::cos(a), std::sin(a), 0, -std::sin(a), std::cos(a), 0, 0, 0, 1;
  return R;
}

}  // namespace

TEST_CASE("DE file: positions and librations of a file written from closed forms come back", "[orbit][de]") {
  const Layout layout = GENERATE(Layout{}, Layout{.order = std::endian::big}, Layout{.late_columns = true},
                                 Layout{.order = std::endian::big, .late_columns = true, .constants = 572});
  const TemporaryFile file(de_bytes(layout));
  const Ephemeris sky = Ephemeris::from_de(file.path.string(), after_start(3.3), after_start(180.0));
  CHECK(sky.source().find("DE999") != std::string::npos);
  for (int i = 0; i < 300; ++i) {
    const Epoch at = after_start(3.3 + 176.7 * i / 299.0);
    const double t = at.tt_days_since_j2000 + tdb_minus_tt_s(at) / 86400.0;
    const SkyState state = sky.at(at);
    // Dates round to 2e-12 d = 0.16 µs of 1 km/s and of 30 km/s; 13 terms a 4 and 16 days truncate below
    // that.
    CHECK((state.moon_m - 1e3 * moon_km(t)).norm() < 2e-3);
    // The Earth stands off the barycentre, away from the Moon, by 1/(1 + ratio) of their distance.
    const Vector3d earth_km = earth_moon_km(t) - moon_km(t) / (1.0 + mass_ratio);
    CHECK((state.sun_m - 1e3 * (sun_km(t) - earth_km)).norm() < 2e-2);
    // Williams et al. 2008: M = Rx(−0.30″) Ry(−78.56″) Rz(−67.92″) P, P = Rz(ψ) Rx(θ) Rz(φ).
    constexpr double arcsecond = std::numbers::pi / 180.0 / 3600.0;
    const Vector3d angles = librations_rad(t);
    const Eigen::Matrix3d R = about_x(-0.30 * arcsecond) * about_y(-78.56 * arcsecond) *
                              about_z(-67.92 * arcsecond) * about_z(angles.z()) * about_x(angles.y()) *
                              about_z(angles.x());
    CHECK((sky.R_mean_earth(at) - R).cwiseAbs().maxCoeff() < 1e-11);
  }
}

TEST_CASE("DE file: without librations the Moon is turned by the IAU's series", "[orbit][de]") {
  const TemporaryFile file(de_bytes({.librations = false}));
  const Ephemeris sky = Ephemeris::from_de(file.path.string(), after_start(1.0), after_start(30.0));
  CHECK((sky.R_mean_earth(after_start(20.5)) - R_MI(after_start(20.5))).cwiseAbs().maxCoeff() < 1e-11);
  CHECK(sky.source().find("IAU") != std::string::npos);
}

TEST_CASE("DE file: dates that the file lacks are refused with those it has", "[orbit][de]") {
  const std::vector<char> bytes = de_bytes({});
  // JD 2461000.5 is 2025-11-21; six records of 32 days end on 2026-06-01.
  CHECK(says(complaint(bytes, -5.0, 20.0),
             {"does not cover 2025-11-15", "dates from 2025-11-21 to 2026-06-01"}));
  CHECK(says(complaint(bytes, 10.0, 200.0), {"does not cover", "2026-06-01"}));
  CHECK(complaint(bytes, 1.0, 189.0) == "");
}

TEST_CASE("DE file: a file cut short is refused with what is left", "[orbit][de]") {
  std::vector<char> bytes = de_bytes({});
  const std::size_t whole = bytes.size();
  bytes.resize(whole - whole / 8);
  CHECK(says(complaint(bytes),
             {"cut short", "5 of 6 records", "to 2026-04-30", std::to_string(whole).c_str()}));
  bytes.resize(6000);
  CHECK(says(complaint(bytes), {"damaged, or cut off"}));
}

TEST_CASE("DE file: what is no DE file is told from one", "[orbit][de]") {
  CHECK(says(complaint(std::vector<char>(50000, 'x')),
             {"not a JPL development ephemeris", "linux_p1550p2650.440"}));
  CHECK(says(complaint({}), {"not a JPL development ephemeris"}));
  std::vector<char> kernel(50000, '\0');
  std::memcpy(kernel.data(), "DAF/SPK ", 8);
  CHECK(says(complaint(kernel), {"SPICE kernel"}));
  CHECK_THROWS_AS(Ephemeris::from_de("/no/such/file.440", after_start(0.0), after_start(1.0)), InputError);
}

TEST_CASE("DE file: damage in the header or the records is found", "[orbit][de]") {
  Writer writer{de_bytes({}), std::endian::little};
  writer.put(2688, 0.0123);  // the ratio upside down
  CHECK(says(complaint(writer.data), {"mass of the Earth", "81.3006"}));
  writer.data = de_bytes({});
  writer.put(2696 + 9 * 12, std::int32_t{0});
  CHECK(says(complaint(writer.data), {"lacks the Moon"}));
  writer.data = de_bytes({});
  const std::size_t record = writer.data.size() / 8;
  writer.put(3 * record, 2461000.5);  // the second record is a copy of the first
  CHECK(says(complaint(writer.data, 10.0, 50.0), {"record 4 begins"}));
  writer.data = de_bytes({});
  writer.put(2 * record + 8 * 500, std::nan(""));
  CHECK(says(complaint(writer.data), {"not finite"}));
}

TEST_CASE("DE file: whatever byte is damaged, the file is read or refused", "[orbit][de]") {
  const std::vector<char> whole = de_bytes({.records = 2});
  std::uint32_t state = 1;
  const auto next = [&] {
    return state = state * 1664525u + 1013904223u, state >> 8;
  };  // Numerical Recipes
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<char> bytes = whole;
    // The numbers of the header, where damage does most, and the dates of the records.
    const std::size_t at = i % 4 == 0 ? next() % bytes.size() : 2652 + next() % 204;
    bytes[at] = static_cast<char>(next());
    if (i % 10 == 0) bytes.resize(next() % bytes.size());
    if (!complaint(bytes).empty()) ++refused;
  }
  CHECK(refused > 100);  // the others hit bytes that nothing depends on
}
