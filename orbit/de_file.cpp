#include "orbit/de_file.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include "core/input.hpp"
#include "core/tick.hpp"
#include "orbit/time_scales.hpp"

namespace lunafab::orbit {
namespace {

constexpr double j2000_jd = 2451545.0;

// The first record: 3 lines of title, 400 names of constants, then numbers without gaps between them.
constexpr std::size_t title_bytes = 84, dates_at = 252 + 2400, constants_at = dates_at + 24,
                      ratio_at = constants_at + 12, table_at = ratio_at + 8, number_at = table_at + 144,
                      librations_at = number_at + 4, names_at = librations_at + 12;
constexpr std::size_t usual_names = 400, name_bytes = 6;
constexpr std::size_t header_bytes = 24576;  // up to 3000 names more

/// Numbers of the header or of a record, in the byte order of the file.
struct Bytes {
  std::vector<char> data;
  std::endian order = std::endian::native;

  template <class T>
  T at(std::size_t offset) const {
    std::array<char, sizeof(T)> raw{};
    if (offset + sizeof(T) > data.size()) return T{};
    std::memcpy(raw.data(), data.data() + offset, sizeof(T));
    if (order != std::endian::native) std::reverse(raw.begin(), raw.end());
    return std::bit_cast<T>(raw);
  }
};

[[noreturn]] void refuse(const std::string& path, std::string problem, std::string allowed) {
  throw InputError({{{.file = path}, "", std::move(problem), std::move(allowed), ""}});
}

std::vector<char> read_bytes(std::ifstream& stream, std::uint64_t offset, std::size_t count) {
  std::vector<char> data(count);
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(offset));
  stream.read(data.data(), static_cast<std::streamsize>(count));
  data.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return data;
}

constexpr const char* what_is_read =
    "a JPL binary ephemeris such as linux_p1550p2650.440 or lnxp1900p2053.421";

bool plausible(const Bytes& header) {
  const double from = header.at<double>(dates_at), to = header.at<double>(dates_at + 8),
               days = header.at<double>(dates_at + 16);
  const auto constants = header.at<std::int32_t>(constants_at);
  return days >= 1.0 && days <= 1000.0 && from < to && std::abs(from) < 1e8 && std::abs(to) < 1e8 &&
         constants > 0 && constants <= 3000;
}

Bytes read_header(const std::string& path, std::ifstream& stream) {
  Bytes header{.data = read_bytes(stream, 0, header_bytes)};
  const std::string_view begin(header.data.data(), std::min<std::size_t>(header.data.size(), 8));
  if (begin.starts_with("DAF/") || begin.starts_with("NAIF/"))
    refuse(path, "is a SPICE kernel", what_is_read);
  if (begin.starts_with("KSIZE")) refuse(path, "is the ASCII header of an ephemeris", what_is_read);
  for (const std::endian order : {std::endian::little, std::endian::big}) {
    header.order = order;
    if (header.data.size() >= names_at && plausible(header)) return header;
  }
  refuse(path, "is not a JPL development ephemeris", what_is_read);
}

/// Three numbers: the first coefficient from 1, the terms, the parts; zeros where the quantity is absent.
DeItem read_item(const Bytes& header, std::size_t offset) {
  constexpr std::int32_t most = 1'000'000;
  const auto first = header.at<std::int32_t>(offset), terms = header.at<std::int32_t>(offset + 4),
             parts = header.at<std::int32_t>(offset + 8);
  if (first < 3 || first > most || terms < 2 || terms > 100 || parts < 1 || parts > 1000) return {};
  return {static_cast<std::size_t>(first) - 1, static_cast<std::size_t>(terms),
          static_cast<std::size_t>(parts)};
}

std::size_t end_of(const DeItem& item, std::size_t components) {
  return item.terms == 0 ? 0 : item.first + item.terms * item.parts * components;
}

/// Whether data records of this size begin with the dates of the header.
bool records_have_size(std::ifstream& stream, const Bytes& header, std::size_t size) {
  const Bytes dates{read_bytes(stream, 2 * size * sizeof(double), 16), header.order};
  const double first = dates.at<double>(0), days = header.at<double>(dates_at + 16);
  return dates.data.size() == 16 && dates.at<double>(8) == first + days &&
         first <= header.at<double>(dates_at);
}

/// The size is the end of the last quantity. Files from DE430 on may also have the mantle's spin and TT −
/// TDB; in older ones the bytes of those two columns mean nothing, and the records' dates decide.
std::size_t record_size(const std::string& path, std::ifstream& stream, const Bytes& header) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 12; ++i)
    size = std::max(size, end_of(read_item(header, table_at + 12 * i), i == 11 ? 2 : 3));
  size = std::max(size, end_of(read_item(header, librations_at), 3));
  if (size > 0 && records_have_size(stream, header, size)) return size;
  const std::size_t constants = static_cast<std::size_t>(header.at<std::int32_t>(constants_at));
  const std::size_t more_at = names_at + name_bytes * (std::max(constants, usual_names) - usual_names);
  const std::size_t spin = end_of(read_item(header, more_at), 3),
                    clock = end_of(read_item(header, more_at + 12), 1);
  for (const std::size_t other : {std::max({size, spin, clock}), std::max(size, spin), std::max(size, clock)})
    if (other > size && records_have_size(stream, header, other)) return other;
  refuse(path,
         "its records do not begin with the dates that its header gives: it is damaged, or cut off in its "
         "header",
         what_is_read);
}

/// Long ephemerides reach beyond the calendar's four digits.
std::string date(double days) {
  constexpr double years_days = 365.25 * 1900.0;
  if (!(std::abs(days) < years_days)) return fmt::format("JD {:.1f}", days + j2000_jd);
  return format_time({days}, TimeScale::tt, 0).substr(0, 10);
}

std::string printable(std::string text) {
  std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

DeFile describe(const std::string& path, std::ifstream& stream, const Bytes& header) {
  DeFile file{.title = printable(std::string(header.data.data(), title_bytes)),
              .number = header.at<std::int32_t>(number_at),
              .from_days = header.at<double>(dates_at) - j2000_jd,
              .to_days = header.at<double>(dates_at + 8) - j2000_jd,
              .record_days = header.at<double>(dates_at + 16),
              .earth_moon_mass_ratio = header.at<double>(ratio_at),
              .earth_moon = read_item(header, table_at + std::size_t{12} * 2),
              .moon = read_item(header, table_at + std::size_t{12} * 9),
              .sun = read_item(header, table_at + std::size_t{12} * 10),
              .librations = read_item(header, librations_at)};
  if (file.moon.terms == 0 || file.sun.terms == 0 || file.earth_moon.terms == 0)
    refuse(path, "lacks the Moon, the Sun or the Earth", "an ephemeris with all three");
  if (!(file.earth_moon_mass_ratio > 81.0 && file.earth_moon_mass_ratio < 82.0)) {
    refuse(
        path,
        fmt::format("gives {} for the mass of the Earth over that of the Moon", file.earth_moon_mass_ratio),
        "81.3006");
  }
  file.record_size = record_size(path, stream, header);
  return file;
}

/// Whole records in the file, without the two of the header; a file cut short is refused.
void check_length(const std::string& path, const DeFile& file) {
  const double expected = std::round((file.to_days - file.from_days) / file.record_days);
  const std::uintmax_t record_bytes = file.record_size * sizeof(double);
  const std::uintmax_t records = std::filesystem::file_size(path) / record_bytes - 2;
  if (static_cast<double>(records) < expected) {
    refuse(
        path,
        fmt::format("is cut short: it holds {} of {} records, to {} instead of {}", records, expected,
                    date(file.from_days + file.record_days * static_cast<double>(records)),
                    date(file.to_days)),
        fmt::format("the whole file, {} bytes", static_cast<std::uintmax_t>(expected + 2.0) * record_bytes));
  }
}

void load_records(const std::string& path, std::ifstream& stream, std::endian order, double from_days,
                  double to_days, DeFile& file) {
  const auto first = static_cast<std::uint64_t>((from_days - file.from_days) / file.record_days);
  const auto last = static_cast<std::uint64_t>((to_days - file.from_days) / file.record_days);
  const auto all = static_cast<std::uint64_t>(std::round((file.to_days - file.from_days) / file.record_days));
  const std::uint64_t count = std::min(last + 1, all) - first;
  const std::size_t bytes = static_cast<std::size_t>(count) * file.record_size * sizeof(double);
  const Bytes raw{read_bytes(stream, (first + 2) * file.record_size * sizeof(double), bytes), order};
  file.loaded_from_days = file.from_days + static_cast<double>(first) * file.record_days;
  file.coefficients.resize(raw.data.size() / sizeof(double));
  for (std::size_t i = 0; i < file.coefficients.size(); ++i)
    file.coefficients[i] = raw.at<double>(i * sizeof(double));
  for (std::uint64_t r = 0; r < count; ++r) {
    const double begin = file.coefficients.at(static_cast<std::size_t>(r) * file.record_size) - j2000_jd;
    const double expected = file.loaded_from_days + static_cast<double>(r) * file.record_days;
    if (begin != expected) {
      refuse(path, fmt::format("record {} begins on {} instead of {}", first + r + 3, begin, expected),
             "records that follow each other without gaps, by one header");
    }
  }
  if (!std::all_of(file.coefficients.begin(), file.coefficients.end(),
                   [](double c) { return std::isfinite(c); }))
    refuse(path, "holds coefficients that are not finite", what_is_read);
}

}  // namespace

DeFile read_de_file(const std::string& path, double from_days, double to_days) {
  std::error_code error;
  std::ifstream stream(path, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(path, error)) refuse(path, "cannot be read", what_is_read);
  const Bytes header = read_header(path, stream);
  DeFile file = describe(path, stream, header);
  check_length(path, file);
  if (from_days < file.from_days || to_days > file.to_days) {
    refuse(path,
           fmt::format("does not cover {} to {} (with 4 days to spare)", date(from_days), date(to_days)),
           fmt::format("dates from {} to {}, or another file", date(file.from_days), date(file.to_days)));
  }
  load_records(path, stream, header.order, from_days, to_days, file);
  return file;
}

Eigen::Vector3d evaluate(const DeFile& file, const DeItem& item, double tdb_days) {
  const double records = (tdb_days - file.loaded_from_days) / file.record_days;
  const std::size_t count = file.coefficients.size() / file.record_size;
  const std::size_t record = std::min(static_cast<std::size_t>(std::max(records, 0.0)), count - 1);
  const double parts = (records - static_cast<double>(record)) * static_cast<double>(item.parts);
  const std::size_t part = std::min(static_cast<std::size_t>(std::max(parts, 0.0)), item.parts - 1);
  const double x = 2.0 * (parts - static_cast<double>(part)) - 1.0;
  const double* c = &file.coefficients[record * file.record_size + item.first + part * 3 * item.terms];
  Eigen::Vector3d out;
  for (int i = 0; i < 3; ++i, c += item.terms) {
    double next = 0.0, after = 0.0;  // Clenshaw
    for (std::size_t j = item.terms - 1; j > 0; --j) {
      const double now = 2.0 * x * next - after + c[j];
      after = next, next = now;
    }
    out[i] = x * next - after + c[0];
  }
  return out;
}

}  // namespace lunafab::orbit
