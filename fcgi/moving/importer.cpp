#include "moving/importer.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "auth/audit.h"
#include "base/error.h"
#include "base/utf8.h"
#include "store/database.h"

namespace aiproject {

using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

struct Stored {
    int count = 0;
    std::string email, academy;
};

Stored storedUnder(Poco::Data::Session& session, const std::string& name) {
    Stored stored;
    session << "SELECT 1, email, academy FROM users WHERE name = ?", into(stored.count), into(stored.email),
        into(stored.academy), bind(name), now;
    return stored;
}

void insert(Poco::Data::Session& session, const OldAccount& account, const std::string& hash, std::int64_t seconds) {
    session << "INSERT INTO users (name, password, email, academy, tokens, pic_times, voice_seconds)"
               " VALUES (?, ?, ?, ?, ?, ?, ?)",
        bind(account.name), bind(hash), bind(account.email), bind(account.academy), bind(account.tokens),
        bind(account.picTimes), bind(seconds), now;
    Audit::add(session, {"imported", account.name, {}, "Id " + printable(account.id) + " of the original"});
}

}  // namespace

Importer::Importer(Database& database, const ImportSettings& settings, ImportEvents events)
    : database_(database),
      settings_(settings),
      events_(std::move(events)),
      hasher_(settings.cost, std::max(1, settings.threads)) {}

ImportCounts Importer::run(const OriginalUsers& users) {
    if (settings_.mode == ImportMode::apply) all_ = countOf(users);
    users([this](const OriginalUser& row) { add(row); });
    endBatch();
    return counts_;
}

std::uint64_t Importer::countOf(const OriginalUsers& users) const {
    std::uint64_t count = 0;
    users([&count](const OriginalUser&) { ++count; });
    return count;
}

void Importer::add(const OriginalUser& row) {
    ++seen_;
    try {
        Candidate candidate{row, oldAccountOf(row)};
        const auto [claim, isFirst] = names_.try_emplace(foldedName(candidate.account.name), candidate.account.id);
        if (!isFirst)
            return skip(row, "the row with Id " + printable(claim->second) +
                                 " has the same name, as the original compared names; one of them can have it");
        batch_.push_back(std::move(candidate));
    } catch (const Error& e) {
        if (e.kind() != ErrorKind::registrationRefused) throw;
        return skip(row, e.what());
    }
    if (batch_.size() >= settings_.batch) endBatch();
}

void Importer::skip(const OriginalUser& row, const std::string& reason) {
    ++counts_.skipped;
    events_.row(row, RowResult::skipped, reason);
}

void Importer::endBatch() {
    lookUp();
    if (settings_.mode == ImportMode::apply) store();
    for (const Candidate& one : batch_) {
        if (!one.isNew) continue;
        ++counts_.imported;
        if (!one.account.lost.empty()) events_.row(one.row, RowResult::changed, one.account.lost);
    }
    batch_.clear();
    if (settings_.mode == ImportMode::apply) events_.progress(seen_, all_);
}

// Who is here already, as this row or as somebody else.
void Importer::lookUp() {
    if (batch_.empty()) return;
    std::vector<Stored> found;
    database_.read([&](Poco::Data::Session& session) {
        found.clear();
        for (const Candidate& one : batch_) found.push_back(storedUnder(session, one.account.name));
    });
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        Candidate& one = batch_[i];
        if (!one.isNew || found[i].count == 0) continue;
        one.isNew = false;
        if (found[i].email == one.account.email && found[i].academy == one.account.academy)
            ++counts_.alreadyThere;
        else
            skip(one.row, "the name belongs to an account here whose email or academy is another");
    }
}

void Importer::hashAll() {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < batch_.size(); i = next++)
            if (batch_[i].isNew) batch_[i].hash = hasher_.wrapMd5(batch_[i].account.passwordMd5);
    };
    std::vector<std::future<void>> threads;
    for (int i = 0; i < std::max(1, settings_.threads); ++i) threads.push_back(std::async(std::launch::async, work));
    for (auto& one : threads) one.wait();
    for (auto& one : threads) one.get();
}

void Importer::store() {
    hashAll();
    // The service may be running: who registers one of the names meanwhile spoils the transaction, and is found then.
    while (!tryStore()) continue;
}

bool Importer::tryStore() {
    const bool isAny = std::any_of(batch_.begin(), batch_.end(), [](const Candidate& one) { return one.isNew; });
    if (!isAny) return true;
    try {
        database_.write([&](Poco::Data::Session& session) {
            for (const Candidate& one : batch_)
                if (one.isNew) insert(session, one.account, one.hash, settings_.voiceSeconds);
        });
        return true;
    } catch (const ConstraintViolation& e) {
        const auto before = counts_.alreadyThere + counts_.skipped;
        lookUp();
        if (counts_.alreadyThere + counts_.skipped == before)  // it was no name that is there by now
            throw Error(ErrorKind::internal, "a user of the original breaks a rule of the table: " +
                                                 std::string(e.what()) + "; what was imported before stays");
        return false;
    }
}

}  // namespace aiproject
