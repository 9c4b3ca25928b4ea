// The words of the page, in the language of the browser or the one that was chosen. One JSON file for each language;
// a test compares their keys with each other and with what the modules ask for.

export const languages = [['en', 'EN'], ['zh-CN', '中文']];
const stored = 'aiproject.language';
let words = {};
let current = 'en';

function wanted() {
    const known = languages.map(([code]) => code);
    try {
        const chosen = localStorage.getItem(stored);
        if (known.includes(chosen)) return chosen;
    } catch { /* a browser that keeps nothing */ }
    for (const each of navigator.languages ?? [navigator.language])
        for (const code of known)
            if (each.toLowerCase().split('-')[0] === code.split('-')[0]) return code;
    return 'en';
}

export async function loadWords() {
    current = wanted();
    const answer = await fetch(`lang/${current}.json`);
    if (!answer.ok) throw new Error(`lang/${current}.json: ${answer.status}`);
    words = await answer.json();
    document.documentElement.lang = current;
    document.title = t('product');
}

export function chooseLanguage(code) {
    try {
        localStorage.setItem(stored, code);
    } catch { /* it then lasts until the next load */ }
}

export const language = () => current;

// The text of a key, with {name} replaced.
export function t(key, values = {}) {
    const text = words[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// Of keys that are put together from what the server says: what stands for `name` below `prefix`, else the name itself.
export const wordFor = (prefix, name) => words[`${prefix}.${name}`] ?? String(name);
export const hasWord = (prefix, name) => `${prefix}.${name}` in words;
