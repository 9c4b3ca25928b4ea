#include "auth/registration.h"

#include "auth/text_forms.h"
#include "base/error.h"
#include "base/unicode.h"
#include "base/utf8.h"

#include <Poco/Format.h>
#include <Poco/String.h>

#include <algorithm>

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

bool isAscii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char byte) { return byte < 0x80; });
}

// An address of ASCII only stays as it came, but for labels that stand for others (xn--).
std::string checkedEmail(const std::string& raw) {
    std::string email = composed(storableEmail(raw));
    const auto refused = [] { return registrationRefused("the email address is malformed"); };
    if (!isEmail(email)) throw refused();
    const auto domainAt = email.find('@') + 1;
    const std::string local = email.substr(0, domainAt), domain = email.substr(domainAt);
    if (disallowedCharacter(email) || hasHiddenMark(email)) throw refused();
    if (isAscii(domain) && Poco::toLower(domain).find("xn--") == std::string::npos) return email;
    const std::optional<std::string> form = domainForm(domain);
    if (!form || !isEmail(local + *form)) throw refused();
    if (local.size() + form->size() > kMaxEmailBytes) throw registrationRefused("the email address is too long");
    return local + *form;
}

void requireNameFits(const std::string& name) {
    if (name.empty()) throw registrationRefused("the user name is empty");
    if (lengthOf(name) > kMaxNameLength) throw registrationRefused("the user name has more than 50 characters");
    if (hasControlCharacter(name)) throw registrationRefused("the user name has a control character");
}

// The character is named by its number, U+200B for example, since the client cannot see it.
void requireShown(const std::string& text, const std::string& what) {
    if (const std::optional<char32_t> hidden = disallowedCharacter(text))
        throw registrationRefused("the " + what + " has a character that is invisible or not allowed: " +
                                  Poco::format("U+%04X", unsigned(*hidden)));
}

}  // namespace

std::string checkedName(const std::string& raw) {
    std::string name = nameForm(requiredText(raw, "user name"));
    requireNameFits(name);
    requireShown(name, "user name");
    if (!hasVisibleCharacter(name)) throw registrationRefused("the user name has no visible character");
    if (hasHiddenMark(name))
        throw registrationRefused("the user name has a mark that cannot be seen: without a letter, or twice on one");
    return name;
}

std::string importableName(const std::string& raw) {
    std::string name = requiredText(raw, "user name");
    requireNameFits(name);
    return name;
}

std::string storableEmail(const std::string& raw) {
    std::string email = requiredText(raw, "email address");
    if (email.size() > kMaxEmailBytes) throw registrationRefused("the email address is too long");
    if (hasControlCharacter(email)) throw registrationRefused("the email address is malformed");
    return email;
}

std::string checkedAcademy(const std::string& raw) {
    std::string academy = composed(requiredText(raw, "academy"));
    if (lengthOf(academy) > kMaxAcademyLength) throw registrationRefused("the academy has more than 100 characters");
    if (hasControlCharacter(academy)) throw registrationRefused("the academy has a control character");
    return academy;
}

std::string checkedPassword(const std::string& raw) {
    std::string password = passwordForm(requiredText(raw, "password"));
    if (lengthOf(password) < kMinPasswordLength) throw registrationRefused("the password has fewer than 8 characters");
    requireShown(password, "password");
    return password;
}

NewUser checkedRegistration(const NewUser& user) {
    return {checkedName(user.name), checkedPassword(user.password), checkedEmail(user.email),
            checkedAcademy(user.academy), requiredText(user.invitation, "invitation code")};
}

std::optional<std::string> possibleName(std::string_view raw) {
    std::optional<std::string> name = trimmedText(raw);
    if (!name || name->empty() || hasControlCharacter(*name)) return std::nullopt;
    // As typed or in its form: decomposed names are longer than their form, and NFC takes a few characters apart, which
    // accounts from before the form and of an import have.
    if (lengthOf(*name) > kMaxNameLength && lengthOf(nameForm(*name)) > kMaxNameLength) return std::nullopt;
    return name;
}

std::optional<std::string> trimmedText(std::string_view raw) {
    if (raw.size() > kMaxRawBytes || !isUtf8(raw)) return std::nullopt;
    return trimmed(raw);
}

}  // namespace aiproject
