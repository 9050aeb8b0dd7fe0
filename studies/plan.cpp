#include "studies/plan.hpp"
#include <tbb/parallel_for.h>
#include "core/version.hpp"
#include "core/visit.hpp"

namespace lunafab::studies {
namespace {

/// Of the resolved scenario; of what is wrong with it, where it cannot be.
std::uint64_t cell_hash(const Study& study, const Variant& variant, const Point& point) {
  Findings findings;
  const Node document = resolve(study, variant, point, findings);
  std::string text;
  if (findings.empty()) {
    text = dump(document);
  } else {
    for (const Finding& finding : findings.list()) text += format(finding) + "\n";
  }
  return state_hash(text);
}

}  // namespace

Plan::Plan(const Study& study)
    : study_(&study),
      design_(study),
      replications_(static_cast<std::size_t>(study.replications)),
      cells_(study.variants.size() * design_.size()) {
  tbb::parallel_for(std::size_t{0}, cells_.size(), [&](std::size_t cell) {
    cells_[cell] =
        cell_hash(study, study.variants[cell / design_.size()], design_.point(cell % design_.size()));
  });
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
