// The statements of every call: each session prepares one when it first runs it, and keeps it until the session ends.
// All other statements are Poco's, which prepares a statement anew at each execution (1.11: SQLite at any rate).
//
// The text is a constant of ours, with `?` for values, in the SQL that README.md allows; it never holds a value, so a
// session keeps no more statements than there are constants. One statement has the same kinds of values in each run.
//
// ERRORS   What the session's other statements throw, for Database to judge. std::logic_error when the text, its values
//          and its fields do not match.
// THREADS  As the session: one at a time. Within `work` of Database only.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace Poco::Data {
class Session;
}

namespace aiproject {

using SqlValue = std::variant<std::int64_t, std::string_view>;  // a text is borrowed for the run
using SqlField = std::variant<std::int64_t*, std::string*>;     // where a column goes; NULL is 0 or empty
using SqlValues = std::initializer_list<SqlValue>;
using SqlFields = std::initializer_list<SqlField>;

// How many rows it has changed; a row found counts, also when its values stay as they are.
std::int64_t changeRows(Poco::Data::Session& session, std::string_view sql, SqlValues values);

// The first row of the answer into `fields`. False: there is no row, and the fields are as they were.
bool readRow(Poco::Data::Session& session, std::string_view sql, SqlValues values, SqlFields fields);

// One statement of one session.
class PreparedStatement {
public:
    PreparedStatement() = default;
    virtual ~PreparedStatement() = default;
    PreparedStatement(const PreparedStatement&) = delete;
    PreparedStatement& operator=(const PreparedStatement&) = delete;

    virtual std::int64_t change(SqlValues values) = 0;
    virtual bool read(SqlValues values, SqlFields fields) = 0;

protected:
    static void require(bool isMatch, std::string_view sql);  // of values and fields
};

// A session's prepared statements; every session of ours is one, beside what it is to Poco. Who derives calls forget()
// where its connection closes.
class PreparedStatements {
public:
    virtual ~PreparedStatements() = default;
    PreparedStatement& of(std::string_view sql);

protected:
    virtual std::unique_ptr<PreparedStatement> prepare(std::string_view sql) = 0;
    void forget() noexcept { statements_.clear(); }

private:
    std::map<std::string, std::unique_ptr<PreparedStatement>, std::less<>> statements_;
};

}  // namespace aiproject
