// A question over HTTP: its head, and its sending on a connection that was kept or on a new one.
#pragma once

#include "aiproject/imodel.h"
#include "upstream/kept_links.h"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aiproject::outbound {

// A body in pieces, so that what is large in it need not be copied. Borrows what is not its own.
class HttpBody {
public:
    void borrow(std::string_view piece) {
        if (!piece.empty()) pieces_.push_back(piece);
    }
    void add(std::string piece) { borrow(own_.emplace_back(std::move(piece))); }

    const std::vector<std::string_view>& pieces() const { return pieces_; }
    std::size_t size() const;
    std::string text() const;  // a copy of all

private:
    std::deque<std::string> own_;  // a deque: its elements stay where they are
    std::vector<std::string_view> pieces_;
};

// What the head of each question to one path says. `lines` are more of them, each with its CR LF.
class HttpForm {
public:
    HttpForm(const Endpoint& endpoint, const std::string& path, const std::string& lines);
    // With the trace context of the request.
    std::string head(const ModelRequest& request, std::size_t bodyBytes, std::string_view contentType) const;

private:
    const std::string fixed_;
};

struct AskedHttp {
    std::unique_ptr<Link> link;
    bool hasWaited = false;  // for this question, so it may be dead
    std::string broke;       // while the question was sent; the upstream may have answered all the same. Empty: it was
};

// Throws CallFailure. Connections that were kept are left out of a request with `freshConnection`.
AskedHttp askHttp(KeptLinks& links, const ModelRequest& request, IReply& reply, const std::string& head,
                  const HttpBody& body);

}  // namespace aiproject::outbound
