// The original's MySQL, page by page: a result as a whole would be in memory as a whole.
#include "moving/original_users.h"

#include <vector>

#include "base/error.h"

#ifdef AIPROJECT_HAS_MYSQL
#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Nullable.h>
#endif

namespace aiproject {

#ifdef AIPROJECT_HAS_MYSQL

using Poco::Data::Keywords::bind;

namespace {

constexpr std::size_t kConnectSeconds = 10;
constexpr const char* kFirstPage =
    "SELECT CAST(Id AS CHAR), CAST(UserName AS CHAR), CAST(PassWord AS CHAR), CAST(Tokens AS CHAR),"
    " CAST(Email AS CHAR), CAST(PicTimes AS CHAR), CAST(Academy AS CHAR) FROM user ORDER BY Id LIMIT 1000";
constexpr const char* kNextPage =
    "SELECT CAST(Id AS CHAR), CAST(UserName AS CHAR), CAST(PassWord AS CHAR), CAST(Tokens AS CHAR),"
    " CAST(Email AS CHAR), CAST(PicTimes AS CHAR), CAST(Academy AS CHAR) FROM user WHERE Id > ? ORDER BY Id LIMIT 1000";

// Poco splits its connection string at semicolons, and knows no quotes.
std::string setting(const char* name, const std::string& value) {
    if (value.find(';') != std::string::npos)
        throw Error(ErrorKind::internal, std::string("--from: the ") + name +
                                             " has a semicolon, which the MySQL connector cannot take; import from the "
                                             "file that mysqldump writes");
    return std::string(name) + "=" + value + ";";
}

OriginalUser::Field field(const Poco::Data::RecordSet& page, std::size_t column, std::size_t row) {
    const Poco::Dynamic::Var value = page.value(column, row);
    return value.isEmpty() ? OriginalUser::Field() : OriginalUser::Field(value.convert<std::string>());
}

Poco::Data::Session connected(const OriginalServer& server) {
    static const bool isRegistered = (Poco::Data::MySQL::Connector::registerConnector(), true);
    static_cast<void>(isRegistered);
    return {Poco::Data::MySQL::Connector::KEY,
            setting("host", server.host) + setting("port", server.port) + setting("user", server.user) +
                setting("password", server.password) + setting("db", server.database) +
                setting("character-set", "utf8mb4"),
            kConnectSeconds};
}

void readPages(Poco::Data::Session& session, const TakeOriginal& take) {
    for (std::string last;;) {
        Poco::Data::Statement select(session);
        if (last.empty())
            select << kFirstPage;
        else
            select << kNextPage, bind(last);
        select.execute();
        const Poco::Data::RecordSet page(select);
        const std::size_t rows = page.rowCount();
        for (std::size_t row = 0; row < rows; ++row) {
            take({field(page, 0, row), field(page, 1, row), field(page, 2, row), field(page, 3, row),
                  field(page, 4, row), field(page, 5, row), field(page, 6, row)});
            last = field(page, 0, row).value_or("");
        }
        if (rows == 0 || last.empty()) return;
    }
}

}  // namespace

void readOriginalServer(const OriginalServer& server, const TakeOriginal& take) {
    const std::string place = "MySQL at " + server.host + ":" + server.port + ", database " + server.database;
    try {
        Poco::Data::Session session = connected(server);
        readPages(session, take);
    } catch (const Poco::Exception& e) {
        throw Error(ErrorKind::internal, place + ": " + e.displayText());
    }
}

#else

void readOriginalServer(const OriginalServer&, const TakeOriginal&) {
    throw Error(ErrorKind::internal,
                "--from: this program was built without Poco's MySQL connector; import from the file that mysqldump "
                "writes, or build it where libPocoDataMySQL is");
}

#endif

}  // namespace aiproject
