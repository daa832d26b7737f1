// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Every operation on matrices with too little memory throws OutOfMemory and keeps nothing, and the
// same call succeeds with a smaller matrix.
#include <gtest/gtest.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/norms.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/matrix/ordering.hpp"
#include "suan/matrix/products.hpp"
#include "suan/matrix/transform.hpp"
#include "suan/matrix/transposed.hpp"
#include "suan/matrix/triangular.hpp"
#include "suan/solvers/cg.hpp"

namespace {

using suan::Csr;
using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Vector;

/// Bytes of this process's address space; 0 if the system does not tell.
std::size_t bytes_in_use() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// While it lives, the process gets at most this many more bytes.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t more) {
#if defined(__GLIBC__)
    // What the C library keeps for later would be more.
    mallopt(M_MMAP_THRESHOLD, 1 << 16);
    malloc_trim(0);
#endif
    getrlimit(RLIMIT_AS, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes_in_use() + more;
    setrlimit(RLIMIT_AS, &limit);
  }
  ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  rlimit before_{};
};

/// Bytes that Kokkos has allocated and not freed.
std::int64_t kokkos_bytes = 0;

class KokkosBytes {
 public:
  KokkosBytes() {
    namespace tools = Kokkos::Tools::Experimental;
    kokkos_bytes = 0;
    tools::set_allocate_data_callback(
        [](Kokkos_Profiling_SpaceHandle, const char*, const void*, std::uint64_t size) {
          kokkos_bytes += static_cast<std::int64_t>(size);
        });
    tools::set_deallocate_data_callback(
        [](Kokkos_Profiling_SpaceHandle, const char*, const void*, std::uint64_t size) {
          kokkos_bytes -= static_cast<std::int64_t>(size);
        });
  }
  ~KokkosBytes() {
    Kokkos::Tools::Experimental::set_allocate_data_callback(nullptr);
    Kokkos::Tools::Experimental::set_deallocate_data_callback(nullptr);
  }
};

/// The entries on and below the diagonal.
Csr<double> lower_triangle(const Csr<double>& a) {
  const auto copy = [](const auto& view) {
    return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  };
  const auto offsets = copy(a.view().offsets);
  const auto indices = copy(a.view().indices);
  const auto values = copy(a.view().values);
  std::vector<Offset> kept_offsets{0};
  std::vector<LocalIndex> kept_indices;
  std::vector<double> kept_values;
  for (LocalIndex i = 0; i < a.rows(); ++i) {
    for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
      if (indices(k) > i) continue;
      kept_indices.push_back(indices(k));
      kept_values.push_back(values(k));
    }
    kept_offsets.push_back(static_cast<Offset>(kept_indices.size()));
  }
  return Csr<double>::from_host(a.rows(), a.columns(), kept_offsets, kept_indices, kept_values);
}

/// What the operations take, made while there is memory.
struct Input {
  explicit Input(suan::GlobalIndex n)
      : a(suan::poisson3d<double>(n, n, n).local()),
        lower(lower_triangle(a)),
        general(suan::scale_rows(suan::random_vector<double>(a.row_layout(), 1), a)),
        reversed(static_cast<std::size_t>(a.rows())) {
    for (LocalIndex i = 0; i < a.rows(); ++i)
      reversed[static_cast<std::size_t>(i)] = a.rows() - 1 - i;
  }
  const Layout& layout() const { return a.row_layout(); }

  Csr<double> a;
  Csr<double> lower;
  Csr<double> general;  // with values that nothing compresses
  std::vector<LocalIndex> reversed;
};

struct Case {
  std::string name;
  std::function<void(const Input&)> call;
};

void optimize_as(const Csr<double>& a, const char* format) {
  suan::OptimizeOptions options;
  options.format = format;
  options.measure = false;
  suan::optimize(suan::DistributedMatrix<double>(a), options);
}

std::vector<Case> cases() {
  using suan::ones;
  return {
      {"mirrored transpose", [](const Input& m) { suan::transpose(m.a); }},
      {"counted transpose", [](const Input& m) { suan::transpose(m.lower); }},
      {"Transposition",
       [](const Input& m) { suan::Transposition<double>(m.lower).transpose(m.lower); }},
      {"permute", [](const Input& m) { suan::permute(m.a, m.reversed); }},
      {"scale", [](const Input& m) { suan::scale_rows(ones<double>(m.layout()), m.a); }},
      {"multiply", [](const Input& m) { suan::multiply(m.a, m.a); }},
      {"Product",
       [](const Input& m) {
         const suan::Product<double> product(m.a, m.a);
         product.multiply(m.a, m.a, product.multiply(m.a, m.a));
       }},
      {"galerkin_product", [](const Input& m) { suan::galerkin_product(m.a, m.a, m.a); }},
      {"GalerkinProduct",
       [](const Input& m) {
         suan::GalerkinProduct<double>(m.a, m.a, m.a).multiply(m.a, m.a, m.a);
       }},
      {"add", [](const Input& m) { suan::add(1.0, m.a, 2.0, m.lower); }},
      {"asymmetry", [](const Input& m) { suan::asymmetry(m.lower); }},
      {"rcm", [](const Input& m) { suan::compute_ordering(m.a, suan::Ordering::rcm); }},
      {"coloring", [](const Input& m) { suan::compute_coloring(m.a, 2); }},
      {"independent set", [](const Input& m) { suan::maximal_independent_set_2(m.a); }},
      {"triangular solver",
       [](const Input& m) {
         Vector<double> x(m.layout());
         suan::TriangularSolver<double>(m.lower).solve(ones<double>(m.layout()), x);
       }},
      {"several vectors",
       [](const Input& m) {
         suan::MultiVector<double> x(m.layout(), 8);
         auto y = x;
         m.a.apply(x, y);
         x.set_column(3, ones<double>(m.layout()));
         suan::Cg<double>({.max_iterations = 2}).solve(m.a, x, y);
       }},
      {"transposed operator",
       [](const Input& m) {
         Vector<double> x(m.layout());
         suan::TransposedOperator<double>(m.lower).apply(ones<double>(m.layout()), x);
       }},
      {"SELL", [](const Input& m) { optimize_as(m.general, "sell"); }},
      {"BSR", [](const Input& m) { optimize_as(m.general, "bsr"); }},
      {"vectors",
       [](const Input& m) {
         const Vector<double> x(ones<double>(m.layout()));
         const Vector<double> y(x);
         std::vector<Vector<double>>(8, y);
       }},
  };
}

/// Calls it with more and more memory until it succeeds. Returns how often memory ran out.
int count_failures(const Case& operation, const Input& large, const Input& small) {
  int failures = 0;
  for (double more = 1.5e6; more < 1e10; more *= 1.4) {
    const std::int64_t before = kokkos_bytes;
    bool failed = false;
    {
      const MemoryLimit limit(static_cast<std::size_t>(more));
      try {
        operation.call(large);
      } catch (const suan::OutOfMemory&) {
        failed = true;
        EXPECT_NO_THROW(operation.call(small));
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
        return 0;
      }
    }
    EXPECT_EQ(kokkos_bytes, before) << "bytes are kept";
    if (!failed) return failures;
    ++failures;
  }
  ADD_FAILURE() << "never succeeds";
  return failures;
}

TEST(OutOfMemory, IsSaidAndEverythingIsReleased) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer takes all addresses itself";
#endif
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the limit is the host's";
  if (bytes_in_use() == 0) GTEST_SKIP() << "there is no /proc/self/statm here";
#if defined(__GLIBC__)
  // Large arrays go back to the system at once; else what one case frees would do for the next.
  mallopt(M_MMAP_THRESHOLD, 1 << 17);
#endif
  const Input large(60);
  const Input small(4);
  for (const auto& operation : cases()) operation.call(small);  // threads and their memory
  const KokkosBytes counted;
  for (const auto& operation : cases()) {
    SCOPED_TRACE(operation.name);
    EXPECT_GT(count_failures(operation, large, small), 0);
  }
}

}  // namespace
