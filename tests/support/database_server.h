// A real PostgreSQL or MariaDB in a temporary folder, on a private unix socket only, as a user who is not root. It
// lives no longer than the test, whatever happens to that. Starting takes a few seconds: one per program, and a
// database of its own per spec.
//
//   static DatabaseServer server(DatabaseServer::Kind::postgresql);
//   const std::string url = server.newDatabase();      // for database.url
//
// ERRORS   A failed assertion with the server's log; std::system_error when its programs are not installed.
// THREADS  One at a time; construct it in a thread that outlives it (see ChildProcess).
#pragma once

#include "support/child_process.h"
#include "support/temp_dir.h"

#include <filesystem>
#include <memory>
#include <string>

namespace aiproject::test {

class DatabaseServer {
public:
    enum class Kind { postgresql, mariadb };

    // Answers when this returns. The data are made below `data`, when it is given: a disk that can be filled.
    explicit DatabaseServer(Kind kind, const std::filesystem::path& data = {});
    ~DatabaseServer();
    DatabaseServer(const DatabaseServer&) = delete;
    DatabaseServer& operator=(const DatabaseServer&) = delete;

    // Makes an empty database and answers its database.url.
    std::string newDatabase();

    void kill();     // -9
    void restart();  // answers again when this returns
    void suspend();  // takes connections, and says nothing
    void resume();

private:
    class StoppedFamily;

    Command asUser(const std::string& program, std::vector<std::string> arguments) const;
    std::string ownTmpdir() const;
    void makeData() const;
    void start();
    bool answers() const;
    std::string urlOf(const std::string& database) const;

    const Kind kind_;
    const TempDir folder_;  // the socket and the log; of a user who is not root
    const std::filesystem::path data_;
    std::unique_ptr<ChildProcess> server_;
    int databases_ = 0;
    std::unique_ptr<StoppedFamily> stopped_;
};

}  // namespace aiproject::test
