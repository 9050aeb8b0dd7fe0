#include <catch2/catch.hpp>
#include <limits>
#include "core/statistics.hpp"
#include "core/visit.hpp"

using namespace lunafab;

namespace {

enum class Colour : std::uint8_t { red, green };

struct Inner {
  Tick due{};
  std::vector<std::string> words;
  static void visit_fields(auto& self, auto&& visit) { visit("due", self.due), visit("words", self.words); }
};

struct Outer {
  std::int32_t count = 0;
  Colour colour = Colour::red;
  Int128 total = 0;
  std::array<std::int64_t, 2> pair{};
  std::optional<Inner> maybe;
  std::vector<Inner> list;
  TimeWeighted level;
  static void visit_fields(auto& self, auto&& visit) {
    visit("count", self.count), visit("colour", self.colour), visit("total", self.total);
    visit("pair", self.pair), visit("maybe", self.maybe), visit("list", self.list),
        visit("level", self.level);
  }
};

Outer sample() {
  Outer outer{.count = -5, .colour = Colour::green, .total = Int128{1} << 100, .pair = {3, -4}};
  outer.maybe = Inner{Tick{9}, {"a", ""}};
  outer.list = {{Tick{1}, {}}, {Tick{2}, {"x", "yz"}}, {never, {"long enough for more than one word"}}};
  outer.level.set(Tick{50}, 6);
  return outer;
}

}  // namespace

TEST_CASE("A state that is read back equals the one written, to the last byte", "[core]") {
  const Outer outer = sample();
  const std::string bytes = write_state(outer);
  Outer copy;
  copy.list.resize(7);  // what was there before does not matter
  StateReader reader(bytes);
  reader.read(copy);
  CHECK(reader.at_end());
  CHECK(first_difference(outer, copy).empty());
  CHECK(state_hash(copy) == state_hash(outer));
  CHECK(write_state(copy) == bytes);
}

TEST_CASE("first_difference names the field, depth first", "[core]") {
  const Outer outer = sample();
  const auto changed = [&](auto&& change) {
    Outer other = outer;
    change(other);
    CHECK(state_hash(other) != state_hash(outer));
    return first_difference(outer, other);
  };
  CHECK(changed([](Outer& o) { o.count = 4; }) == "state.count");
  CHECK(changed([](Outer& o) { o.colour = Colour::red; }) == "state.colour");
  CHECK(changed([](Outer& o) { o.total += 1; }) == "state.total");
  CHECK(changed([](Outer& o) { o.pair[1] = 0; }) == "state.pair[1]");
  CHECK(changed([](Outer& o) { o.maybe.reset(); }) == "state.maybe");
  CHECK(changed([](Outer& o) { o.list[1].words[0] = "q"; }) == "state.list[1].words[0]");
  CHECK(changed([](Outer& o) { o.list[2].due = Tick{}; }) == "state.list[2].due");
  CHECK(changed([](Outer& o) { o.list.pop_back(); }) == "state.list.size");
  CHECK(changed([](Outer& o) { o.level.integral = 1; }) == "state.level.integral");
  CHECK(changed([](Outer& o) { o.list[0].due = Tick{5}, o.level.level = 1; }) == "state.list[0].due");
}

TEST_CASE("Bytes that end early are refused at every length", "[core]") {
  const std::string bytes = write_state(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Outer copy;
    const std::string part = bytes.substr(0, size);
    StateReader reader(part);
    CHECK_THROWS_AS(reader.read(copy), std::runtime_error);
  }
}

TEST_CASE("A length beyond the bytes that follow is refused before memory is asked for", "[core]") {
  const std::string bytes = write_state(std::numeric_limits<std::uint64_t>::max());
  std::vector<std::int64_t> list;
  StateReader reader(bytes);
  CHECK_THROWS_AS(reader.read(list), std::runtime_error);
}

TEST_CASE("The hash tells apart where one text ends and the next begins", "[core]") {
  using Words = std::vector<std::string>;
  CHECK(state_hash(Words{"ab", "c"}) != state_hash(Words{"a", "bc"}));
  CHECK(state_hash(Words{""}) != state_hash(Words{}));
  CHECK(state_hash(std::string("abcdefgh")) != state_hash(std::string("abcdefgh\0", 9)));
}
