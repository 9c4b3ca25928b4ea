#include "store/postgresql_statement.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

namespace aiproject {
namespace {

constexpr Oid kInt8 = 20, kText = 25;  // of pg_type.h, which the client's headers do not have
constexpr int kAsText = 0, kAsBytes = 1;

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// "... WHERE id = ?" as "... WHERE id = $1". Our statements have no ? but those of values.
std::string withNumbers(std::string_view sql) {
    std::string numbered;
    int count = 0;
    for (const char c : sql)
        if (c == '?')
            numbered += "$" + std::to_string(++count);
        else
            numbered += c;
    return numbered;
}

// The values of a run as libpq takes them: numbers as text, texts as their bytes, which may have a 0 among them.
struct Parameters {
    explicit Parameters(SqlValues values) : numbers(values.size()) {
        auto digits = numbers.begin();
        for (const SqlValue& value : values) {
            if (const auto* text = std::get_if<std::string_view>(&value)) {
                add(kText, kAsBytes, text->empty() ? "" : text->data(), int(text->size()));
                continue;
            }
            *std::to_chars(digits->data(), digits->data() + digits->size() - 1, std::get<std::int64_t>(value)).ptr = 0;
            add(kInt8, kAsText, (digits++)->data(), 0);
        }
    }
    Parameters(const Parameters&) = delete;
    Parameters& operator=(const Parameters&) = delete;

    std::vector<Oid> types;
    std::vector<const char*> texts;
    std::vector<int> sizes, formats;

private:
    void add(Oid type, int format, const char* text, int size) {
        types.push_back(type);
        texts.push_back(text);
        sizes.push_back(size);
        formats.push_back(format);
    }

    std::vector<std::array<char, 24>> numbers;
};

class PostgresqlPrepared final : public PreparedStatement {
public:
    PostgresqlPrepared(const PostgresqlSession& session, PGconn* connection, std::string_view sql, std::string name)
        : session_(session), connection_(connection), sql_(withNumbers(sql)), name_(std::move(name)) {}

    std::int64_t change(SqlValues values) override {
        const Result result = run(values);
        return std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
    }

    bool read(SqlValues values, SqlFields fields) override {
        const Result result = run(values);
        require(PQnfields(result.get()) == int(fields.size()), sql_);
        if (PQntuples(result.get()) == 0) return false;
        int column = 0;
        for (const SqlField& field : fields) {
            const char* const text = PQgetvalue(result.get(), 0, column);
            if (auto* const* number = std::get_if<std::int64_t*>(&field))
                **number = std::strtoll(text, nullptr, 10);
            else
                std::get<std::string*>(field)->assign(text, std::size_t(PQgetlength(result.get(), 0, column)));
            ++column;
        }
        return true;
    }

private:
    Result run(SqlValues values) {
        const Parameters parameters(values);
        const int count = int(values.size());
        if (!isPrepared_) {
            checked(PQprepare(connection_, name_.c_str(), sql_.c_str(), count, parameters.types.data()));
            types_ = parameters.types;
            isPrepared_ = true;
        }
        require(types_ == parameters.types, sql_);
        return checked(PQexecPrepared(connection_, name_.c_str(), count, parameters.texts.data(),
                                      parameters.sizes.data(), parameters.formats.data(), kAsText));
    }

    Result checked(PGresult* raw) const {
        Result result(raw, &PQclear);
        const auto status = PQresultStatus(raw);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw session_.fault();
        return result;
    }

    const PostgresqlSession& session_;
    PGconn* const connection_;
    const std::string sql_, name_;
    std::vector<Oid> types_;
    bool isPrepared_ = false;
};

}  // namespace

std::unique_ptr<PreparedStatement> preparedInPostgresql(const PostgresqlSession& session, PGconn* connection,
                                                        std::string_view sql, std::string name) {
    return std::make_unique<PostgresqlPrepared>(session, connection, sql, std::move(name));
}

}  // namespace aiproject
