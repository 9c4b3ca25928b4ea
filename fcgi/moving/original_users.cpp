#include "moving/original_users.h"

#include <Poco/URI.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "base/error.h"
#include "config/database_url.h"
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

std::string originalServerUrl(const std::string& from, const std::string& password) {
    try {
        if (!parsedDatabaseUrl(from).password.empty() || password.empty()) return from;
    } catch (const Error& e) {
        throw fault("a server is written mysql://USER@HOST:PORT/DATABASE; of " + std::string(e.what()));
    }
    std::string encoded;
    Poco::URI::encode(password, "!#$%&'()*+,/:;=?@[]", encoded);
    // Where parsedDatabaseUrl() looks for it: a user may have an @, or an empty password behind a colon.
    const auto begin = kScheme.size(), end = from.find_first_of("/?", begin);
    const auto at = from.rfind('@', end), colon = std::min(from.find(':', begin), at);
    return from.substr(0, colon) + ":" + encoded + from.substr(at);
}

bool originalServerHasPassword(const std::string& from) {
    return from.rfind(kScheme, 0) == 0 && originalServerUrl(from, "") == from && hasPassword(from);
}

OriginalUsers originalUsersFrom(const std::string& from, const std::string& password) {
    if (from.rfind(kScheme, 0) == 0) {
        const std::string url = originalServerUrl(from, password);
        return [url](const TakeOriginal& take) { readOriginalServer(url, take); };
    }
    return [from](const TakeOriginal& take) { readFile(from, take); };
}

}  // namespace aiproject
