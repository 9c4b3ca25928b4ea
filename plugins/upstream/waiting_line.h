// The rules by which opened connections wait for their calls. Pure: the time is an argument, and the
// owner of the line has the lock. `Item` is a connection; in tests it is a number.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace aiproject::outbound {

template <class Item>
class WaitingLine {
public:
    using Time = std::chrono::steady_clock::time_point;

    WaitingLine(std::size_t wanted, std::chrono::seconds ttl) : wanted_(wanted), ttl_(ttl) {}

    void add(Item item, Time now) { places_.push_back({std::move(item), now}); }

    // The oldest that is not too old: under load hardly one is then opened for nothing. The newest would be
    // no surer, since none is older than the upstream allows, and what is closed is noticed; but the others
    // would pass their time unused and be opened anew, again and again.
    std::optional<Item> takeOldest(Time now) {
        const auto found =
            std::find_if(places_.begin(), places_.end(), [&](const Place& place) { return !isOver(place, now); });
        if (found == places_.end()) return std::nullopt;
        std::optional<Item> item(std::move(found->item));
        places_.erase(found);
        return item;
    }
    // Those whose time is over.
    std::vector<Item> takeOver(Time now) {
        return takeWhere([&](const Place& place) { return isOver(place, now); });
    }
    template <class Predicate>
    std::vector<Item> takeIf(Predicate&& predicate) {
        return takeWhere([&](const Place& place) { return predicate(place.item); });
    }
    template <class Use>
    void each(Use&& use) const {
        for (const Place& place : places_) use(place.item);
    }

    // One could not be opened, or was ended by the upstream while it waited: the next is not opened before a
    // pause, which doubles each time. Losses within a pause are one: they have one cause.
    void lost(Time now) {
        constexpr std::chrono::seconds longest{60};
        if (now < notBefore_) return;
        pause_ = std::clamp(2 * pause_, std::chrono::seconds(1), longest);
        notBefore_ = now + pause_;
    }
    // One has waited well, until a call took it or its time was over: losses count anew. That one was opened
    // is no reason, or one that the upstream ends at once would be opened again at once.
    void proved() {
        pause_ = std::chrono::seconds(0);
        notBefore_ = {};
    }

    bool mayOpen(Time now) const { return places_.size() < wanted_ && now >= notBefore_; }
    // When there is something to do again, if nothing happens meanwhile.
    Time nextChange() const {
        const Time end = places_.empty() ? Time::max() : places_.front().since + ttl_;
        return places_.size() < wanted_ ? std::min(end, notBefore_) : end;
    }

private:
    struct Place {
        Item item;
        Time since;
    };
    bool isOver(const Place& place, Time now) const { return now >= place.since + ttl_; }

    template <class Predicate>
    std::vector<Item> takeWhere(Predicate&& predicate) {
        std::vector<Item> taken;
        for (auto place = places_.begin(); place != places_.end();) {
            if (!predicate(*place)) {
                ++place;
                continue;
            }
            taken.push_back(std::move(place->item));
            place = places_.erase(place);
        }
        return taken;
    }

    const std::size_t wanted_;
    const std::chrono::seconds ttl_;
    std::deque<Place> places_;  // the oldest first
    std::chrono::seconds pause_{0};
    Time notBefore_{};
};

}  // namespace aiproject::outbound
