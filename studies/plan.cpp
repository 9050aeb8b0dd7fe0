#include "studies/plan.hpp"
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include "core/version.hpp"
#include "core/visit.hpp"

namespace lunafab::studies {
namespace {

/// The first constraint that the scenario does not meet.
std::string find_exclusion(const Study& study, const Node& scenario) {
  for (const Constraint& constraint : study.require) {
    const Verdict verdict = judge(constraint, scenario);
    if (verdict.kind == Verdict::Kind::broken) return "require: " + constraint.text;
    if (verdict.kind == Verdict::Kind::unclear)
      return fmt::format("require: {}: {}", constraint.text, verdict.problem);
  }
  return {};
}

struct Cell {
  std::uint64_t hash = 0;  ///< of the resolved scenario; of what is wrong with it, where it cannot be
  std::string exclusion;
};

Cell look_at(const Study& study, const Variant& variant, const Point& point) {
  Findings findings;
  const Node document = resolve(study, variant, point, findings);
  if (findings.empty()) return {state_hash(dump(document)), find_exclusion(study, document)};
  std::string text;
  for (const Finding& finding : findings.list()) text += format(finding) + "\n";
  return {state_hash(text), {}};
}

}  // namespace

Plan::Plan(const Study& study)
    : study_(&study),
      design_(study),
      replications_(static_cast<std::size_t>(study.replications)),
      cells_(study.variants.size() * design_.size()),
      exclusions_(study.require.empty() ? 0 : cells_.size()) {
  tbb::parallel_for(std::size_t{0}, cells_.size(), [&](std::size_t cell) {
    Cell looked = look_at(study, study.variants[cell / design_.size()], design_.point(cell % design_.size()));
    cells_[cell] = looked.hash;
    if (!exclusions_.empty()) exclusions_[cell] = std::move(looked.exclusion);
  });
}

const std::string& Plan::exclusion(std::size_t cell) const {
  static const std::string none;
  return exclusions_.empty() ? none : exclusions_[cell];
}

Place Plan::place(std::size_t run) const {
  const std::size_t cell = run / replications_;
  return {cell / design_.size(), cell % design_.size(), static_cast<std::uint32_t>(run % replications_)};
}

std::uint64_t Plan::id(std::size_t run) const {
  StateHash hash;
  for (const std::uint64_t part :
       {cells_[run / replications_], static_cast<std::uint64_t>(run % replications_),
        static_cast<std::uint64_t>(model_version)})
    hash(&part, sizeof part);
  return hash.value();
}

}  // namespace lunafab::studies
