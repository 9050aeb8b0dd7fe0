#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

// Which bytes of a SQLite file carry nothing, from the file format alone
// (@source https://www.sqlite.org/fileformat2.html, sections 1.3, 1.5 and 1.6).
namespace lunafab::orbit::test {

class SqliteMap {
 public:
  explicit SqliteMap(const std::string& file) : file_(file), empty_(file.size(), "") {
    page_size_ = number(16, 2);
    mark(24, 28, "header: change counter"), mark(40, 44, "header: schema cookie");
    mark(44, 47, "header: schema format, of which SQLite takes the last byte");
    mark(56, 60, "header: text encoding, of which SQLite takes two bits");
    mark(48, 52, "header: suggested cache size"), mark(60, 64, "header: user version");
    mark(68, 72, "header: application id"), mark(72, 92, "header: reserved");
    mark(92, 100, "header: version-valid-for, SQLite's version");
    mark(28, 32, "header: size in pages, where the change counter says it is stale");
    mark(18, 20, "header: file format versions");
    free_pages(number(32, 4));
    tree(1);
    for (const std::size_t root : roots_) tree(root);
  }
  /// What the place is, where it carries nothing; "" for a place that does.
  const std::string& nothing_at(std::size_t byte) const { return empty_[byte]; }

 private:
  std::size_t number(std::size_t at, std::size_t width) const {
    std::size_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(file_.at(at + i));
    return value;
  }
  void mark(std::size_t from, std::size_t to, const char* what) {
    for (std::size_t i = from; i < to; ++i) empty_.at(i) = what;
  }
  void free_pages(std::size_t trunk) {
    while (trunk != 0) {
      const std::size_t at = (trunk - 1) * page_size_, leaves = number(at + 4, 4);
      mark(at + 8 + 4 * leaves, at + page_size_, "free page");
      for (std::size_t i = 0; i < leaves; ++i) {
        const std::size_t leaf = number(at + 8 + 4 * i, 4);
        mark((leaf - 1) * page_size_, leaf * page_size_, "free page");
      }
      trunk = number(at, 4);
    }
  }
  std::size_t varint(std::size_t& at) const {
    std::size_t value = 0;
    for (int i = 0; i < 9; ++i) {
      const auto byte = static_cast<unsigned char>(file_.at(at++));
      if (i == 8) return value << 8 | byte;
      value = value << 7 | (byte & 0x7fu);
      if (byte < 0x80) break;
    }
    return value;
  }

  /// A B-tree from its root page.
  void tree(std::size_t page) {
    if (!seen_.insert(page).second) return;
    const std::size_t origin = (page - 1) * page_size_, head = origin + (page == 1 ? 100 : 0);
    const std::size_t kind = number(head, 1), cells = number(head + 3, 2);
    const bool inner = kind == 2 || kind == 5;
    const std::size_t pointers = head + (inner ? 12 : 8);
    std::size_t content = number(head + 5, 2);
    if (content == 0) content = 65536;
    mark(pointers + 2 * cells, origin + content, "gap between the cells of a page");
    for (std::size_t block = number(head + 1, 2); block != 0; block = number(origin + block, 2))
      mark(origin + block + 4, origin + block + number(origin + block + 2, 2), "free block of a page");
    for (std::size_t i = 0; i < cells; ++i) cell(origin, number(pointers + 2 * i, 2), kind);
    if (inner) tree(number(head + 8, 4));
  }

  void cell(std::size_t origin, std::size_t offset, std::size_t kind) {
    std::size_t at = origin + offset;
    if (kind == 2 || kind == 5) tree(number(at, 4)), at += 4;
    if (kind == 5) return;
    const std::size_t payload = varint(at);
    if (kind == 13) {
      varint(at);
      std::size_t types = at;
      varint(types);
      if (number(types, 1) == 0) mark(types, types + 1, "type of the column that the row number stands for");
    }
    // How much of a payload stays in the cell: section 1.6.
    const std::size_t usable = page_size_, least = (usable - 12) * 32 / 255 - 23;
    const std::size_t most = kind == 13 ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    if (payload <= most) {
      if (origin == 0 && kind == 13) schema_row(at);
      return;
    }
    std::size_t local = least + (payload - least) % (usable - 4);
    if (local > most) local = least;
    std::size_t rest = payload - local;
    for (std::size_t page = number(at + local, 4); page != 0; page = number((page - 1) * page_size_, 4)) {
      const std::size_t here = std::min(rest, usable - 4);
      mark((page - 1) * page_size_ + 4 + here, page * page_size_, "end of an overflow page");
      rest -= here;
    }
  }

  /// A row of sqlite_schema names a root page.
  void schema_row(std::size_t at) {
    const std::size_t record = at, header = varint(at);
    std::size_t body = record + header;
    for (int column = 0; column < 4; ++column) {
      const std::size_t type = varint(at);
      const std::size_t width = type >= 12 ? (type - 12) / 2 : (type <= 4 ? type : type == 5 ? 6 : 0);
      if (column == 3) roots_.push_back(type == 9 ? 1 : number(body, width));
      body += width;
    }
  }

  const std::string& file_;
  std::size_t page_size_ = 0;
  std::vector<std::string> empty_;
  std::set<std::size_t> seen_;
  std::vector<std::size_t> roots_;
};

}  // namespace lunafab::orbit::test
