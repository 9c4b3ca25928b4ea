#include "auth/registration.h"

#include "base/error.h"
#include "base/utf8.h"

namespace aiproject {
namespace {

constexpr std::size_t kMaxRawBytes = 1024;  // of a member as it arrives: bounds all work on it
constexpr std::size_t kMaxNameLength = 50;  // in characters, as the original has it
constexpr std::size_t kMinPasswordLength = 8;
constexpr std::size_t kMaxEmailBytes = 254;
constexpr std::size_t kMaxAcademyLength = 100;

std::string requiredText(const std::string& raw, const std::string& what) {
    if (raw.size() > kMaxRawBytes) throw registrationRefused("the " + what + " is too long");
    if (!isUtf8(raw)) throw registrationRefused("the " + what + " is not valid UTF-8");
    return trimmed(raw);
}

bool isHost(std::string_view text) {
    return !text.empty() && text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

// The form only; whether mail arrives there can be known by sending some.
bool isEmail(const std::string& text) {
    const std::size_t at = text.find('@');
    return at != std::string::npos && at > 0 && text.find('@', at + 1) == std::string::npos &&
           isHost(std::string_view(text).substr(at + 1)) && !hasSpace(text);
}

std::string checkedEmail(const std::string& raw) {
    std::string email = storableEmail(raw);
    if (!isEmail(email)) throw registrationRefused("the email address is malformed");
    return email;
}

}  // namespace

std::string checkedName(const std::string& raw) {
    std::string name = requiredText(raw, "user name");
    if (name.empty()) throw registrationRefused("the user name is empty");
    if (lengthOf(name) > kMaxNameLength) throw registrationRefused("the user name has more than 50 characters");
    if (hasControlCharacter(name)) throw registrationRefused("the user name has a control character");
    return name;
}

std::string storableEmail(const std::string& raw) {
    std::string email = requiredText(raw, "email address");
    if (email.size() > kMaxEmailBytes) throw registrationRefused("the email address is too long");
    if (hasControlCharacter(email)) throw registrationRefused("the email address is malformed");
    return email;
}

std::string checkedAcademy(const std::string& raw) {
    std::string academy = requiredText(raw, "academy");
    if (lengthOf(academy) > kMaxAcademyLength) throw registrationRefused("the academy has more than 100 characters");
    if (hasControlCharacter(academy)) throw registrationRefused("the academy has a control character");
    return academy;
}

std::string checkedPassword(const std::string& raw) {
    std::string password = requiredText(raw, "password");
    if (lengthOf(password) < kMinPasswordLength) throw registrationRefused("the password has fewer than 8 characters");
    return password;
}

NewUser checkedRegistration(const NewUser& user) {
    return {checkedName(user.name), checkedPassword(user.password), checkedEmail(user.email),
            checkedAcademy(user.academy), requiredText(user.invitation, "invitation code")};
}

std::optional<std::string> possibleName(std::string_view raw) {
    std::optional<std::string> name = trimmedText(raw);
    if (!name || name->empty() || lengthOf(*name) > kMaxNameLength || hasControlCharacter(*name)) return std::nullopt;
    return name;
}

std::optional<std::string> trimmedText(std::string_view raw) {
    if (raw.size() > kMaxRawBytes || !isUtf8(raw)) return std::nullopt;
    return trimmed(raw);
}

}  // namespace aiproject
