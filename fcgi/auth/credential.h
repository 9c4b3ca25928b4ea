// The uuid that a login answers: derived from a secret key and never stored, so a stolen database gives
// none away and its check needs no column.
//
// THREADS  Any number may call; all copies of a key share one context, under its mutex.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aiproject {

class CredentialKey {
public:
    static constexpr std::size_t kBytes = 32;

    explicit CredentialKey(const std::array<unsigned char, kBytes>& key);

    // The first 16 bytes of HMAC-SHA256(key, "id|epoch") as 8-4-4-4-12 hex digits. A credential: never log it.
    std::string uuidFor(std::int64_t userId, std::int64_t epoch) const;
    // In constant time.
    bool isUuidOf(std::string_view uuid, std::int64_t userId, std::int64_t epoch) const;

    // 32 hex digits that name the user to others and open nothing.
    std::string tagFor(std::int64_t userId) const;

    // 32 hex digits under which a token that comes without a name is found, be it an API key or a uuid.
    std::string hashOf(std::string_view token) const;

    // 32 hex digits by which who has the key recognises a text (password_hash.h).
    std::string hintFor(const std::string& text) const;

private:
    class Signer;
    std::shared_ptr<Signer> signer_;  // wipes the key with the last copy
};

// The file holds 64 hex digits and only its owner may read it. Error(internal) says what to do otherwise.
CredentialKey loadKey(const std::string& file);

// Makes the file with a new key unless it is there. Processes that do this at once end with one key.
CredentialKey loadOrCreateKey(const std::string& file);

}  // namespace aiproject
