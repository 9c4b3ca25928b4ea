#include "moving/original_users.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "moving/sql_dump.h"

namespace aiproject {
namespace {

const std::string kScheme = "mysql://";

const DumpTable& userTable() {
    static const DumpTable table{"user", {"Id", "UserName", "PassWord", "Tokens", "Email", "PicTimes", "Academy"}, 3};
    return table;
}

OriginalUser userOf(const DumpRow& row) { return {row[0], row[1], row[2], row[3], row[4], row[5], row[6]}; }

Error fault(const std::string& what) { return {ErrorKind::internal, "--from: " + what}; }

std::string decoded(const std::string& part) {
    std::string text;
    try {
        Poco::URI::decode(part, text);
    } catch (const Poco::Exception&) {
        throw fault("the mysql:// URL has a % that is not followed by two hex digits; write a % itself as %25");
    }
    return text;
}

// What is before the separator, which goes; the rest is left in `text`. All of it when there is none.
std::string takeUntil(char separator, std::string& text) {
    std::string taken = text.substr(0, text.find(separator));
    text.erase(0, taken.size() + 1);
    return taken;
}

void readFile(const std::string& file, const TakeOriginal& take) {
    std::ifstream dump(file, std::ios::binary);
    if (!dump) throw fault(file + " cannot be opened: " + std::strerror(errno));
    try {
        readDump(dump, userTable(), [&](const DumpRow& row) { take(userOf(row)); });
    } catch (const Error& e) {
        throw Error(e.kind(), file + ", " + e.what());
    }
}

}  // namespace

OriginalServer originalServer(const std::string& url, const std::string& password) {
    OriginalServer server;
    const auto at = url.rfind('@', url.find_last_of('/'));
    if (url.rfind(kScheme, 0) != 0 || at == std::string::npos || url.find_last_of('/') < at)
        throw fault("a server is written mysql://USER@HOST:PORT/DATABASE");
    std::string account = url.substr(kScheme.size(), at - kScheme.size());
    const bool hasPassword = account.find(':') != std::string::npos;
    server.user = decoded(takeUntil(':', account));
    server.password = hasPassword ? decoded(account) : password;
    std::string place = url.substr(at + 1);
    std::string address = takeUntil('/', place);
    server.database = decoded(place);
    if (const std::string host = takeUntil(':', address); !host.empty()) server.host = host;
    if (!address.empty()) server.port = address;
    if (server.user.empty() || server.database.empty())
        throw fault("the mysql:// URL names no user or no database; write mysql://USER@HOST:PORT/DATABASE");
    return server;
}

bool originalServerHasPassword(const std::string& from) {
    return from.rfind(kScheme, 0) == 0 && !originalServer(from, "").password.empty();
}

OriginalUsers originalUsersFrom(const std::string& from, const std::string& password) {
    if (from.rfind(kScheme, 0) == 0) {
        const OriginalServer server = originalServer(from, password);
        return [server](const TakeOriginal& take) { readOriginalServer(server, take); };
    }
    return [from](const TakeOriginal& take) { readFile(from, take); };
}

}  // namespace aiproject
