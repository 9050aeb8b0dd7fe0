#include "orbit/ledger_rows.hpp"
#include <fmt/format.h>
#include <bit>
#include <concepts>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include "core/visit.hpp"
#include "orbit/ledger_schema.hpp"

namespace lunafab::orbit {
namespace {

using sqlite::Statement;
static_assert(std::endian::native == std::endian::little, "blobs hold little-endian doubles");

const char* table_of(const OrbitRecord&) {
  return part_tables[0];
}
const char* table_of(const SlotRecord&) {
  return part_tables[1];
}
const char* table_of(const Capacity&) {
  return part_tables[2];
}
const char* table_of(const Reserve&) {
  return part_tables[3];
}
const char* table_of(const Provenance&) {
  return part_tables[4];
}

const char* table_of(const BurnRecord&) {
  return part_tables[5];
}

template <class T>
void bind_value(Statement& statement, int parameter, const T& value) {
  if constexpr (detail::is_optional<T>) {
    value ? bind_value(statement, parameter, *value) : void(statement.bind(parameter, nullptr));
  } else if constexpr (detail::is_array<T>) {
    statement.bind(parameter, std::span(reinterpret_cast<const unsigned char*>(value.data()), sizeof value));
  } else if constexpr (std::same_as<T, Tick>) {
    statement.bind(parameter, value.us);
  } else if constexpr (std::same_as<T, std::string>) {
    statement.bind(parameter, std::string_view(value));
  } else if constexpr (std::same_as<T, double>) {
    statement.bind(parameter, value);
  } else {
    statement.bind(parameter, static_cast<std::int64_t>(value));
  }
}

template <class T>
void read_value(const Statement& at, int column, T& value) {
  if constexpr (detail::is_optional<T>) {
    at.is_null(column) ? value.reset() : read_value(at, column, value.emplace());
  } else if constexpr (detail::is_array<T>) {
    const auto bytes = at.blob(column);
    if (bytes.size() != sizeof value) throw sqlite::Error("a row of numbers has another length");
    std::memcpy(value.data(), bytes.data(), sizeof value);
  } else if constexpr (std::same_as<T, Tick>) {
    value.us = at.integer(column);
  } else if constexpr (std::same_as<T, std::string>) {
    value = at.text(column);
  } else if constexpr (std::same_as<T, double>) {
    value = at.real(column);
  } else if constexpr (std::is_enum_v<T>) {
    const std::int64_t number = at.integer(column);
    if (number < 0 || number > std::numeric_limits<std::underlying_type_t<T>>::max())
      throw sqlite::Error(fmt::format("{} is out of range", number));
    value = static_cast<T>(number);
  } else {
    value = at.integer(column);
  }
}

/// `INSERT INTO slot VALUES (?, ?, ?, ?)`
template <class Part>
std::string insert_sql(const Part& part) {
  std::string marks = "?";
  Part::visit_fields(part, [&](std::string_view, const auto&) { marks += ", ?"; });
  return fmt::format("INSERT INTO {} VALUES ({})", table_of(part), marks);
}

/// `SELECT shell, plane, place FROM slot WHERE seq = ?`; the order of the rows is that of the key.
template <class Part>
std::string select_sql(const Part& part) {
  std::string columns;
  Part::visit_fields(part, [&](std::string_view name, const auto&) {
    columns.append(columns.empty() ? "" : ", ").append(name);
  });
  return fmt::format("SELECT {} FROM {} WHERE seq = ?", columns, table_of(part));
}

/// Fetches the parts of postings; statements are prepared where they are needed.
class PartReader {
 public:
  explicit PartReader(const sqlite::Database& db) : db_(db) {}
  void read(Posting& posting, std::int64_t bits) {
    posting.orbits.clear();
    posting.slot.reset(), posting.capacity.reset(), posting.reserve.reset(), posting.provenance.reset();
    posting.burns.clear();
    if (bits == 0) return;
    OrbitRecord orbit;
    each(orbit_, bits & 1, posting.seq, orbit, [&] { posting.orbits.push_back(orbit); });
    one(slot_, bits & 2, posting.seq, posting.slot);
    one(capacity_, bits & 4, posting.seq, posting.capacity);
    one(reserve_, bits & 8, posting.seq, posting.reserve);
    one(provenance_, bits & 16, posting.seq, posting.provenance);
    BurnRecord burn;
    each(burn_, bits & 32, posting.seq, burn, [&] { posting.burns.push_back(burn); });
    if (parts(posting) != bits)
      throw sqlite::Error(fmt::format("parts says {}, and another number is there", bits));
  }

 private:
  template <class Part, class Use>
  void each(std::optional<Statement>& select, bool wanted, std::int64_t seq, Part& part, Use use) {
    if (!wanted) return;
    if (!select) select.emplace(db_, select_sql(part));
    select->bind(1, seq);
    while (select->step()) {
      int column = 0;
      Part::visit_fields(part, [&](std::string_view, auto& field) { read_value(*select, column++, field); });
      use();
    }
    select->reset();
  }
  template <class Part>
  void one(std::optional<Statement>& select, bool wanted, std::int64_t seq, std::optional<Part>& to) {
    Part part;
    each(select, wanted, seq, part, [&] { to = part; });
  }

  const sqlite::Database& db_;
  std::optional<Statement> orbit_, slot_, capacity_, reserve_, provenance_, burn_;
};

/// The columns that come first in every selection of postings.
constexpr const char* state_columns =
    "posting.seq, tick_us, posting.serial, state, posting.kind, product, destination, mass_mg, "
    "posting.power_W, delta_v_mmps, parts";

void read_state(const Statement& at, Posting& posting, PartReader& parts) {
  posting.tick.us = at.integer(1);
  posting.serial = static_cast<std::uint64_t>(at.integer(2));
  read_value(at, 3, posting.state);
  if (static_cast<std::size_t>(posting.state) >= life_state_count)
    throw sqlite::Error(fmt::format("there is no state {}", static_cast<int>(posting.state)));
  read_value(at, 4, posting.kind);
  posting.product = at.text(5);
  posting.destination = at.text(6);
  posting.mass_mg = at.integer(7);
  posting.power_W = at.integer(8);
  posting.delta_v_mmps = at.integer(9);
  parts.read(posting, at.integer(10));
}

/// Errors of `read` name the posting.
template <class Read>
void naming_place(const Posting& posting, Read read) {
  try {
    read();
  } catch (const sqlite::Error& error) {
    throw sqlite::Error(fmt::format("{}: {}", place(posting.seq, posting.serial), error.what()));
  }
}

}  // namespace

RowWriter::RowWriter(const sqlite::Database& db)
    : db_(db), posting_(db, "INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {}

template <class Part>
void RowWriter::write_part(std::optional<Statement>& insert, std::int64_t seq, const Part& part) {
  if (!insert) insert.emplace(db_, insert_sql(part));
  insert->bind(1, seq);
  int parameter = 2;
  Part::visit_fields(part,
                     [&](std::string_view, const auto& field) { bind_value(*insert, parameter++, field); });
  insert->execute();
}

void RowWriter::write(const LedgerRow& row) {
  const Posting& p = row.posting;
  const std::uint8_t bits = parts(p);
  posting_.bind(1, p.seq).bind(2, p.tick.us).bind(3, static_cast<std::int64_t>(p.serial));
  posting_.bind(4, static_cast<std::int64_t>(p.state)).bind(5, static_cast<std::int64_t>(p.kind));
  posting_.bind(6, std::string_view(p.product)).bind(7, std::string_view(p.destination));
  posting_.bind(8, p.mass_mg).bind(9, p.power_W).bind(10, p.delta_v_mmps);
  posting_.bind(11, std::string_view(p.note)).bind(12, std::int64_t{bits}).bind(13, row.previous);
  posting_.bind(14, std::span<const unsigned char>(row.hash)).execute();
  if (bits == 0) return;
  for (const OrbitRecord& orbit : p.orbits) write_part(orbit_, p.seq, orbit);
  if (p.slot) write_part(slot_, p.seq, *p.slot);
  if (p.capacity) write_part(capacity_, p.seq, *p.capacity);
  if (p.reserve) write_part(reserve_, p.seq, *p.reserve);
  if (p.provenance) write_part(provenance_, p.seq, *p.provenance);
  for (const BurnRecord& burn : p.burns) write_part(burn_, p.seq, burn);
}

void each_row(const sqlite::Database& db, const std::string& from,
              const std::function<void(const LedgerRow&)>& use, std::optional<std::int64_t> value) {
  Statement select(db, fmt::format("SELECT {}, note, previous, hash FROM {}", state_columns, from));
  if (value) select.bind(1, *value);
  PartReader parts(db);
  LedgerRow row;
  while (select.step()) {
    row.posting.seq = select.integer(0);
    row.posting.serial = 0;
    naming_place(row.posting, [&] {
      read_state(select, row.posting, parts);
      row.posting.note = select.text(11);
      row.previous = select.integer(12);
      row.hash = to_hash(select.blob(13));
    });
    use(row);
  }
}

void each_posting(const sqlite::Database& db, std::int64_t first, std::int64_t last, Tick until,
                  const std::function<void(const Posting&)>& use) {
  Statement select(db, fmt::format("SELECT {} FROM posting WHERE posting.seq > ? AND posting.seq <= ? "
                                   "AND tick_us <= ? ORDER BY posting.seq",
                                   state_columns));
  select.bind(1, first).bind(2, last).bind(3, until.us);
  PartReader parts(db);
  Posting posting;
  while (select.step()) {
    posting.seq = select.integer(0);
    posting.serial = 0;
    naming_place(posting, [&] { read_state(select, posting, parts); });
    use(posting);
  }
}

void delete_parts_after(const sqlite::Database& db, std::int64_t seq) {
  for (const char* table : part_tables)
    Statement(db, fmt::format("DELETE FROM {} WHERE seq > ?", table)).bind(1, seq).execute();
}

std::string place(std::int64_t seq, std::uint64_t serial) {
  return fmt::format("posting seq {} (satellite {})", seq, serial);
}

}  // namespace lunafab::orbit
