#include "config/database_url.h"

#include "base/error.h"

#include <Poco/Exception.h>
#include <Poco/NumberParser.h>
#include <Poco/URI.h>

#include <set>
#include <string_view>

namespace aiproject {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr const char* kForms =
    "; write sqlite:FILE, postgresql://USER:PASSWORD@HOST:PORT/DATABASE or mysql://USER:PASSWORD@HOST:PORT/DATABASE";
constexpr int kMostPort = 65'535;

Error fault(const std::string& what) { return {ErrorKind::internal, "database.url: " + what + kForms}; }

const std::set<std::string>& optionsOf(const std::string& dialect) {
    static const std::set<std::string> postgresql{"host",    "sslmode", "sslrootcert",
                                                  "sslcert", "sslkey",  "target_session_attrs"};
    static const std::set<std::string> mysql{"socket", "ssl_ca"};
    return dialect == "mysql" ? mysql : postgresql;
}

std::string decoded(const std::string& part) {
    std::string text;
    try {
        Poco::URI::decode(part, text);
    } catch (const Poco::SyntaxException&) {
        throw fault("a % must be followed by two hex digits (a % itself is %25)");
    }
    if (text.find('\0') != std::string::npos) throw fault("has a %00");
    return text;
}

// Cuts `text` at the sign; what follows it is answered, or nothing when there is none.
std::string cutAt(std::string& text, std::string::size_type sign) {
    if (sign == std::string::npos) return {};
    std::string rest = text.substr(sign + 1);
    text.erase(sign);
    return rest;
}

void takeOptions(const std::string& query, DatabaseUrl& url) {
    for (std::string rest = query; !rest.empty();) {
        std::string option = rest;
        rest = cutAt(option, option.find('&'));
        const std::string value = decoded(cutAt(option, option.find('=')));
        if (optionsOf(url.dialect).count(option) == 0) {
            std::string known;
            for (const auto& name : optionsOf(url.dialect)) known += (known.empty() ? "" : ", ") + name;
            throw fault("has an option after ? that is none of " + known);
        }
        url.options[option] = value;
    }
}

void takeHost(std::string place, DatabaseUrl& url) {
    const auto bracket = place.rfind(']');
    const auto colon = place.find(':', bracket == std::string::npos ? 0 : bracket);
    const bool hasPort = colon != std::string::npos;
    const std::string port = cutAt(place, colon);
    if (hasPort && (!Poco::NumberParser::tryParse(port, url.port) || url.port < 1 || url.port > kMostPort))
        throw fault("the port must be a number from 1 to 65535 (a : or @ in the password is %3A or %40)");
    if (bracket != std::string::npos && place.front() == '[') place = place.substr(1, bracket - 1);
    url.host = decoded(place);
}

DatabaseUrl ofServer(const std::string& dialect, std::string text) {
    DatabaseUrl url;
    url.dialect = dialect;
    const std::string query = cutAt(text, text.find('?'));
    const std::string database = cutAt(text, text.find('/'));
    const auto at = text.rfind('@');
    std::string user = at == std::string::npos ? "" : text.substr(0, at);
    url.password = decoded(cutAt(user, user.find(':')));
    url.user = decoded(user);
    takeHost(at == std::string::npos ? text : text.substr(at + 1), url);
    url.database = decoded(database);
    if (url.user.empty()) throw fault("has no user");
    if (url.database.empty()) throw fault("has no database");
    takeOptions(query, url);
    return url;
}

bool begins(const std::string& text, std::string_view with) { return text.compare(0, with.size(), with) == 0; }

}  // namespace

DatabaseUrl parsedDatabaseUrl(const std::string& url) {
    if (begins(url, kSqlite) && url.size() > kSqlite.size()) {
        DatabaseUrl sqlite;
        sqlite.dialect = "sqlite";
        sqlite.file = url.substr(kSqlite.size());
        return sqlite;
    }
    for (const std::string dialect : {"postgresql", "mysql"})
        if (begins(url, dialect + "://")) return ofServer(dialect, url.substr(dialect.size() + 3));
    throw fault("unknown form");
}

std::string shownDatabaseUrl(const std::string& url) {
    try {
        if (parsedDatabaseUrl(url).password.empty()) return url;
    } catch (const Error&) {
        return "(malformed)";
    }
    const auto colon = url.find(':', url.find("://") + 3);
    const auto end = url.find_first_of("/?", colon);
    return url.substr(0, colon) + url.substr(url.rfind('@', end));
}

bool hasPassword(const std::string& databaseUrl) { return shownDatabaseUrl(databaseUrl) != databaseUrl; }

}  // namespace aiproject
