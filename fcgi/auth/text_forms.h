// In which form names and passwords are kept, and as what else they may arrive: keyboards and systems choose the
// Unicode form, not users. Pure. (Email addresses: registration.h.)
//
// FORM     NFC, every space U+0020: OpaqueString of RFC 8265, and for names RFC 8266 without its folding of case,
//          compatibility and space after space.
// BEFORE   Rows from before there was a form have the bytes as they came: whoever looks up tries these first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aiproject {

// The form of a name, which every count of failed logins uses too: two spellings must not be two tries.
std::string nameForm(std::string_view name);

// What a stored name may be that is meant by this one: as it came, in its form, and decomposed as some systems write.
std::vector<std::string> storedForms(const std::string& name);

std::string passwordForm(std::string_view password);

// What may have been hashed of a password that is typed now: its form, and if these are others, the bytes.
std::vector<std::string> hashedForms(const std::string& password);

// 64 hex digits that two names share when people cannot tell them apart (UTS 39).
std::string lookAlikeKey(std::string_view name);

}  // namespace aiproject
