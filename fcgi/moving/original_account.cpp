#include "moving/original_account.h"

#include <Poco/MD5Engine.h>
#include <Poco/NumberParser.h>
#include <Poco/String.h>
#include <Poco/UTF8String.h>

#include "auth/registration.h"
#include "base/error.h"
#include "base/most_units.h"
#include "base/utf8.h"

namespace aiproject {
namespace {

constexpr std::size_t kMaxIdLength = 50;  // there, and in the table imports
constexpr std::size_t kMd5Digits = 32;

// By which the row is known again.
std::string idOf(const OriginalUser& row) {
    std::string id = row.id.value_or("");
    if (id.empty()) throw registrationRefused("Id is empty");
    if (!isUtf8(id) || hasControlCharacter(id))
        throw registrationRefused("Id is not UTF-8, or has a control character");
    if (lengthOf(id) > kMaxIdLength) throw registrationRefused("Id has more than 50 characters");
    return id;
}

std::string nameOf(const OriginalUser& row) {
    if (!row.name) throw registrationRefused("UserName is NULL");
    return importableName(*row.name);
}

std::string md5Of(const OriginalUser& row) {
    std::string digits = Poco::toLower(Poco::trim(row.password.value_or("")));
    const bool isHex = digits.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (digits.size() != kMd5Digits || !isHex) throw registrationRefused("PassWord is no MD5 (32 hex digits)");
    return digits;
}

// Anyone would get in. As the original stored it, since July 2024 with its constant and before without.
bool isMd5OfNothing(const std::string& md5) {
    const auto sumOf = [](const std::string& text) {
        Poco::MD5Engine engine;
        engine.update(text);
        return Poco::DigestEngine::digestToHex(engine.digest());
    };
    return md5 == sumOf("") || md5 == sumOf("#_#");
}

void add(std::string& lost, const std::string& reason) { lost += (lost.empty() ? "" : "; ") + reason; }

std::int64_t balanceOf(const OriginalUser::Field& field, const std::string& column, std::string& lost) {
    const auto insteadOf = [&](const std::string& what) {
        add(lost, "with 0 " + column + " instead of " + what);
        return std::int64_t(0);
    };
    if (!field) return insteadOf("NULL");
    const std::string text = Poco::trim(*field);
    const std::string digits = text.substr(text.rfind('-', 0) == 0 ? 1 : 0);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos)
        throw registrationRefused(column + " is no whole number");
    if (digits != text)
        return digits.find_first_not_of('0') == std::string::npos ? 0 : insteadOf("a debt of " + digits.substr(0, 20));
    Poco::Int64 number = 0;
    if (!Poco::NumberParser::tryParse64(digits, number))
        throw registrationRefused(column + " is larger than 9223372036854775807");
    if (number <= kMostUnits) return number;
    add(lost, "with " + std::to_string(kMostUnits) + " " + column + ", the most that there can be");
    return kMostUnits;
}

// Never a reason to turn an account away: empty, and said, when it cannot be kept.
template <class Check>
std::string keptOf(const OriginalUser::Field& field, const Check& check, const std::string& column, std::string& lost) {
    try {
        return check(field.value_or(""));
    } catch (const Error& e) {
        add(lost, "without its " + column + ": " + e.what());
        return "";
    }
}

}  // namespace

OldAccount oldAccountOf(const OriginalUser& row) {
    OldAccount account;
    account.id = idOf(row);
    account.name = nameOf(row);
    account.passwordMd5 = md5Of(row);
    if (isMd5OfNothing(account.passwordMd5)) {
        account.passwordMd5.clear();
        add(account.lost,
            "without a password: its PassWord is the MD5 of an empty one; `aiproject user password` sets one");
    }
    account.tokens = balanceOf(row.tokens, "Tokens", account.lost);
    account.picTimes = balanceOf(row.picTimes, "PicTimes", account.lost);
    account.email = keptOf(row.email, storableEmail, "Email", account.lost);
    account.academy = keptOf(row.academy, checkedAcademy, "Academy", account.lost);
    return account;
}

std::string foldedName(const std::string& name) { return Poco::UTF8::toLower(name); }

}  // namespace aiproject
