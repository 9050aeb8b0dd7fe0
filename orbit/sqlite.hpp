#pragma once
#include <sqlite3.h>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lunafab::orbit::sqlite {

/// SQLite's own reason, or a column whose type is not the one asked for.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One connection, closed with its owner.
class Database {
 public:
  enum class Access { create, write, read };
  /// @throws Error naming the path.
  Database(const std::string& path, Access access);
  /// Runs statements that give no rows. @throws Error.
  void run(const std::string& sql) const;
  /// The first column of the first row, as text; "" without rows.
  std::string ask(const std::string& sql) const;
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
class Statement {
 public:
  Statement(const Database& db, const std::string& sql);

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  /// The bytes must outlive the next `step`s.
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, std::span<const unsigned char> blob);
  Statement& bind(int parameter, std::nullptr_t);
  /// True while there is a row. @throws Error.
  bool step();
  /// Runs to the end and makes ready for the next use.
  void execute();
  void reset() { sqlite3_reset(handle_.get()); }

  bool is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
  /// The integer in the first column of the first row. @throws Error where there is none.
  std::int64_t first();
  /// @throws Error where the column holds another type: SQLite itself would convert silently.
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  std::span<const unsigned char> blob(int column) const;

 private:
  void require(int column, int type) const;
  void check(int result) const;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// Takes the write lock at once; rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(const Database& db) : db_(db) { db_.run("BEGIN IMMEDIATE"); }
  ~Transaction() {
    if (open_) sqlite3_exec(db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    db_.run("COMMIT");
    open_ = false;
  }

 private:
  const Database& db_;
  bool open_ = true;
};

}  // namespace lunafab::orbit::sqlite
