#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>
#include "core/contract.hpp"
#include "core/input.hpp"
#include "orbit/gravity.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

/// A file that is gone after the test.
struct TemporaryFile {
  std::filesystem::path path;
  TemporaryFile(const std::string& name, const std::string& text)
      : path(std::filesystem::temp_directory_path() / name) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
};

std::string with_fortran_exponent(double value) {
  std::string text = fmt::format("{:.12e}", value);
  text[text.find('e')] = 'D';
  return text;
}

std::vector<std::string> shadr_rows(const GravityField& field, int degree) {
  std::vector<std::string> rows;
  for (int n = 0; n <= degree; ++n) {
    for (int m = 0; m <= n; ++m) {
      const std::size_t i = GravityField::index(n, m);
      rows.push_back(fmt::format("{:5},{:5},{:23.15e},{:23.15e},{:23.15e},{:23.15e}", n, m, field.c[i],
                                 field.s[i], 1e-12, 1e-12));
    }
  }
  return rows;
}

constexpr const char* shadr_header =
    " 0.1738000000000000E+04, 0.4902801056000000E+04, 0.2801870000000000E-03,   12,   12,    1, 0.0E+00, "
    "0.0E+00";

std::string shadr(const std::vector<std::string>& rows, const std::string& header = shadr_header) {
  std::string text = header + "\r\n";  // PDS lines end so
  for (const std::string& row : rows) text += row + "\r\n";
  return text;
}

std::string icgem(const std::function<void(std::string& head, std::vector<std::string>& rows)>& change) {
  std::string head =
      "Made from the field of the tests.\n\nbegin_of_head =======\nproduct_type gravity_field\n"
      "modelname            GrazLGM300c\n"
      "earth_gravity_constant 4.9028010560D+12\nradius  1738000.0\nmax_degree 12\nerrors formal\n"
      "norm fully_normalized\ntide_system tide_free\nkey L M C S sigma C sigma S\nend_of_head ======\n";
  std::vector<std::string> rows;
  const GravityField& field = built_in_field();
  for (int n = 0; n <= 12; ++n)
    for (int m = 0; m <= n; ++m)
      rows.push_back(fmt::format("gfc {:4} {:4} {} {} 1D-12 1D-12", n, m,
                                 with_fortran_exponent(field.c[GravityField::index(n, m)]),
                                 with_fortran_exponent(field.s[GravityField::index(n, m)])));
  change(head, rows);
  for (const std::string& row : rows) head += row + "\n";
  return head;
}

/// The findings' text for a file, or "" where it is read.
std::string complaint(const std::string& text, int degree = 12) {
  const TemporaryFile file("lunafab_field.txt", text);
  try {
    (void)load_gravity_field(file.path.string(), degree);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

bool says(const std::string& complaint, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (complaint.find(word) == std::string::npos) return false;
  return true;
}

}  // namespace

TEST_CASE("gravity files: SHADR and ICGEM give back the field they were written from",
          "[orbit][gravity-files]") {
  const GravityField& field = built_in_field();
  const std::string text = GENERATE_COPY(shadr(shadr_rows(field, 12)), icgem([](auto&, auto&) {}));
  const TemporaryFile file("lunafab_same.txt", text);
  for (const int degree : {2, 8, 12}) {
    const GravityField read = load_gravity_field(file.path.string(), degree);
    const std::size_t size = GravityField::index(degree + 1, 0);
    CHECK(read.degree == degree);
    CHECK(read.gm_m3ps2 == Approx(field.gm_m3ps2).epsilon(1e-15));
    CHECK(read.radius_m == Approx(field.radius_m).epsilon(1e-15));
    REQUIRE(read.c.size() == size);
    // The table's decimals have 13 digits, which both files repeat.
    CHECK(read.c ==
          std::vector<double>(field.c.begin(), field.c.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(read.s ==
          std::vector<double>(field.s.begin(), field.s.begin() + static_cast<std::ptrdiff_t>(size)));
    CHECK(read.name.find("lunafab_same") != std::string::npos);
  }
}

TEST_CASE("gravity files: a file may begin at degree 2, and ICGEM's rows stand in any order",
          "[orbit][gravity-files]") {
  auto rows = shadr_rows(built_in_field(), 12);
  rows.erase(rows.begin(), rows.begin() + 3);
  CHECK(complaint(shadr(rows)) == "");
  CHECK(complaint(icgem([](auto&, auto& lines) { std::reverse(lines.begin(), lines.end()); })) == "");
}

TEST_CASE("gravity files: wrong units are recognised, with what to write", "[orbit][gravity-files]") {
  const auto rows = shadr_rows(built_in_field(), 12);
  const std::string metres = complaint(shadr(rows, "1738000.0, 4.902801056E+12, 1, 12, 12, 1, 0, 0"));
  CHECK(says(metres, {":1", "radius", "wrong unit", "write 1738;", "GM", "km³/s²", "write 4902.801056"}));
  const std::string kilometres = complaint(icgem([](std::string& head, auto&) {
    head.replace(head.find("4.9028010560D+12"), 16, "4902.801056");
    head.replace(head.find("1738000.0"), 9, "1738.0");
  }));
  CHECK(says(kilometres, {"write 4.902801056e+12", "write 1738000", "m³/s²"}));
  const std::string earth = complaint(icgem(
      [](std::string& head, auto&) { head.replace(head.find("4.9028010560D+12"), 16, "3.986004415D+14"); }));
  CHECK(says(earth, {"GM", "not the Moon's", "4.9028e+12"}));
}

TEST_CASE("gravity files: missing, repeated and misplaced coefficients are named together",
          "[orbit][gravity-files]") {
  auto rows = shadr_rows(built_in_field(), 12);
  std::swap(rows[GravityField::index(7, 3)], rows[GravityField::index(7, 4)]);
  rows[GravityField::index(9, 1)] = "    9,    1, 1.0e-7, one, 0, 0";
  rows[GravityField::index(9, 2)] = "    9,   12, 1.0e-7, 0.0, 0, 0";
  rows.insert(rows.begin() + static_cast<std::ptrdiff_t>(GravityField::index(10, 5)),
              rows[GravityField::index(10, 4)]);
  const std::string text = complaint(shadr(rows));
  CHECK(says(text, {"degree 7 order 3: out of order: it follows degree 7 order 4", "'one' is not a number",
                    "0 <= order <= degree", "degree 10 order 4: stands on line 61 already",
                    "degree 9 order 2: missing"}));
  CHECK(says(text, {"lunafab_field.txt:34", "lunafab_field.txt:48", "lunafab_field.txt:49",
                    "lunafab_field.txt:62"}));
  auto cut = shadr_rows(built_in_field(), 12);
  cut.resize(GravityField::index(12, 10));
  CHECK(says(complaint(shadr(cut)), {"degree 12 order 10: missing, the first of 3"}));
  CHECK(complaint(shadr(cut), 11) == "");  // what is not needed may be absent
}

TEST_CASE("gravity files: a degree beyond the file's is refused with what it has", "[orbit][gravity-files]") {
  CHECK(says(complaint(shadr(shadr_rows(built_in_field(), 12)), 50),
             {"50 is asked for", "end at degree 12", "allowed: at most 12"}));
  CHECK(says(complaint(shadr(shadr_rows(built_in_field(), 9))), {"end at degree 9 (the header says 12)"}));
  CHECK_THROWS_AS(load_gravity_field("x", 1), ContractError);
}

TEST_CASE("gravity files: unnormalised fields and a C00 that is not 1 are refused",
          "[orbit][gravity-files]") {
  CHECK(says(complaint(shadr(shadr_rows(built_in_field(), 12), "1738.0, 4902.801056, 1, 12, 12, 0, 0, 0")),
             {"normalisation: is 0", "1: fully normalised"}));
  CHECK(says(complaint(icgem([](std::string& head, auto&) {
               head.replace(head.find("fully_normalized"), 16, "unnormalized");
             })),
             {"norm: is 'unnormalized'", "fully_normalized"}));
  CHECK(says(complaint(icgem([](auto&, auto& rows) {
               rows[0] = "gfc 0 0 0.0 0.0";
               rows[3] = "gfc 2 0 -2.0321e-4 0.0";
             })),
             {"degree 0 order 0: C is 0", "degree 2 order 0: C is -0.00020321, which looks unnormalised"}));
}

TEST_CASE("gravity files: ICGEM headers that lack something say what", "[orbit][gravity-files]") {
  const std::string text = complaint(icgem([](std::string& head, auto&) {
    head.erase(head.find("radius"), 18);
    head.replace(head.find("max_degree 12"), 13, "max_degree twelve");
  }));
  CHECK(says(text, {"radius: is missing", "max_degree: 'twelve' is not a number"}));
  CHECK(says(complaint(icgem([](std::string& head, auto&) { head.erase(head.find("end_of_head"), 19); })),
             {"header: does not end"}));
  CHECK(says(complaint(icgem([](auto&, auto& rows) { rows[4] = "gfct 2 1 1e-9 1e-9 20000101"; })),
             {"a row of the kind 'gfct'", "fields that change with time", "degree 2 order 1: missing"}));
}

TEST_CASE("gravity files: what is no gravity field at all is told from one", "[orbit][gravity-files]") {
  CHECK(says(complaint("hello\nworld\n"), {"neither a SHADR nor an ICGEM file"}));
  CHECK(says(complaint(""), {"neither a SHADR nor an ICGEM file"}));
  CHECK(says(complaint(std::string("\0\1\2\3", 4)), {"binary"}));
  CHECK_THROWS_AS(load_gravity_field("/no/such/file.gfc", 2), InputError);
  CHECK_THROWS_AS(load_gravity_field(std::filesystem::temp_directory_path().string(), 2), InputError);
  // A table in which everything is wrong does not fill the screen.
  std::string many = std::string(shadr_header) + "\n";
  for (int i = 0; i < 1000; ++i) many += fmt::format("{}, {}, x, y, 0, 0\n", i / 40 + 13, i);
  const std::string text = complaint(many);
  CHECK(std::count(text.begin(), text.end(), '\n') < 60);
}

TEST_CASE("gravity files: whatever letter is damaged, the file is read or refused",
          "[orbit][gravity-files]") {
  const std::string shadr_text = shadr(shadr_rows(built_in_field(), 12)),
                    icgem_text = icgem([](auto&, auto&) {});
  std::uint32_t state = 1;
  const auto next = [&] {
    return state = state * 1664525u + 1013904223u, state >> 8;
  };  // Numerical Recipes
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string text = i % 2 == 0 ? shadr_text : icgem_text;
    const char letters[] = "0123456789.,-+eDgfc \t\n\0x";
    for (int k = 0; k < 3; ++k) text[next() % text.size()] = letters[next() % sizeof letters];
    if (i % 10 == 0) text.resize(next() % text.size());
    if (!complaint(text).empty()) ++refused;
  }
  CHECK(refused > 50);  // many hits only change a digit
}
