#include "routes/routes.h"

namespace aiproject {
namespace {

// The whole HTTP surface. A path that is not here does not exist. nginx/aiproject/locations.conf names the
// same paths and binds each to a pool.
constexpr Route kRoutes[] = {
    {Method::post, "/auth/register", Access::anyone, Body::text, Surface::documented, Purpose::other, &registerUser},
    {Method::post, "/auth/login", Access::anyone, Body::text, Surface::documented, Purpose::other, &login},
    {Method::either, "/auth/me", Access::eitherUser, Body::text, Surface::ours, Purpose::other, &showUser},
    {Method::post, "/auth/password", Access::anyone, Body::text, Surface::ours, Purpose::other, &changePassword},
    {Method::post, "/auth/rotate", Access::bodyUser, Body::text, Surface::ours, Purpose::other, &rotateUuid},
    {Method::post, "/auth/redeem", Access::bodyUser, Body::text, Surface::ours, Purpose::other, &redeemInvitation},
    {Method::either, "/auth/keys", Access::eitherUser, Body::text, Surface::ours, Purpose::other, &handleKeys},
    {Method::post, "/auth/keys/revoke", Access::bodyUser, Body::text, Surface::ours, Purpose::other, &revokeKey},
    {Method::post, "/textModel/chat", Access::bodyUser, Body::text, Surface::documented, Purpose::modelCall, &chatText},
    {Method::post, "/textModel/stream", Access::bodyUser, Body::text, Surface::documented, Purpose::modelCall,
     &streamText},
    {Method::post, "/voiceModel/chat", Access::voiceUser, Body::media, Surface::documented, Purpose::modelCall,
     &chatVoice},
    {Method::post, "/PictureToTextModel/chat", Access::headerUser, Body::media, Surface::documented, Purpose::modelCall,
     &chatPicture},
    {Method::post, "/models/{model}/chat", Access::eitherUser, Body::media, Surface::ours, Purpose::modelCall,
     &chatModel},
    {Method::post, "/models/{model}/stream", Access::eitherUser, Body::media, Surface::ours, Purpose::modelCall,
     &streamModel},
    {Method::get, "/healthz", Access::anyone, Body::none, Surface::ours, Purpose::other, &health},
    {Method::get, "/healthz/live", Access::anyone, Body::none, Surface::ours, Purpose::other, &liveness},
};

constexpr std::string_view kModel = "{model}";

// Whether the path fits, and what stands where the pattern has {model}.
bool fits(std::string_view pattern, std::string_view path, std::string& model) {
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

}  // namespace

Match findRoute(const std::string& path) {
    Match match;
    for (const Route& route : kRoutes) {
        if (!fits(route.path, path, match.model)) continue;
        match.route = &route;
        break;
    }
    return match;
}

}  // namespace aiproject
