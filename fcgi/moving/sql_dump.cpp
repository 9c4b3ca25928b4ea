#include "moving/sql_dump.h"

#include <Poco/String.h>

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "moving/sql_tokens.h"

namespace aiproject {
namespace {

using Kind = SqlTokenKind;

constexpr std::size_t kMaxColumns = 4096;  // MySQL's own limit

bool same(const std::string& a, const char* b) { return Poco::icompare(a, b) == 0; }

// Where in the rows of an INSERT the wanted columns stand.
struct Layout {
    std::vector<std::size_t> places;  // of each wanted column; columns: it is not there
    std::size_t columns = 0;
    bool isOurs = false;
};

class DumpReader {
public:
    DumpReader(std::istream& dump, const DumpTable& table, const std::function<void(const DumpRow&)>& take)
        : tokens_(dump), table_(table), take_(take), row_(table.columns.size()) {}

    void run() {
        for (advance(); token_->kind != Kind::end; advance()) statement();
        if (tokens_.isCut())
            throw fault("the last line of mysqldump, -- Dump completed, is missing: the dump is cut, so make it again");
        if (!found_)
            throw fault("there is no table " + table_.name + " with the columns " +
                        Poco::cat(std::string(", "), table_.columns.begin(),
                                  table_.columns.begin() + std::ptrdiff_t(table_.required)) +
                        "; is this the dump of the original's database?");
    }

private:
    Error fault(const std::string& what) const {
        return {ErrorKind::internal, "line " + std::to_string(tokens_.line()) + ": " + what};
    }

    void advance() { token_ = &tokens_.next(); }
    bool isWord(const char* word) const { return token_->kind == Kind::word && same(token_->text, word); }
    bool isSymbol(char symbol) const { return token_->kind == Kind::symbol && token_->text[0] == symbol; }
    bool isName() const {
        return token_->kind == Kind::word || token_->kind == Kind::name || token_->kind == Kind::quoted;
    }
    bool atEnd() const { return token_->kind == Kind::end || isSymbol(';'); }
    bool skipped(const char* word) {
        if (!isWord(word)) return false;
        advance();
        return true;
    }

    void statement() {
        if (isWord("delimiter")) return skipProgram();
        if (skipped("create"))
            createStatement();
        else if (skipped("insert") || skipped("replace"))
            insertStatement();
        while (!atEnd()) advance();
    }

    // The text of triggers and procedures, which may have any statement in it.
    void skipProgram() {
        if (Poco::trim(tokens_.restOfLine()) == ";") return;
        while (!tokens_.atEnd()) {
            const std::string line = Poco::trim(tokens_.restOfLine());
            if (line.size() > 9 && same(line.substr(0, 9), "delimiter") && Poco::trim(line.substr(9)) == ";") return;
        }
    }

    // SCHEMA.TABLE as well; answers whether it is the table's.
    bool takeTableName() {
        bool isOurs = isName() && same(token_->text, table_.name.c_str());
        if (isName()) advance();
        while (isSymbol('.')) {
            advance();
            isOurs = isName() && same(token_->text, table_.name.c_str());
            if (isName()) advance();
        }
        return isOurs;
    }

    void createStatement() {
        skipped("temporary");
        if (!skipped("table")) return;
        if (skipped("if")) {
            skipped("not");
            skipped("exists");
        }
        if (!takeTableName() || !isSymbol('(')) return;
        created_ = layoutOf(definedColumns());
        hasCreate_ = true;
    }

    std::vector<std::string> definedColumns() {
        std::vector<std::string> names;
        do {
            advance();
            if (isName() && !isKeyDefinition()) add(names);
            skipItem();
        } while (isSymbol(','));
        if (atEnd()) throw fault("CREATE TABLE " + table_.name + " is cut or malformed");
        return names;
    }

    void add(std::vector<std::string>& names) const {
        if (names.size() == kMaxColumns) throw fault("table " + table_.name + " has more than 4096 columns");
        names.push_back(token_->text);
    }

    bool isKeyDefinition() const {
        for (const char* word :
             {"primary", "key", "unique", "index", "constraint", "foreign", "check", "fulltext", "spatial", "period"})
            if (isWord(word)) return true;
        return false;
    }

    // To the comma or parenthesis after this item of the list.
    void skipItem() {
        for (int depth = 0; !atEnd(); advance()) {
            if (depth == 0 && (isSymbol(',') || isSymbol(')'))) return;
            if (isSymbol('(')) ++depth;
            if (isSymbol(')')) --depth;
        }
    }

    Layout layoutOf(const std::vector<std::string>& names) {
        Layout layout;
        layout.columns = names.size();
        layout.isOurs = true;
        for (const std::string& wanted : table_.columns) {
            const auto at = std::find_if(names.begin(), names.end(),
                                         [&](const std::string& name) { return same(name, wanted.c_str()); });
            if (at == names.end() && layout.places.size() < table_.required) layout.isOurs = false;
            layout.places.push_back(std::size_t(at - names.begin()));
        }
        found_ = found_ || layout.isOurs;
        return layout;
    }

    void insertStatement() {
        for (const char* word : {"low_priority", "delayed", "high_priority", "ignore", "into"}) skipped(word);
        if (!takeTableName()) return;
        Layout layout = hasCreate_ ? created_ : layoutOf(table_.columns);
        if (isSymbol('(')) layout = layoutOf(listedColumns());
        if (!layout.isOurs) return;
        if (!skipped("values") && !skipped("value"))
            throw fault("an INSERT INTO " + table_.name + " that goes on with '" +
                        printable(token_->text.substr(0, 40)) + "' is not understood; make the dump with mysqldump");
        do takeRow(layout);
        while (skippedComma());
        if (!atEnd() && !isWord("on") && !isWord("as"))
            throw fault("a row of " + table_.name + " is followed by '" + printable(token_->text.substr(0, 40)) + "'");
    }

    bool skippedComma() {
        if (!isSymbol(',')) return false;
        advance();
        return true;
    }

    std::vector<std::string> listedColumns() {
        std::vector<std::string> names;
        do {
            advance();
            if (!isName()) throw fault("the list of columns of an INSERT INTO " + table_.name + " is malformed");
            add(names);
            advance();
        } while (isSymbol(','));
        if (!isSymbol(')')) throw fault("the list of columns of an INSERT INTO " + table_.name + " is malformed");
        advance();
        return names;
    }

    void takeRow(const Layout& layout) {
        if (!isSymbol('(')) throw fault("a row of " + table_.name + " does not begin with a parenthesis");
        row_.assign(row_.size(), std::nullopt);
        std::size_t column = 0;
        do {
            advance();
            takeValue(layout, column++);
        } while (isSymbol(','));
        if (token_->kind == Kind::end) throw fault("the file ends inside a row; it is cut, so make the dump again");
        if (!isSymbol(')')) throw fault("a value of " + table_.name + " is no literal");
        if (column != layout.columns)
            throw fault("a row of " + table_.name + " has " + std::to_string(column) + " values for " +
                        std::to_string(layout.columns) + " columns; make the dump with --complete-insert");
        advance();
        take_(row_);
    }

    void takeValue(const Layout& layout, std::size_t column) {
        const std::optional<std::string> value = literal();
        for (std::size_t wanted = 0; wanted < layout.places.size(); ++wanted)
            if (layout.places[wanted] == column) row_[wanted] = value;
    }

    std::optional<std::string> literal() {
        if (skipped("null") || skipped("default")) return std::nullopt;
        if (skipped("true")) return "1";
        if (skipped("false")) return "0";
        std::string text;
        if (isSymbol('-')) text = "-";
        if (isSymbol('-') || isSymbol('+')) advance();
        if (token_->kind == Kind::word && token_->text[0] == '_') advance();  // _utf8mb4'...', _binary 0x...
        if (!isString()) throw fault("a value of " + table_.name + " is no literal");
        for (; isString(); advance())  // 'one' 'string'
            if (text.size() < SqlTokens::kMaxTokenBytes) text += token_->text;
        return text;
    }
    bool isString() const { return token_->kind == Kind::value || token_->kind == Kind::quoted; }

    SqlTokens tokens_;
    const DumpTable& table_;
    const std::function<void(const DumpRow&)>& take_;
    DumpRow row_;
    const SqlToken* token_ = nullptr;  // the one that is looked at; borrowed from tokens_
    Layout created_;                   // by the last CREATE TABLE
    bool hasCreate_ = false;
    bool found_ = false;
};

}  // namespace

void readDump(std::istream& dump, const DumpTable& table, const std::function<void(const DumpRow&)>& take) {
    DumpReader(dump, table, take).run();
}

}  // namespace aiproject
