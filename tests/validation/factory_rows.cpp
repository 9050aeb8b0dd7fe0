#include "tests/validation/factory_rows.hpp"
#include <fmt/format.h>
#include <algorithm>
#include "tests/validation/independent_models.hpp"
#include "tests/validation/simulated.hpp"

namespace lunafab::test {
namespace {

constexpr double widest = 0.003;  ///< half-width of an interval, relative

using Runs = std::vector<campaign::Metrics>;

Row estimated(const std::string& name, double exact, const std::string& said_by, const Runs& runs,
              const std::string& metric) {
  const Interval interval = interval_of(runs, metric);
  return {name, exact, said_by, interval.mean, widest, interval.half_width};
}

Row throughput(const std::string& name, double exact, const std::string& said_by, const std::string& config,
               const std::string& station, const Arguments& settings = {}) {
  return estimated(name, exact, said_by, replications(config, settings),
                   "stations." + station + ".good_per_h");
}

// ---- saturated lines

std::vector<Row> blocking_rows() {
  const std::string chain = "Hillier, Boling 1967", pair = "(B + 2) / (B + 3)";
  std::vector<Row> rows;
  for (const int places : {0, 1, 4, 10}) {
    rows.push_back(throughput(fmt::format("2 stations, {} place{}, 1/h", places, places == 1 ? "" : "s"),
                              (places + 2.0) / (places + 3.0), pair, "hillier_boling_k2_b0.yaml", "second",
                              {fmt::format("lines.line.stores.between.capacity={}", places)}));
  }
  rows.push_back(
      throughput("3 stations, 0 places", 22.0 / 39.0, chain, "hillier_boling_k3_b0.yaml", "third"));
  rows.push_back(throughput("3 stations, 1 place", 0.67046616, chain, "hillier_boling_k3_b1.yaml", "third"));
  rows.push_back(throughput("3 stations, 2 places", 0.73401667, chain, "hillier_boling_k3_b2.yaml", "third"));
  rows.push_back(throughput("3 stations, 4 places", 0.80748591, chain, "hillier_boling_k3_b4.yaml", "third"));
  rows.push_back(
      throughput("4 stations, 0 places", 0.51477549, chain, "hillier_boling_k4_b0.yaml", "fourth"));
  rows.push_back(throughput("4 stations, 1 place", 0.63115269, chain, "hillier_boling_k4_b1.yaml", "fourth"));
  rows.push_back(throughput("5 stations, 0 places", 0.48579812, chain, "hillier_boling_k5_b0.yaml", "fifth"));
  rows.push_back(throughput("the bowl: means 13/12, 5/6, 13/12 h, 0 places", 0.567180, "Hillier, Boling 1966",
                            "bowl_k3_b0.yaml", "third"));
  return rows;
}

std::vector<Row> failing_rows() {
  const std::string chain = "exact Markov chain, Gershwin 1994, ch. 3";
  return {throughput("2 machines, 0 places, 1/h", 0.589955, chain, "unreliable_pair_b0.yaml", "second"),
          throughput("2 machines, 10 places", 0.799026, chain, "unreliable_pair_b10.yaml", "second"),
          throughput("10 machines that stop together", 0.5, "1 / (1 + Σ p/r), Buzacott, Shanthikumar, ch. 5",
                     "stop_together.yaml", "machines")};
}

// ---- queues

std::vector<Row> queue_rows() {
  const std::string text = "Gross, Harris, ch. 2";
  std::vector<Row> rows;
  const Runs store = replications("mm1.yaml");
  rows.push_back(estimated("M/M/1 at 0.8: Wq, h", 4.0, text, store, "stores.queue.mean_wait_h"));
  rows.push_back(estimated("the same: Lq", 3.2, text, store, "stores.queue.mean_pieces"));
  const Runs lots = replications("mm1_lots.yaml");
  rows.push_back(estimated("M/M/1 at 0.8, as lots: W, h", 5.0, text, lots, "products.customer.mean_cycle_h"));
  rows.push_back(estimated("the same: L", 4.0, text, lots, "products.customer.mean_wip"));
  rows.push_back(estimated("M/D/1 at 0.8: Wq, h", 2.0, "Pollaczek, Khinchine", replications("md1.yaml"),
                           "stores.queue.mean_wait_h"));
  rows.push_back(estimated("M/M/3 at 0.9: Wq, h", 2.723537, "Erlang", replications("mm3.yaml"),
                           "stores.queue.mean_wait_h"));
  return rows;
}

// ---- constant work in process

std::vector<Row> penny_fab_rows() {
  std::vector<Row> rows;
  const std::string finished = "products.penny.finished_per_h", lots = "lines.line.limits.wip.lots={}";
  for (const int w : {1, 2, 4, 6, 8, 12}) {
    const double exact_per_h = w / 2.0 / (w + 3.0);
    const Runs runs = replications("penny_fab_w6.yaml", {fmt::format(fmt::runtime(lots), w)});
    rows.push_back(estimated(fmt::format("exponential, w = {}: throughput, 1/h", w), exact_per_h,
                             "w / 2 / (w + 3)", runs, finished));
    rows.push_back(estimated("the same: time in the line, h", w / exact_per_h, "Little", runs,
                             "products.penny.mean_cycle_h"));
  }
  for (const int w : {1, 2, 3, 4, 6, 12}) {
    const Runs runs = replications("penny_fab_constant.yaml", {fmt::format(fmt::runtime(lots), w)});
    const double exact_per_h = std::min(w / 8.0, 0.5), one_lot = 1.0 / (8000.0 * exact_per_h);
    rows.push_back({fmt::format("constant, w = {}: throughput, 1/h", w), exact_per_h, "min(w/8, 1/2)",
                    interval_of(runs, finished).mean, one_lot});
  }
  return rows;
}

}  // namespace

const ValidationPage& factory_page() {
  static const ValidationPage page{
      "docs/validation-factory.md",
      "# Validation of lines and shops\n\n"
      "Written by `./dev validate`. The tests compute every row anew, and this page must say what they find. "
      "Scenarios are in `configs/validation`, with their seeds, which were fixed before the\nfirst run. "
      "`±` is the half-width of a 99.9 % interval over replications: a row agrees if the interval holds the "
      "expected value and is no wider than the tolerance, which is relative. In every\nreplication parts in "
      "are parts out, scrap and what is there, exactly. Scenarios with the same seed and station names share "
      "random numbers, so that their differences have like signs.\n\n"
      "Closed forms of small rules (priorities, repairmen, batches, set-ups, shifts, charging) are tests of "
      "their own (`tests/factory`).\n\n"
      "**Not validated:** no record of a real plant was compared. Closed forms cover throughput, waits and "
      "levels of simple lines; the independent models cover the rules of two scenarios.\n\n",
      {{"Lines that block",
        "Saturated exponential stations of mean 1 h where nothing else is said, blocking after service. "
        "Places do not count the servers.",
        blocking_rows},
       {"Lines that fail",
        "Cycles of 1 h, failures of p = 0.01 per hour of work, repairs of r = 0.1 per hour, all exponential "
        "but for the cycle of the last row. Machines that stop together are one station with a failure mode "
        "for each.",
        failing_rows},
       {"Queues", "Arrivals at random, one store or queue without limit.", queue_rows},
       {"Constant work in process",
        "The Penny Fab: four stations of 2 h, w lots (Hopp, Spearman, Factory Physics, ch. 7). With constant "
        "times the count may be off by one lot.",
        penny_fab_rows},
       {"Against independent models",
        "No closed form: `unreliable_ten.yaml` against the recursion of departure times in NumPy "
        "(`tests/validation/line_oracle.py`), `shop.yaml` against a SimPy model written from\n"
        "the words of [factory.md](factory.md) (`tests/validation/shop_oracle.py`), each with random numbers "
        "of its own. The tolerance is the half-width of the 99.9 % interval of the difference (Welch).",
        independent_rows}}};
  return page;
}

}  // namespace lunafab::test
