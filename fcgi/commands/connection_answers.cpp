#include "commands/connection_answers.h"

#include "base/error.h"
#include "front/fastcgi_exchange.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pool/load.h"
#include "routes/router.h"

#include <memory>
#include <utility>

namespace aiproject {

template <class Answer, class Receive>
void ConnectionAnswers::give(const Answer& answer, const Receive& receive) const {
    std::unique_ptr<Exchange> exchange;
    try {
        exchange = receive();
        if (exchange) exchange = answer(std::move(exchange));
    } catch (...) {  // out of memory, most likely: one request fails, the others go on
        log.error("a request was dropped: " + describeCurrent());
    }
    load.end();  // before the exchange ends: whoever has read its end finds room
}

void ConnectionAnswers::serve(Incoming incoming) const {
    give([this](std::unique_ptr<Exchange> exchange) { return router.serve(std::move(exchange)); },
         [&] { return FastcgiExchange::of(std::move(incoming), timeout); });
}

void ConnectionAnswers::refuse(Incoming incoming, Refusal why) const {
    add(why == Refusal::waited ? metrics.refusedLate : metrics.refusedCrowded);
    const std::string limit = why == Refusal::waited
                                  ? "no thread was free within " + pool + ".queue_ms"
                                  : "too many wait already for " + pool + ".threads, so this one did not";
    const auto answer = [&](std::unique_ptr<Exchange> exchange) {
        router.refuse(*exchange, limit);
        return exchange;
    };
    give(answer, [&] { return FastcgiExchange::toRefuse(std::move(incoming)); });
}

}  // namespace aiproject
