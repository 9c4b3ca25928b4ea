#include "routes/routes.h"

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
    {Method::post, "/v1/chat/completions", Access::bearer, Body::media, kOpenAiFace, Purpose::modelCall, &openAiChat},
    {Method::post, "/v1/embeddings", Access::bearer, Body::text, kOpenAiFace, Purpose::modelCall, &openAiEmbeddings},
    {Method::post, "/v1/audio/transcriptions", Access::bearer, Body::media, kOpenAiFace, Purpose::modelCall,
     &openAiTranscription},
    {Method::get, "/v1/models", Access::bearer, Body::none, kOpenAiFace, Purpose::other, &openAiModels},
    {Method::get, "/v1/models/{model...}", Access::bearer, Body::none, kOpenAiFace, Purpose::other, &openAiModel},
    {Method::get, "/healthz", Access::anyone, Body::none, kOurFace, Purpose::other, &health},
    {Method::get, "/healthz/live", Access::anyone, Body::none, kOurFace, Purpose::other, &liveness},
};

constexpr std::string_view kModel = "{model}", kModelWithSlashes = "{model...}";  // aliases may have some

// Whether the path fits, and what stands where the pattern has a model.
bool fits(std::string_view pattern, std::string_view path, std::string& model) {
    if (const auto at = pattern.find(kModelWithSlashes); at != std::string_view::npos) {
        if (path.size() <= at || path.substr(0, at) != pattern.substr(0, at) || path.back() == '/') return false;
        model = path.substr(at);
        return true;
    }
    const auto at = pattern.find(kModel);
    if (at == std::string_view::npos) return pattern == path;
    const std::string_view before = pattern.substr(0, at), after = pattern.substr(at + kModel.size());
    if (path.size() <= before.size() + after.size() || path.substr(0, before.size()) != before) return false;
    if (path.substr(path.size() - after.size()) != after) return false;
    const std::string_view name = path.substr(before.size(), path.size() - before.size() - after.size());
    if (name.find('/') != std::string_view::npos) return false;
    model = name;
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

const Route* routeFor(std::string_view path, std::string& model) {
    for (const Route& route : kRoutes)
        if (fits(route.path, path, model)) return &route;
    return nullptr;
}

}  // namespace

Match findRoute(const std::string& path) {
    Match match;
    match.route = routeFor(path, match.model);
    if (match.route) return match;
    std::string whole, model;
    const Route* const route = routeFor(openAiPathOf(path, whole), model);
    if (route && &route->face == &kOpenAiFace) match = {route, model};
    return match;
}

const Face& faceAt(const std::string& path) {
    const Match match = findRoute(path);
    if (match.route) return match.route->face;
    return path == "/v1" || begins(path, "/v1/") ? kOpenAiFace : kOurFace;
}

}  // namespace aiproject
