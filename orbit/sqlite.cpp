#include "orbit/sqlite.hpp"
#include <fmt/format.h>

namespace lunafab::orbit::sqlite {
namespace {

const char* type_name(int type) {
  switch (type) {
    case SQLITE_INTEGER:
      return "an integer";
    case SQLITE_FLOAT:
      return "a real number";
    case SQLITE_TEXT:
      return "text";
    case SQLITE_BLOB:
      return "a blob";
    default:
      return "nothing";
  }
}

int flags(Database::Access access) {
  switch (access) {
    case Database::Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Access::write:
      return SQLITE_OPEN_READWRITE;
    case Database::Access::read:
      break;
  }
  return SQLITE_OPEN_READONLY;
}

constexpr int patience_ms = 10'000;  // for the other program's commit or checkpoint

}  // namespace

Database::Database(const std::string& path, Access access) {
  sqlite3* db = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &db, flags(access) | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(db);
  if (result != SQLITE_OK) throw Error(db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(result));
  sqlite3_busy_timeout(db, patience_ms);
  run("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF");  // a damaged file must fail, not mislead
}

void Database::run(const std::string& sql) const {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw Error(sqlite3_errmsg(handle()));
}

std::string Database::ask(const std::string& sql) const {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.text(0)) : std::string();
}

Statement::Statement(const Database& db, const std::string& sql) : db_(db.handle()) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v2(db_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  handle_.reset(statement);
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, double value) {
  check(sqlite3_bind_double(handle_.get(), parameter, value));
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  const char* bytes = text.data() != nullptr ? text.data() : "";  // a null pointer would store NULL
  check(sqlite3_bind_text64(handle_.get(), parameter, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int parameter, std::span<const unsigned char> blob) {
  check(sqlite3_bind_blob64(handle_.get(), parameter, blob.data(), blob.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind(int parameter, std::nullptr_t) {
  check(sqlite3_bind_null(handle_.get(), parameter));
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(handle_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) {
    const std::string reason = sqlite3_errmsg(db_);
    reset();
    throw Error(reason);
  }
  return result == SQLITE_ROW;
}

void Statement::execute() {
  while (step()) {
  }
  reset();
}

std::int64_t Statement::first() {
  if (!step()) throw Error("no row");
  return integer(0);
}

std::int64_t Statement::integer(int column) const {
  require(column, SQLITE_INTEGER);
  return sqlite3_column_int64(handle_.get(), column);
}

double Statement::real(int column) const {
  require(column, SQLITE_FLOAT);
  return sqlite3_column_double(handle_.get(), column);
}

std::string_view Statement::text(int column) const {
  require(column, SQLITE_TEXT);
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const unsigned char> Statement::blob(int column) const {
  require(column, SQLITE_BLOB);
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(handle_.get(), column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void Statement::require(int column, int type) const {
  const int found = sqlite3_column_type(handle_.get(), column);
  if (found != type) {
    throw Error(fmt::format("{} holds {}, not {}", sqlite3_column_name(handle_.get(), column),
                            type_name(found), type_name(type)));
  }
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) throw Error(sqlite3_errmsg(db_));
}

}  // namespace lunafab::orbit::sqlite
