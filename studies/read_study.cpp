#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <filesystem>
#include "campaign/embed_files.hpp"
#include "core/reader.hpp"
#include "core/set_value.hpp"
#include "core/version.hpp"
#include "core/visit.hpp"
#include "studies/design.hpp"
#include "studies/maximin.hpp"
#include "studies/point_values.hpp"
#include "studies/read_factor.hpp"
#include "studies/read_goals.hpp"
#include "studies/read_searches.hpp"
#include "studies/trial.hpp"

namespace lunafab::studies {
namespace {

constexpr std::int64_t most_points = 1'000'000;
constexpr std::int64_t most_lattice_levels = 1000;
constexpr double most_runs = 1e7;

std::vector<Node::Entry> entries(MapReader& root, const char* key) {
  const Node* const node = root.optional(key);
  if (node == nullptr) return {};
  if (node->kind != Node::Kind::map) root.fail(key, "is not a map", "a map by path");
  return node->entries;
}

std::vector<Setting> settings(const std::vector<Node::Entry>& entries) {
  std::vector<Setting> list;
  list.reserve(entries.size());
  for (const Node::Entry& entry : entries) list.push_back({entry.key, entry.value});
  return list;
}

std::vector<std::string> paths(const Study& study) {
  std::vector<std::string> names;
  for (const Factor& factor : study.factors) names.push_back(factor.path);
  return names;
}

void read_factors(MapReader& root, Study& study) {
  for (const Node::Entry& entry : entries(root, "factors")) {
    study.factors.push_back(
        read_factor(entry.key, MapReader(&entry.value, "factors." + entry.key, root.findings())));
    study.factors.back().mark = entry.key_mark;
  }
}

/// The factors of one item of `linked`, which must have as many levels each.
std::vector<std::size_t> read_link(const Node& item, const std::string& path, const Study& study,
                                   std::vector<char>& taken, Findings& findings) {
  std::vector<std::size_t> axis;
  for (const Node& name : item.items) {
    const auto names = paths(study);
    const auto found = std::ranges::find(names, name.scalar);
    if (found == names.end()) {
      findings.add({name.mark, path, lunafab::quoted(name.scalar) + " is no factor of this study",
                    list_names(names), nearest_name(name.scalar, names)});
      continue;
    }
    const auto f = static_cast<std::size_t>(found - names.begin());
    if (taken[f] != 0)
      findings.add({name.mark, path, lunafab::quoted(name.scalar) + " is linked twice", {}, {}});
    if (!axis.empty() && level_count(study.factors[f]) != level_count(study.factors[axis.front()])) {
      findings.add(
          {name.mark,
           path,
           fmt::format("{} has {} values and {} has {}", lunafab::quoted(name.scalar),
                       level_count(study.factors[f]), lunafab::quoted(study.factors[axis.front()].path),
                       level_count(study.factors[axis.front()])),
           "as many of each",
           {}});
    }
    taken[f] = 1;
    axis.push_back(f);
  }
  return axis;
}

void read_axes(MapReader& root, Study& study) {
  std::vector<char> taken(study.factors.size(), 0);
  std::vector<std::vector<std::size_t>> linked;
  if (const Node* const node = root.optional("linked")) {
    const bool lists =
        node->kind == Node::Kind::sequence && std::ranges::all_of(node->items, [](const Node& item) {
          return item.kind == Node::Kind::sequence && item.items.size() >= 2;
        });
    if (!lists)
      root.fail("linked", "is not a list of lists", "[[path, path], …], two factors or more in each");
    for (const Node& item : node->items)
      linked.push_back(read_link(item, "linked", study, taken, root.findings()));
  }
  for (std::size_t f = 0; f < study.factors.size(); ++f) {
    const auto axis = std::ranges::find_if(
        linked, [f](const auto& members) { return !members.empty() && members.front() == f; });
    if (axis != linked.end()) study.axes.push_back(*axis);
    if (taken[f] == 0) study.axes.push_back({f});
  }
}

/// Points given one by one; their keys are the factors.
void read_list(MapReader& design, Study& study) {
  const Node* const node = design.required("points");
  if (node == nullptr) return;
  if (node->kind != Node::Kind::sequence || node->items.empty()) {
    design.fail("points", "is not a list of points", "[{path: value, …}, …]");
    return;
  }
  for (const Node::Entry& entry : node->items.front().entries)
    study.factors.push_back({.path = entry.key, .mark = entry.key_mark});
  for (const Node& item : node->items) {
    Point point;
    for (const Factor& factor : study.factors) {
      const Node* const value = item.find(factor.path);
      if (value != nullptr) point.push_back(*value);
    }
    if (item.kind != Node::Kind::map || item.entries.size() != study.factors.size() ||
        point.size() != study.factors.size()) {
      design.findings().add({item.mark,
                             design.path_of("points"),
                             "does not name the paths of the first point",
                             list_names(paths(study)),
                             {}});
    }
    study.listed.push_back(std::move(point));
  }
}

void check_levels(MapReader& design, const Study& study) {
  double points = 1.0;
  for (std::size_t axis = 0; axis < study.axes.size(); ++axis) {
    const Factor& factor = study.factors[study.axes[axis].front()];
    points *= static_cast<double>(level_count(factor));
    if (level_count(factor) == 0) {
      design.findings().add({factor.mark,
                             "factors." + factor.path,
                             "a distribution has no levels",
                             "values or a range, or another design",
                             {}});
    }
    if (study.design == DesignKind::grid && is_range(factor) && factor.steps == 0) {
      design.findings().add({factor.mark,
                             "factors." + factor.path,
                             "has no `steps`",
                             "how many values of the range a grid takes",
                             {}});
    }
  }
  if (study.design == DesignKind::grid && points > most_runs)
    design.fail("kind", fmt::format("gives {:.3g} points", points), fmt::format("up to {:.0e}", most_runs));
}

void check_sobol(MapReader& design, MapReader& root, std::string_view key, std::size_t points,
                 std::size_t dimensions) {
  if (!std::has_single_bit(points)) {
    design.fail(key, fmt::format("{} is not a power of two", points),
                "2, 4, 8, …: only those fill the cube evenly");
  }
  if (dimensions > most_sobol_dimensions) {
    root.fail("factors", "are too many for Sobol's sequence",
              fmt::format("up to {} dimensions, here {}", most_sobol_dimensions, dimensions));
  }
}

void read_morris(MapReader& design, Study& study) {
  study.trajectories = static_cast<std::size_t>(design.count("trajectories", 2, most_points, 10));
  study.lattice_levels = static_cast<std::size_t>(design.count("levels", 2, most_lattice_levels, 4));
  if (study.lattice_levels % 2 != 0) {
    design.fail("levels", fmt::format("{} is odd", study.lattice_levels),
                "an even number: only then every level is as likely");
  }
}

/// Designs whose points are drawn from the unit cube.
void read_drawn(MapReader& design, MapReader& root, Study& study) {
  if (study.design == DesignKind::morris) return read_morris(design, study);
  if (study.design == DesignKind::saltelli) {
    study.points = static_cast<std::size_t>(design.count("base_points", 2, most_points));
    return check_sobol(design, root, "base_points", study.points, 2 * study.axes.size());
  }
  study.points = static_cast<std::size_t>(design.count("points", 1, most_points));
  if (study.design == DesignKind::sobol) check_sobol(design, root, "points", study.points, study.axes.size());
  if (study.design != DesignKind::latin_hypercube || !design.flag("maximin", false)) return;
  study.spread = Spread::maximin;
  if (study.points > most_maximin_points) {
    design.fail("maximin", fmt::format("takes too long for {} points", study.points),
                fmt::format("up to {} points, or sobol", most_maximin_points));
  }
}

void read_design(MapReader& root, Study& study) {
  MapReader design = root.map("design");
  study.design = design.choice<DesignKind>("kind", {{"grid", DesignKind::grid},
                                                    {"list", DesignKind::list},
                                                    {"one_at_a_time", DesignKind::one_at_a_time},
                                                    {"random", DesignKind::random},
                                                    {"latin_hypercube", DesignKind::latin_hypercube},
                                                    {"sobol", DesignKind::sobol},
                                                    {"morris", DesignKind::morris},
                                                    {"saltelli", DesignKind::saltelli}});
  if (study.design == DesignKind::list) {
    if (root.has("factors")) root.fail("factors", "does not go with a list", "paths and values in `points`");
    read_list(design, study);
  } else {
    if (study.factors.empty())
      root.fail("factors", "is missing or empty", "a map of paths to what they vary over");
    if (study.design == DesignKind::grid || study.design == DesignKind::one_at_a_time) {
      check_levels(design, study);
    } else {
      read_drawn(design, root, study);
    }
  }
  design.finish();
}

void read_variants(MapReader& root, Study& study) {
  for (const Node::Entry& entry : entries(root, "scenarios")) {
    if (entry.value.kind != Node::Kind::map && entry.value.kind != Node::Kind::null) {
      root.findings().add(
          {entry.value.mark, "scenarios." + entry.key, "is not a map", "{path: value, …}, or {}", {}});
    }
    study.variants.push_back({entry.key, settings(entry.value.entries)});
    for (const Setting& setting : study.variants.back().settings) {
      const auto names = paths(study);
      if (std::ranges::find(names, setting.path) != names.end()) {
        root.findings().add({setting.value.mark,
                             "scenarios." + entry.key,
                             lunafab::quoted(setting.path) + " is a factor",
                             "a path that no factor varies",
                             {}});
      }
    }
  }
  if (study.variants.empty()) study.variants.emplace_back();
}

/// All but the scenario.
Study read_file(const Node& document, Findings& findings) {
  Study study{.file = document.mark.file, .document = document};
  MapReader root(&document, "", findings);
  const std::string format = root.text("lunafab");
  if (format != "study/1") {
    root.fail("lunafab", lunafab::quoted(format) + " is not a format this command reads", "study/1",
              nearest_name(format, {"study/1"}));
  }
  study.title = root.text("title", std::filesystem::path(study.file).stem().string());
  study.scenario_file = (std::filesystem::path(study.file).parent_path() / root.text("scenario")).string();
  (void)entries(root, "set");
  read_factors(root, study);
  read_axes(root, study);
  read_design(root, study);
  read_variants(root, study);
  study.metrics = root.words("metrics");
  read_goals(root, study);
  read_searches(root, study);
  (void)root.count("seed", 0, std::int64_t{1} << 62, 1);
  root.finish();
  return study;
}

/// Antithetic runs come in pairs.
void check_pairs(const Study& study, Findings& findings) {
  const auto per_value = static_cast<std::int64_t>(runs_per_value(study));
  if (!study.precision || (study.replications % per_value == 0 && study.least_replications % per_value == 0))
    return;
  findings.add({study.document.find("replications")->mark,
                "replications",
                "has an odd number: antithetic runs come in pairs",
                "even `min` and `max`",
                {}});
}

void finish_design(Study& study, Findings& findings) {
  const Node* const seed = study.base.find("seed");
  // What is no number is reported where the scenario is read.
  if (seed != nullptr && !seed->scalar.empty() &&
      std::ranges::all_of(seed->scalar, [](char c) { return c >= '0' && c <= '9'; }) &&
      seed->scalar.size() < 20)
    study.seed = std::stoull(seed->scalar);
  check_pairs(study, findings);
  if (!findings.empty()) return;
  for (const std::vector<std::size_t>& axis : study.axes) {
    if (study.design == DesignKind::list) break;
    if (axis.empty()) return;
  }
  const double runs = static_cast<double>(design_size(study)) * static_cast<double>(study.variants.size()) *
                      static_cast<double>(study.replications);
  if (runs > most_runs) {
    findings.add({study.document.mark,
                  "design",
                  fmt::format("gives {:.3g} runs", runs),
                  fmt::format("up to {:.0e}", most_runs),
                  {}});
  }
}

/// The scenario with what the study sets for all runs.
Node load_base(const Study& study, Findings& findings) {
  Node base = campaign::load_scenario_document(study.scenario_file, {});
  if (const Node* const set = study.document.find("set")) {
    for (const Node::Entry& entry : set->entries) set_value(base, entry.key, entry.value, findings);
    campaign::embed_files(base, study.scenario_file, findings);
  }
  if (const Node* const seed = study.document.find("seed")) set_value(base, "seed", *seed, findings);
  return base;
}

}  // namespace

Study read_study(Node document, Node base) {
  Findings findings;
  Study study = read_file(document, findings);
  study.base = std::move(base);
  finish_design(study, findings);
  findings.throw_if_any();
  return study;
}

Study load_study(const std::string& path, Findings& warnings) {
  Findings findings;
  Study study = read_file(load_document(path), findings);
  try {
    study.base = load_base(study, findings);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
  }
  finish_design(study, findings);
  findings.throw_if_any();
  try_levels(study, warnings, findings);
  findings.throw_if_any();
  return study;
}

Node resolve(const Study& study, const Variant& variant, const Point& point, Findings& findings) {
  Node document = study.base;
  bool file_named = false;
  const auto set = [&](const std::string& path, const Node& value) {
    if (value.kind == Node::Kind::null) return;
    // Quantities begin with a digit or sign; other texts and maps may name files.
    file_named = file_named || value.kind != Node::Kind::scalar || value.scalar.empty() ||
                 std::string_view("+-.0123456789").find(value.scalar.front()) == std::string_view::npos;
    set_value(document, path, value, findings);
  };
  for (const Setting& setting : variant.settings) set(setting.path, setting.value);
  for (std::size_t f = 0; f < point.size(); ++f) set(study.factors[f].path, point[f]);
  if (file_named && findings.empty()) campaign::embed_files(document, study.scenario_file, findings);
  return document;
}

std::string study_hash(const Study& study) {
  Node what = study.document;
  std::erase_if(what.entries, [](const Node::Entry& entry) {
    constexpr std::array<std::string_view, 9> other{"title",    "metrics", "replications",
                                                    "scenario", "limits",  "objectives",
                                                    "timeout",  "rank",    "optimise"};
    return std::ranges::find(other, entry.key) != other.end();
  });
  StateHash hash;
  for (const std::string& text : {dump(what), dump(study.base), fmt::format("model {}", model_version)})
    hash(text.data(), text.size());
  return fmt::format("{:016x}", hash.value());
}

}  // namespace lunafab::studies
