#include "upstream/services.h"

#include <algorithm>

namespace aiproject::upstream {

namespace {

constexpr std::int64_t kX1Tokens = 32768;

ChatModel small(std::string_view domain) { return {{domain}, 4096, 1, false, false, false}; }
ChatModel large(std::string_view domain) { return {{domain}, 8192, 1, true, true, false}; }
ChatModel reasoning(std::vector<std::string_view> domains) {
    return {std::move(domains), kX1Tokens, 2, true, true, true};
}

const std::vector<Endpoint>& endpoints() {
    static const std::vector<Endpoint> all = {
        {"/v1.1/chat", Service::sparkChat, small("lite")},
        {"/v2.1/chat", Service::sparkChat, large("generalv2")},
        {"/v3.1/chat", Service::sparkChat, large("generalv3")},
        {"/chat/pro-128k", Service::sparkChat, {{"pro-128k"}, 4096, 1, true, true, false}},
        {"/v3.5/chat", Service::sparkChat, large("generalv3.5")},
        {"/chat/max-32k", Service::sparkChat, large("max-32k")},
        {"/v4.0/chat", Service::sparkChat, large("4.0Ultra")},
        {"/v1/x1", Service::sparkChat, reasoning({"spark-x", "x1"})},
        {"/v1/reasoner-x1-preview", Service::sparkChat, reasoning({"x1"})},
        {"/x2", Service::sparkChat, reasoning({"spark-x"})},
        {"/v1.1/chat_kjwx", Service::sparkChat, small("kjwx")},
        {"/v1.1/chat_multilang", Service::sparkChat, small("multilang")},
        {"/v2/iat", Service::iat, {}},
        {"/v1", Service::largeIat, {}},
        {"/v2.1/image", Service::image, {{"general", "imagev3"}, 8192, 1, false, false, false}},
    };
    return all;
}

}  // namespace

const Endpoint* endpointAt(const std::string& path) {
    const auto& all = endpoints();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Endpoint& one) { return one.path == path; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace aiproject::upstream
