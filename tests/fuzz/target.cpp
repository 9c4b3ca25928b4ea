#include "fuzz/target.h"

#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace aiproject::fuzz {
namespace {

sqlite3_stmt* prepared(const char* sql) {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    require(sqlite3_open(":memory:", &database) == SQLITE_OK &&
                sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK,
            "SQLite is there");
    return statement;
}

}  // namespace

void require(bool holds, const char* promise) {
    if (holds) return;
    std::fprintf(stderr, "BROKEN PROMISE: %s\n", promise);
    std::abort();
}

std::vector<std::string_view> piecesOf(std::string_view input, std::string_view separator) {
    std::vector<std::string_view> pieces;
    for (auto end = input.find(separator); end != std::string_view::npos; end = input.find(separator)) {
        pieces.push_back(input.substr(0, end));
        input.remove_prefix(end + separator.size());
    }
    pieces.push_back(input);
    return pieces;
}

bool isJson(std::string_view text) {
    static sqlite3_stmt* const statement = prepared("SELECT json_valid(?1)");
    if (text.find('\0') != std::string_view::npos) return false;  // SQLite would stop there
    sqlite3_bind_text(statement, 1, text.data(), int(text.size()), SQLITE_STATIC);
    const bool isValid = sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1;
    sqlite3_reset(statement);
    return isValid;
}

}  // namespace aiproject::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    aiproject::fuzz::tryInput({reinterpret_cast<const char*>(data), size});
    return 0;
}
