#include <catch2/catch.hpp>
#include <string>
#include "core/csv.hpp"

namespace {

using namespace lunafab;
using Catch::Matchers::Contains;

/// All findings of a text, a line each; empty where it is accepted.
std::string findings_of(const std::string& text) {
  try {
    parse_csv(text, "t.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string number_findings(const std::string& text, const Range& range) {
  Findings findings;
  number_column(parse_csv(text, "t.csv"), "x", range, findings);
  std::string lines;
  for (const Finding& finding : findings.list()) lines += format(finding) + "\n";
  return lines;
}

}  // namespace

TEST_CASE("CSV: plain rows keep their text and their places", "[core][csv]") {
  const CsvTable table = parse_csv("a,b\n1, two \n,\n", "t.csv");
  REQUIRE(table.header.size() == 2);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0][1].text == " two ");  // RFC 4180: spaces belong to the field
  CHECK(table.rows[0][1].mark.line == 2);
  CHECK(table.rows[0][1].mark.column == 3);
  CHECK(table.rows[1][0].text.empty());
  CHECK(table.rows[1][1].text.empty());
}

TEST_CASE("CSV: quotes hold commas, line ends and doubled quotes", "[core][csv]") {
  const CsvTable table = parse_csv("\"a,1\",b\r\n\"say \"\"hi\"\"\",\"two\r\nlines\"\r\nx,y", "t.csv");
  CHECK(table.header[0].text == "a,1");
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0][0].text == "say \"hi\"");
  CHECK(table.rows[0][1].text == "two\r\nlines");
  CHECK(table.rows[1][0].mark.line == 4);  // the quoted line end counts
  CHECK(table.rows[1][1].text == "y");
}

TEST_CASE("CSV: byte-order mark, CRLF, empty lines and a missing last line end change nothing",
          "[core][csv]") {
  const CsvTable table = parse_csv("\xEF\xBB\xBF\r\nx\r\n\r\n1\r\n2", "t.csv");
  CHECK(table.header[0].text == "x");
  CHECK(table.header[0].mark.column == 1);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[1][0].mark.line == 5);
}

TEST_CASE("CSV: columns count characters, not bytes", "[core][csv]") {
  const CsvTable table = parse_csv("höhe,ort\n1,2\n", "t.csv");
  CHECK(table.header[1].mark.column == 6);
}

TEST_CASE("CSV: every row with a wrong number of cells is a finding with its line", "[core][csv]") {
  CHECK(findings_of("a,b\n1\n1,2\n1,2,3\n") ==
        "t.csv:2:1: 1 cell in a table of 2 columns\nt.csv:4:1: 3 cells in a table of 2 columns");
}

TEST_CASE("CSV: broken quotes are found where they stand", "[core][csv]") {
  CHECK_THAT(findings_of("a,b\n1,\"open\n2,3\n"), Contains("t.csv:2:3: a quote that never ends"));
  CHECK_THAT(findings_of("a,b\n1,x\"y\n"), Contains("t.csv:2:4: a quote inside a field"));
  CHECK_THAT(findings_of("a,b\n\"1\" ,2\n"), Contains("t.csv:2:4: text after a closing quote"));
}

TEST_CASE("CSV: what is no text or no table is refused", "[core][csv]") {
  CHECK_THAT(findings_of(""), Contains("t.csv:1:1: no header"));
  CHECK_THAT(findings_of("\n\r\n"), Contains("no header"));
  CHECK_THAT(findings_of("a,\xFF\n"), Contains("t.csv:1:3: byte 0xff is not UTF-8"));
  CHECK_THAT(findings_of(std::string("a\n1\0\n", 5)), Contains("t.csv:2:2: control character U+0000"));
  CHECK_THAT(findings_of("a\r1\r"), Contains("control character U+000D"));  // line ends of old Macs
  CHECK_THAT(findings_of("a,,a\n1,2,3\n"),
             Contains("t.csv:1:3: a column without a name") && Contains("t.csv:1:4: column 'a' twice"));
  CHECK_THROWS_WITH(load_csv("/nowhere/t.csv"), Contains("/nowhere/t.csv: no such file"));
  CHECK_THROWS_WITH(load_csv("/"), Contains("is a directory; allowed: a CSV file"));
}

TEST_CASE("CSV: a number column takes decimal numbers and nothing else", "[core][csv]") {
  Findings findings;
  const CsvTable table = parse_csv("x,y\n1,a\n -2.5e3 ,b\n+0.25,c\n", "t.csv");
  CHECK(number_column(table, "x", any_value, findings) == std::vector<double>{1.0, -2500.0, 0.25});
  CHECK(findings.empty());
  CHECK(number_findings("x\n1 m\n", any_value) == "t.csv:2:1: x: '1 m' is not a number; allowed: a number\n");
  for (const char* wrong : {"nan", "inf", "0x10", "1e999", "1,5", "--1", "+-1", "1.2.3"}) {
    CAPTURE(wrong);
    CHECK_THAT(number_findings("x\n\"" + std::string(wrong) + "\"\n", any_value),
               Contains("is not a number"));
  }
  CHECK_THAT(number_findings("x,y\n,1\n", any_value), Contains("t.csv:2:1: x: no value"));
  CHECK(number_findings("x\n1\n0\n-1\n", positive) ==
        "t.csv:3:1: x: '0' is out of range; allowed: a number, more than 0\n"
        "t.csv:4:1: x: '-1' is out of range; allowed: a number, more than 0\n");
}

TEST_CASE("CSV: missing and unknown columns name the nearest one", "[core][csv]") {
  CHECK(number_findings("X_m,y\n1,2\n", any_value).find("no such column; the file has X_m, y") !=
        std::string::npos);
  Findings findings;
  refuse_other_columns(parse_csv("distance_m,elevaton_m\n", "t.csv"), {"distance_m", "elevation_m"},
                       findings);
  REQUIRE(findings.size() == 1);
  CHECK(format(findings.list().front()) ==
        "t.csv:1:12: elevaton_m: unknown column; allowed: distance_m, elevation_m; did you mean "
        "'elevation_m'?");
}

TEST_CASE("CSV: a header's unit stands in brackets at its end", "[core][csv]") {
  const auto parts = [](std::string_view header) {
    const ColumnName name = column_name(header);
    return name.name + "|" + name.unit;
  };
  CHECK(parts("time [min]") == "time|min");
  CHECK(parts(" time[ m s-1 ] ") == "time|m s-1");
  CHECK(parts("time") == "time|");
  CHECK(parts("[min]") == "[min]|");
  CHECK(parts("a [b] c") == "a [b] c|");
  CHECK(parts("time [min") == "time [min|");
}

TEST_CASE("CSV: decimal numbers have nothing around them but spaces", "[core][csv]") {
  CHECK(decimal_number(" +1.5e3\t") == 1500.0);
  CHECK(decimal_number("-2") == -2.0);
  for (const char* text : {"", " ", "1 h", "0x10", "inf", "nan", "1e999", "+-1", "1,5"}) {
    CAPTURE(text);
    CHECK_FALSE(decimal_number(text));
  }
}
