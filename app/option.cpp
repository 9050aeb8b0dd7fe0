#include "app/option.hpp"
#include <fmt/format.h>

namespace lunafab::app {

double read_option(const char* option, const std::string& text, const Taken& taken, Findings& findings) {
  const ParsedQuantity bare = parse_quantity(text, unit::number);
  const ParsedQuantity parsed = bare.problem.empty() ? bare : parse_quantity(text, taken.unit);
  const double value = bare.problem.empty() ? bare.value : parsed.value / taken.scale;
  const Finding finding{.mark = {.file = fmt::format("{} {}", option, text)},
                        .path = option,
                        .problem = parsed.problem,
                        .allowed = fmt::format("{}, for example '{}'", taken.unit.what, taken.unit.example),
                        .nearest = parsed.nearest};
  if (!parsed.problem.empty()) {
    findings.add(finding);
  } else if (!(value >= taken.from && value <= taken.to)) {
    Finding outside = finding;
    outside.problem = "is out of range";
    outside.allowed = fmt::format("{:g} … {:g} {}", taken.from, taken.to, taken.shown);
    findings.add(outside);
  }
  return value;
}

}  // namespace lunafab::app
