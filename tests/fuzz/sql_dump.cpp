// A dump that an operator was handed, and what its rows become.
#include "moving/sql_dump.h"
#include "base/error.h"
#include "base/utf8.h"
#include "fuzz/target.h"
#include "moving/original_account.h"

#include <sstream>
#include <string>

namespace aiproject::fuzz {
namespace {

const DumpTable kTable{"user", {"Id", "UserName", "PassWord", "Tokens", "Email", "PicTimes", "Academy"}, 3};
constexpr std::size_t kMostBytes = 2 * 4096;  // of a value: two literals side by side

void requireSound(const OldAccount& account) {
    require(isUtf8(account.name) && isUtf8(account.email) && isUtf8(account.academy), "all text is UTF-8");
    require(!account.name.empty() && lengthOf(account.name) <= 50 && trimmed(account.name) == account.name,
            "a name is one that login can find");
    require(!hasControlCharacter(account.name + account.email + account.academy), "no control character gets in");
    require(account.passwordMd5.empty() || account.passwordMd5.size() == 32, "an MD5 has 32 digits, or none fits");
    require(account.tokens >= 0 && account.picTimes >= 0, "nobody becomes unlimited");
}

void tryRow(const DumpRow& row) {
    require(row.size() == kTable.columns.size(), "a row has a value for each column");
    for (const auto& value : row) require(!value || value->size() <= kMostBytes, "a value is bounded");
    try {
        requireSound(oldAccountOf({row[0], row[1], row[2], row[3], row[4], row[5], row[6]}));
    } catch (const Error& refused) {
        require(refused.kind() == ErrorKind::registrationRefused, "a row is refused for what is in it");
    }
}

}  // namespace

void tryInput(std::string_view input) {
    std::istringstream dump{std::string(input)};
    try {
        readDump(dump, kTable, tryRow);
    } catch (const Error& refused) {
        const std::string_view reason = refused.what();
        require(isUtf8(reason) && reason.find_first_of("\r\n") == std::string_view::npos,
                "a reason is one line of UTF-8");
    }
}

}  // namespace aiproject::fuzz
