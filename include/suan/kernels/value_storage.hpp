// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How the formats of products keep the values of a matrix.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

/// How values are stored; products always compute in the vector's precision.
/// lossless: in the fewest bytes from which every value is restored to the last bit. same: as they
/// are. dictionary: an 8-bit index into a table of all values that occur, also exact; lossless
/// chooses it for values of 8 bytes. On a GPU lossless chooses narrower values where they save a
/// fifth of all bytes. The others round each value; float16
/// refuses those beyond 65504.
enum class ValueStorage { lossless, same, dictionary, float32, bfloat16, float16 };

std::string_view to_string(ValueStorage storage);
/// @throws InvalidArgument naming the valid ones.
ValueStorage value_storage_from_string(std::string_view name);
/// The names in the order above.
std::vector<std::string> value_storage_names();

/// What each storage would do to the values of a matrix, determined once for all formats.
template <Scalar T>
class ValueFacts {
 public:
  /// Most entries of a dictionary.
  static constexpr LocalIndex most_values = 256;

  ValueFacts() = default;
  /// Reads values until more than most_values different ones are found and each storage has had to
  /// round one: a few values, unless some storage rounds none. For a `wanted` storage that rounds,
  /// all are read once more, to count those too large for it.
  ValueFacts(const ExecutionSpace& space, const CsrView<T>& a,
             ValueStorage wanted = ValueStorage::lossless);

  /// Whether this storage restores every value exactly; not for `lossless`.
  bool keeps(ValueStorage storage) const;
  /// @throws NotSupported when T has no such storage, or it cannot hold a value; InvalidArgument
  /// when it rounds values and is not the wanted one.
  void require(ValueStorage storage) const;
  ValueStorage wanted() const { return wanted_; }

  Offset entries() const { return entries_; }
  /// Whether a dictionary would replace values of 8 bytes and more.
  bool suits_dictionary() const { return sizeof(T) >= 8 && !keeps(ValueStorage::float32); }
  /// The number of different bit patterns, as far as counted: more than most_values means many.
  LocalIndex different_values() const { return different_; }
  /// The different values in the order of their bits, followed by -0, with which a format may fill
  /// gaps. Empty when there are more than most_values.
  const DeviceView<const T>& dictionary() const { return dictionary_; }
  bool has_negative_zero() const { return has_negative_zero_; }

  /// Public because nvcc allows device lambdas in public member functions only.
  void collect(const ExecutionSpace& space, const CsrView<T>& a);
  void look_for_rounded(const ExecutionSpace& space, const CsrView<T>& a);

 private:
  bool keeps_all_different_values() const;
  static std::size_t rounding(ValueStorage storage) {
    return static_cast<std::size_t>(storage) - static_cast<std::size_t>(ValueStorage::float32);
  }

  Offset entries_ = 0;
  ValueStorage wanted_ = ValueStorage::same;
  Offset too_large_ = 0;          ///< for the wanted storage
  std::array<bool, 3> rounds_{};  ///< float32, bfloat16, float16: some value
  LocalIndex different_ = 0;
  DeviceView<const T> dictionary_;
  bool has_negative_zero_ = false;
};

/// Bytes of a value in this storage; 0 when T has no such storage.
template <Scalar T>
int value_bytes(ValueStorage storage);

}  // namespace suan::kernels
