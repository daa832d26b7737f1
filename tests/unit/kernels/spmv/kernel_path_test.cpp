// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The paths that a build reports, and the error for a path that it may not have.
#include "suan/kernels/kernel_path.hpp"

#include <gmock/gmock.h>

#include <array>

#include "suan/matrix/csr.hpp"

namespace suan {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr bool has_cuda = SUAN_HAVE_CUDA != 0;

Csr<double> one_by_one(KernelPath path) {
  const std::array<Offset, 2> offsets = {0, 1};
  const std::array<LocalIndex, 1> indices = {0};
  const std::array<double, 1> values = {3};
  return Csr<double>::from_host(1, 1, offsets, indices, values, path);
}

TEST(KernelPath, NativeIsInEveryBuild) {
  EXPECT_EQ(choose_spmv_path(KernelPath::native), KernelPath::native);
  EXPECT_EQ(one_by_one(KernelPath::native).path(), "native");
}

void expect_refused(KernelPath path) {
  const auto refusal = ThrowsMessage<NotSupported>(
      AllOf(HasSubstr(std::string(to_string(path))), HasSubstr("native"), HasSubstr("no CUDA")));
  EXPECT_THAT([=] { choose_spmv_path(path); }, refusal);
  EXPECT_THAT([=] { choose_spmm_path(path); }, refusal);
  EXPECT_THAT([=] { one_by_one(path); }, refusal);
}

TEST(KernelPath, CudaPathsAreRefusedInWordsWithoutCuda) {
  if (has_cuda) GTEST_SKIP() << "this build has CUDA";
  expect_refused(KernelPath::cusparse);
  expect_refused(KernelPath::cuda);
  EXPECT_THAT(available_kernel_paths(), ElementsAre(KernelPath::native));
  EXPECT_EQ(choose_spmv_path(KernelPath::automatic), KernelPath::native);
  EXPECT_EQ(choose_spmm_path(KernelPath::automatic), KernelPath::native);
}

TEST(KernelPath, ChooseTakesTheFirstAndRefusesWhatIsAbsent) {
  const auto choose = [](KernelPath wanted) {
    return choose_path("a test", wanted, {KernelPath::cuda, KernelPath::native});
  };
  EXPECT_EQ(choose(KernelPath::automatic), KernelPath::cuda);
  EXPECT_EQ(choose(KernelPath::native), KernelPath::native);
  EXPECT_THAT([&] { choose(KernelPath::cusparse); },
              ThrowsMessage<NotSupported>(
                  AllOf(HasSubstr("cusparse"), HasSubstr("a test"), HasSubstr("cuda, native"))));
}

TEST(KernelPath, AutomaticIsSuansOwnWithCuda) {
  if (!has_cuda) GTEST_SKIP() << "this build has no CUDA";
  EXPECT_THAT(available_kernel_paths(),
              ElementsAre(KernelPath::native, KernelPath::cusparse, KernelPath::cuda));
  EXPECT_EQ(one_by_one(KernelPath::automatic).path(), "cuda");
  EXPECT_EQ(one_by_one(KernelPath::cusparse).path(), "cusparse");
  EXPECT_EQ(one_by_one(KernelPath::cuda).path(), "cuda");
}

}  // namespace
}  // namespace suan
