#include "app/fault_option.hpp"
#include <fmt/format.h>
#include <charconv>
#include <map>
#include <optional>

namespace lunafab::app {
namespace {

using massdriver::BankFault;

const std::map<std::string, BankFault> kinds{
    {"miss", BankFault::miss}, {"early", BankFault::early}, {"short", BankFault::shorted}};

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Stages {
  int first = 0, last = 0;
};

/// `12` or `12-15`.
std::optional<Stages> read_stages(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = whole_number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : whole_number(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return Stages{*first, *last};
}

}  // namespace

std::vector<massdriver::StageFault> read_faults(const std::vector<std::string>& options,
                                                const massdriver::DriverDesign& design, Findings& findings) {
  std::vector<massdriver::StageFault> faults;
  for (const std::string& option : options) {
    const auto refuse = [&](std::string problem, std::string allowed, std::string nearest = "") {
      findings.add({.mark = {.file = "--fault " + option},
                    .path = "--fault",
                    .problem = std::move(problem),
                    .allowed = std::move(allowed),
                    .nearest = std::move(nearest)});
    };
    const std::size_t colon = option.find(':');
    const std::string word = option.substr(0, colon);
    const auto kind = kinds.find(word);
    if (kind == kinds.end()) {
      refuse("is no kind of fault", "miss, early or short", nearest_name(word, {"miss", "early", "short"}));
      continue;
    }
    const auto stages =
        colon == std::string::npos ? std::nullopt : read_stages(std::string_view(option).substr(colon + 1));
    if (!stages || stages->first < 0 || stages->last < stages->first || stages->last >= design.track.stages) {
      refuse("names no stages of this track",
             fmt::format("'{}:12' or '{}:12-15', stages from 0 to {}", word, word, design.track.stages - 1));
      continue;
    }
    for (int stage = stages->first; stage <= stages->last; ++stage)
      for (int coil = 0; coil < design.bucket.count; ++coil) faults.push_back({stage, coil, kind->second});
  }
  return faults;
}

}  // namespace lunafab::app
