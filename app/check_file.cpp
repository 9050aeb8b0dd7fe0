#include "app/check_file.hpp"
#include "app/launch_file.hpp"
#include "app/read_siting.hpp"
#include "campaign/scenario.hpp"
#include "core/document.hpp"
#include "studies/study.hpp"

namespace lunafab::app {

std::vector<Finding> check_file(const std::string& path) {
  const Node document = load_document(path);
  const Node* format = document.find("lunafab");
  const std::string name = format != nullptr ? format->scalar : "";
  Findings findings;
  if (name == "siting/1") {
    (void)read_siting(path, {});
    return {};
  }
  if (name == "study/1") {
    (void)studies::load_study(path, findings);
    return findings.list();
  }
  if (name == "transfer/1") {
    (void)read_launch_file(path, {}, Fidelity::solve, findings);
    findings.throw_if_any();
    return {};
  }
  (void)campaign::load_scenario(path, {}, findings);
  return findings.list();
}

}  // namespace lunafab::app
