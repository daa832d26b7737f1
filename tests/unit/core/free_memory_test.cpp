// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Limits of control groups, in trees like those under /proc and /sys.
#include "core/free_memory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <vector>

#include "support/temporary_folder.hpp"

namespace suan::detail {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class ControlGroups : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) const {
    const std::filesystem::path path(folder_ / name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << '\n';
  }
  double limit() const { return control_group_left(folder_ / ""); }

  test::TemporaryFolder folder_;
};

TEST_F(ControlGroups, NoneAtAll) { EXPECT_EQ(limit(), infinity); }

TEST_F(ControlGroups, TheRootAloneWhenTheProcessIsNotTold) {
  put("sys/fs/cgroup/memory.max", "7000");
  EXPECT_EQ(limit(), 7000);
}

TEST_F(ControlGroups, Version2TakesTheSmallestOnTheWayUp) {
  put("proc/self/cgroup", "0::/slurm/job_5/step_0");
  EXPECT_EQ(limit(), infinity);
  put("sys/fs/cgroup/slurm/job_5/step_0/memory.max", "max");
  EXPECT_EQ(limit(), infinity);
  put("sys/fs/cgroup/slurm/memory.max", "9000");
  EXPECT_EQ(limit(), 9000);
  put("sys/fs/cgroup/slurm/job_5/memory.max", "4000");
  EXPECT_EQ(limit(), 4000);
  put("sys/fs/cgroup/slurm/job_5/step_0/memory.max", "5000");
  EXPECT_EQ(limit(), 4000);
  put("sys/fs/cgroup/slurm/job_6/memory.max", "1");  // somebody else's
  EXPECT_EQ(limit(), 4000);
}

TEST_F(ControlGroups, Version1HasATreeForMemory) {
  put("proc/self/cgroup", "3:cpuset:/batch\n2:cpu,memory:/batch/job:7\n1:name=systemd:/x");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  put("sys/fs/cgroup/memory/batch/job:7/memory.limit_in_bytes", "6000");
  put("sys/fs/cgroup/cpuset/batch/memory.limit_in_bytes", "1");
  EXPECT_EQ(limit(), 6000);
  put("sys/fs/cgroup/memory/batch/memory.limit_in_bytes", "3000");
  EXPECT_EQ(limit(), 3000);
}

// Files that are cached can be given back; what processes hold cannot.
TEST_F(ControlGroups, WhatProcessesHoldIsNotLeft) {
  put("proc/self/cgroup", "0::/job");
  put("sys/fs/cgroup/job/memory.max", "9000");
  put("sys/fs/cgroup/job/memory.stat", "anon 2500\nfile 6000\nkernel 10");
  EXPECT_EQ(limit(), 6500);
  put("sys/fs/cgroup/memory.max", "9500");
  put("sys/fs/cgroup/memory.stat", "anon 4000\nfile 100");
  EXPECT_EQ(limit(), 5500);
  put("sys/fs/cgroup/memory.stat", "anon 9501");
  EXPECT_EQ(limit(), 0);
  put("proc/self/cgroup", "1:memory:/a");
  put("sys/fs/cgroup/memory.max", "max");
  put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "8000");
  put("sys/fs/cgroup/memory/a/memory.stat", "cache 7000\nrss 1\ntotal_cache 1\ntotal_rss 3000");
  EXPECT_EQ(limit(), 5000);
}

TEST_F(ControlGroups, BothVersionsAtOnce) {
  put("proc/self/cgroup", "1:memory:/a\n0::/b");
  put("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "8000");
  put("sys/fs/cgroup/unified/b/memory.max", "5000");
  EXPECT_EQ(limit(), 5000);
}

TEST_F(ControlGroups, InAContainerTheTreeBeginsBelow) {
  // The process's path is the host's; the tree that is seen begins at its group.
  put("proc/self/cgroup", "0::/docker/0123");
  put("sys/fs/cgroup/memory.max", "2500");
  EXPECT_EQ(limit(), 2500);
}

TEST_F(ControlGroups, WhatCannotBeUnderstoodLimitsNothing) {
  put("proc/self/cgroup", "nonsense\n0:\n\n0::\n0::/../..");
  put("sys/fs/cgroup/memory.max", "many");
  EXPECT_EQ(limit(), infinity);
}

// A process grows by what it touches.
TEST(ResidentBytes, GrowWithMemoryThatIsTouched) {
  const auto before = resident_bytes();
  if (before.now < 0) GTEST_SKIP() << "there is no /proc/self/status here";
  EXPECT_GE(before.peak, before.now);
  constexpr std::size_t size = std::size_t{64} << 20;
  const std::vector<char> touched(size, 1);
  const auto after = resident_bytes();
  EXPECT_GE(after.now - before.now, 0.9 * size);
  EXPECT_LE(after.now - before.now, 1.1 * size);
  EXPECT_GE(after.peak, after.now);
  EXPECT_GT(free_bytes(), 0);
}

}  // namespace
}  // namespace suan::detail
