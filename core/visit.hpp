#pragma once
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>
#include "core/integer.hpp"
#include "core/tick.hpp"

// State is plain data. Each struct lists its fields once, in
//   static void visit_fields(auto& self, auto&& visit) { visit("name", self.name); … }
// and hashing, writing, reading and comparing follow from that list.
namespace lunafab {

namespace detail {
struct NullVisitor {
  void operator()(std::string_view, const auto&) const {}
};
}  // namespace detail

template <class T>
concept HasFields = requires(T& t) {
  std::remove_const_t<T>::visit_fields(t, detail::NullVisitor{});
};

template <class T>
concept PlainValue = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, Int128>;

namespace detail {
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_array = false;
template <class T, std::size_t N>
inline constexpr bool is_array<std::array<T, N>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_shared = false;
template <class T>
inline constexpr bool is_shared<std::shared_ptr<const T>> = true;

/// Walks any state value down to bytes: `sink(data, size)` for plain values, lengths as 64-bit counts.
template <class Sink, class T>
void emit(Sink& sink, const T& value) {
  if constexpr (PlainValue<T>) {
    sink(&value, sizeof value);
  } else if constexpr (std::same_as<T, Tick> || std::same_as<T, Ticks>) {
    emit(sink, value.us);
  } else if constexpr (std::same_as<T, std::string>) {
    emit(sink, static_cast<std::uint64_t>(value.size()));
    sink(value.data(), value.size());
  } else if constexpr (is_optional<T>) {
    emit(sink, value.has_value());
    if (value) emit(sink, *value);
  } else if constexpr (is_shared<T>) {
    emit(sink, value != nullptr);
    if (value) emit(sink, *value);
  } else if constexpr (is_vector<T> || is_array<T>) {
    if constexpr (is_vector<T>) emit(sink, static_cast<std::uint64_t>(value.size()));
    for (const auto& item : value) emit(sink, item);
  } else {
    static_assert(HasFields<const T>, "state must be plain data with visit_fields");
    T::visit_fields(value, [&sink](std::string_view, const auto& field) { emit(sink, field); });
  }
}
}  // namespace detail

/// 64-bit hash of a state: equal states give equal hashes on every machine of the same byte order.
class StateHash {
 public:
  void operator()(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (; size >= 8; size -= 8, bytes += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes, 8);
      mix(word);
    }
    std::uint64_t tail = size;
    for (std::size_t i = 0; i < size; ++i) tail = tail << 8 | bytes[i];
    mix(tail);
  }
  std::uint64_t value() const { return state_; }

 private:
  void mix(std::uint64_t word) {  // splitmix64 finaliser over a running sum
    state_ += word + 0x9e3779b97f4a7c15u;
    state_ = (state_ ^ state_ >> 30) * 0xbf58476d1ce4e5b9u;
    state_ = (state_ ^ state_ >> 27) * 0x94d049bb133111ebu;
    state_ ^= state_ >> 31;
  }
  std::uint64_t state_ = 0x6c756e61666162u;
};

template <class T>
std::uint64_t state_hash(const T& state) {
  StateHash hash;
  detail::emit(hash, state);
  return hash.value();
}

template <class T>
std::string write_state(const T& state) {
  std::string bytes;
  auto sink = [&bytes](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  };
  detail::emit(sink, state);
  return bytes;
}

/// Reads back what `write_state` wrote for the same type. @throws std::runtime_error where the bytes end
/// early.
class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  void read(T& value) {
    if constexpr (PlainValue<T>) {
      take(&value, sizeof value);
    } else if constexpr (std::same_as<T, Tick> || std::same_as<T, Ticks>) {
      read(value.us);
    } else if constexpr (std::same_as<T, std::string>) {
      value.resize(read_length(1));
      take(value.data(), value.size());
    } else if constexpr (detail::is_optional<T>) {
      bool has = false;
      read(has);
      if (has) {
        read(value.emplace());
      } else {
        value.reset();
      }
    } else if constexpr (detail::is_shared<T>) {
      bool has = false;
      read(has);
      std::remove_const_t<typename T::element_type> held{};
      if (has) read(held);
      value = has ? std::make_shared<typename T::element_type>(std::move(held)) : nullptr;
    } else if constexpr (std::same_as<T, std::vector<bool>>) {
      static_assert(!std::same_as<T, std::vector<bool>>, "use a vector of bytes");
    } else if constexpr (detail::is_vector<T> || detail::is_array<T>) {
      if constexpr (detail::is_vector<T>) value.resize(read_length(1));
      for (auto& item : value) read(item);
    } else {
      T::visit_fields(value, [this](std::string_view, auto& field) { this->read(field); });
    }
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  std::size_t read_length(std::size_t item_bytes) {
    std::uint64_t length = 0;
    read(length);
    if (length > bytes_.size() / item_bytes) throw std::runtime_error("state ends early");
    return static_cast<std::size_t>(length);
  }
  void take(void* out, std::size_t size) {
    if (size > bytes_.size()) throw std::runtime_error("state ends early");
    if (size != 0) std::memcpy(out, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  std::string_view bytes_;
};

/// Name of the first field, depth first, in which two states differ (`servers[3].remaining`); "" where they
/// are equal.
template <class T>
std::string first_difference(const T& a, const T& b, const std::string& name = "state") {
  if constexpr (detail::is_vector<T> || detail::is_array<T>) {
    if (a.size() != b.size()) return name + ".size";
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::string found = first_difference(a[i], b[i], name + "[" + std::to_string(i) + "]");
      if (!found.empty()) return found;
    }
    return {};
  } else if constexpr (HasFields<const T>) {
    std::vector<std::string> of_b;  // fields of b as bytes, in the same order
    T::visit_fields(b, [&of_b](std::string_view, const auto& field) { of_b.push_back(write_state(field)); });
    std::size_t index = 0;
    std::string found;
    T::visit_fields(a, [&](std::string_view field_name, const auto& field) {
      if (found.empty() && write_state(field) != of_b[index]) {
        std::remove_cvref_t<decltype(field)> other{};
        StateReader(of_b[index]).read(other);
        found = first_difference(field, other, name + "." + std::string(field_name));
      }
      ++index;
    });
    return found;
  } else {
    return write_state(a) == write_state(b) ? std::string{} : name;
  }
}

}  // namespace lunafab
