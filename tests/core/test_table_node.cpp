#include <catch2/catch.hpp>
#include <random>
#include <string>
#include "core/reader.hpp"
#include "core/table_node.hpp"

namespace {

using namespace lunafab;

std::string lines_of(const Findings& findings) {
  std::string lines;
  for (const Finding& finding : findings.list()) lines += format(finding) + "\n";
  return lines;
}

Node node_of(const std::string& text) {
  Findings findings;
  Node node = table_node(parse_csv(text, "t.csv"), "lines.fab.stations", findings);
  CHECK(lines_of(findings).empty());
  return node;
}

std::string findings_of(const std::string& text) {
  Findings findings;
  table_node(parse_csv(text, "t.csv"), "lines.fab.stations", findings);
  return lines_of(findings);
}

/// What a strict reader of stations says of a table.
std::string reader_findings(const std::string& text) {
  Node root{.kind = Node::Kind::map};
  Findings findings;
  root.entries.push_back({"tools", {}, table_node(parse_csv(text, "t.csv"), "tools", findings)});
  MapReader reader(&root, "", findings);
  reader.each_map("tools", [](const std::string&, MapReader& tool) {
    (void)tool.count("servers", 1, 100, 1);
    (void)tool.quantity("time", unit::time, positive);
    if (auto failures = tool.optional_map("failures")) {
      (void)failures->quantity("mtbf", unit::time, positive);
      (void)failures->quantity("mttr", unit::time, positive);
      failures->finish();
    }
    tool.finish();
  });
  return lines_of(findings);
}

}  // namespace

TEST_CASE("Table: rows become entries, columns keys, dots maps", "[core][csv]") {
  CHECK(dump(node_of("name,servers,time [min],failures.clock,failures.mtbf\n"
                     "litho,3,12.5,operating,\"{dist: exponential, mean: 4 h}\"\n"
                     "etch,,7,,\n")) ==
        dump(parse_document("litho:\n"
                            "  servers: 3\n"
                            "  time: 12.5 min\n"
                            "  failures: {clock: operating, mtbf: {dist: exponential, mean: 4 h}}\n"
                            "etch: {time: 7 min}\n",
                            "f.yaml")));
}

TEST_CASE("Table: a header's unit belongs to bare numbers, alone and in lists", "[core][csv]") {
  const Node node =
      node_of("name,at [h]\na,\"[0, 12, 1 d]\"\nb,3 d\nc,\"{dist: gamma, mean: 2 h, shape: 3}\"\n");
  CHECK(dump(node) ==
        "a:\n  at:\n    - 0 h\n    - 12 h\n    - 1 d\nb:\n  at: 3 d\nc:\n  at:\n    dist: gamma\n    mean: 2 "
        "h\n    shape: 3\n");
}

TEST_CASE("Table: marks are those of the cells, key marks those of the headers", "[core][csv]") {
  const Node node = node_of("name,time,list\nlitho,3 h,\"[a, b]\"\n\netch,4 h,\n");
  const Node::Entry& etch = node.entries[1];
  CHECK(etch.key_mark.line == 4);
  CHECK(etch.value.entries[0].value.mark.file == "t.csv");
  CHECK(etch.value.entries[0].value.mark.line == 4);
  CHECK(etch.value.entries[0].value.mark.column == 6);
  CHECK(etch.value.entries[0].key_mark.line == 1);
  CHECK(node.entries[0].value.find("list")->items[1].mark.column == 11);
}

TEST_CASE("Table: a tree from a table reads back from its YAML", "[core][csv]") {
  const Node node = node_of("name,a,b\nx,\"key: value # no comment\",null\ny,'12',\"'12'\"\n,,\n");
  CHECK(node.entries.size() == 2);
  CHECK(dump(parse_document(dump(node), "f.yaml")) == dump(node));
}

TEST_CASE("Table: what is wrong with a table is said with its place", "[core][csv]") {
  CHECK(findings_of("nme,time\na,1\nb,2\n") ==
        "t.csv:1:1: lines.fab.stations: no column 'name'; the table has nme, time; allowed: a column `name` "
        "with "
        "the rows' names; did you mean 'nme'?\n");
  CHECK(findings_of("name,time\na,1\nb,2\na,3\n") ==
        "t.csv:4:1: lines.fab.stations: duplicate name 'a', first on line 2; allowed: each name once\n");
  CHECK(findings_of("name,time\n,1\n") ==
        "t.csv:2:1: lines.fab.stations: a row without a name; allowed: a name\n");
  CHECK(findings_of("name,time [h],time [min]\na,1,2\n")
            .find("t.csv:1:15: lines.fab.stations: column 'time' twice") == 0);
  CHECK(findings_of("name,f..x\na,1\n").find("t.csv:1:6: lines.fab.stations: empty name in the column") == 0);
  CHECK(findings_of("name,f,f.x\na,1,2\n").find("t.csv:2:5: lines.fab.stations: 'f.x' is a part of") == 0);
  CHECK(findings_of("name,f.x,f\na,1,2\n").find("t.csv:2:5: lines.fab.stations: 'f' is a part of") == 0);
  CHECK(findings_of("name,time\na,\"{dist: x\"\n").find("t.csv:2:3: lines.fab.stations.a.time: not YAML") ==
        0);
}

TEST_CASE("Table: a missing column is one finding, an empty cell one for its row", "[core][csv]") {
  CHECK(reader_findings("name,servers,tme\na,1,\nb,2,\nc,3,\n") ==
        "t.csv:1:1: tools: no column 'time'; the table has name, servers, tme; did you mean 'tme'?\n");
  CHECK(reader_findings("name,time\na,1 h\nb,\n") ==
        "t.csv:3:1: tools.b.time: is missing: the cell is empty\n");
  CHECK(reader_findings("name,time,failures.mtbf\na,1 h,2 h\nb,1 h,3 h\n") ==
        "t.csv:1:1: tools: no column 'failures.mttr'; the table has name, time, failures.mtbf; did you mean "
        "'failures.mtbf'?\n");
}

TEST_CASE("Table: an unknown column is one finding with the nearest name", "[core][csv]") {
  CHECK(reader_findings("name,time,severs\na,1 h,2\nb,1 h,3\n") ==
        "t.csv:1:11: tools: unknown column 'severs'; allowed: servers, time, failures; did you mean "
        "'servers'?\n");
  CHECK(reader_findings("name,time,failures.mtbf,failures.mttr,failures.mtt\na,1 h,1 h,1 h,1 h\n")
            .find("t.csv:1:39: tools: unknown column 'failures.mtt'") == 0);
}

TEST_CASE("Table: text in a number column is found in its cell", "[core][csv]") {
  CHECK(reader_findings("name,time [min]\na,1\nb,soon\n").find("t.csv:3:3: tools.b.time: 'soon'") == 0);
  CHECK(reader_findings("name,servers,time\na,x,1 h\nb,many,1 h\n")
            .find("t.csv:3:3: tools.b.servers: 'many' is not a whole number") != std::string::npos);
}

TEST_CASE("Table: mutated files are read or refused with a finding, never anything else", "[core][csv]") {
  const std::string good =
      "name,time [min],failures.clock,list\nlitho,3,operating,\"[a, b]\"\netch,\"{dist: gamma, mean: 2 "
      "h}\",,\n";
  const std::string letters = ",\"'\n[]{}: .#&*!|>%@`~-\\\xC3\t";
  std::mt19937 random(1);
  int read = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = good;
    for (int change = 0; change < 3; ++change)
      text[random() % text.size()] = letters[random() % letters.size()];
    CAPTURE(text);
    Findings findings;
    try {
      const Node node = table_node(parse_csv(text, "t.csv"), "lines.fab.stations", findings);
      if (!findings.empty()) continue;
      ++read;
      Node root{.kind = Node::Kind::map};
      root.entries.push_back({"table", {}, node});
      REQUIRE(dump(parse_document(dump(root), "f.yaml")) == dump(root));
    } catch (const InputError& error) {
      REQUIRE_FALSE(error.findings().empty());
    }
  }
  CHECK(read > 100);
}
