#include "core/unit_system.hpp"
#include <fmt/format.h>
#include <udunits2.h>
#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>
#include "core/input.hpp"
#include "core/quantity.hpp"

namespace lunafab {
namespace {

constexpr std::size_t longest_unit_bytes = 64;

struct FreeUnit {
  void operator()(ut_unit* unit) const { ut_free(unit); }
};
using OwnedUnit = std::unique_ptr<ut_unit, FreeUnit>;
struct FreeSystem {
  void operator()(ut_system* system) const { ut_free_system(system); }
};
using OwnedSystem = std::unique_ptr<ut_system, FreeSystem>;

/// UDUNITS-2 with our units; its parser has global state, hence the lock.
class UnitSystem {
 public:
  UnitSystem() {
    ut_set_error_message_handler(ut_ignore);
    system_.reset(ut_read_xml(nullptr));
    if (!system_) {
      throw std::runtime_error("the UDUNITS-2 database cannot be read (Debian: libudunits2-data)");
    }
    map("Wh", OwnedUnit(ut_scale(3600.0, parse("J").get())));
    map("deg", parse("arc_degree"));
    OwnedUnit money(ut_new_base_unit(system_.get()));
    ut_map_unit_to_symbol(money.get(), "USD", UT_ASCII);
    map("USD", money);
  }

  OwnedUnit parse(const std::string& text) const {
    return OwnedUnit(ut_parse(system_.get(), text.c_str(), UT_UTF8));
  }
  std::mutex& mutex() { return mutex_; }

 private:
  void map(const char* symbol, const OwnedUnit& unit) {
    if (!unit || ut_map_symbol_to_unit(symbol, UT_ASCII, unit.get()) != UT_SUCCESS) {
      throw std::runtime_error(fmt::format("the UDUNITS-2 database has no place for {}", symbol));
    }
  }

  OwnedSystem system_;
  std::mutex mutex_;
};

UnitSystem& units() {
  static UnitSystem system;
  return system;
}

/// A word of a unit: `km` of `km2`.
struct Word {
  std::size_t start;
  std::string text;
};

/// A unit's text, checked and made readable for UDUNITS.
struct Spelling {
  std::string text;
  std::vector<Word> words;
  std::string problem;
};

/// Bytes of the letter at the start of `rest`: ASCII, and the few others units are written with; 0: no
/// letter.
std::size_t letter_bytes(std::string_view rest) {
  const char c = rest.front();
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '%') return 1;
  for (const std::string_view letter : {"µ", "μ", "°", "Ω", "Ω"}) {
    if (rest.substr(0, letter.size()) == letter) return letter.size();
  }
  return 0;
}

/// UDUNITS also reads numbers within units (`3 10 m` is 30 m) and `g0` as g to the power of 0. Here a digit
/// is an exponent from 1 to 9, or the 1 of a leading `1/`.
// One pass over the text, whose cases share the place and what stood before.
// NOLINTNEXTLINE(readability-function-cognitive-complexity)
Spelling spell(std::string_view text) {
  Spelling result;
  const auto refuse = [&] {
    result.problem = fmt::format("unit {} is not written as in 'kWh/kg' or 'm s-2'", quoted(text));
  };
  char before = ' ';  // what stands before: a letter (a), the sign of an exponent (e), or as written
  for (std::size_t at = 0; at < text.size() && result.problem.empty();) {
    const std::string_view rest = text.substr(at);
    std::size_t bytes = 0;
    while (bytes < rest.size() && letter_bytes(rest.substr(bytes)) > 0) {
      bytes += letter_bytes(rest.substr(bytes));
    }
    const char c = rest.front();
    if (bytes > 0) {
      if (before >= '0' && before <= '9') refuse();
      const bool free_fall = rest.substr(0, 2) == "g0" && bytes == 1;
      result.words.push_back({at, std::string(rest.substr(0, free_fall ? 2 : bytes))});
      result.text += free_fall ? "standard_free_fall" : result.words.back().text;
      at += result.words.back().text.size();
      before = 'a';
      continue;
    }
    if (rest.substr(0, 2) == "²" || rest.substr(0, 2) == "³" || rest.substr(0, 2) == "·") bytes = 2;
    if (c >= '0' && c <= '9') {
      const bool inverse = at == 0 && rest.substr(0, 2) == "1/";
      if (!inverse && (c == '0' || std::string_view("a^e").find(before) == std::string_view::npos)) refuse();
    } else if (bytes == 0 && std::string_view(" ./*^-()").find(c) == std::string_view::npos) {
      refuse();
    }
    bytes = std::max<std::size_t>(bytes, 1);
    result.text += rest.substr(0, bytes);
    const bool exponent_sign = c == '-' && (before == 'a' || before == '^');
    before = bytes == 1 ? (exponent_sign ? 'e' : c) : rest.substr(0, 2) == "·" ? '*' : '2';
    at += bytes;
  }
  return result;
}

/// Words that UDUNITS understands otherwise than the writer of a lunar plant.
struct Trap {
  std::string_view word, meaning, instead;
};
constexpr std::array<Trap, 5> traps{{{"kt", "knots", "Gg"},
                                     {"kts", "knots", "Gg"},
                                     {"gr", "grains of 65 mg", "g"},
                                     {"ton", "short tons of 907 kg", "t"},
                                     {"tons", "short tons of 907 kg", "t"}}};

/// The unit with one word exchanged.
std::string exchange(std::string_view text, const Word& word, const std::string& other) {
  return std::string(text.substr(0, word.start)) + other +
         std::string(text.substr(word.start + word.text.size()));
}

UnitReading refuse(std::string problem, std::string nearest = {}) {
  return {{}, 1.0, std::move(problem), std::move(nearest)};
}

UnitReading refuse_word(std::string_view text, const Word& word) {
  std::vector<std::string> names = {"second", "minute", "hour",  "hr",   "day",  "year",
                                    "meter",  "gram",   "tonne", "watt", "joule"};
  for (const std::string& unit : common_units()) {
    if (unit.find_first_of("/0123456789 ") == std::string::npos || unit == "g0") names.push_back(unit);
  }
  const std::string nearest = nearest_name(word.text, names);
  return refuse("unknown unit " + quoted(word.text), nearest.empty() ? "" : exchange(text, word, nearest));
}

/// What the visitor finds out about a unit.
struct Analysis {
  UnitReading reading;
  bool has_offset = false;
  bool is_measure = true;  ///< neither a date nor a logarithm
};

// UDUNITS calls these; the names follow ut_visitor.
ut_status visit_product(const ut_unit*, int count, const ut_unit* const* bases, const int* powers,
                        void* analysis) {
  auto& reading = static_cast<Analysis*>(analysis)->reading;
  for (int i = 0; i < count; ++i) {
    if (powers[i] != 0) reading.dimension[ut_get_symbol(bases[i], UT_ASCII)] += powers[i];
  }
  return UT_SUCCESS;
}
ut_status visit_basic(const ut_unit* base, void* analysis) {
  const int power = 1;
  return visit_product(base, 1, &base, &power, analysis);
}
ut_status visit_timestamp(const ut_unit*, const ut_unit*, double, void* analysis) {
  static_cast<Analysis*>(analysis)->is_measure = false;
  return UT_SUCCESS;
}
ut_status visit_logarithmic(const ut_unit*, double, const ut_unit*, void* analysis) {
  static_cast<Analysis*>(analysis)->is_measure = false;
  return UT_SUCCESS;
}
ut_status visit_galilean(const ut_unit* unit, double scale, const ut_unit* underlying, double offset,
                         void* analysis);

constexpr ut_visitor visitor{visit_basic, visit_product, visit_galilean, visit_timestamp, visit_logarithmic};

ut_status visit_galilean(const ut_unit*, double scale, const ut_unit* underlying, double offset,
                         void* analysis) {
  auto& result = *static_cast<Analysis*>(analysis);
  result.reading.scale *= scale;
  result.has_offset = result.has_offset || offset != 0.0;
  return ut_accept_visitor(underlying, &visitor, analysis);
}

}  // namespace

UnitReading read_unit(std::string_view text) {
  if (text == "1") return {};
  if (text.empty() || text.size() > longest_unit_bytes)
    return refuse(fmt::format("unit {} is empty or too long", quoted(text)));
  const Spelling spelling = spell(text);
  if (!spelling.problem.empty()) return refuse(spelling.problem);
  const std::lock_guard lock(units().mutex());
  for (const Word& word : spelling.words) {
    const auto* const trap =
        std::find_if(traps.begin(), traps.end(), [&](const Trap& t) { return t.word == word.text; });
    if (trap != traps.end()) {
      const std::string thousand = trap->instead == "Gg" ? "'1000 t' or " : "";
      return refuse(fmt::format("unit '{}' means {} to UDUNITS; write {}'{}'", trap->word, trap->meaning,
                                thousand, trap->instead),
                    exchange(text, word, std::string(trap->instead)));
    }
    // The parser leaks a little when it fails halfway, so it sees known words only.
    if (word.text != "g0" && word.text != "per" && !units().parse(word.text)) return refuse_word(text, word);
  }
  const OwnedUnit unit = units().parse(spelling.text);
  if (!unit) return refuse("unit " + quoted(text) + " cannot be read");
  Analysis analysis;
  ut_accept_visitor(unit.get(), &visitor, &analysis);
  if (!analysis.is_measure) return refuse("unit " + quoted(text) + " is a date or a logarithm");
  if (analysis.has_offset)
    return refuse("unit " + quoted(text) + " counts from an offset; write kelvin, 'K'", "K");
  return analysis.reading;
}

std::string to_string(const Dimension& dimension) {
  std::string text;
  for (const auto& [symbol, power] : dimension) {
    if (!text.empty()) text += ' ';
    text += symbol;
    if (power != 1) text += std::to_string(power);
  }
  return text.empty() ? "1" : text;
}

}  // namespace lunafab
