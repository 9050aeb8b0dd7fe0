#include "app/search_command.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include "app/progress.hpp"
#include "studies/optimise.hpp"
#include "studies/point_values.hpp"
#include "studies/rank.hpp"

namespace lunafab::app {
namespace {

using studies::Evaluated, studies::OptimiseResult, studies::Ranked, studies::RankResult, studies::Study;
using Json = nlohmann::ordered_json;

constexpr int done = 0, model_says_no = 1, interrupted_exit = 3;
constexpr std::size_t rows_shown = 20;

/// A study that must have the section of this name.
Study load(const std::string& path, const char* section, bool (*has)(const Study&)) {
  Findings warnings;
  Study study = studies::load_study(path, warnings);
  for (const Finding& warning : warnings.list()) fmt::print(stderr, "warning: {}\n", format(warning));
  if (has(study)) return study;
  Findings findings;
  findings.add({.mark = study.document.mark,
                .path = section,
                .problem = "is missing",
                .allowed = fmt::format("{}: {{…}} in the study; see docs/studies.md", section)});
  findings.throw_if_any();
  return study;
}

std::string directory_of(const SearchRequest& request) {
  return request.directory.empty() ? "runs/" + std::filesystem::path(request.study).stem().string()
                                   : request.directory;
}

/// Options of a search with a progress bar for each round of runs.
class Rounds {
 public:
  Rounds(const SearchRequest& request, const std::atomic<bool>& interrupted) {
    options.directory = directory_of(request);
    options.threads = request.threads > 0
                          ? request.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    options.old_results = request.add ? studies::OldResults::keep : studies::OldResults::refuse;
    options.interrupted = &interrupted;
    options.begins = [this](std::size_t runs) {
      progress_.emplace(static_cast<double>(runs), ProgressWords{"run", "runs"});
    };
    options.progress = [this](double part) {
      (*progress_)(part);
    };
  }
  studies::SweepOptions options;

 private:
  std::optional<Progress> progress_;
};

std::string settings(const Study& study, const studies::Point& point) {
  std::string text;
  for (std::size_t f = 0; f < point.size(); ++f)
    text += fmt::format("{}{}={}", f == 0 ? "" : "  ", study.factors[f].path, studies::one_line(point[f]));
  return text;
}

Json factors_json(const Study& study, const studies::Point& point) {
  Json json = Json::object();
  for (std::size_t f = 0; f < point.size(); ++f) json[study.factors[f].path] = studies::one_line(point[f]);
  return json;
}

Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string words(const Interval& interval) {
  return std::isfinite(interval.half_width)
             ? fmt::format("{:.6g} ± {:.2g}", interval.mean, interval.half_width)
             : fmt::format("{:.6g}", interval.mean);
}

int interrupted_after(std::size_t runs) {
  fmt::print(stderr, "\ninterrupted after {} runs; the same command goes on\n", runs);
  return interrupted_exit;
}

void print(const Study& study, const RankResult& result) {
  const studies::Objective& objective = study.objectives.front();
  fmt::print("{} ({}): {}, {} wins, at {:.4g} %; {} runs looked at\n", study.title, study.file,
             objective.metric, objective.goal == studies::Goal::max ? "highest" : "lowest",
             100 * studies::confidence_of(study), result.runs);
  const studies::Design design(study);
  for (std::size_t i = 0; i < std::min(result.candidates.size(), rows_shown); ++i) {
    const Ranked& ranked = result.candidates[i];
    fmt::print("  {:<10} {:<14} {:<22} {:>6} values  {}\n", studies::describe(study, ranked.candidate),
               fate_word(ranked), ranked.values > 0 ? words(ranked.mean) : "", ranked.values,
               settings(study, design.point(ranked.candidate.point)));
  }
  if (result.candidates.size() > rows_shown)
    fmt::print("  … and {} more, in selection.csv\n", result.candidates.size() - rows_shown);
  if (study.rank->method == studies::RankSettings::Method::ocba)
    fmt::print("the first is the best with a probability of {:.4g} at least\n", result.probability);
}

Json to_json(const Study& study, const RankResult& result) {
  const studies::Design design(study);
  Json json{{"metric", study.objectives.front().metric},
            {"confidence", studies::confidence_of(study)},
            {"runs", result.runs}};
  if (study.rank->method == studies::RankSettings::Method::ocba) json["probability"] = result.probability;
  for (const Ranked& ranked : result.candidates) {
    json["candidates"].push_back({{"scenario", study.variants[ranked.candidate.variant].name},
                                  {"point", ranked.candidate.point + 1},
                                  {"factors", factors_json(study, design.point(ranked.candidate.point))},
                                  {"fate", fate_word(ranked)},
                                  {"values", ranked.values},
                                  {"mean", number(ranked.mean.mean)},
                                  {"half_width", number(ranked.mean.half_width)}});
  }
  return json;
}

std::size_t count(const OptimiseResult& result, Evaluated::Fate fate) {
  return static_cast<std::size_t>(std::ranges::count(result.evaluated, fate, &Evaluated::fate));
}

void print(const Study& study, const OptimiseResult& result) {
  using Fate = Evaluated::Fate;
  fmt::print("{} ({}): {} points looked at in {} generations, {} replications each\n", study.title,
             study.file, result.evaluated.size(), study.optimise->generations, study.replications);
  for (const Fate fate : {Fate::excluded, Fate::failed, Fate::beyond_limits})
    if (count(result, fate) > 0) fmt::print("  {} {}\n", count(result, fate), fate_word(fate));
  if (result.front.empty()) fmt::print("no point is within the limits of the study\n");
  for (std::size_t i = 0; i < std::min(result.front.size(), rows_shown); ++i) {
    const Evaluated& one = result.evaluated[result.front[i]];
    std::string text;
    for (std::size_t o = 0; o < one.objectives.size(); ++o)
      text += fmt::format("{} {}  ", study.objectives[o].metric, words(one.objectives[o]));
    fmt::print("  {} {}\n", text, settings(study, one.point));
  }
  if (result.front.size() > rows_shown)
    fmt::print("  … and {} more, in evaluations.csv\n", result.front.size() - rows_shown);
}

Json to_json(const Study& study, const OptimiseResult& result) {
  Json json{{"evaluated", result.evaluated.size()}, {"best", Json::array()}};
  for (const std::size_t place : result.front) {
    const Evaluated& one = result.evaluated[place];
    Json best{{"generation", one.generation}, {"factors", factors_json(study, one.point)}};
    for (std::size_t o = 0; o < one.objectives.size(); ++o) {
      best["objectives"][study.objectives[o].metric] = {{"mean", number(one.objectives[o].mean)},
                                                        {"half_width", number(one.objectives[o].half_width)}};
    }
    json["best"].push_back(std::move(best));
  }
  return json;
}

}  // namespace

int rank_command(const SearchRequest& request, const std::atomic<bool>& interrupted) {
  const Study study = load(request.study, "rank", [](const Study& s) { return s.rank.has_value(); });
  Rounds rounds(request, interrupted);
  const RankResult result = studies::rank(study, rounds.options);
  if (result.status == studies::SweepStatus::interrupted) return interrupted_after(result.started);
  if (request.json) {
    fmt::print("{}\n", to_json(study, result).dump(2));
  } else {
    print(study, result);
  }
  const bool decided = result.candidates.front().fate == Ranked::Fate::best;
  if (!decided) fmt::print(stderr, "undecided: the values allowed by `most` are used up\n");
  return decided ? done : model_says_no;
}

int optimise_command(const SearchRequest& request, const std::atomic<bool>& interrupted) {
  const Study study = load(request.study, "optimise", [](const Study& s) { return s.optimise.has_value(); });
  Rounds rounds(request, interrupted);
  const OptimiseResult result = studies::optimise(study, rounds.options);
  if (result.status == studies::SweepStatus::interrupted) return interrupted_after(result.started);
  if (request.json) {
    fmt::print("{}\n", to_json(study, result).dump(2));
  } else {
    print(study, result);
  }
  return result.front.empty() ? model_says_no : done;
}

}  // namespace lunafab::app
