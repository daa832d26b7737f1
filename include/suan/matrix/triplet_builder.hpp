// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Multithreaded assembly: entries in any order, with duplicates, as finite elements produce them.
#pragma once

#include <functional>
#include <vector>

#include "suan/matrix/assembly.hpp"

namespace suan {

/// Collects entries in parts, each of which one thread at a time may fill, and builds a matrix of
/// them. Duplicates are summed by rank, then by part, then in the order of add(): so the bits
/// depend on what the parts hold, and not on which thread filled them when, nor on how many there
/// are.
///
/// Memory: 16 bytes and a value per added entry, growing like a std::vector unless reserve() was
/// called. While the matrix is built: on one rank another 8 bytes and a value. On several, each
/// rank needs at most twice 16 bytes and a value, the collected ones among them, for every entry
/// that it has added or receives for its rows.
template <Scalar T>
class TripletBuilder {
 public:
  class alignas(64) Part {  // avoids false sharing
   public:
    void add(GlobalIndex row, GlobalIndex column, T value) {
      triplets_.push_back({row, column, value});
    }
    void reserve(std::size_t entries) { triplets_.reserve(entries); }

   private:
    friend class TripletBuilder;
    std::vector<Triplet<T>> triplets_;
  };

  /// With at least one part.
  TripletBuilder(const Layout& rows, const Layout& columns, std::size_t parts);

  std::size_t parts() const noexcept { return parts_.size(); }
  /// @throws InvalidArgument if there is no part k.
  Part& part(std::size_t k);
  /// The matrix; the parts are empty afterwards, also after an error. Collective.
  /// @throws InvalidArgument naming an entry outside the matrix, or when ranks pass different sizes
  /// or paths.
  DistributedMatrix<T> build(KernelPath path = KernelPath::automatic);

 private:
  Layout rows_;
  Layout columns_;
  std::vector<Part> parts_;
};

/// Builds a matrix of what element(e, part) adds for each e < elements, a number of this rank; it
/// is called once per element, from several threads. Duplicates are summed by rank and by element,
/// however threads are scheduled. See RowBlockSource for what it may do. Collective; the error of
/// the lowest element is thrown on all ranks.
template <Scalar T>
DistributedMatrix<T> assemble_elements(
    const Layout& rows, const Layout& columns, GlobalIndex elements,
    const std::function<void(GlobalIndex e, typename TripletBuilder<T>::Part& part)>& element,
    KernelPath path = KernelPath::automatic);

}  // namespace suan
