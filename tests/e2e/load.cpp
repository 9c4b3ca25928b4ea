#include "e2e/load.h"

#include <Poco/Exception.h>

namespace aiproject::test {
namespace {

constexpr std::chrono::milliseconds kBetweenReads{20};   // of a client that reads slowly
constexpr std::chrono::milliseconds kAfterRefusal{500};  // as clients do that come again
constexpr std::size_t kMostExamples = 8;

bool mustNotBe(Ending ending) { return ending > Ending::broken; }

}  // namespace

void Tally::add(const Verdict& verdict) {
    const std::lock_guard lock(mutex_);
    ++endings_[verdict.ending];
    if (verdict.ending == Ending::refused) ++codes_[verdict.detail];
    if (verdict.ending == Ending::broken) broken_.push_back(verdict.detail);
    if (verdict.ending == Ending::answered && !verdict.detail.empty()) answers_[verdict.detail] = verdict.tokens;
    if (mustNotBe(verdict.ending) && examples_.size() < kMostExamples)
        examples_.push_back(std::string(nameOf(verdict.ending)) + ": " + verdict.detail);
}

int Tally::count(Ending ending) const {
    const std::lock_guard lock(mutex_);
    const auto found = endings_.find(ending);
    return found == endings_.end() ? 0 : found->second;
}

std::vector<std::string> Tally::broken() const {
    const std::lock_guard lock(mutex_);
    return broken_;
}

std::map<std::string, std::int64_t> Tally::answers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
}

std::string Tally::counts() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [ending, count] : endings_)
        text += " " + std::string(nameOf(ending)) + " " + std::to_string(count);
    return text;
}

std::string Tally::details() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const auto& [code, count] : codes_) text += "  " + code + " " + std::to_string(count) + "\n";
    for (const auto& example : examples_) text += "  " + example + "\n";
    return text;
}

Load::Load(std::uint16_t port, std::vector<Crowd> crowds) : port_(port), crowds_(std::move(crowds)) {
    for (const Crowd& crowd : crowds_)
        for (int i = 0; i < crowd.clients; ++i)
            clients_.emplace_back([this, &crowd, i] { attend(crowd, std::size_t(i)); });
}

Load::~Load() { stop(); }

void Load::stop() {
    {
        const std::lock_guard lock(mutex_);
        isStopping_ = true;
    }
    stopped_.notify_all();
    for (auto& client : clients_) client.join();
    clients_.clear();
}

void Load::attend(const Crowd& crowd, std::size_t client) {
    const auto isOver = [this] {
        const std::lock_guard lock(mutex_);
        return isStopping_;
    };
    for (std::size_t round = client; !isOver(); ++round) {
        const Verdict verdict = carryOut(crowd.errands[round % crowd.errands.size()]);
        tally_.add(verdict);
        rest(crowd.pause);
        if (verdict.ending != Ending::answered && verdict.ending != Ending::left) rest(kAfterRefusal);
    }
}

Verdict Load::carryOut(const Errand& errand) {
    const std::string request = errand.request();
    try {
        RawClient client(port_);
        client.send(request);
        if (errand.conduct == Conduct::leavesAtOnce || errand.conduct == Conduct::leavesInTheMiddle)
            return leave(client, errand.conduct);
        return judge(rawAnswerOf(readAll(client, errand.conduct)), errand.expected);
    } catch (const Poco::TimeoutException&) {
        return {Ending::hanging, request.substr(0, request.find('\r'))};
    } catch (const Poco::Exception& e) {
        return {Ending::silent, e.displayText()};
    }
}

Verdict Load::leave(RawClient& client, Conduct conduct) {
    if (conduct == Conduct::leavesInTheMiddle) client.piece();
    return {Ending::left, ""};
}

std::string Load::readAll(RawClient& client, Conduct conduct) {
    std::string all;
    for (std::string more = client.piece(); !more.empty(); more = client.piece()) {
        all += more;
        if (conduct == Conduct::readsSlowly) rest(kBetweenReads);
    }
    return all;
}

void Load::rest(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, time, [this] { return isStopping_; });
}

}  // namespace aiproject::test
