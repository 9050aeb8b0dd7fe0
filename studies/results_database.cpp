#include "studies/results_database.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <stdexcept>
#include "core/csv.hpp"
#include "core/version.hpp"
#include "orbit/sqlite.hpp"
#include "studies/factor_columns.hpp"
#include "studies/result_rows.hpp"

namespace lunafab::studies {
namespace {

namespace sqlite = orbit::sqlite;

constexpr std::size_t most_columns = 2000;  // SQLITE_MAX_COLUMN, as SQLite is usually built

std::string quoted_name(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

/// SQLite takes names that differ in case alone for the same: later ones get a number.
std::vector<std::string> different_names(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  std::set<std::string> used;
  for (const Column& column : columns) {
    std::string name = column.name;
    const auto lower = [](std::string text) {
      std::ranges::transform(text, text.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      return text;
    };
    for (int n = 2; !used.insert(lower(name)).second; ++n) name = fmt::format("{} ({})", column.name, n);
    names.push_back(std::move(name));
  }
  return names;
}

const char* type_of(Column::Kind kind) {
  if (kind == Column::Kind::text) return "TEXT";
  return kind == Column::Kind::whole ? "INTEGER" : "REAL";
}

/// Binds a cell for the next step; texts stay where they are until then.
struct Bind {
  sqlite::Statement& insert;
  int parameter;
  Column::Kind kind;
  void operator()(std::monostate) const { insert.bind(parameter, nullptr); }
  void operator()(std::int64_t value) const { insert.bind(parameter, value); }
  void operator()(double value) const { insert.bind(parameter, value); }
  void operator()(const std::string& text) const {
    // Our own conversion: that of SQLite does not always round correctly. Whole numbers it takes exactly.
    const auto number = kind == Column::Kind::number ? decimal_number(text) : std::nullopt;
    if (number) {
      insert.bind(parameter, *number);
    } else {
      insert.bind(parameter, std::string_view(text));
    }
  }
};

void add_table(const sqlite::Database& database, const std::string& name, const Rows& rows) {
  std::vector<std::string> names = different_names(rows.columns);
  names.resize(std::min(names.size(), most_columns));
  std::string columns, marks;
  for (std::size_t c = 0; c < names.size(); ++c) {
    columns +=
        fmt::format("{}{} {}", c == 0 ? "" : ", ", quoted_name(names[c]), type_of(rows.columns[c].kind));
    marks += c == 0 ? "?" : ",?";
  }
  database.run(fmt::format("CREATE TABLE {} ({})", name, columns));
  sqlite::Statement insert(database, fmt::format("INSERT INTO {} VALUES ({})", name, marks));
  for (std::size_t i = 0; i < rows.count; ++i) {
    const std::vector<Cell> row = rows.row(i);
    for (std::size_t c = 0; c < names.size(); ++c)
      std::visit(Bind{insert, static_cast<int>(c) + 1, rows.columns[c].kind}, row[c]);
    insert.execute();
  }
}

using TextTable = std::vector<std::vector<std::string>>;

Rows text_rows(const std::vector<std::string>& names, const TextTable& table) {
  Rows rows{.count = table.size()};
  for (const std::string& name : names) rows.columns.push_back({.name = name, .kind = Column::Kind::text});
  rows.row = [&table](std::size_t i) {
    return std::vector<Cell>(table[i].begin(), table[i].end());
  };
  return rows;
}

void add_notes(const sqlite::Database& database, const Plan& plan) {
  const Study& study = plan.study();
  TextTable factors;
  const std::vector<Column> columns = FactorColumns(plan).columns();
  for (std::size_t f = 0; f < columns.size(); ++f)
    factors.push_back({columns[f].name, study.factors[f].path});
  add_table(database, "factors", text_rows({"column", "path"}, factors));
  const TextTable notes{{"title", study.title},
                        {"version", program_version},
                        {"model_version", fmt::to_string(model_version)},
                        {"study_hash", study_hash(study)},
                        {"study", dump(study.document)},
                        {"scenario", dump(study.base)}};
  add_table(database, "study", text_rows({"key", "value"}, notes));
}

void remove_leftovers(const std::string& path) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
}

}  // namespace

void write_results_database(const std::string& path, const Plan& plan, const std::vector<std::size_t>& runs,
                            const Records& records, Part part) {
  const std::string temporary = path + ".tmp";
  remove_leftovers(temporary);
  try {
    const sqlite::Database database(temporary, sqlite::Database::Access::create);
    // Nobody reads it before it has its name, and a torn one is written anew.
    database.run("PRAGMA journal_mode = OFF");
    sqlite::Transaction transaction(database);
    add_table(database, "runs", run_rows(plan, runs, records));
    if (part == Part::whole) add_table(database, "summary", summary_rows(plan, records));
    add_notes(database, plan);
    transaction.commit();
  } catch (const sqlite::Error& error) {
    throw std::runtime_error(fmt::format("cannot write {}: {}", path, error.what()));
  }
  std::filesystem::rename(temporary, path);
}

}  // namespace lunafab::studies
