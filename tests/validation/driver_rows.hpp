#pragma once
#include <functional>
#include <string>
#include <vector>

// The validation of the mass driver, case by case: what docs/validation-massdriver.md shows and the tests
// check.
namespace lunafab::massdriver::test {

struct Row {
  std::string name;  ///< with its unit
  double expected = 0.0;
  std::string source;
  double computed = 0.0;
  double tolerance = 0.0;  ///< relative; absolute where 0 is expected

  double difference() const;
  bool agrees() const;
};

struct Section {
  std::string title;
  std::string introduction;
  std::function<std::vector<Row>()> rows;  ///< computes them: milliseconds to half a minute
};

const std::vector<Section>& sections();

/// One line of a table, without a newline.
std::string table_line(const Row& row);
/// A section's heading, introduction and head of table.
std::string section_head(const Section& section);
std::string document_head();

}  // namespace lunafab::massdriver::test
