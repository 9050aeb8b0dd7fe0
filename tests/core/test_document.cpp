#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include "core/document.hpp"

namespace {

using namespace lunafab;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

/// All findings of a text, a line each; empty where it is accepted.
std::string findings_of(const std::string& text) {
  try {
    parse_document(text, "f.yaml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string findings_of_file(const fs::path& path) {
  try {
    load_document(path.string());
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string repeat(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

/// A folder that vanishes with the test.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("lunafab_document_" + std::to_string(getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return path / name;
  }
};

bool same_tree(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.scalar != b.scalar) return false;
  if (a.items.size() != b.items.size() || a.entries.size() != b.entries.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (!same_tree(a.items[i], b.items[i])) return false;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key) return false;
    if (!same_tree(a.entries[i].value, b.entries[i].value)) return false;
  }
  return true;
}

/// One random edit; never leaves nothing.
void mutate(std::string& text, std::mt19937& random) {
  using namespace std::string_literals;
  static const std::string spice = "[]{}:-?,#&*!|>'\"%@`~ \n\t\r\\\0\x04\xC3\xA4\xFF"s;
  const std::size_t at = random() % text.size();
  const std::size_t edit = random() % 5;
  if (edit == 0) text[at] = static_cast<char>(random() % 256);
  if (edit == 1) text[at] = spice[random() % spice.size()];
  if (edit == 2) text.erase(at, random() % 20 + 1);
  if (edit == 3) text.insert(at, 1, spice[random() % spice.size()]);
  if (edit == 4) text.insert(at, text.substr(random() % text.size(), random() % 40));
  if (text.empty()) text.push_back('x');
}

const std::string plant = R"(# a plant
lunafab: scenario/1
name: "Mare \"T\", 5 km"
lines:
  cells:
    stations:
      evaporate: {power: 40 kW, mtbf: {dist: lognormal, mean: 900 h, cv: 0.3}}
      anneal:
        power: 12 kW
        inputs: [SiO2, 'Al2O3', [1, [2, {a: b}]]]
    notes: |
      two
       lines
    empty_map: {}
    empty_sequence: []
    nothing:
    words: ["010", yes, "yes", ~, "null", "", " x", "a: b", "# c", '-', "1e5", x#y, -3 K]
)";

}  // namespace

TEST_CASE("A document's tree keeps order, texts, quotes and places", "[core]") {
  const Node root = parse_document("b: 3.2 h\na:\n  - 'x'\n  - yes\n  - 010\nc:\n", "f.yaml");
  REQUIRE(root.entries.size() == 3);
  CHECK(root.entries[0].key == "b");
  CHECK(root.entries[1].key == "a");
  CHECK(root.find("b")->scalar == "3.2 h");
  CHECK(root.find("nothing") == nullptr);
  CHECK(root.find("c")->kind == Node::Kind::null);
  CHECK(root.find("c")->mark.line == 6);
  const Node& a = *root.find("a");
  REQUIRE(a.items.size() == 3);
  CHECK(a.items[0].quoted);
  CHECK_FALSE(a.items[1].quoted);
  CHECK(a.items[1].scalar == "yes");
  CHECK(a.items[2].scalar == "010");
  CHECK(a.items[2].mark.file == "f.yaml");
  CHECK(a.items[2].mark.line == 5);
  CHECK(a.items[2].mark.column == 5);
  CHECK(root.entries[1].key_mark.line == 2);
  CHECK(root.entries[1].key_mark.column == 1);
}

TEST_CASE("Columns count characters, not bytes", "[core]") {
  const Node root = parse_document("{äöü: 1, €: 2}", "f.yaml");
  CHECK(root.find("€")->mark.column == 13);
}

TEST_CASE("A byte order mark and CRLF line ends change nothing", "[core]") {
  const Node root = parse_document(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: z\r\n",
      "f.yaml");
  CHECK(root.find("a")->mark.column == 4);
  CHECK(root.find("b")->scalar == "x\ny\n");
  CHECK(root.find("c")->scalar == "z");
  CHECK(root.find("c")->mark.line == 5);
}

TEST_CASE("JSON is read, quoted keys and all", "[core]") {
  const Node root = parse_document(R"({"a": {"b": [1, 2.5, true, null]}})", "f.json");
  CHECK(root.find("a")->find("b")->items.size() == 4);
}

TEST_CASE("Everything refused is reported with its line and column", "[core]") {
  CHECK(findings_of("a: 1\nb: {c: 1, c: 2}\n") ==
        "f.yaml:2:11: b.c: duplicate key, first on line 2; allowed: each key once");
  CHECK(findings_of("a: 1\nb:\n  c: &x 2\n") ==
        "f.yaml:3:6: b.c: anchors (&name) are not supported; allowed: the value itself");
  CHECK_THAT(findings_of("a: &x 1\nb: *x\n"), Contains("f.yaml:2:4: b: aliases (*name) are not supported"));
  CHECK(findings_of("a: !!str 1\n") ==
        "f.yaml:1:4: a: tags (!name) are not supported; allowed: the value itself");
  CHECK(findings_of("a: [1, ! x]\n") ==
        "f.yaml:1:8: a[1]: tags (!name) are not supported; allowed: the value itself");
  CHECK(findings_of("a: !x\n  b: 1\n") ==
        "f.yaml:1:4: a: tags (!name) are not supported; allowed: the value itself");
  CHECK(findings_of("a: 1\n---\nb: 2\n") ==
        "f.yaml:2:1: a second document starts here; allowed: one document a file");
  CHECK(findings_of("{a: 1} x\n") ==
        "f.yaml:1:8: a second document starts here; allowed: one document a file");
  CHECK(findings_of("a: 1\n? [x, y]\n: 2\n") ==
        "f.yaml:2:3: key that is a map or a sequence; allowed: a word as the key");
  CHECK(findings_of("a: {~: 2}\n") == "f.yaml:1:5: a: empty key; allowed: a word as the key");
  CHECK(findings_of("a: 1\n\"\": 2\n") == "f.yaml:2:1: empty key; allowed: a word as the key");
  CHECK(findings_of("a: 1\nword\n") == "f.yaml:2:1: word: key without ':' and a value; allowed: key: value");
  CHECK(findings_of("{a:1}") == "f.yaml:1:2: a:1: key without ':' and a value; allowed: key: value");
  CHECK(findings_of("a: 1\n" + repeat("k", 129) + ": 2\n") == "f.yaml:2:1: key longer than 128 bytes");
  CHECK(findings_of("a: \"no end\nb: 1\n") == "f.yaml:1:4: a: quoted text without an end");
  CHECK(findings_of("a: 'it''s\n") == "f.yaml:1:4: a: quoted text without an end");
  CHECK(findings_of("a: 1\n  b: 2\n") == "f.yaml:2:4: not YAML: illegal map value");
  CHECK_THAT(findings_of("a: [1, 2\nb: 1\n"), StartsWith("f.yaml:2:2: a[2]: not YAML: "));
  CHECK_THAT(findings_of("a: {b: 1}}\n"), StartsWith("f.yaml:1:10: not YAML: "));
}

TEST_CASE("Reading goes on after a finding, and all come in file order", "[core]") {
  CHECK(findings_of("a: 1\nb: {c: &x 1, c: 2}\na: !t 3\n: 4\nz: }\n") ==
        "f.yaml:2:8: b.c: anchors (&name) are not supported; allowed: the value itself\n"
        "f.yaml:2:14: b.c: duplicate key, first on line 2; allowed: each key once\n"
        "f.yaml:3:1: a: duplicate key, first on line 1; allowed: each key once\n"
        "f.yaml:3:4: tags (!name) are not supported; allowed: the value itself\n"
        "f.yaml:4:1: empty key; allowed: a word as the key\n"
        "f.yaml:5:4: z: not YAML: illegal flow end");
}

TEST_CASE("A root that is not a map is a finding", "[core]") {
  CHECK(findings_of("") == "f.yaml:1:1: the file holds nothing; allowed: a map, 'key: value' lines");
  CHECK(findings_of("# only a comment\n") ==
        "f.yaml:1:1: the file holds nothing; allowed: a map, 'key: value' lines");
  CHECK(findings_of("\n- a\n- b\n") ==
        "f.yaml:2:1: the file holds a sequence; allowed: a map, 'key: value' lines");
  CHECK(findings_of("Dear Sir,\nhello\n") ==
        "f.yaml:1:1: the file holds a single value; allowed: a map, 'key: value' lines");
}

TEST_CASE("Bytes that are no text are refused where they stand", "[core]") {
  const std::string tail = "; allowed: YAML as UTF-8 text";
  CHECK(findings_of(std::string("a: 1\nb: \0 2\n", 12)) == "f.yaml:2:4: control character U+0000" + tail);
  // yaml-cpp takes this one for the end of the file and would drop what follows.
  CHECK(findings_of("a: 1\n\x04"
                    "b: 2\n") == "f.yaml:2:1: control character U+0004" + tail);
  CHECK(findings_of("a: 1\rb: 2\n") == "f.yaml:1:5: control character U+000D" + tail);
  CHECK(findings_of("ä: \xFF\n") == "f.yaml:1:4: byte 0xff is not UTF-8 text" + tail);
  CHECK(findings_of("a: \xC3") == "f.yaml:1:4: byte 0xc3 is not UTF-8 text" + tail);
  CHECK(findings_of("a: \xC0\xAF\n") == "f.yaml:1:4: byte 0xc0 is not UTF-8 text" + tail);  // overlong '/'
  CHECK(findings_of("a: \xED\xA0\x80\n") == "f.yaml:1:4: byte 0xed is not UTF-8 text" + tail);  // surrogate
  CHECK(findings_of("a: \xF4\x90\x80\x80\n") == "f.yaml:1:4: byte 0xf4 is not UTF-8 text" + tail);
  CHECK(findings_of("a: \xF0\x9F\x9A\x80\n").empty());
  CHECK(findings_of("a: \"\\0\"\n") ==
        "f.yaml:1:4: a: control character U+0000 in a quoted text; allowed: printable text");
}

TEST_CASE("Nesting up to the limit is read, one level more is refused", "[core]") {
  const auto nested = [](int levels) {
    return "a: " + repeat("[", levels - 1) + "x" + repeat("]", levels - 1) + "\n";
  };
  CHECK(findings_of(nested(deepest_nesting)).empty());
  CHECK(findings_of(nested(deepest_nesting + 1)) == "f.yaml:1:35: nesting deeper than 32 levels");
}

TEST_CASE("Depth bombs are refused and do not exhaust the stack", "[core]") {
  CHECK(findings_of(repeat("[", 200'000)) == "f.yaml:1:33: nesting deeper than 32 levels");
  CHECK(findings_of("a: 1\nb: " + repeat("[", 200'000)) == "f.yaml:2:36: nesting deeper than 32 levels");
  CHECK(findings_of(repeat("- ", 200'000)) == "f.yaml:1:65: nesting deeper than 32 levels");
  CHECK(findings_of(repeat("? ", 200'000)) == "f.yaml:1:65: nesting deeper than 32 levels");
  for (const char* piece : {"{", "[{", "{a: ", "[\n", "{a:\n", "]["}) {
    INFO(piece);
    CHECK_THAT(findings_of(repeat(piece, 200'000)), Contains("nesting deeper") || Contains("not YAML"));
  }
  std::string stairs;
  for (int i = 0; i < 1000; ++i) stairs += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  CHECK(findings_of(stairs) == "f.yaml:33:33: nesting deeper than 32 levels");
}

TEST_CASE("Floods of values, findings and bytes are refused", "[core]") {
  CHECK_THAT(findings_of("a: [" + repeat("1,", 600'000) + "]"),
             Contains("a[499997]: more than 500000 values"));
  const std::string duplicates = findings_of(repeat("a: 1\n", 5'000));
  CHECK(std::count(duplicates.begin(), duplicates.end(), '\n') == 1000);
  CHECK_THAT(duplicates, Contains("1000 findings: reading stopped here"));
  CHECK(findings_of("a: " + std::string(largest_document_bytes, 'x')) ==
        "f.yaml: 8388611 bytes are too many; allowed: up to 8388608 bytes");
}

TEST_CASE("A file is refused by its size before it is read", "[core]") {
  const Folder folder;
  const fs::path path = folder.write("large.yaml", "a: 1\n");
  fs::resize_file(path, 100'000'000);  // sparse; its NUL bytes would be the finding, had they been read
  CHECK(findings_of_file(path) ==
        path.string() + ": 100000000 bytes are too many; allowed: up to 8388608 bytes");
}

TEST_CASE("A file that cannot be read is a finding", "[core]") {
  const Folder folder;
  CHECK(load_document(folder.write("good.yaml", plant).string()).find("lines") != nullptr);
  CHECK(findings_of_file(folder.path / "none.yaml") ==
        (folder.path / "none.yaml").string() + ": no such file");
  CHECK(findings_of_file(folder.path / "good.yaml" / "x") ==
        (folder.path / "good.yaml" / "x").string() + ": no such file");
  CHECK(findings_of_file("") == "no such file");
  CHECK(findings_of_file(folder.path) == folder.path.string() + ": is a directory; allowed: a YAML file");
  CHECK(findings_of_file("/dev/zero") == "/dev/zero: is not a regular file; allowed: a YAML file");
  CHECK_FALSE(findings_of_file("/proc/self/mem").empty());
  CHECK_FALSE(findings_of_file("/proc/self/exe").empty());
  REQUIRE(mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(findings_of_file(folder.path / "pipe"), Contains("is not a regular file"));
  if (geteuid() != 0) {
    const fs::path locked = folder.write("locked.yaml", "a: 1\n");
    fs::permissions(locked, fs::perms::none);
    CHECK_THAT(findings_of_file(locked), Contains("cannot be read: Permission denied"));
  }
  CHECK_THAT(findings_of_file(folder.write("bad.yaml", "a: 1\na: 2\n")),
             Contains("bad.yaml:2:1: a: duplicate key"));
}

TEST_CASE("dump and parse are inverse", "[core]") {
  const Node root = parse_document(plant, "f.yaml");
  const std::string text = dump(root);
  const Node again = parse_document(text, "dump");
  CHECK(same_tree(root, again));
  CHECK(dump(again) == text);
}

TEST_CASE("dump writes two-space blocks and quotes only where needed", "[core]") {
  const Node root =
      parse_document("{a: {b: [1, [x, y], {c: d, e: 3 h}], n: ~}, q: 'yes', r: 'word', v: []}", "f");
  CHECK(dump(root) ==
        "a:\n  b:\n    - 1\n    - - x\n      - y\n    - c: d\n      e: 3 h\n  n: null\n"
        "q: \"yes\"\nr: word\nv: []\n");
}

TEST_CASE("dump and parse are inverse for hostile texts", "[core]") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same texts every time
  std::vector<std::string> pieces = {": ",  " #", "- ",           "null",         "---",
                                     "...", "<<", "\xE2\x80\xA8", "\xEF\xBB\xBF", "ä"};
  for (const char c : std::string("a0 :#-?'\"\\\n\t[]{},&*!|>%@`~=.+")) pieces.emplace_back(1, c);
  Node root = parse_document("key: x\nlist: [x, y]\n", "f.yaml");
  for (int round = 0; round < 5000; ++round) {
    std::string hostile;
    for (std::size_t n = random() % 5 + 1; n > 0; --n) hostile += pieces[random() % pieces.size()];
    root.entries[0].key = hostile;
    root.entries[0].value.scalar = hostile;
    root.entries[1].value.items[0].scalar = hostile;
    INFO(dump(root));
    REQUIRE(same_tree(root, parse_document(dump(root), "dump")));
  }
}

TEST_CASE("Mutated documents are read or refused with a finding, never anything else", "[core]") {
  std::mt19937 random(42);  // NOLINT(cert-msc51-cpp): the same mutants every time
  int read = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string mutant = plant;
    for (std::size_t n = random() % 6 + 1; n > 0; --n) mutate(mutant, random);
    INFO(mutant);
    try {
      const Node root = parse_document(mutant, "f.yaml");
      REQUIRE(same_tree(root, parse_document(dump(root), "dump")));
      ++read;
    } catch (const InputError& error) {
      REQUIRE_FALSE(error.findings().empty());
      for (const Finding& finding : error.findings()) {
        REQUIRE(finding.mark.file == "f.yaml");  // not the dump
        REQUIRE(finding.mark.line >= 1);
        REQUIRE(finding.mark.column >= 1);
        REQUIRE_FALSE(finding.problem.empty());
      }
      ++refused;
    }
  }
  CHECK(read > 100);
  CHECK(refused > 100);
}
