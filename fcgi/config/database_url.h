// database.url in its parts:
//   sqlite:FILE
//   postgresql://USER:PASSWORD@HOST:PORT/DATABASE?host=FOLDER_OF_THE_SOCKET&sslmode=...&sslrootcert=FILE
//   mysql://USER:PASSWORD@HOST:PORT/DATABASE?socket=FILE&ssl_ca=FILE
// Each part may be percent-encoded; an IPv6 address stands in [ ].
//
// ERRORS   Error(internal), which says what is wrong and never repeats the url: it may hold a password.
#pragma once

#include <map>
#include <string>

namespace aiproject {

struct DatabaseUrl {
    std::string dialect;  // sqlite, postgresql, mysql: the folder below sql/
    std::string file;     // of SQLite; empty for the others, whose parts follow
    std::string user, password;
    std::string host;  // empty: the client library's own choice, a socket of this machine
    int port = 0;      // 0: the usual one
    std::string database;
    std::map<std::string, std::string> options;
};

DatabaseUrl parsedDatabaseUrl(const std::string& url);

// For people and logs: the url without its password; of a malformed one nothing but that it is.
std::string shownDatabaseUrl(const std::string& url);

bool hasPassword(const std::string& databaseUrl);  // a malformed one may have

}  // namespace aiproject
