#include "moving/importer.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <utility>

#include "auth/audit.h"
#include "auth/look_alikes.h"
#include "auth/quota_refill.h"
#include "auth/text_forms.h"
#include "auth/user_store.h"
#include "base/error.h"
#include "base/unix_time.h"
#include "store/database.h"

namespace aiproject {

using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

// What is known here of a row: 0 or 1 each.
struct Known {
    int imports = 0, importedUsers = 0;  // by its Id; a user who was deleted since is no more
    int users = 0;                       // by its name, in whatever Unicode form
};

Known knownOf(Poco::Data::Session& session, const OldAccount& account) {
    Known known;
    // In this order: another import at the same time makes both, and whoever sees its user must see its Id.
    for (const std::string& form : storedForms(account.name)) {
        int count = 0;
        session << "SELECT COUNT(*) FROM users WHERE name = ?", into(count), bind(form), now;
        known.users += count;
    }
    session << "SELECT COUNT(*), COUNT(users.id) FROM imports LEFT JOIN users ON users.id = imports.user_id"
               " WHERE imports.original_id = ?",
        into(known.imports), into(known.importedUsers), bind(account.id), now;
    return known;
}

void insert(Poco::Data::Session& session, const OldAccount& account, const std::string& hash,
            const ImportSettings& settings) {
    const std::int64_t period = refillPeriod(settings.refill, unixMilliseconds());
    const BalanceCause cause{"imported", "command", "Id " + account.id + " of the original"};
    const Balances opening{account.tokens, account.picTimes, settings.voiceSeconds, settings.money};
    const std::int64_t id = UserStore::insert(session, {account.name,
                                                        hash,
                                                        account.email,
                                                        account.academy,
                                                        opening.tokens,
                                                        opening.picTimes,
                                                        opening.voiceSeconds,
                                                        {},
                                                        period,
                                                        cause,
                                                        opening.money});
    session << "INSERT INTO imports (original_id, user_id) VALUES (?, ?)", bind(account.id), bind(id), now;
    Audit::add(session, {"imported", account.name, {}, cause.detail + ", " + openingText(opening)});
}

}  // namespace

Importer::Importer(Database& database, const ImportSettings& settings, ImportEvents events)
    : database_(database),
      settings_(settings),
      events_(std::move(events)),
      hasher_(settings.cost, {std::max(1, settings.threads), 0}, settings.key) {}

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
        if (!ids_.insert(candidate.account.id).second) return skip(row, "an earlier row has the same Id");
        const auto [claim, isFirst] =
            names_.try_emplace(foldedName(nameForm(candidate.account.name)), candidate.account.id);
        if (!isFirst)
            return skip(row, "the row with Id " + claim->second +
                                 " has the same name, but for case or its Unicode form; one of them can have it");
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
    if (settings_.mode == ImportMode::apply) {
        store();
        LookAlikes(database_).complete();  // or the registrations of a service that runs would have to
    }
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
    std::vector<Known> found;
    database_.read([&](Poco::Data::Session& session) {
        found.clear();
        for (const Candidate& one : batch_) found.push_back(knownOf(session, one.account));
    });
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        Candidate& one = batch_[i];
        const Known& known = found[i];
        if (!one.isNew || known.imports + known.users == 0) continue;
        one.isNew = false;
        if (known.importedUsers > 0)
            ++counts_.alreadyThere;
        else if (known.imports > 0)
            skip(one.row, "it was imported before and has been deleted here since");
        else
            skip(one.row, "the name belongs to an account that was made here");
    }
}

std::string Importer::hashOf(const OldAccount& account) {
    return account.passwordMd5.empty() ? hasher_.unmatchable() : hasher_.wrapMd5(account.passwordMd5);
}

void Importer::hashAll() {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < batch_.size(); i = next++)
            if (batch_[i].isNew) batch_[i].hash = hashOf(batch_[i].account);
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
                if (one.isNew) insert(session, one.account, one.hash, settings_);
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
