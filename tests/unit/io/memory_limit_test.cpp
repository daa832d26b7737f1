// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Limits of control groups, in trees like those under /proc and /sys.
#include "io/detail/memory_limit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>

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
  double limit() const { return control_group_limit(folder_ / ""); }

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

TEST(RequireMemory, CountsTheRanksOfThisNode) {
  const double gib = 1024.0 * 1024.0 * 1024.0;
  EXPECT_NO_THROW(require_memory("a.h5: reading", 4 * gib, 1.0, 8, 2));
  try {
    require_memory("a.h5: reading", 4 * gib, 0.9, 8, 2);
    ADD_FAILURE() << "no error";
  } catch (const OutOfMemory& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("a.h5: reading needs about 1 GiB"),
                                             testing::HasSubstr("0.9 GiB")));
  }
  // No machine has this.
  EXPECT_THROW(require_memory("a", 1e30, 0, 1, 1), OutOfMemory);
}

TEST(RequirePlausible, WhatAFileCanMean) {
  const auto refused = [](double bytes, double file_bytes, double limit_gib) {
    try {
      require_plausible("a.mtx: reading", bytes, file_bytes, limit_gib);
    } catch (const OutOfMemory& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("memory_limit_gib"));
      return true;
    }
    return false;
  };
  EXPECT_FALSE(refused(2e8, 90, 0)) << "harmless";
  EXPECT_TRUE(refused(1e9, 90, 0));
  EXPECT_FALSE(refused(1e9, 90, 2)) << "asked for";
  EXPECT_FALSE(refused(1e9, 1e6, 0)) << "one entry for each hundred rows";
}

}  // namespace
}  // namespace suan::detail
