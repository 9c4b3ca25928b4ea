#include "iflytek/spark_chat/spark_version.h"

#include <string_view>

namespace aiproject::iflytek {
namespace {

constexpr Support no = Support::no;
constexpr Support yes = Support::yes;

constexpr SparkVersion kVersions[] = {
    {"/v1.1/chat", "lite", 1, 4096, no, no},
    {"/v2.1/chat", "generalv2", 1, 8192, yes, no},
    {"/v3.1/chat", "generalv3", 1, 8192, yes, yes},
    {"/chat/pro-128k", "pro-128k", 1, 4096, yes, no},
    {"/v3.5/chat", "generalv3.5", 1, 8192, yes, yes},
    {"/chat/max-32k", "max-32k", 1, 8192, yes, no},
    {"/v4.0/chat", "4.0Ultra", 1, 8192, yes, yes},
    {"/v1/x1", "spark-x", 2, 32768, yes, yes},
    {"/v1/reasoner-x1-preview", "x1", 2, 32768, yes, yes},
    {"/x2", "spark-x", 2, 32768, yes, Support::unknown},
    {"/v1.1/chat_kjwx", "kjwx", 1, 8192, no, no},
    {"/v1.1/chat_multilang", "multilang", 1, 8192, no, no},
};

constexpr SparkVersion kOther = {"", "", 2, 32768, yes, Support::unknown};

}  // namespace

const SparkVersion& versionOf(const Endpoint& endpoint) {
    if (endpoint.host.rfind("maas-api.", 0) == 0) return kOther;
    for (const auto& version : kVersions)
        if (endpoint.path == version.path) return version;
    return kOther;
}

}  // namespace aiproject::iflytek
