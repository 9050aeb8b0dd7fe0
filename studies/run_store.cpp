#include "studies/run_store.hpp"
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include "core/visit.hpp"

namespace lunafab::studies {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "lunafab runs 1\n\n";  // 16 bytes
constexpr std::uint32_t longest_record_bytes = 1u << 28;
constexpr std::size_t head_bytes = sizeof(std::uint32_t) + sizeof(std::uint64_t);

enum class RecordKind : std::uint8_t { names = 1, run = 2 };

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error(fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

std::uint64_t bytes_hash(std::string_view bytes) {
  StateHash hash;
  hash(bytes.data(), bytes.size());
  return hash.value();
}

std::string framed(RecordKind kind, const std::string& content) {
  const std::string payload = write_state(kind) + content;
  return write_state(static_cast<std::uint32_t>(payload.size())) + write_state(bytes_hash(payload)) + payload;
}

/// The payload at the front of the bytes; empty where it is torn or damaged.
std::string_view next_payload(std::string_view bytes) {
  if (bytes.size() < head_bytes) return {};
  std::uint32_t size = 0;
  std::uint64_t check = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  std::memcpy(&check, bytes.data() + sizeof size, sizeof check);
  if (size == 0 || size > longest_record_bytes || size > bytes.size() - head_bytes) return {};
  const std::string_view payload = bytes.substr(head_bytes, size);
  return bytes_hash(payload) == check ? payload : std::string_view{};
}

void keep_better(RunRecord record, Records& records) {
  const auto found = records.runs.find(record.id);
  if (found == records.runs.end()) {
    const std::uint64_t id = record.id;
    records.runs.emplace(id, std::move(record));
  } else if (supersedes(record, found->second)) {
    found->second = std::move(record);
  }
}

void take_in(std::string_view payload, Records& records) {
  StateReader reader(payload);
  RecordKind kind{};
  reader.read(kind);
  if (kind == RecordKind::names) {
    MetricNames names;
    reader.read(names);
    records.names.emplace(names_hash(names), std::move(names));
  } else {
    RunRecord record;
    reader.read(record);
    keep_better(std::move(record), records);
  }
}

/// Takes the records of a segment in; how many bytes of it are whole.
std::size_t read_segment(const std::string& path, Records& records) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("read", path);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!bytes.starts_with(magic)) {
    if (bytes.size() >= magic.size()) throw std::runtime_error(path + " is no segment of this program");
    records.dropped_bytes += bytes.size();
    return 0;
  }
  std::size_t at = magic.size();
  for (std::string_view rest = bytes; at < bytes.size();) {
    const std::string_view payload = next_payload(rest.substr(at));
    if (payload.empty()) break;
    take_in(payload, records);
    at += head_bytes + payload.size();
  }
  records.dropped_bytes += bytes.size() - at;
  return at;
}

std::vector<std::string> segment_files(const std::string& directory) {
  std::vector<std::string> files;
  const fs::path folder = fs::path(directory) / "segments";
  if (!fs::exists(folder)) return files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".log") files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  return files;
}

void write_all(int file, const std::string& bytes, const std::string& path) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t n = ::write(file, bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("write", path);
    at += static_cast<std::size_t>(n);
  }
}

}  // namespace

std::uint64_t names_hash(const MetricNames& names) {
  return state_hash(names);
}

Records read_records(const std::string& directory) {
  Records records;
  for (const std::string& path : segment_files(directory)) (void)read_segment(path, records);
  return records;
}

RunStore::RunStore(const std::string& directory, std::size_t workers) : segments_(workers) {
  const fs::path folder = fs::path(directory) / "segments";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw std::runtime_error(fmt::format("cannot make {}: {}", folder.string(), error.message()));
  const std::string lock_path = directory + "/lock";
  lock_ = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_ < 0) fail("write", lock_path);
  try {
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
      throw std::runtime_error(directory +
                               " is in use by another process; wait for it, or choose another --out");
    }
    for (const std::string& path : segment_files(directory)) {
      const std::size_t whole = read_segment(path, records_);
      if (whole < fs::file_size(path)) fs::resize_file(path, whole);
    }
  } catch (...) {
    ::close(lock_);
    throw;
  }
  for (std::size_t worker = 0; worker < workers; ++worker)
    segments_[worker].path = (folder / fmt::format("{:03}.log", worker)).string();
}

RunStore::~RunStore() {
  for (const Segment& segment : segments_) {
    if (segment.file >= 0) ::close(segment.file);
  }
  ::close(lock_);
}

void RunStore::open_segment(Segment& segment) const {
  segment.file = ::open(segment.path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (segment.file < 0) fail("write", segment.path);
  if (::lseek(segment.file, 0, SEEK_END) == 0) write_all(segment.file, std::string(magic), segment.path);
}

void RunStore::append(std::size_t worker, RunRecord record, const MetricNames& names) {
  Segment& segment = segments_.at(worker);
  if (segment.file < 0) open_segment(segment);
  record.names = names_hash(names);
  const bool named = std::ranges::find(segment.names, record.names) != segment.names.end();
  std::string bytes = named ? "" : framed(RecordKind::names, write_state(names));
  bytes += framed(RecordKind::run, write_state(record));
  write_all(segment.file, bytes, segment.path);
  if (!named) segment.names.push_back(record.names);
  const std::lock_guard guard(mutex_);
  if (!named) records_.names.emplace(record.names, names);
  keep_better(std::move(record), records_);
}

void RunStore::sync() {
  for (const Segment& segment : segments_) {
    if (segment.file >= 0 && ::fsync(segment.file) != 0) fail("write", segment.path);
  }
}

}  // namespace lunafab::studies
