#include "routes/routes.h"

#include <iterator>

namespace aiproject {
namespace {

// The whole HTTP surface. A path that is not here does not exist. nginx/aiproject/locations.conf names the
// same paths and binds each to a pool.
const Route kRoutes[] = {
    {Method::post, "/auth/register", Access::anyone, Body::text, kDocumentedFace, Purpose::other, &registerUser},
    {Method::post, "/auth/login", Access::anyone, Body::text, kDocumentedFace, Purpose::other, &login},
    {Method::either, "/auth/me", Access::eitherUser, Body::text, kOurFace, Purpose::other, &showUser},
    {Method::post, "/auth/password", Access::anyone, Body::text, kOurFace, Purpose::other, &changePassword},
    {Method::post, "/auth/rotate", Access::bodyUser, Body::text, kOurFace, Purpose::other, &rotateUuid},
    {Method::post, "/auth/redeem", Access::bodyUser, Body::text, kOurFace, Purpose::other, &redeemInvitation},
    {Method::either, "/auth/keys", Access::eitherUser, Body::text, kOurFace, Purpose::other, &handleKeys},
    {Method::post, "/auth/keys/revoke", Access::bodyUser, Body::text, kOurFace, Purpose::other, &revokeKey},
    {Method::post, "/textModel/chat", Access::bodyUser, Body::text, kDocumentedFace, Purpose::modelCall, &chatText},
    {Method::post, "/textModel/stream", Access::bodyUser, Body::text, kDocumentedFace, Purpose::modelCall, &streamText},
    {Method::post, "/voiceModel/chat", Access::voiceUser, Body::media, kDocumentedFace, Purpose::modelCall, &chatVoice},
    {Method::post, "/PictureToTextModel/chat", Access::headerUser, Body::media, kDocumentedFace, Purpose::modelCall,
     &chatPicture},
    {Method::post, "/models/{model}/chat", Access::eitherUser, Body::media, kOurFace, Purpose::modelCall, &chatModel},
    {Method::post, "/models/{model}/stream", Access::eitherUser, Body::media, kOurFace, Purpose::modelCall,
     &streamModel},
    {Method::post, "/models/{model}/speech", Access::bodyUser, Body::text, kOurFace, Purpose::modelCall, &speakModel},
    {Method::post, "/v1/chat/completions", Access::bearer, Body::media, kOpenAiFace, Purpose::modelCall, &openAiChat},
    {Method::post, "/v1/embeddings", Access::bearer, Body::text, kOpenAiFace, Purpose::modelCall, &openAiEmbeddings},
    {Method::post, "/v1/audio/transcriptions", Access::bearer, Body::media, kOpenAiFace, Purpose::modelCall,
     &openAiTranscription},
    {Method::post, "/v1/audio/speech", Access::bearer, Body::text, kOpenAiFace, Purpose::modelCall, &openAiSpeech},
    {Method::get, "/v1/models", Access::bearer, Body::none, kOpenAiFace, Purpose::other, &openAiModels},
    {Method::get, "/v1/models/{model...}", Access::bearer, Body::none, kOpenAiFace, Purpose::other, &openAiModel},
    {Method::post, "/admin/session", Access::signIn, Body::small, kAdminFace, Purpose::other, &signIn},
    {Method::get, "/admin/session", Access::anyBrowser, Body::none, kAdminFace, Purpose::other, &showSession},
    {Method::remove, "/admin/session", Access::session, Body::small, kAdminFace, Purpose::other, &signOut},
    {Method::get, "/admin/sessions", Access::session, Body::none, kAdminFace, Purpose::other, &listSessions},
    {Method::remove, "/admin/sessions", Access::session, Body::small, kAdminFace, Purpose::other, &endOtherSessions},
    {Method::remove, "/admin/sessions/{id}", Access::session, Body::small, kAdminFace, Purpose::other, &endSession},
    {Method::get, "/admin/me/keys", Access::session, Body::none, kAdminFace, Purpose::other, &listOwnKeys},
    {Method::post, "/admin/me/keys", Access::session, Body::small, kAdminFace, Purpose::other, &addOwnKey},
    {Method::remove, "/admin/me/keys/{id}", Access::session, Body::small, kAdminFace, Purpose::other, &revokeOwnKey},
    {Method::get, "/admin/me/usage", Access::session, Body::none, kAdminFace, Purpose::other, &showOwnUsage},
    {Method::get, "/admin/users", Access::admin, Body::none, kAdminFace, Purpose::other, &listUsers},
    {Method::post, "/admin/users", Access::admin, Body::small, kAdminFace, Purpose::other, &addUser},
    {Method::get, "/admin/users/{id}", Access::admin, Body::none, kAdminFace, Purpose::other, &showAccount},
    {Method::remove, "/admin/users/{id}", Access::admin, Body::small, kAdminFace, Purpose::other, &deleteUser},
    {Method::post, "/admin/users/{id}/grant", Access::admin, Body::small, kAdminFace, Purpose::other, &grantUser},
    {Method::post, "/admin/users/{id}/disable", Access::admin, Body::small, kAdminFace, Purpose::other, &disableUser},
    {Method::post, "/admin/users/{id}/enable", Access::admin, Body::small, kAdminFace, Purpose::other, &enableUser},
    {Method::post, "/admin/users/{id}/rotate", Access::admin, Body::small, kAdminFace, Purpose::other, &rotateUser},
    {Method::post, "/admin/users/{id}/password", Access::admin, Body::small, kAdminFace, Purpose::other,
     &setPasswordOfUser},
    {Method::get, "/admin/invitations", Access::admin, Body::none, kAdminFace, Purpose::other, &listInvitations},
    {Method::post, "/admin/invitations", Access::admin, Body::small, kAdminFace, Purpose::other, &makeInvitations},
    {Method::remove, "/admin/invitations/{code}", Access::admin, Body::small, kAdminFace, Purpose::other,
     &revokeInvitation},
    {Method::get, "/admin/keys", Access::admin, Body::none, kAdminFace, Purpose::other, &listAllKeys},
    {Method::post, "/admin/keys", Access::admin, Body::small, kAdminFace, Purpose::other, &addKeyOfUser},
    {Method::remove, "/admin/keys/{id}", Access::admin, Body::small, kAdminFace, Purpose::other, &revokeAnyKey},
    {Method::get, "/admin/usage", Access::admin, Body::none, kAdminFace, Purpose::other, &showUsage},
    {Method::get, "/admin/ledger", Access::admin, Body::none, kAdminFace, Purpose::other, &listLedger},
    {Method::get, "/admin/audit", Access::admin, Body::none, kAdminFace, Purpose::other, &listAudit},
    {Method::get, "/admin/models", Access::admin, Body::none, kAdminFace, Purpose::other, &showModels},
    {Method::get, "/admin/status", Access::admin, Body::none, kAdminFace, Purpose::other, &showStatus},
    {Method::post, "/admin/reload", Access::admin, Body::small, kAdminFace, Purpose::other, &reloadAll},
    {Method::get, "/healthz", Access::anyone, Body::none, kOurFace, Purpose::other, &health},
    {Method::get, "/healthz/live", Access::anyone, Body::none, kOurFace, Purpose::other, &liveness},
};

// Whether the path fits, and what stands where the pattern has a {part}. One at its end that is written {part...} may
// have slashes, as aliases do.
bool fits(std::string_view pattern, std::string_view path, std::string& part) {
    const auto at = pattern.find('{');
    if (at == std::string_view::npos) return pattern == path;
    const auto end = pattern.find('}') + 1;
    const bool mayHaveSlashes = pattern[end - 2] == '.';
    const std::string_view before = pattern.substr(0, at), after = pattern.substr(end);
    if (path.size() <= before.size() + after.size() || path.substr(0, before.size()) != before) return false;
    if (path.substr(path.size() - after.size()) != after) return false;
    const std::string_view found = path.substr(before.size(), path.size() - before.size() - after.size());
    if (mayHaveSlashes ? found.back() == '/' : found.find('/') != std::string_view::npos) return false;
    part = found;
    return true;
}

bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

// Clients put these paths together themselves, and not all do it alike: without /v1, with a slash at the end.
std::string_view openAiPathOf(std::string_view path, std::string& whole) {
    if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    if (begins(path, "/v1/")) return path;
    const std::string_view model = begins(path, "/models/") ? path.substr(8) : std::string_view();
    if (model.find('/') != std::string_view::npos) return {};  // our own paths begin so
    whole = "/v1" + std::string(path);
    return whole;
}

const Route* routeFor(std::string_view path, std::string_view method, std::string& part) {
    const Route* first = nullptr;
    for (const Route& route : kRoutes) {
        if (!fits(route.path, path, part)) continue;
        if (takesMethod(route, method)) return &route;
        if (!first) first = &route;
    }
    return first;
}

}  // namespace

AllRoutes allRoutes() { return {std::begin(kRoutes), std::end(kRoutes)}; }

bool takesMethod(const Route& route, std::string_view method) noexcept {
    const bool isGet = method == "GET" || method == "HEAD", isPost = method == "POST";
    switch (route.method) {
        case Method::get: return isGet;
        case Method::post: return isPost;
        case Method::either: return isGet || isPost;
        case Method::remove: return method == "DELETE";
    }
    return false;
}

Match findRoute(const std::string& path, std::string_view method) {
    Match match;
    match.route = routeFor(path, method, match.part);
    if (match.route) return match;
    std::string whole, part;
    const Route* const route = routeFor(openAiPathOf(path, whole), method, part);
    if (route && &route->face == &kOpenAiFace) match = {route, part};
    return match;
}

std::string methodsAt(const std::string& path) {
    std::string methods;
    for (const char* const method : {"GET", "HEAD", "POST", "DELETE"}) {
        const Match match = findRoute(path, method);
        if (match.route && takesMethod(*match.route, method)) methods.append(method).append(", ");
    }
    return methods + "OPTIONS";
}

const Face& faceAt(const std::string& path) {
    const Match match = findRoute(path);
    if (match.route) return match.route->face;
    if (path == "/admin" || begins(path, "/admin/")) return kAdminFace;
    return path == "/v1" || begins(path, "/v1/") ? kOpenAiFace : kOurFace;
}

}  // namespace aiproject
