#include "app/analyse_command.hpp"
#include <fmt/format.h>
#include "app/print_analysis.hpp"
#include "studies/analysis_tables.hpp"

namespace lunafab::app {

int analyse_command(const AnalyseRequest& request) {
  const studies::Results results = studies::load_results(request.directory);
  const studies::Analysis analysis =
      studies::analyse(results, {.metrics = request.metrics,
                                 .against = request.against,
                                 .break_even = request.break_even,
                                 .factor = request.factor,
                                 .goal = request.lowest ? studies::Goal::min : studies::Goal::max});
  if (!analysis.effects.rows.empty())
    studies::write_effects_csv(request.directory + "/effects.csv", *results.study, analysis.effects.rows);
  if (!analysis.rankings.empty())
    studies::write_ranking_csv(request.directory + "/ranking.csv", results, analysis.rankings);
  if (analysis.pareto)
    studies::write_pareto_csv(request.directory + "/pareto.csv", results, *analysis.pareto);
  fmt::print("{}", request.json ? analysis_json(results, analysis) : analysis_text(results, analysis));
  return analysis.counts.failed + analysis.counts.missing == 0 ? 0 : 1;
}

}  // namespace lunafab::app
