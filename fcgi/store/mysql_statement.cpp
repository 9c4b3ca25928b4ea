#include "store/mysql_statement.h"

#include <vector>

namespace aiproject {
namespace {

class MysqlPrepared final : public PreparedStatement {
public:
    MysqlPrepared(MysqlSession& session, MYSQL* connection, std::string_view sql)
        : session_(session), sql_(sql), statement_(mysql_stmt_init(connection)) {
        if (!statement_) throw SqlFault(FaultKind::exhausted, "there is no memory for a statement");
        insist(mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()) == 0);
    }

    std::int64_t change(SqlValues values) override {
        run(values);
        return std::int64_t(mysql_stmt_affected_rows(statement_.get()));
    }

    bool read(SqlValues values, SqlFields fields) override {
        require(mysql_stmt_field_count(statement_.get()) == fields.size(), sql_);
        run(values);
        // The whole answer: its other rows, which nobody reads, would be in the way of the next statement.
        insist(mysql_stmt_store_result(statement_.get()) == 0);
        const auto release = [](MYSQL_STMT* statement) { mysql_stmt_free_result(statement); };
        const std::unique_ptr<MYSQL_STMT, decltype(release)> atTheEnd(statement_.get(), release);
        const int fetched = mysql_stmt_fetch(statement_.get());
        if (fetched == MYSQL_NO_DATA) return false;
        insist(fetched != 1);  // not bound yet: that texts are cut is no fault
        unsigned column = 0;
        for (const SqlField& field : fields) store(column++, field);
        return true;
    }

private:
    struct Closer {
        void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
    };

    void run(SqlValues values) {
        require(mysql_stmt_param_count(statement_.get()) == values.size(), sql_);
        std::vector<MYSQL_BIND> binds(values.size());
        auto bind = binds.begin();
        for (const SqlValue& value : values) {
            if (const auto* text = std::get_if<std::string_view>(&value)) {
                bind->buffer_type = MYSQL_TYPE_STRING;
                bind->buffer = const_cast<char*>(text->empty() ? "" : text->data());  // it only reads
                bind->buffer_length = text->size();
            } else {
                bind->buffer_type = MYSQL_TYPE_LONGLONG;
                bind->buffer = const_cast<std::int64_t*>(&std::get<std::int64_t>(value));
            }
            ++bind;
        }
        if (!binds.empty()) insist(mysql_stmt_bind_param(statement_.get(), binds.data()) == 0);
        insist(mysql_stmt_execute(statement_.get()) == 0);
    }

    void store(unsigned column, const SqlField& field) {
        MYSQL_BIND bind{};
        unsigned long size = 0;
        my_bool isNull = 0;
        bind.length = &size;
        bind.is_null = &isNull;
        if (auto* const* number = std::get_if<std::int64_t*>(&field)) {
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = *number;
            insist(mysql_stmt_fetch_column(statement_.get(), &bind, column, 0) == 0);
            if (isNull) **number = 0;
            return;
        }
        std::string& text = *std::get<std::string*>(field);
        bind.buffer_type = MYSQL_TYPE_STRING;
        bind.buffer = text.data();
        bind.buffer_length = 0;  // asks for the size
        insist(mysql_stmt_fetch_column(statement_.get(), &bind, column, 0) == 0);
        text.resize(isNull ? 0 : size);
        if (text.empty()) return;
        bind.buffer = text.data();
        bind.buffer_length = text.size();
        insist(mysql_stmt_fetch_column(statement_.get(), &bind, column, 0) == 0);
    }

    void insist(bool isDone) const {
        if (!isDone) throw session_.fault(mysql_stmt_errno(statement_.get()), mysql_stmt_error(statement_.get()));
    }

    MysqlSession& session_;
    const std::string sql_;
    std::unique_ptr<MYSQL_STMT, Closer> statement_;
};

}  // namespace

std::unique_ptr<PreparedStatement> preparedInMysql(MysqlSession& session, MYSQL* connection, std::string_view sql) {
    return std::make_unique<MysqlPrepared>(session, connection, sql);
}

}  // namespace aiproject
