#pragma once
#include <functional>
#include <string>
#include <vector>

// Validation, case by case: what a page under docs/ shows and the tests check.
namespace lunafab::test {

struct Row {
  std::string name;  ///< with its unit
  double expected = 0.0;
  std::string source;
  double computed = 0.0;
  double tolerance = 0.0;   ///< relative; absolute where 0 is expected
  double half_width = 0.0;  ///< of `computed`, where it is an estimate: its interval must hold what is
                            ///< expected, and be no wider than the tolerance

  double difference() const;
  bool agrees() const;
};

struct Section {
  std::string title;
  std::string introduction;
  std::function<std::vector<Row>()> rows;  ///< computes them: milliseconds to half a minute
};

struct ValidationPage {
  std::string file;  ///< from the root
  std::string head;
  std::vector<Section> sections;
};

/// Computes a section: every row must agree, and the page must say what is found.
void check_section(const ValidationPage& page, std::size_t index);
/// The page holds its sections and no others.
void check_sections(const ValidationPage& page);
/// Computes everything and writes the page.
void write_page(const ValidationPage& page);

}  // namespace lunafab::test
