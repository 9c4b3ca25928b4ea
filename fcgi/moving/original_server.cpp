// The original's MySQL, page by page: a result as a whole would be in memory as a whole.
#include "moving/original_users.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include "store/database.h"

namespace aiproject {

using Poco::Data::Keywords::bind;

namespace {

constexpr std::chrono::milliseconds kPageTime{60'000};
constexpr const char* kFirstPage =
    "SELECT CAST(Id AS CHAR), CAST(UserName AS CHAR), CAST(PassWord AS CHAR), CAST(Tokens AS CHAR),"
    " CAST(Email AS CHAR), CAST(PicTimes AS CHAR), CAST(Academy AS CHAR) FROM user ORDER BY Id LIMIT 1000";
constexpr const char* kNextPage =
    "SELECT CAST(Id AS CHAR), CAST(UserName AS CHAR), CAST(PassWord AS CHAR), CAST(Tokens AS CHAR),"
    " CAST(Email AS CHAR), CAST(PicTimes AS CHAR), CAST(Academy AS CHAR) FROM user WHERE Id > ? ORDER BY Id LIMIT 1000";

OriginalUser::Field field(const Poco::Data::RecordSet& page, std::size_t column, std::size_t row) {
    const Poco::Dynamic::Var value = page.value(column, row);
    return value.isEmpty() ? OriginalUser::Field() : OriginalUser::Field(value.convert<std::string>());
}

std::vector<OriginalUser> pageAfter(const std::string& last, Poco::Data::Session& session) {
    Poco::Data::Statement select(session);
    if (last.empty())
        select << kFirstPage;
    else
        select << kNextPage, bind(last);
    select.execute();
    const Poco::Data::RecordSet page(select);
    std::vector<OriginalUser> users;
    for (std::size_t row = 0; row < page.rowCount(); ++row)
        users.push_back({field(page, 0, row), field(page, 1, row), field(page, 2, row), field(page, 3, row),
                         field(page, 4, row), field(page, 5, row), field(page, 6, row)});
    return users;
}

}  // namespace

void readOriginalServer(const std::string& url, const TakeOriginal& take) {
    DatabaseConfig config;
    config.url = url;
    config.sessions = 1;
    config.timeout = kPageTime;
    Database server(config, DatabaseUse::look);
    for (std::string last;;) {
        std::vector<OriginalUser> users;
        server.read([&](Poco::Data::Session& session) { users = pageAfter(last, session); });
        if (users.empty()) return;
        last = users.back().id.value_or("");
        for (const OriginalUser& user : users) take(user);
        if (last.empty()) return;
    }
}

}  // namespace aiproject
