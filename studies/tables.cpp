#include "studies/tables.hpp"
#include <fmt/format.h>
#include <tbb/parallel_invoke.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include "core/csv_field.hpp"
#include "studies/results_database.hpp"

namespace lunafab::studies {
namespace {

/// A file written row by row under a temporary name, and renamed when it is whole.
class RowFile {
 public:
  explicit RowFile(std::string path)
      : path_(std::move(path)), file_(std::fopen((path_ + ".tmp").c_str(), "wb")) {
    check(file_ != nullptr);
  }
  ~RowFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;

  void add(const std::string& row) { check(std::fwrite(row.data(), 1, row.size(), file_) == row.size()); }
  void finish() {
    check(std::fflush(file_) == 0 && fsync(fileno(file_)) == 0);
    check(std::fclose(std::exchange(file_, nullptr)) == 0);
    std::filesystem::rename(path_ + ".tmp", path_);
  }

 private:
  void check(bool good) const {
    if (!good) throw std::runtime_error(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
  }
  std::string path_;
  std::FILE* file_;
};

void add_cell(const Cell& cell, std::string& row) {
  struct {
    std::string& row;
    void operator()(std::monostate) const {}
    void operator()(std::int64_t value) const { fmt::format_to(std::back_inserter(row), "{}", value); }
    void operator()(double value) const { fmt::format_to(std::back_inserter(row), "{}", value); }
    void operator()(const std::string& text) const { row += csv_field(text); }
  } add{row};
  std::visit(add, cell);
}

void write_csv(const std::string& path, const Rows& rows) {
  RowFile file(path);
  std::string text;
  for (const Column& column : rows.columns) text += (text.empty() ? "" : ",") + csv_field(column.name);
  file.add(text + "\n");
  for (std::size_t i = 0; i < rows.count; ++i) {
    text.clear();
    for (const Cell& cell : rows.row(i)) {
      add_cell(cell, text);
      text += ',';
    }
    text.back() = '\n';
    file.add(text);
  }
  file.finish();
}

}  // namespace

Counts count(const Plan& plan, const std::vector<std::size_t>& runs, const Records& records) {
  Counts counts{.runs = runs.size()};
  for (const std::size_t run : runs) {
    if (!plan.exclusion(plan.cell_of(run)).empty()) {
      ++counts.excluded;
      continue;
    }
    const auto found = records.runs.find(plan.id(run));
    ++(found == records.runs.end()               ? counts.missing
       : found->second.status == RunStatus::done ? counts.done
                                                 : counts.failed);
  }
  return counts;
}

void write_tables(const std::string& directory, const Plan& plan, const std::vector<std::size_t>& runs,
                  const Records& records, Part part) {
  tbb::parallel_invoke(
      [&] { write_results_database(directory + "/results.sqlite", plan, runs, records, part); },
      [&] {
        write_csv(directory + "/runs.csv", run_rows(plan, runs, records));
        if (part == Part::whole) write_csv(directory + "/summary.csv", summary_rows(plan, records));
      });
}

}  // namespace lunafab::studies
