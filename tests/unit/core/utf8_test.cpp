// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "core/utf8.hpp"

#include <gtest/gtest.h>

namespace {

using suan::detail::one_line;
using suan::detail::valid_utf8;

TEST(Utf8, WhatIsUtf8Stays) {
  for (const std::string text : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9d\x84\x9e",
                                 "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(valid_utf8(text), text);
    EXPECT_EQ(one_line(text), text);
  }
}

TEST(Utf8, EachOtherByteIsWrittenInDigits) {
  EXPECT_EQ(valid_utf8("\xe9t\xe9"), "\\xe9t\\xe9");
  EXPECT_EQ(valid_utf8("a\xff\xc3\xa9"), "a\\xff\xc3\xa9");
  EXPECT_EQ(valid_utf8("\xc3"), "\\xc3");                             // cut off
  EXPECT_EQ(valid_utf8("\xe2\x82"), "\\xe2\\x82");                    // cut off
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\\xc0\\xaf");                    // longer than needed
  EXPECT_EQ(valid_utf8("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // longer than needed
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
}

TEST(Utf8, OneLineHasNoControlCharacters) {
  EXPECT_EQ(one_line("a\nb\x1b[1m\x7f"), "a\\x0ab\\x1b[1m\\x7f");
  EXPECT_EQ(valid_utf8("a\nb"), "a\nb");
}

}  // namespace
