// What the tests of the configuration share: a file in a folder of its own, and how it reads.
#pragma once

#include "config/config_file.h"
#include "config/config_keys.h"
#include "support/temp_dir.h"
#include "unit/expect.h"

#include <cppunit/TestCase.h>

#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

namespace aiproject::test {

inline std::string listed(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

struct ConfigTest : CppUnit::TestCase {
    TempDir dir;

    ConfigReading read(const std::string& content, const std::vector<std::string>& overrides = {}) const {
        const std::string file = dir.write("a.properties", content);
        chmod(file.c_str(), 0600);
        return readConfig({file, overrides});
    }
    Config config(const std::string& content, const std::vector<std::string>& overrides = {}) const {
        const ConfigReading reading = read(content, overrides);
        CPPUNIT_ASSERT_EQUAL(std::string(), listed(reading.errors));
        return reading.config;
    }
    std::string errors(const std::string& content, const std::vector<std::string>& overrides = {}) const {
        return listed(read(content, overrides).errors);
    }
    // The one error that there must be.
    std::string error(const std::string& content, const std::vector<std::string>& overrides = {}) const {
        const ConfigReading reading = read(content, overrides);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(listed(reading.errors), std::size_t(1), reading.errors.size());
        return reading.errors.front();
    }
};

}  // namespace aiproject::test
