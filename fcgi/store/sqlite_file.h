// SQLite files as wholes: a connection of SQLite's own, and copies.
//
// ERRORS   Error(internal), one sentence that names the file; no half file is left behind.
// THREADS  One at a time.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "base/error.h"
#include "store/backup.h"

namespace aiproject {

// A connection to a file that is there, closed when it goes.
class SqliteFile {
public:
    SqliteFile(const std::string& file, int flags, std::chrono::milliseconds timeout);
    ~SqliteFile() { sqlite3_close(handle_); }
    SqliteFile(const SqliteFile&) = delete;
    SqliteFile& operator=(const SqliteFile&) = delete;

    sqlite3* handle() const noexcept { return handle_; }
    Error failed(int result) const;

    int tried(const std::string& sql) const;  // SQLite's own result
    void execute(const std::string& sql) const;
    // The first column of the first row.
    std::string answer(const std::string& sql) const;

private:
    const std::string file_;
    sqlite3* handle_ = nullptr;
};

// A file of mode 0600 beside `target`, and all that SQLite puts beside it; gone at the end of the scope.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::filesystem::path& target);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

// The whole content, in one transaction of `to`.
void copyContent(const SqliteFile& from, const SqliteFile& to);

// A whole copy without a journal beside it, on disk when it gets its name.
void copyToFile(const SqliteFile& from, const std::filesystem::path& file, Existing existing);

}  // namespace aiproject
