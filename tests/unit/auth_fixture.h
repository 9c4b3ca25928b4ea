// What the tests of accounts share: a database in a folder of its own, and threads that start together.
#pragma once

#include <cppunit/TestAssert.h>

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "auth/password_hash.h"
#include "config/config.h"
#include "store/database.h"
#include "store/migrations.h"
#include "support/places.h"
#include "unit/expect.h"

namespace aiproject::test {

constexpr HashCost kCheap{4, 1, 1};

inline DatabaseConfig databaseAt(const std::string& file,
                                 std::chrono::milliseconds timeout = std::chrono::seconds(60)) {
    DatabaseConfig config;
    config.url = "sqlite:" + file;
    config.timeout = timeout;
    return config;
}

inline mode_t modeOf(const std::string& file) {
    struct stat status {};
    CPPUNIT_ASSERT_EQUAL(0, ::stat(file.c_str(), &status));
    return status.st_mode & 07777;
}

inline std::filesystem::path sqlFolder() { return sourceFolder() + "/sql"; }

inline void migrate(Database& database, const std::filesystem::path& folder = sqlFolder()) {
    Migrations(database, folder).apply([](const std::string&) {});
}

// Runs work(0) ... work(count - 1) in threads that begin at the same time; rethrows what one has thrown.
inline void together(int count, const std::function<void(int)>& work) {
    std::atomic<int> missing{count};
    std::vector<std::future<void>> all;
    all.reserve(std::size_t(count));
    for (int index = 0; index < count; ++index) {
        all.push_back(std::async(std::launch::async, [&, index] {
            --missing;
            while (missing > 0) std::this_thread::yield();
            work(index);
        }));
    }
    for (auto& one : all) one.wait();
    for (auto& one : all) one.get();
}

}  // namespace aiproject::test
