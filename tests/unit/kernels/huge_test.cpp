// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices with more than 2^31 entries, of which only a few take memory: the system backs pages of
// zeros that are only read with no memory.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <vector>

#include "suan/kernels/spgemm.hpp"
#include "suan/kernels/spmv_plan.hpp"
#include "support/sparse.hpp"

namespace {

using suan::DeviceView;
using suan::ExecutionSpace;
using suan::LocalIndex;
using suan::Offset;

constexpr bool is_sanitized =
#if defined(__SANITIZE_ADDRESS__)
    true;
#else
    false;
#endif

/// Zeros until they are written.
template <class T>
class Zeros {
 public:
  explicit Zeros(std::size_t size) : size_(size) {
    void* const memory = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    data_ = memory == MAP_FAILED ? nullptr : static_cast<T*>(memory);
  }
  Zeros(const Zeros&) = delete;
  Zeros& operator=(const Zeros&) = delete;
  ~Zeros() {
    if (data_ != nullptr) munmap(data_, bytes());
  }
  explicit operator bool() const { return data_ != nullptr; }
  T& operator[](Offset k) { return data_[k]; }
  DeviceView<const T> view() const { return DeviceView<const T>(data_, size_); }

 private:
  std::size_t bytes() const { return size_ * sizeof(T); }
  std::size_t size_;
  T* data_ = nullptr;
};

constexpr Offset two_to_31 = Offset(1) << 31;

/// Rows with the offsets given, in which each entry is a zero in column 0 but those that the test
/// plants.
void expect_products(const std::vector<Offset>& offsets) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "a device has no pages of zeros to read";
  if (is_sanitized) GTEST_SKIP() << "takes minutes with a sanitizer";
  const auto rows = static_cast<LocalIndex>(offsets.size() - 1);
  const Offset entries = offsets.back();
  Zeros<LocalIndex> indices(static_cast<std::size_t>(entries));
  Zeros<float> values(static_cast<std::size_t>(entries));
  if (!indices || !values) GTEST_SKIP() << "the system gives no address space of 17 GB";
  // 1 x_1 at the first entry of the last row and 2 x_2 at its last entry; 4 x_1 at entry 2^31 - 1.
  const auto plant = [&](Offset k, LocalIndex column, float value) {
    indices[k] = column;
    values[k] = value;
  };
  plant(offsets[offsets.size() - 2], 1, 1.0f);
  plant(entries - 1, 2, 2.0f);
  plant(two_to_31 - 1, 1, 4.0f);
  const auto row_of = std::upper_bound(offsets.begin(), offsets.end(), two_to_31 - 1);
  const auto planted_row = static_cast<std::size_t>(row_of - offsets.begin() - 1);

  const suan::kernels::CsrView<float> a{rows, 3,
                                        DeviceView<const Offset>(offsets.data(), offsets.size()),
                                        indices.view(), values.view()};
  const ExecutionSpace space;
  const suan::kernels::SpmvPlan<float> plan(space, a, suan::KernelPath::native);
  const std::vector<float> x{1000, 10, 100};
  std::vector<float> y(offsets.size() - 1, 7);
  plan.apply(space, 1, DeviceView<const float>(x.data(), x.size()), 0,
             DeviceView<float>(y.data(), y.size()));
  space.fence();
  std::vector<float> expected(y.size(), 0);
  expected.back() += 10 + 200;
  expected[planted_row] += 40;
  EXPECT_EQ(y, expected);
}

TEST(Huge, ProductWithManyRows) {
  constexpr Offset length = 2049;
  std::vector<Offset> offsets((std::size_t(1) << 20) + 1);
  for (std::size_t i = 0; i < offsets.size(); ++i) offsets[i] = static_cast<Offset>(i) * length;
  ASSERT_GT(offsets.back(), two_to_31);
  expect_products(offsets);
}

TEST(Huge, ProductWithOneRowOf2To31Entries) {
  expect_products({0, 5, 5, two_to_31 + 7, two_to_31 + 20});
}

TEST(Huge, CountsProductsOfTwoMatrices) {
  // A row of 2^16 entries that refers to the same row of B, also of 2^16 entries, each time.
  constexpr std::size_t n = std::size_t(1) << 16;
  suan::test::HostArrays<float> a{1, 1, {0, n}, std::vector<LocalIndex>(n, 0)};
  a.values.assign(n, 1);
  suan::test::HostArrays<float> b{1, n, {0, n}};
  for (std::size_t j = 0; j < n; ++j) {
    b.indices.push_back(static_cast<LocalIndex>(j));
    b.values.push_back(1);
  }
  const ExecutionSpace space;
  const auto left = a.csr();
  const auto right = b.csr();
  const suan::kernels::SpgemmPlan<float> plan(space, left.view(), right.view());
  EXPECT_EQ(plan.multiply_adds(), Offset(1) << 32);
}

}  // namespace
