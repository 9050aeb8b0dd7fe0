#include "core/distribution_text.hpp"
#include <fmt/format.h>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab {

using Kind = Distribution::Kind;

std::string distribution_name(Kind kind) {
  switch (kind) {
    case Kind::constant:
      return "constant";
    case Kind::exponential:
      return "exponential";
    case Kind::erlang:
      return "erlang";
    case Kind::gamma:
      return "gamma";
    case Kind::lognormal:
      return "lognormal";
    case Kind::weibull:
      return "weibull";
    case Kind::triangular:
      return "triangular";
    case Kind::normal_truncated:
      return "normal";
    case Kind::uniform:
      return "uniform";
    case Kind::empirical:
      return "empirical";
  }
  throw ContractError("distribution_name: a known kind of distribution");
}

std::string distribution_text(const Distribution& d, const std::string& unit) {
  const auto time = [&](const char* key, double value) {
    return fmt::format(", {}: {:.7g} {}", key, value, unit);
  };
  const auto number = [](const char* key, double value) {
    return fmt::format(", {}: {:.7g}", key, value);
  };
  std::string parameters;
  switch (d.kind) {
    case Kind::constant:
      parameters = time("value", d.a);
      break;
    case Kind::exponential:
      parameters = time("mean", d.a);
      break;
    case Kind::erlang:
      parameters = time("mean", d.a) + number("stages", d.b);
      break;
    case Kind::gamma:
      parameters = time("mean", d.a) + number("shape", d.b);
      break;
    case Kind::lognormal:
      parameters = time("mean", mean(d)) + number("cv", std::sqrt(std::expm1(d.b * d.b)));
      break;
    case Kind::weibull:
      parameters = time("scale", d.a) + number("shape", d.b);
      break;
    case Kind::triangular:
      parameters = time("low", d.a) + time("mode", d.b) + time("high", d.c);
      break;
    case Kind::normal_truncated:
      parameters = time("mean", d.a) + time("sd", d.b);
      break;
    case Kind::uniform:
      parameters = time("low", d.a) + time("high", d.b);
      break;
    case Kind::empirical:
      throw ContractError("distribution_text: a distribution of a few parameters");
  }
  return fmt::format("{{dist: {}{}}}", distribution_name(d.kind), parameters);
}

}  // namespace lunafab
