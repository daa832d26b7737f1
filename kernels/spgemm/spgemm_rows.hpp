// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Facts about the rows of a product: their work, known at the start, and what the symbolic phase
// finds out for the numeric phase.
#pragma once

#include <vector>

#include "kernels/spgemm/few_columns.hpp"
#include "kernels/spgemm/row_structure.hpp"

namespace suan::kernels {

enum class RowKind : std::uint8_t {
  own,        ///< nothing is known
  as_before,  ///< the row before has the same columns
  moved,      ///< the row `distance` before has the same columns, shifted by `distance`
  listed,     ///< few products: their positions in the row are kept
  ordered     ///< most products come in the order of the columns
};

class SpgemmRows {
 public:
  SpgemmRows(LocalIndex rows, std::size_t chunks, LocalIndex distance)
      : distance_(distance),
        kinds_(static_cast<std::size_t>(rows), RowKind::own),
        places_(chunks) {}

  LocalIndex distance() const { return distance_; }
  RowKind kind(LocalIndex i) const { return kinds_[static_cast<std::size_t>(i)]; }
  RowKind& kind(LocalIndex i) { return kinds_[static_cast<std::size_t>(i)]; }

  /// For each product of the chunk's listed rows, in the order of addition, the index of its entry
  /// within the row.
  using Places = std::vector<FewColumns::Place>;
  const Places& places(std::size_t chunk) const { return places_[chunk]; }
  Places& places(std::size_t chunk) { return places_[chunk]; }

 private:
  LocalIndex distance_;
  std::vector<RowKind> kinds_;
  std::vector<Places> places_;
};

/// The products of a row of A B.
struct RowWork {
  Offset products = 0;
  Offset longest = 0;           ///< of them, with one row of B
  LocalIndex longest_row = -1;  ///< this row; of several the first

  Offset others() const { return products - longest; }
  /// The others cost a search each.
  bool has_one_long_row() const { return 8 * others() <= longest; }
};

template <Scalar T>
RowWork work_of_row(const HostCsr<T>& a, const HostCsr<T>& b, LocalIndex i) {
  RowWork work;
  for (Offset k = a.offsets[i]; k < a.offsets[i + 1]; ++k) {
    const LocalIndex row = a.indices[k];
    const Offset length = b.offsets[row + 1] - b.offsets[row];
    work.products += length;
    if (length > work.longest) {
      work.longest = length;
      work.longest_row = row;
    }
  }
  return work;
}

}  // namespace suan::kernels
