#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>
#include "campaign/scenario.hpp"
#include "studies/factor.hpp"

namespace lunafab::studies {

enum class DesignKind : std::uint8_t {
  grid,             ///< every combination of levels, the last factor fastest
  list,             ///< the points that the file names
  one_at_a_time,    ///< the scenario as it is, then each level of each factor alone
  random,           ///< independent draws
  latin_hypercube,  ///< one draw in each of n equal slices of every factor
  sobol             ///< the first 2^m points of the sequence, moved half a cell from the origin
};

/// A value put into the scenario.
struct Setting {
  std::string path;
  Node value;
};

/// A named scenario of the study: all points run in each.
struct Variant {
  std::string name;
  std::vector<Setting> settings;
};

/// A read study file: what is varied, how, and what is looked at.
struct Study {
  std::string title;
  std::string file;
  std::string scenario_file;
  Node document;  ///< of the study
  Node base;      ///< the scenario with `set` and `seed`
  std::vector<Factor> factors;
  std::vector<std::vector<std::size_t>> axes;  ///< factors that vary together; each stands in one
  DesignKind design = DesignKind::grid;
  std::size_t points = 0;                 ///< of random, latin_hypercube, sobol
  std::vector<std::vector<Node>> listed;  ///< of list: values by point and factor
  std::vector<Variant> variants;          ///< one at least; without a name where the file has none
  std::vector<std::string> metrics;       ///< empty: all
  std::int64_t replications = 1;
  std::uint64_t seed = 1;  ///< of the draws of the design and of every run
};

/// Reads a study and its scenario, and tries every path, level and end of a range in the scenario.
/// `warnings` collects what is doubtful but possible.
/// @throws InputError with every finding.
Study load_study(const std::string& path, Findings& warnings);

/// The same from documents already loaded, without the trial of levels: `base` has `set` and `seed` in it.
/// @throws InputError with every finding.
Study read_study(Node document, Node base);

/// Values of a point, by factor; kind null: as the scenario has it.
using Point = std::vector<Node>;

/// The scenario's document at a point. What cannot be set becomes findings.
Node resolve(const Study& study, const Variant& variant, const Point& point, Findings& findings);

/// Hash of all that decides which runs there are, but for the number of replications: hex.
std::string study_hash(const Study& study);

}  // namespace lunafab::studies
