#include "manager/call_list.h"

#include "base/utf8.h"

#include <Poco/JSON/Object.h>

#include <algorithm>
#include <vector>

namespace aiproject {
namespace {

constexpr std::size_t kMostShown = 50;

struct Age {
    std::int64_t since;
    int row;
};

const char* nameOf(CallState state) {
    switch (state) {
        case CallState::opening: return "opening";
        case CallState::asked: return "waiting for the model";
        case CallState::answering: return "answering";
        case CallState::settling: return "settling";
    }
    return "unknown";
}

pid_t pidOf(const Pool& pool, int row) {
    const auto& workers = pool.workers();
    const auto owner =
        std::find_if(workers.begin(), workers.end(), [row](const WorkerProcess& one) { return one.row == row; });
    return owner == workers.end() ? 0 : owner->pid;
}

}  // namespace

Poco::JSON::Array oldestCalls(Pool& pool) {
    Board& board = pool.board();
    std::vector<Age> ages;
    for (int index = 0; index < board.callsEnd(); ++index)
        if (board.call(index).owner != 0) ages.push_back({board.call(index).since, index});
    const auto shown = ages.begin() + std::ptrdiff_t(std::min(kMostShown, ages.size()));
    std::partial_sort(ages.begin(), shown, ages.end(),
                      [](const Age& one, const Age& other) { return one.since < other.since; });
    Poco::JSON::Array calls;
    const std::int64_t now = Board::milliseconds();
    for (auto age = ages.begin(); age != shown; ++age) {
        const CallRow& call = board.call(age->row);
        const int owner = call.owner, model = call.model;
        if (owner == 0 || call.since != age->since) continue;  // it has ended, or another has its row
        Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
        object.set("age_s", std::max<std::int64_t>(0, now - age->since) / 1000);
        object.set("user", printable(call.userName.data()));
        object.set("model", model < 0 || model >= kMostModels ? std::string() : board.model(model).name.data());
        object.set("phase", nameOf(call.state));
        object.set("worker", pidOf(pool, owner - 1));
        calls.add(object);
    }
    return calls;
}

}  // namespace aiproject
