#include "app/siting_command.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <tbb/global_control.h>
#include <iostream>
#include <optional>
#include "app/print_siting.hpp"
#include "app/progress.hpp"
#include "campaign/results.hpp"
#include "core/cache.hpp"

namespace lunafab::app {

int siting_command(const SitingRequest& request) {
  const SitingFile file = read_siting(request.study, request.settings);
  std::optional<tbb::global_control> limit;
  if (request.threads > 0) {
    limit.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(request.threads));
  }
  const orbit::SitingStudy& study = file.study;
  Progress progress(static_cast<double>(study.muzzles.size() * study.destinations.size() * study.dates.count),
                    {"window", "windows"});
  SitingReport report{
      .file = file,
      .cases = orbit::study_sites(study, cache_directory(), [&](double part) { progress(part); }),
      .ranks = {}};
  report.ranks = orbit::rank_sites(study, report.cases);
  if (!request.csv.empty()) campaign::write_file(request.csv, siting_csv(report));
  fmt::print(std::cout, "{}", request.json ? siting_json(report) : siting_summary(report));
  std::cout.flush();
  if (report.ranks.front().served > 0.0) return 0;
  fmt::print(std::cerr, "the model says no: no site serves any destination of the mix within its budget\n");
  return 1;
}

}  // namespace lunafab::app
