#include <fmt/format.h>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include "core/contract.hpp"
#include "core/input.hpp"
#include "orbit/gravity.hpp"

namespace lunafab::orbit {
namespace {

constexpr std::uintmax_t most_bytes = 512u << 20;  // the largest lunar field there is (degree 1200) has 90 MB
constexpr std::size_t most_findings = 50;
constexpr double moon_gm_m3ps2 = 4.9028e12, moon_radius_m = 1738e3;

/// A file being read line by line; what is wrong with it is collected.
struct Source {
  std::ifstream stream;
  Mark mark;
  Findings findings{};
  std::string line{};

  bool next() {
    if (!std::getline(stream, line)) return false;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    ++mark.line;
    return true;
  }
  void fail(std::string path, std::string problem, std::string allowed = {}) {
    findings.add({mark, std::move(path), std::move(problem), std::move(allowed), {}});
  }
};

using Words = std::vector<std::string_view>;

Words split(std::string_view text, std::string_view separators) {
  Words words;
  for (std::size_t at = 0; (at = text.find_first_not_of(separators, at)) != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}
constexpr std::string_view blanks = " \t", commas = ", \t";

/// With an exponent by E or by Fortran's D.
std::optional<double> number(std::string_view word) {
  std::string text(word.starts_with('+') ? word.substr(1) : word);
  for (char& letter : text)
    if (letter == 'D' || letter == 'd') letter = 'e';
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<int> whole(std::string_view word) {
  const auto value = number(word);
  if (!value || *value != std::floor(*value) || std::abs(*value) > 1e6) return std::nullopt;
  return static_cast<int>(*value);
}

/// What has been read of a field, and on which line; line 0: nothing yet.
struct Table {
  GravityField field;
  std::vector<int> line;
  int highest = -1;  ///< degree in the file, up to the one asked for
  int last_n = -1, last_m = -1;
};

Table make_table(int degree) {
  const std::size_t size = GravityField::index(degree + 1, 0);
  Table out{.field = {.degree = degree, .c = std::vector<double>(size), .s = std::vector<double>(size)},
            .line = std::vector<int>(size)};
  out.field.c[0] = 1.0;  // files begin at degree 0, 1 or 2
  return out;
}

std::string coefficient_name(int n, int m) {
  return fmt::format("degree {} order {}", n, m);
}

void store(Table& table, Source& source, int n, int m, double c, double s) {
  const std::size_t at = GravityField::index(n, m);
  if (table.line[at] != 0) {
    source.fail(coefficient_name(n, m), fmt::format("stands on line {} already", table.line[at]));
    return;
  }
  if (n == 0 && std::abs(c - 1.0) > 1e-6)
    source.fail(coefficient_name(0, 0), fmt::format("C is {}", c), "1: the mass stands in GM");
  if (n == 2 && m == 0 && std::abs(c) > 1.5e-4) {
    source.fail(coefficient_name(2, 0),
                fmt::format("C is {}, which looks unnormalised: normalised it is -9.09e-5 for the Moon", c),
                "4π-normalised coefficients: divide by √((2 − δ_m0)(2n + 1)(n − m)!/(n + m)!)");
  }
  table.line[at] = source.mark.line;
  table.field.c[at] = c, table.field.s[at] = s;
}

enum class Sorting : std::uint8_t { any, by_degree };

/// A row `n m C S …`. False where it lies beyond the degree asked for.
bool read_row(const Words& words, std::size_t first, Sorting sorting, Table& table, Source& source) {
  if (words.size() < first + 4) {
    source.fail("", fmt::format("{} does not hold a coefficient", lunafab::quoted(source.line)),
                "degree, order, C, S and their errors");
    return true;
  }
  const auto n = whole(words[first]), m = whole(words[first + 1]);
  if (!n || !m || *n < 0 || *m < 0 || *m > *n) {
    source.fail("",
                fmt::format("degree {} and order {}", lunafab::quoted(words[first]),
                            lunafab::quoted(words[first + 1])),
                "whole numbers with 0 <= order <= degree");
    return true;
  }
  if (sorting == Sorting::by_degree && std::pair{*n, *m} < std::pair{table.last_n, table.last_m}) {
    source.fail(coefficient_name(*n, *m),
                fmt::format("out of order: it follows {}", coefficient_name(table.last_n, table.last_m)),
                "rows by ascending degree, then order");
  }
  table.last_n = *n, table.last_m = *m;
  if (*n > table.field.degree) return false;
  table.highest = std::max(table.highest, *n);
  const auto c = number(words[first + 2]), s = number(words[first + 3]);
  if (!c || !s) {
    source.fail(coefficient_name(*n, *m),
                fmt::format("{} is not a number", lunafab::quoted(c ? words[first + 3] : words[first + 2])));
    table.line[GravityField::index(*n, *m)] = source.mark.line;  // not missing as well
    return true;
  }
  store(table, source, *n, *m, *c, *s);
  return true;
}

/// Both in SI; `unit` is what a file of this kind gives, `factor` of it to SI.
void check_body(Source& source, const GravityField& field, double length_to_m) {
  const double gm_to_si = length_to_m * length_to_m * length_to_m;
  const char* length = length_to_m == 1.0 ? "m" : "km";
  const auto check = [&](const char* what, double value_si, double moon_si, double to_si, double other,
                         const std::string& unit) {
    if (std::abs(value_si / moon_si - 1.0) < 0.02) return;
    const double given = value_si / to_si;
    const bool other_unit = std::abs(value_si * other / moon_si - 1.0) < 0.02;
    source.fail(what,
                other_unit ? fmt::format("{} is in the wrong unit: this kind of file gives {}; write {:.10g}",
                                         given, unit, given * other)
                           : fmt::format("{} {} is not the Moon's", given, unit),
                fmt::format("about {:.6g} {}", moon_si / to_si, unit));
  };
  const double swap = length_to_m == 1.0 ? 1e3 : 1e-3;
  check("radius", field.radius_m, moon_radius_m, length_to_m, swap, length);
  check("GM", field.gm_m3ps2, moon_gm_m3ps2, gm_to_si, swap * swap * swap, std::string(length) + "³/s²");
}

void check_complete(const Table& table, Source& source, int header_degree) {
  source.mark.line = 0;
  if (table.highest < table.field.degree) {
    source.fail(
        "degree",
        fmt::format("{} is asked for; the coefficients end at degree {}{}", table.field.degree, table.highest,
                    header_degree > table.highest ? fmt::format(" (the header says {})", header_degree)
                                                  : std::string{}),
        fmt::format("at most {}", table.highest));
  }
  int missing = 0;
  std::string first;
  for (int n = 2; n <= table.highest; ++n) {
    for (int m = 0; m <= n; ++m)
      if (table.line[GravityField::index(n, m)] == 0 && missing++ == 0) first = coefficient_name(n, m);
  }
  if (missing > 0) {
    source.fail(first, missing == 1 ? "missing" : fmt::format("missing, the first of {}", missing),
                "every order of every degree from 2");
  }
}

bool enough(Source& source) {
  if (source.findings.size() < most_findings) return false;
  source.fail("", "the rest of the file was not read: too much is wrong");
  return true;
}

/// PDS: radius, GM, its error, degree, order, normalisation (0, 1), longitude, latitude; km and km³/s².
int read_shadr_header(const Words& words, Table& table, Source& source) {
  const auto radius = number(words[0]), gm = number(words[1]);
  const auto degree = whole(words[3]), order = whole(words[4]), normalised = whole(words[5]);
  if (!radius || !gm || !degree || !order || !normalised) {
    source.fail("header",
                fmt::format("{} does not hold the numbers of a SHADR header", lunafab::quoted(source.line)),
                "radius km, GM km³/s², its error, degree, order, normalisation, longitude, latitude");
    return -1;
  }
  table.field.radius_m = *radius * 1e3, table.field.gm_m3ps2 = *gm * 1e9;
  check_body(source, table.field, 1e3);
  if (*normalised != 1) {
    source.fail("normalisation", fmt::format("is {}", *normalised),
                "1: fully normalised coefficients (0 stands for unnormalised ones)");
  }
  if (*order < std::min(*degree, table.field.degree)) {
    source.fail("order", fmt::format("is {}, below the degree {}", *order, *degree),
                "a field complete in its orders");
  }
  return *degree;
}

int read_shadr(Table& table, Source& source) {
  const int degree = read_shadr_header(split(source.line, commas), table, source);
  while (source.next() && !enough(source)) {
    const Words words = split(source.line, commas);
    if (!words.empty() && !read_row(words, 0, Sorting::by_degree, table, source)) break;
  }
  return degree;
}

/// What an ICGEM header may say; absent: empty.
struct IcgemHeader {
  std::optional<double> gm, radius;
  std::optional<int> degree;
  std::string model, norm, tides;
};

void read_icgem_key(const Words& words, IcgemHeader& header, Source& source) {
  const std::string_view key = words[0];
  const std::string_view value = words.size() > 1 ? words[1] : std::string_view{};
  const auto need = [&](auto parsed) {
    if (!parsed) source.fail(std::string(key), fmt::format("{} is not a number", lunafab::quoted(value)));
    return parsed;
  };
  if (key == "earth_gravity_constant" || key == "gravity_constant") header.gm = need(number(value));
  if (key == "radius") header.radius = need(number(value));
  if (key == "max_degree") header.degree = need(whole(value));
  if (key == "modelname") header.model = value;
  if (key == "norm" || key == "normalization") header.norm = value;
  if (key == "tide_system") header.tides = value;
}

void finish_icgem_header(const IcgemHeader& header, Table& table, Source& source) {
  const auto missing = [&](const char* key) {
    source.fail(key, "is missing in the header", "a line with this key and its value before end_of_head");
  };
  if (!header.gm) missing("gravity_constant");
  if (!header.radius) missing("radius");
  if (!header.degree) missing("max_degree");
  table.field.gm_m3ps2 = header.gm.value_or(moon_gm_m3ps2);
  table.field.radius_m = header.radius.value_or(moon_radius_m);
  check_body(source, table.field, 1.0);
  // ICGEM: fully normalised where nothing is said.
  if (!header.norm.empty() && header.norm != "fully_normalized" && header.norm != "fully_normalised")
    source.fail("norm", fmt::format("is {}", lunafab::quoted(header.norm)), "fully_normalized");
  if (!header.model.empty()) table.field.name = header.model;
  if (!header.tides.empty()) table.field.name += ", " + header.tides;
}

int read_icgem(Table& table, Source& source) {
  IcgemHeader header;
  bool ended = false;
  do {
    const Words words = split(source.line, blanks);
    if (words.empty()) continue;
    ended = words[0] == "end_of_head";
    if (!ended) read_icgem_key(words, header, source);
  } while (!ended && source.next());
  if (!ended) source.fail("header", "does not end", "a line end_of_head before the coefficients");
  finish_icgem_header(header, table, source);
  while (source.next() && !enough(source)) {
    const Words words = split(source.line, blanks);
    if (words.empty()) continue;
    if (words[0] == "gfc") {
      read_row(words, 1, Sorting::any, table, source);
    } else {
      source.fail("", fmt::format("a row of the kind {}", lunafab::quoted(words[0])),
                  "gfc: fields that change with time are not read");
    }
  }
  return header.degree.value_or(-1);
}

Source open_source(const std::string& path) {
  Source source{.stream = std::ifstream(path, std::ios::binary), .mark = {.file = path}};
  std::error_code error;
  if (std::filesystem::is_directory(path, error) || !source.stream) {
    source.fail("", "cannot be read", "a SHADR (PDS .tab) or ICGEM (.gfc) file");
    source.findings.throw_if_any();
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > most_bytes) {
    source.fail("", fmt::format("{} MB is too large for a gravity field", size >> 20),
                fmt::format("at most {} MB; cut it to the degrees in use", most_bytes >> 20));
  }
  std::string head(4096, '\0');
  source.stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(source.stream.gcount()));
  if (head.find('\0') != std::string::npos)
    source.fail("", "is a binary file", "a text file: SHADR (.tab, not .dat) or ICGEM (.gfc)");
  source.findings.throw_if_any();
  source.stream.clear();
  source.stream.seekg(0);
  return source;
}

bool holds(std::string_view line, std::string_view key) {
  const Words words = split(line, blanks);
  return !words.empty() && words[0] == key;
}

/// Reads to the first line that tells what the file is, and the file.
int read_either(Table& table, Source& source) {
  while (source.next()) {
    const Words words = split(source.line, commas);
    if (source.mark.line == 1 && words.size() >= 6 && number(words[0]) && number(words[1]))
      return read_shadr(table, source);
    for (const char* key : {"begin_of_head", "product_type", "modelname", "earth_gravity_constant",
                            "gravity_constant", "max_degree", "end_of_head"})
      if (holds(source.line, key)) return read_icgem(table, source);
  }
  source.mark.line = 0;
  source.fail("", "is neither a SHADR nor an ICGEM file",
              "SHADR: a first line with radius km, GM km³/s², …; ICGEM: a header that ends with end_of_head");
  source.findings.throw_if_any();
  return -1;
}

}  // namespace

GravityField load_gravity_field(const std::string& path, int most_degree) {
  expects(most_degree >= 2 && most_degree <= most_field_degree, "gravity field: degree 2 to 660");
  Source source = open_source(path);
  Table table = make_table(most_degree);
  table.field.name = std::filesystem::path(path).stem().string();
  const int header_degree = read_either(table, source);
  check_complete(table, source, header_degree);
  source.findings.throw_if_any();
  table.field.name = fmt::format("{} to degree {} ({})", table.field.name, most_degree,
                                 std::filesystem::path(path).filename().string());
  return std::move(table.field);
}

}  // namespace lunafab::orbit
