// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a solver allocates, kept from one solve to the next.
#pragma once

#include <any>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "suan/vector/vector.hpp"

namespace suan::detail {

/// Vectors and arrays by place: allocated when they are first asked for, or if the layout is
/// another one, and then handed out again with whatever they hold. Asking is collective, with the
/// same arguments on all ranks. @throws OutOfMemory, on all ranks.
template <Scalar T>
class Workspace {
 public:
  /// Users of vectors; each has its own.
  enum Part : std::size_t { frame, method, parts };

  /// Valid until this part asks for more.
  std::span<Vector<T>> vectors(Part part, const Layout& layout, std::size_t count);
  /// Columns of the layout's local size, number `which` of such arrays.
  ColumnMajor<T> basis(std::size_t which, const Layout& layout, std::size_t columns);
  /// An object on this rank alone, Kept(size): the last one unless it was of another type or size.
  template <class Kept>
  Kept& kept(std::size_t size) {
    auto* kept = std::any_cast<std::shared_ptr<Kept>>(&kept_);
    if (kept == nullptr || kept_size_ != size) {
      kept_ = std::make_shared<Kept>(size);
      kept_size_ = size;
      kept = std::any_cast<std::shared_ptr<Kept>>(&kept_);
    }
    return **kept;
  }

 private:
  struct Columns {
    Layout layout;
    ColumnMajor<T> columns;
  };
  std::vector<Vector<T>> vectors_[parts];
  std::vector<Columns> bases_;
  std::any kept_;
  std::size_t kept_size_ = 0;
};

/// The workspace of a solver. A solve borrows it; a solve inside it, with the same solver, gets one
/// of its own. A copy of the solver starts without one.
template <Scalar T>
class KeptWorkspace {
 public:
  KeptWorkspace() = default;
  KeptWorkspace(const KeptWorkspace&) noexcept {}
  KeptWorkspace& operator=(const KeptWorkspace&) noexcept { return *this; }
  ~KeptWorkspace() = default;

  class Loan {
   public:
    explicit Loan(KeptWorkspace& home) : home_(home), space_(std::move(home.space_)) {
      if (!space_) space_ = std::make_unique<Workspace<T>>();
    }
    ~Loan() { home_.space_ = std::move(space_); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Workspace<T>& operator*() const noexcept { return *space_; }
    Workspace<T>* operator->() const noexcept { return space_.get(); }

   private:
    KeptWorkspace& home_;
    std::unique_ptr<Workspace<T>> space_;
  };

 private:
  std::unique_ptr<Workspace<T>> space_;
};

}  // namespace suan::detail
