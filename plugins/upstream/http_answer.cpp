#include "upstream/http_answer.h"

#include "upstream/failure.h"

#include <algorithm>

namespace aiproject::outbound {
namespace {

HttpHead headOf(const http::Head& read) {
    const auto shown = [&](std::string_view name) { return http::detail::printable(read.field(name)); };
    HttpHead head;
    head.status = read.status;
    head.contentType = read.contentType();
    head.contentEncoding = shown("Content-Encoding");
    std::transform(head.contentEncoding.begin(), head.contentEncoding.end(), head.contentEncoding.begin(),
                   &http::detail::lower);
    if (head.contentEncoding == "identity") head.contentEncoding.clear();
    head.retryAfter = shown("Retry-After");
    head.retryAfterMs = shown("retry-after-ms");
    head.date = shown("Date");
    head.requestId = shown(read.field("x-request-id").empty() ? "x-ds-trace-id" : "x-request-id");
    head.keepsAlive = read.keepsAlive;
    return head;
}

}  // namespace

std::string_view HttpAnswer::take(std::string_view& bytes) {
    const std::string_view body = answer_.take(bytes);
    if (!head_ && answer_.head()) {
        head_ = headOf(*answer_.head());
        answer_.forgetFields();
    }
    if (!answer_.fault().empty())
        throw CallFailure(ModelStatus::failed, "the upstream's HTTP answer " + answer_.fault());
    return body;
}

}  // namespace aiproject::outbound
