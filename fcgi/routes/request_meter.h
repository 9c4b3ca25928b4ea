// Counts requests, and calls to models, when they end: what /metrics says of them.
//
// THREADS  any
#pragma once

#include "call/client_request.h"
#include "pool/board.h"
#include "routes/routes.h"

#include <map>
#include <string>

namespace aiproject {

class RequestMeter {
public:
    // Has a label made for each route and code that there is. The board outlives this object.
    explicit RequestMeter(Board& board);

    int labelOf(const Route* route) const;                  // null: no such path
    void note(const RequestRecord& record) const noexcept;  // its times have stopped

private:
    void noteCall(const CallRecord& call, const RequestRecord& record) const noexcept;

    Metrics& metrics_;
    std::map<const Route*, int> routes_;
    std::map<std::string, int> codes_;
    int noRoute_, noCode_;
};

}  // namespace aiproject
