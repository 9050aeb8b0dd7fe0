#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include "campaign/scenario.hpp"
#include "studies/constraint.hpp"
#include "studies/factor.hpp"
#include "studies/search_settings.hpp"

namespace lunafab::studies {

enum class DesignKind : std::uint8_t {
  grid,             ///< every combination of levels, the last factor fastest
  list,             ///< the points that the file names
  one_at_a_time,    ///< the scenario as it is, then each level of each factor alone
  random,           ///< independent draws
  latin_hypercube,  ///< one draw in each of n equal slices of every factor
  sobol,            ///< the first 2^m points of the sequence, moved half a cell from the origin
  morris,           ///< trajectories through a lattice that move one axis at a time
  saltelli          ///< matrices A and B and, for each axis, A with that column of B
};

/// Which Latin hypercube is taken.
enum class Spread : std::uint8_t {
  as_drawn,
  maximin  ///< slices exchanged until points are far from each other
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

enum class Goal : std::uint8_t { max, min };

/// A metric to be made large or small.
struct Objective {
  std::string metric;
  Goal goal = Goal::max;
};

/// Where a metric has to lie, in its own unit, ends allowed.
struct MetricLimit {
  std::string metric;
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

/// When a point has had replications enough: all metrics named have their half-width.
struct PrecisionGoal {
  enum class Kind : std::uint8_t { relative, absolute };
  Kind kind = Kind::relative;
  double half_width = 0.0;  ///< over the mean, or in the metrics' own unit
  std::vector<std::string> metrics;
};

/// Wall-clock time after which a run is given up.
struct Timeout {
  double wall_s = 0.0;
  std::string text;  ///< as the file writes it
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
  std::size_t points = 0;            ///< of random, latin_hypercube, sobol; base points of saltelli
  Spread spread = Spread::as_drawn;  ///< of latin_hypercube
  std::size_t trajectories = 0, lattice_levels = 0;  ///< of morris
  std::vector<std::vector<Node>> listed;             ///< of list: values by point and factor
  std::vector<Variant> variants;                     ///< one at least; without a name where the file has none
  std::vector<std::string> metrics;                  ///< empty: all
  std::vector<Constraint> require;                   ///< of the points that run
  std::vector<Objective> objectives;
  std::vector<MetricLimit> limits;
  std::int64_t replications = 1;        ///< the most, where `precision` may end them earlier
  std::int64_t least_replications = 1;  ///< as many as `replications` without `precision`
  std::optional<PrecisionGoal> precision;
  std::optional<Timeout> timeout;  ///< of a run
  std::optional<RankSettings> rank;
  std::optional<OptimiseSettings> optimise;
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

/// Hash of all that decides what a run is, but for its replication: hex.
std::string study_hash(const Study& study);

}  // namespace lunafab::studies
