#include "base/unicode.h"

#include "base/error.h"

#include <unicode/brkiter.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>
#include <unicode/utf8.h>

#include <memory>

namespace aiproject {
namespace {

constexpr char32_t kZeroWidthNonJoiner = 0x200c, kZeroWidthJoiner = 0x200d, kTextStyle = 0xfe0e, kEmojiStyle = 0xfe0f;

void require(UErrorCode status, const char* what) {
    if (U_FAILURE(status))
        throw internalError(std::string("ICU: ") + what + ": " + u_errorName(status) +
                            "; is libicu installed as a whole?");
}

icu::UnicodeString wide(std::string_view text) {
    return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), int(text.size())));
}

std::string narrow(const icu::UnicodeString& text) {
    std::string utf8;
    text.toUTF8String(utf8);
    return utf8;
}

// ICU makes each at its first use, and keeps it.
template <const icu::Normalizer2* (*get)(UErrorCode&)>
icu::UnicodeString normalized(const icu::UnicodeString& text) {
    static const icu::Normalizer2* const normalizer = [] {
        UErrorCode status = U_ZERO_ERROR;
        const icu::Normalizer2* const made = get(status);
        require(status, "normal forms");
        return made;
    }();
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString result = normalizer->normalize(text, status);
    require(status, "normal form");
    return result;
}

bool isIn(char32_t point, std::uint32_t categories) { return (U_GET_GC_MASK(UChar32(point)) & categories) != 0; }

bool has(char32_t point, UProperty property) { return u_hasBinaryProperty(UChar32(point), property) != 0; }

// Symbols that are drawn as nothing, which no property of Unicode says: the empty Braille pattern, the note head for
// nothing.
bool isBlankSymbol(char32_t point) { return point == 0x2800 || point == 0x1d159; }

// The blocks of emoji are reserved as a whole: one that is newer than this ICU is drawn by newer fonts.
bool isNewPictograph(char32_t point) { return isIn(point, U_GC_CN_MASK) && has(point, UCHAR_EXTENDED_PICTOGRAPHIC); }

bool isStyle(char32_t point) { return point == kTextStyle || point == kEmojiStyle; }

bool isOldHangul(char32_t point) {
    const auto type = u_getIntPropertyValue(UChar32(point), UCHAR_HANGUL_SYLLABLE_TYPE);
    return type == U_HST_LEADING_JAMO || type == U_HST_VOWEL_JAMO || type == U_HST_TRAILING_JAMO;
}

template <class Take>
void eachPoint(const icu::UnicodeString& text, const Take& take) {
    for (int at = 0; at < text.length(); at = text.moveIndex32(at, 1)) take(char32_t(text.char32At(at)));
}

std::unique_ptr<icu::BreakIterator> clustersOf(const icu::UnicodeString& text) {
    static const std::unique_ptr<icu::BreakIterator> prototype = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::BreakIterator> made(
            icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
        require(status, "boundaries of characters");
        return made;
    }();
    std::unique_ptr<icu::BreakIterator> clusters(prototype->clone());
    if (!clusters) throw internalError("ICU: no memory");
    clusters->setText(text);
    return clusters;
}

// A pictograph with its style and skin, or several that are joined: keyboards leave the style out at will, so such a
// sequence need not be one that Unicode recommends.
bool isPictographs(const icu::UnicodeString& cluster) {
    bool isFine = has(char32_t(cluster.char32At(0)), UCHAR_EXTENDED_PICTOGRAPHIC);
    char32_t last = 0;
    eachPoint(cluster, [&](char32_t point) {
        const bool isExtension = point == kZeroWidthJoiner || isStyle(point) || has(point, UCHAR_EMOJI_MODIFIER);
        isFine = isFine && (isExtension || has(point, UCHAR_EXTENDED_PICTOGRAPHIC));
        isFine = isFine && !(point == last && isExtension) && !(isStyle(point) && isStyle(last));
        last = point;
    });
    return isFine && last != kZeroWidthJoiner;
}

bool isEmoji(const icu::UnicodeString& cluster) {
    return u_stringHasBinaryProperty(cluster.getBuffer(), cluster.length(), UCHAR_RGI_EMOJI) || isPictographs(cluster);
}

// Takes the emoji of several code points out: their joiners are none of a script's.
icu::UnicodeString withoutEmoji(std::string_view text) {
    icu::UnicodeString rest;
    eachShownCharacter(text, [&](const ShownCharacter& character) {
        if (!character.isEmoji) rest += wide(character.bytes);
    });
    return rest;
}

const icu::IDNA& idna() {
    static const std::unique_ptr<icu::IDNA> made = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<icu::IDNA> fresh(icu::IDNA::createUTS46Instance(
            UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE,
            status));
        require(status, "domain names");
        return fresh;
    }();
    return *made;
}

// RFC 5892, appendix A.1 and A.2. ICU leaves them out after the other errors here ("xn--" is enough), so where one of
// these is, no joiner is known to be in its place.
bool hasMisplacedJoiner(const icu::UnicodeString& text) {
    icu::UnicodeString ignored;
    icu::IDNAInfo info;
    UErrorCode status = U_ZERO_ERROR;
    idna().nameToUnicode(text, ignored, info, status);
    require(status, "joiners");
    constexpr std::uint32_t unproven = UIDNA_ERROR_CONTEXTJ | UIDNA_ERROR_LEADING_COMBINING_MARK |
                                       UIDNA_ERROR_DISALLOWED | UIDNA_ERROR_PUNYCODE | UIDNA_ERROR_LABEL_HAS_DOT |
                                       UIDNA_ERROR_INVALID_ACE_LABEL;
    return (info.getErrors() & unproven) != 0;
}

const USpoofChecker* spoofChecker() {
    static USpoofChecker* const made = [] {
        UErrorCode status = U_ZERO_ERROR;
        USpoofChecker* const fresh = uspoof_open(&status);
        if (U_SUCCESS(status)) uspoof_setChecks(fresh, USPOOF_INVISIBLE | USPOOF_HIDDEN_OVERLAY, &status);
        require(status, "look-alikes");
        return fresh;
    }();
    return made;
}

}  // namespace

std::string composed(std::string_view text) { return narrow(normalized<icu::Normalizer2::getNFCInstance>(wide(text))); }

std::string decomposed(std::string_view text) {
    return narrow(normalized<icu::Normalizer2::getNFDInstance>(wide(text)));
}

std::string withPlainSpaces(std::string_view text) {
    icu::UnicodeString plain;
    eachPoint(wide(text), [&](char32_t point) { plain.append(UChar32(isIn(point, U_GC_ZS_MASK) ? U' ' : point)); });
    return narrow(plain);
}

void eachShownCharacter(std::string_view text, const std::function<void(const ShownCharacter&)>& take) {
    const icu::UnicodeString all = wide(text);
    const auto clusters = clustersOf(all);
    std::size_t at = 0;
    for (int from = clusters->first(), to = clusters->next(); to != icu::BreakIterator::DONE;
         from = to, to = clusters->next()) {
        const icu::UnicodeString cluster = all.tempSubStringBetween(from, to);
        const auto one = [&](int first, int end, bool emoji) {
            std::size_t size = 0;
            eachPoint(all.tempSubStringBetween(first, end),
                      [&](char32_t point) { size += std::size_t(U8_LENGTH(point)); });
            take({text.substr(at, size), char32_t(all.char32At(first)), emoji});
            at += size;
        };
        if (cluster.countChar32() > 1 && isEmoji(cluster)) {
            one(from, to, true);
            continue;
        }
        for (int first = from; first < to;) {
            const int end = all.moveIndex32(first, 1);
            one(first, end, false);
            first = end;
        }
    }
}

bool isHidden(char32_t point) {
    constexpr std::uint32_t hidden =
        U_GC_C_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;  // C: controls, formats, unassigned, private use
    if (isNewPictograph(point)) return false;
    return isIn(point, hidden) || has(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) || isBlankSymbol(point);
}

std::optional<char32_t> disallowedCharacter(std::string_view text) {
    const icu::UnicodeString rest = withoutEmoji(text);
    std::optional<char32_t> found;
    bool hasJoiner = false;
    eachPoint(rest, [&](char32_t point) {
        const bool isJoiner = point == kZeroWidthJoiner || point == kZeroWidthNonJoiner;
        hasJoiner = hasJoiner || isJoiner;
        if (!found && !isJoiner && (isHidden(point) || isOldHangul(point))) found = point;
    });
    if (found || !hasJoiner || !hasMisplacedJoiner(rest)) return found;
    eachPoint(rest, [&](char32_t point) {
        if (!found && (point == kZeroWidthJoiner || point == kZeroWidthNonJoiner)) found = point;
    });
    return found;
}

bool hasVisibleCharacter(std::string_view text) {
    bool isVisible = false;
    eachPoint(wide(text), [&](char32_t point) {
        const bool isShown = isIn(point, U_GC_L_MASK | U_GC_N_MASK | U_GC_P_MASK | U_GC_S_MASK) && !isHidden(point);
        isVisible = isVisible || isShown || isNewPictograph(point);
    });
    return isVisible;
}

bool hasHiddenMark(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const std::string letters = narrow(withoutEmoji(text));
    const int found = uspoof_checkUTF8(spoofChecker(), letters.data(), int(letters.size()), nullptr, &status);
    require(status, "hidden marks");
    bool isAfterSpace = true, isLost = false;
    eachPoint(wide(text), [&](char32_t point) {
        isLost = isLost || (isAfterSpace && isIn(point, U_GC_M_MASK));
        isAfterSpace = isIn(point, U_GC_Z_MASK);
    });
    return found != 0 || isLost;
}

std::string skeletonOf(std::string_view text) {
    icu::UnicodeString visible;
    // UTS 39 takes them out as well, since a version that ICU 72 does not know. NFKC, because its table has not every
    // letter that differs in width or style only.
    eachPoint(normalized<icu::Normalizer2::getNFKCInstance>(wide(text)), [&](char32_t point) {
        if (!isHidden(point)) visible.append(UChar32(point));
    });
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString skeleton;
    uspoof_getSkeletonUnicodeString(spoofChecker(), 0, visible, skeleton, &status);
    require(status, "look-alikes");
    icu::UnicodeString tight;  // people do not see how many spaces there are
    eachPoint(skeleton, [&](char32_t point) {
        const bool isSpace = u_isUWhiteSpace(UChar32(point)) != 0;
        if (!isSpace) tight.append(UChar32(point));
        if (isSpace && !tight.isEmpty() && !tight.endsWith(u' ')) tight.append(u' ');
    });
    return narrow(tight.trim());
}

std::optional<std::string> domainForm(std::string_view domain) {
    std::string form;
    icu::StringByteSink<std::string> sink(&form);
    icu::IDNAInfo info;
    UErrorCode status = U_ZERO_ERROR;
    idna().nameToUnicodeUTF8(icu::StringPiece(domain.data(), int(domain.size())), sink, info, status);
    require(status, "domain name");
    if (info.hasErrors() || disallowedCharacter(form)) return std::nullopt;
    return form;
}

std::size_t columnsOf(char32_t point) {
    if (isIn(point, U_GC_MN_MASK | U_GC_ME_MASK) || isHidden(point)) return 0;
    const auto width = u_getIntPropertyValue(UChar32(point), UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH || isNewPictograph(point) ? 2 : 1;
}

bool isLetterOrNumber(char32_t point) { return isIn(point, U_GC_L_MASK | U_GC_N_MASK); }

}  // namespace aiproject
