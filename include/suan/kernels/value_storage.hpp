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

/// How values are kept; products compute in the vector's precision whatever it is.
/// lossless: in the fewest bytes from which every value comes back unchanged, to the last bit of
/// the result. same: as they are. dictionary: the number of the value, 8 bits, in a table of all
/// that occur, unchanged too; lossless takes it in place of values of 8 bytes. The others round
/// each value; float16 refuses those beyond 65504.
enum class ValueStorage { lossless, same, dictionary, float32, bfloat16, float16 };

std::string_view to_string(ValueStorage storage);
/// @throws InvalidArgument naming the valid ones.
ValueStorage value_storage_from_string(std::string_view name);
/// The names in the order above.
std::vector<std::string> value_storage_names();

/// What each storage would do to the values of a matrix, found out once for all formats.
template <Scalar T>
class ValueFacts {
 public:
  /// Most entries of a dictionary.
  static constexpr LocalIndex most_values = 256;

  ValueFacts() = default;
  /// Reads the values until more than most_values different ones are found. Reads them once more,
  /// unless a dictionary has shown that none of them would be rounded.
  ValueFacts(const ExecutionSpace& space, const CsrView<T>& a);

  /// Whether every value comes back unchanged; not for `lossless`.
  bool keeps(ValueStorage storage) const;
  /// Entries that do not come back unchanged, of a storage that rounds.
  Offset inexact(ValueStorage storage) const { return inexact_[rounding(storage)]; }
  /// @throws NotSupported in words when T has no such storage, or it cannot hold a value.
  void require(ValueStorage storage) const;

  Offset entries() const { return entries_; }
  /// Whether a dictionary would stand in place of values of 8 bytes and more.
  bool suits_dictionary() const { return sizeof(T) >= 8 && !keeps(ValueStorage::float32); }
  /// Different values by their bits, as far as counted: more than most_values is many.
  LocalIndex different_values() const { return different_; }
  /// The different values in the order of their bits, followed by -0: what a format may fill gaps
  /// with. Empty when there are more than most_values.
  const DeviceView<const T>& dictionary() const { return dictionary_; }
  bool has_negative_zero() const { return has_negative_zero_; }

  /// Public because nvcc wants functions with device lambdas to be so.
  void count_rounded(const ExecutionSpace& space, const CsrView<T>& a);
  void collect(const ExecutionSpace& space, const CsrView<T>& a);

 private:
  bool keeps_all_different_values() const;
  static std::size_t rounding(ValueStorage storage) {
    return static_cast<std::size_t>(storage) - static_cast<std::size_t>(ValueStorage::float32);
  }

  Offset entries_ = 0;
  std::array<Offset, 3> inexact_{};    ///< float32, bfloat16, float16
  std::array<Offset, 3> too_large_{};  ///< the same
  LocalIndex different_ = 0;
  DeviceView<const T> dictionary_;
  bool has_negative_zero_ = false;
};

/// Bytes of a value so stored; 0 when T has no such storage.
template <Scalar T>
int value_bytes(ValueStorage storage);

}  // namespace suan::kernels
