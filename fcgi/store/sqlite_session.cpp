#include "store/sqlite_session.h"

#include <Poco/Data/SQLite/Utility.h>
#include <sqlite3.h>

#include <memory>

namespace aiproject {

namespace SQLite = Poco::Data::SQLite;

namespace {

class SqliteStatement final : public PreparedStatement {
public:
    SqliteStatement(sqlite3* database, std::string_view sql) : database_(database) {
        sqlite3_stmt* made = nullptr;
        insist(sqlite3_prepare_v3(database, sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr));
        statement_.reset(made);
    }

    std::int64_t change(SqlValues values) override {
        const Run run(*this, values);
        insist(sqlite3_step(statement_.get()));
        return sqlite3_changes(database_);
    }

    bool read(SqlValues values, SqlFields fields) override {
        const Run run(*this, values);
        require(sqlite3_column_count(statement_.get()) == int(fields.size()), sqlite3_sql(statement_.get()));
        const int result = sqlite3_step(statement_.get());
        insist(result);
        if (result != SQLITE_ROW) return false;
        int column = 0;
        for (const SqlField& field : fields) store(column++, field);
        return true;
    }

private:
    // From its values to the end of its read transaction, whatever comes in between.
    class Run {
    public:
        Run(const SqliteStatement& owner, SqlValues values) : statement_(owner.statement_.get()) {
            require(sqlite3_bind_parameter_count(statement_) == int(values.size()), sqlite3_sql(statement_));
            int position = 0;
            for (const SqlValue& value : values) owner.bind(++position, value);
        }
        ~Run() {
            sqlite3_reset(statement_);  // repeats the error of the step, which is known
            sqlite3_clear_bindings(statement_);
        }
        Run(const Run&) = delete;
        Run& operator=(const Run&) = delete;

    private:
        sqlite3_stmt* const statement_;
    };

    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    void insist(int result) const {
        if (result != SQLITE_OK && result != SQLITE_ROW && result != SQLITE_DONE)
            SQLite::Utility::throwException(database_, result);
    }

    void bind(int position, const SqlValue& value) const {
        sqlite3_stmt* const statement = statement_.get();
        const auto* const text = std::get_if<std::string_view>(&value);
        // An empty view may have no address, and SQLite would store NULL.
        insist(text ? sqlite3_bind_text64(statement, position, text->empty() ? "" : text->data(), text->size(),
                                          SQLITE_STATIC, SQLITE_UTF8)
                    : sqlite3_bind_int64(statement, position, std::get<std::int64_t>(value)));
    }

    void store(int column, const SqlField& field) const {
        sqlite3_stmt* const statement = statement_.get();
        if (auto* const* number = std::get_if<std::int64_t*>(&field)) {
            **number = sqlite3_column_int64(statement, column);
            return;
        }
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        std::get<std::string*>(field)->assign(text ? text : "", std::size_t(sqlite3_column_bytes(statement, column)));
    }

    sqlite3* const database_;
    std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

}  // namespace

SqliteSession::SqliteSession(const std::string& file, std::size_t loginTimeoutSeconds)
    : SessionImpl(file, loginTimeoutSeconds), handle_(Poco::AnyCast<sqlite3*>(getProperty("handle"))) {}

std::unique_ptr<PreparedStatement> SqliteSession::prepare(std::string_view sql) {
    return std::make_unique<SqliteStatement>(handle_, sql);
}

}  // namespace aiproject
