#include "moving/original_account.h"

#include <Poco/NumberParser.h>
#include <Poco/String.h>
#include <Poco/UTF8String.h>

#include <algorithm>

#include "auth/registration.h"
#include "base/error.h"
#include "base/utf8.h"

namespace aiproject {
namespace {

constexpr std::size_t kMaxIdBytes = 200;  // 50 characters there
constexpr std::size_t kMaxNameLength = 50;
constexpr std::size_t kMaxEmailBytes = 254;
constexpr std::size_t kMaxAcademyLength = 100;
constexpr std::size_t kMd5Digits = 32;

Error refused(const std::string& reason) { return refusal(ErrorKind::registrationRefused, reason); }

std::string nameOf(const OriginalUser& row) {
    if (!row.name) throw refused("UserName is NULL");
    const auto name = trimmedText(*row.name);
    if (!name) throw refused("UserName is not UTF-8, or longer than 1024 bytes");
    if (name->empty()) throw refused("UserName is empty");
    if (lengthOf(*name) > kMaxNameLength) throw refused("UserName has more than 50 characters");
    if (hasControlCharacter(*name)) throw refused("UserName has a control character");
    return *name;
}

std::string md5Of(const OriginalUser& row) {
    std::string digits = Poco::toLower(Poco::trim(row.password.value_or("")));
    const bool isHex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (digits.size() != kMd5Digits || !isHex) throw refused("PassWord is no MD5 (32 hex digits)");
    return digits;
}

std::int64_t balanceOf(const OriginalUser::Field& field, const std::string& column) {
    if (!field) return 0;
    const std::string text = Poco::trim(*field);
    const std::string digits = text.substr(text.rfind('-', 0) == 0 ? 1 : 0);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
        throw refused(column + " is no whole number");
    if (digits != text) return 0;
    Poco::Int64 number = 0;
    if (!Poco::NumberParser::tryParse64(digits, number)) throw refused(column + " is larger than 9223372036854775807");
    return number;
}

bool fits(const std::optional<std::string>& text) { return text && !hasControlCharacter(*text); }

// Never a reason to turn an account away: empty, and said, when it cannot be kept.
std::string emailOf(const OriginalUser& row, std::string& lost) {
    const auto email = trimmedText(row.email.value_or(""));
    if (fits(email) && email->size() <= kMaxEmailBytes) return *email;
    lost += "without its Email, which is too long, not UTF-8 or has a control character";
    return "";
}

std::string academyOf(const OriginalUser& row, std::string& lost) {
    const auto academy = trimmedText(row.academy.value_or(""));
    if (fits(academy) && lengthOf(*academy) <= kMaxAcademyLength) return *academy;
    lost += std::string(lost.empty() ? "" : "; ") +
            "without its Academy, which is too long, not UTF-8 or has a control character";
    return "";
}

}  // namespace

OldAccount oldAccountOf(const OriginalUser& row) {
    OldAccount account;
    account.id = row.id.value_or("").substr(0, kMaxIdBytes);
    account.name = nameOf(row);
    account.passwordMd5 = md5Of(row);
    account.tokens = balanceOf(row.tokens, "Tokens");
    account.picTimes = balanceOf(row.picTimes, "PicTimes");
    account.email = emailOf(row, account.lost);
    account.academy = academyOf(row, account.lost);
    return account;
}

std::string foldedName(const std::string& name) { return Poco::UTF8::toLower(name); }

}  // namespace aiproject
