// What may become an account: pure rules, no database.
#pragma once

#include "base/error.h"

#include <optional>
#include <string>
#include <string_view>

namespace aiproject {

struct NewUser {
    std::string name;
    std::string password;
    std::string email;
    std::string academy;          // old clients send it; may be empty
    std::string invitation = {};  // a code; may be empty; whether it serves is not decided here
};

// The form that is stored (text_forms.h): every member without white space (of any script) at its ends, the password
// too, because the original strips it at registration and at login. Nothing in it is invisible.
// Throws Error(registrationRefused) whose sentence tells the client what to change.
NewUser checkedRegistration(const NewUser& user);

// The same rules one by one.
std::string checkedName(const std::string& raw);
std::string checkedPassword(const std::string& raw);
std::string checkedAcademy(const std::string& raw);

// A name of the original, bytes and all: its user must get in as before.
std::string importableName(const std::string& raw);

// An email address of whatever form, as far as it can be stored.
std::string storableEmail(const std::string& raw);

// What every refusal here throws.
inline Error registrationRefused(const std::string& sentence) {
    return refusal(ErrorKind::registrationRefused, sentence);
}

// A name as login sees it: trimmed, otherwise as it came. Nothing when no account can have it.
std::optional<std::string> possibleName(std::string_view raw);

// A password as login sees it: trimmed by the same rule. Nothing when no account can have it.
std::optional<std::string> trimmedText(std::string_view raw);

}  // namespace aiproject
