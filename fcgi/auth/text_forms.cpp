#include "auth/text_forms.h"

#include "base/unicode.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/hex.h"

namespace aiproject {
namespace {

void addNew(std::vector<std::string>& forms, std::string form) {
    if (std::find(forms.begin(), forms.end(), form) == forms.end()) forms.push_back(std::move(form));
}

}  // namespace

std::string nameForm(std::string_view name) { return composed(withPlainSpaces(name)); }

std::vector<std::string> storedForms(const std::string& name) {
    std::vector<std::string> forms{name};
    addNew(forms, nameForm(name));
    addNew(forms, decomposed(name));
    return forms;
}

std::string passwordForm(std::string_view password) { return composed(withPlainSpaces(password)); }

std::vector<std::string> hashedForms(const std::string& password) {
    std::vector<std::string> forms{passwordForm(password)};
    addNew(forms, password);
    return forms;
}

std::string lookAlikeKey(std::string_view name) {
    const std::string skeleton = skeletonOf(name);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(skeleton.data(), skeleton.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
        throw Error(ErrorKind::internal, "OpenSSL has no SHA-256");
    return hexOf({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace aiproject
