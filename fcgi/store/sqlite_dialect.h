// SQLite: one file, one writer at a time, every commit on disk before it is answered.
#pragma once

#include "store/dialect.h"
#include "store/writer_queue.h"

namespace aiproject {

class SqliteDialect final : public Dialect {
public:
    SqliteDialect(const std::string& file, DatabaseUse use, std::chrono::milliseconds timeout);

    std::string name() const override { return "sqlite"; }
    std::string place() const override { return file_; }
    bool exists() const override;
    std::string denial() const override;
    std::string shortage(const Poco::Exception& e) const override;
    bool hasOneWriter() const override { return true; }
    FaultKind kindOf(const Poco::Exception& e) const override;

    // Makes the file, of mode 0600, when there is none.
    Poco::Data::Session open(std::chrono::steady_clock::time_point deadline) const override;
    void setUp(Poco::Data::Session&) const override {}  // no server: open() does it
    int socketOf(Poco::Data::Session&) const override { return -1; }
    bool isIdle(Poco::Data::Session& session) const override;

    void begin(Poco::Data::Session& session, std::chrono::steady_clock::time_point deadline) const override;
    void commit(Poco::Data::Session& session) const override;
    void rollback(Poco::Data::Session& session) const noexcept override;
    static void execute(Poco::Data::Session& session, const std::string& sql);

    void lockMigrations(Poco::Data::Session&) const override {}  // whose transaction has locked all others out
    const char* countMigrationTables() const override;
    const char* createMigrationTable() const override;
    bool rollsBackTables() const override { return true; }

private:
    using Clock = std::chrono::steady_clock;

    static void keepSafe(Poco::Data::Session& session, Clock::time_point deadline);

    const std::string file_, folder_;
    const DatabaseUse use_;
    const std::chrono::milliseconds timeout_;
    const WriterQueue writers_;
};

}  // namespace aiproject
