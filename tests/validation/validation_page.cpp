#include "tests/validation/validation_page.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <iostream>
#include <sstream>
#include "tests/campaign/program.hpp"

namespace lunafab::test {
namespace {

std::string number(double value, const Row& row) {
  if (row.expected == 0.0) return value == 0.0 ? "0" : fmt::format("{:.1e}", value);
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(row.tolerance))) + 2, 5, 13);
  return fmt::format("{:.{}g}", value, digits);
}

std::string estimate(const Row& row) {
  const std::string computed = number(row.computed, row);
  return row.half_width == 0.0 ? computed : fmt::format("{} ± {:.2g}", computed, row.half_width);
}

std::string path_of(const ValidationPage& page) {
  return source + "/" + page.file;
}

/// One line of a table, without a newline.
std::string table_line(const Row& r) {
  return fmt::format("| {} | {} | {} | {} | {:.1e} | {:g}{} | {} |", r.name, number(r.expected, r), r.source,
                     estimate(r), r.difference(), r.tolerance, r.expected == 0.0 ? " absolute" : "",
                     r.agrees() ? "agrees" : "**differs**");
}

/// A section's heading, introduction and head of table.
std::string section_head(const Section& section) {
  return fmt::format(
      "## {}\n\n{}\n\n| case | expected | source | computed | difference | tolerance | verdict "
      "|\n|---|---|---|---|---|---|---|\n",
      section.title, section.introduction);
}

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
std::vector<std::string> committed(const ValidationPage& page, const Section& section) {
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : lines_of(read_bytes(path_of(page)))) {
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

}  // namespace

double Row::difference() const {
  return expected == 0.0 ? computed : computed / expected - 1.0;
}

bool Row::agrees() const {
  if (half_width > 0.0)
    return std::abs(computed - expected) <= half_width && half_width <= tolerance * std::abs(expected);
  return std::abs(difference()) <= tolerance;
}

void check_section(const ValidationPage& page, std::size_t index) {
  const Section& section = page.sections.at(index);
  const std::vector<std::string> head = lines_of(section_head(section)), said = committed(page, section);
  const std::vector<Row> rows = section.rows();
  for (const Row& row : rows) {
    std::cout << table_line(row) << '\n';
    INFO(table_line(row));
    CHECK(row.agrees());
  }
  INFO(page.file << " differs: ./dev validate writes it");
  REQUIRE(said.size() >= head.size() + rows.size());
  for (std::size_t i = 0; i < head.size(); ++i) CHECK(said[i] == head[i]);
  for (std::size_t i = 0; i < rows.size(); ++i) check_line(said[head.size() + i], rows[i]);
  for (std::size_t i = head.size() + rows.size(); i < said.size(); ++i) CHECK(said[i].empty());
}

void check_sections(const ValidationPage& page) {
  const std::string text = read_bytes(path_of(page));
  CHECK(text.starts_with(page.head));
  std::vector<std::string> titles;
  for (const std::string& line : lines_of(text))
    if (line.starts_with("## ")) titles.push_back(line.substr(3));
  REQUIRE(titles.size() == page.sections.size());
  for (std::size_t i = 0; i < titles.size(); ++i) CHECK(titles[i] == page.sections[i].title);
}

void write_page(const ValidationPage& page) {
  std::string text = page.head;
  bool agree = true;
  for (std::size_t i = 0; i < page.sections.size(); ++i) {
    text += (i == 0 ? "" : "\n") + section_head(page.sections[i]);
    for (const Row& row : page.sections[i].rows()) {
      text += table_line(row) + "\n";
      agree = agree && row.agrees();
    }
  }
  write_bytes(path_of(page), text);
  std::cout << text;
  CHECK(agree);
}

}  // namespace lunafab::test
