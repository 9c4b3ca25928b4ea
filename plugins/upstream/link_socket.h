// A link as a socket of Poco's, so that Poco reads what an upgrade is answered, sends and closes. Its calls block, by
// drive.h.
#pragma once

#include "upstream/drive.h"
#include "upstream/link.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <string>
#include <string_view>
#include <utility>

namespace aiproject::outbound {

class LinkSocket final : public Poco::Net::StreamSocketImpl {
public:
    using Ptr = Poco::AutoPtr<LinkSocket>;

    LinkSocket(Link link, const Patience& patience);

    Link& link() noexcept { return link_; }
    Link takeLink() noexcept { return std::move(link_); }  // then this is good for nothing more
    const Link& link() const noexcept { return link_; }
    void waitBy(const Patience& patience) { patience_ = patience; }  // from now on
    const Patience& patience() const noexcept { return patience_; }

    // What came behind an HTTP head and was not received; for the reader of what follows it.
    std::string takeRest() { return std::move(rest_); }
    bool hasBytes() const noexcept { return !rest_.empty() || link_.hasPending(); }

    // Of Poco's HTTP session, which reads in blocks and would keep the frames that come with an upgrade's head. So this
    // gives nothing beyond an empty line until the next call.
    int receiveBytes(void* buffer, int length, int flags) override;
    int sendBytes(const void* buffer, int length, int flags) override;  // all of it
    void close() override {}  // closed with the link: a session that fails would close it under the host's guard
    bool secure() const override { return link_.isTls(); }

protected:
    ~LinkSocket() override;

private:
    std::size_t upToEmptyLine(std::string_view bytes);

    Link link_;
    Patience patience_;
    std::string rest_;
    bool isLineEmpty_ = true;  // so far
};

}  // namespace aiproject::outbound
