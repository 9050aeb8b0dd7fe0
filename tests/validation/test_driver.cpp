#include <catch2/catch.hpp>
#include <cmath>
#include <iostream>
#include <sstream>
#include "tests/campaign/program.hpp"
#include "tests/validation/driver_rows.hpp"
using namespace lunafab::massdriver::test;

namespace {

const std::string page = lunafab::test::source + "/docs/validation-massdriver.md";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::size_t from = 2, to = 0;
  for (; (to = line.find(" | ", from)) != std::string::npos; from = to + 3)
    cells.push_back(line.substr(from, to - from));
  cells.push_back(line.substr(from));
  return cells;
}

/// What the committed page says under a section's heading, line by line.
std::vector<std::string> committed(const Section& section) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : lines_of(lunafab::test::read_bytes(page))) {
    if (line.starts_with("## ")) inside = line == "## " + section.title;
    if (inside) lines.push_back(line);
  }
  return lines;
}

/// The page may differ from what is found now by a quarter of the tolerance, rounding included: the last bits
/// of another processor are no reason to write it anew.
void check_line(const std::string& line, const Row& row) {
  const std::vector<std::string> said = cells_of(line), now = cells_of(table_line(row));
  REQUIRE(said.size() == now.size());
  CHECK(said[0] == now[0]);
  CHECK(said[2] == now[2]);
  CHECK(said[5] == now[5]);
  CHECK(said[6] == now[6]);
  const double allowed = 0.25 * row.tolerance * (row.expected == 0.0 ? 1.0 : std::abs(row.expected));
  CHECK(std::abs(std::stod(said[1]) - row.expected) <= allowed);
  CHECK(std::abs(std::stod(said[3]) - row.computed) <= allowed);
}

void check_section(std::size_t index) {
  const Section& section = sections().at(index);
  const std::vector<std::string> head = lines_of(section_head(section)), said = committed(section);
  const std::vector<Row> rows = section.rows();
  for (const Row& row : rows) {
    std::cout << table_line(row) << '\n';
    INFO(table_line(row));
    CHECK(row.agrees());
  }
  INFO(page << " differs: ./dev validate writes it");
  REQUIRE(said.size() >= head.size() + rows.size());
  for (std::size_t i = 0; i < head.size(); ++i) CHECK(said[i] == head[i]);
  for (std::size_t i = 0; i < rows.size(); ++i) check_line(said[head.size() + i], rows[i]);
  for (std::size_t i = head.size() + rows.size(); i < said.size(); ++i) CHECK(said[i].empty());
}

}  // namespace

TEST_CASE("Mass driver: inductances agree with closed forms, tables and finite elements",
          "[driver-validation]") {
  check_section(0);
}

TEST_CASE("Mass driver: one circuit rings as its closed form", "[driver-validation]") {
  check_section(1);
}

TEST_CASE("Mass driver: short tracks agree with direct quadrature in SciPy", "[driver-validation]") {
  check_section(2);
}

TEST_CASE("Mass driver: short tracks fed by converters agree with SciPy", "[driver-validation]") {
  check_section(3);
}

TEST_CASE("Mass driver: short tracks agree with ngspice", "[driver-validation]") {
  check_section(4);
}

TEST_CASE("Mass driver: momentum and energy are conserved", "[driver-validation]") {
  check_section(5);
}

TEST_CASE("Mass driver: whole machines agree with the prototype", "[driver-validation]") {
  check_section(6);
}

TEST_CASE("Mass driver: Mass Driver 1 is possible", "[driver-validation]") {
  check_section(7);
}

TEST_CASE("Mass driver: the validation page holds these sections and no others", "[driver-validation]") {
  REQUIRE(sections().size() == 8);
  const std::string text = lunafab::test::read_bytes(page);
  CHECK(text.starts_with(document_head()));
  std::vector<std::string> titles;
  for (const std::string& line : lines_of(text))
    if (line.starts_with("## ")) titles.push_back(line.substr(3));
  REQUIRE(titles.size() == sections().size());
  for (std::size_t i = 0; i < titles.size(); ++i) CHECK(titles[i] == sections()[i].title);
}

TEST_CASE("Mass driver: write the validation page", "[.write-driver-validation]") {
  std::string text = document_head();
  bool agree = true;
  for (std::size_t i = 0; i < sections().size(); ++i) {
    text += (i == 0 ? "" : "\n") + section_head(sections()[i]);
    for (const Row& row : sections()[i].rows()) {
      text += table_line(row) + "\n";
      agree = agree && row.agrees();
    }
  }
  lunafab::test::write_bytes(page, text);
  std::cout << text;
  CHECK(agree);
}
