// What one's calls have cost: by day and model, and by key. The same for an admin over all users.
import { get } from '../parts/api.js';
import { dayBars, daysAgo, shareBars } from '../parts/chart.js';
import { el } from '../parts/dom.js';
import { money, number } from '../parts/format.js';
import { choice, field, heading, loaded } from '../parts/pieces.js';
import { session } from '../parts/session.js';
import { filters } from '../parts/table.js';
import { t } from '../parts/words.js';

const million = 1_000_000, mostShares = 20;
const measures = {
    tokens: { title: () => t('tokens'), of: (row) => row.tokens, shown: number },
    calls: { title: () => t('calls'), of: (row) => row.calls, shown: number },
    money: { title: () => t('money'), of: (row) => row.charged_money / million, shown: (value) => money(value * million) },
    pictures: { title: () => t('pictures'), of: (row) => row.pictures, shown: number },
    voice_seconds: { title: () => t('voice_seconds'), of: (row) => row.voice_seconds, shown: number },
};

export function draw(main) {
    const fields = {
        since: field(t('since'), el('input', { type: 'date', value: daysAgo(29) })),
        until: field(t('until'), el('input', { type: 'date', value: daysAgo(0) })),
        measure: field(t('measure'), choice(Object.entries(measures).map(([name, { title }]) => [name, title()]), 'tokens')),
    };
    if (session.user.admin) fields.whose = field(t('whose'), choice([['me', t('whose.me')], ['all', t('whose.all')]], 'me'));
    const view = el('div');
    const bar = filters(fields, () => show());
    let shown = null;
    function show() {
        const asked = bar.values();
        shown?.leave();
        shown = loaded((signal) => load(asked, signal), (usage) => drawUsage(usage, asked));
        view.replaceChildren(shown);
    }
    main.append(heading(t('screen.usage')), bar, view);
    show();
}

async function load({ since, until, whose }, signal) {
    const path = whose === 'all' ? '/admin/usage' : '/admin/me/usage';
    const ask = (by) => get(path, { by, since, until }, signal);
    const [days, keys, users, known] = await Promise.all([ask('day,model'), ask('key'), whose === 'all' ? ask('user') : null,
        whose === 'all' ? get('/admin/keys', { limit: 200 }, signal) : get('/admin/me/keys', {}, signal)]);
    return { since: days.since.slice(0, 10), until: days.until.slice(0, 10), days, keys, users, nameOfKey: keyNames(keys.items, known.items, whose === 'all') };
}

// One name for each key: where several are called the same, and for one without a name, its hint stands beside it; its
// number where it is revoked, or older than the last 200 of all users.
function keyNames(rows, known, ofAll) {
    const keys = new Map(known.map((key) => [key.id, key]));
    const times = new Map();
    for (const { key } of rows) times.set(key, (times.get(key) ?? 0) + 1);
    return ({ key, key_id: id }) => {
        if (!id) return t('key.without');
        const one = keys.get(id);
        const name = ofAll && one ? t('key.of', { name: key || t('unnamed'), user: one.user }) : key || t('unnamed');
        return key && times.get(key) === 1 ? name : `${name} ${one?.hint ?? `#${id}`}`;
    };
}

function drawUsage({ since, until, days, keys, users, nameOfKey }, { measure }) {
    if (!days.items.length) return el('div', { class: 'card empty' }, el('h2', {}, t('usage.none')), t('usage.why'));
    const { title, of, shown } = measures[measure];
    const what = title();
    const models = totals(days.items, (row) => row.model, of);
    const rows = days.items.map((row) => ({ day: row.day.slice(0, 10), name: row.model, value: of(row) })).filter((row) => row.value > 0);
    const chart = dayBars(rows, models.map(({ name }) => name), since, until, t('usage.by_day', { what }));
    return el('div', {}, figures(days.items),
        [days, keys, users].some((each) => each?.truncated) ? el('p', { class: 'notice warn' }, t('usage.truncated')) : null,
        el('section', { class: 'card' }, el('h2', {}, t('usage.by_day', { what })), chart),
        shares(t('usage.by_model', { what }), models, shown, { coloured: true }),
        users ? shares(t('usage.by_user', { what }), totals(users.items, (row) => row.user, of), shown) : null,
        shares(t('usage.by_key', { what }), totals(keys.items, nameOfKey, of, (row) => row.key_id), shown));
}

function figures(rows) {
    const figure = (name, value) => el('div', { class: 'figure' }, el('dt', {}, name), el('dd', {}, value));
    const sum = (member) => rows.reduce((total, row) => total + row[member], 0);
    return el('dl', { class: 'figures' }, figure(t('calls'), number(sum('calls'))), figure(t('tokens.in'), number(sum('tokens_in'))),
        figure(t('tokens.out'), number(sum('tokens_out'))), figure(t('pictures'), number(sum('pictures'))),
        figure(t('voice_seconds'), number(sum('voice_seconds'))), figure(t('money'), money(sum('charged_money'))));
}

// The largest first. Equal names are one subject only where that is what `subjectOf` tells apart by.
function totals(rows, nameOf, of, subjectOf = nameOf) {
    const sums = new Map();
    for (const row of rows) {
        const sum = sums.get(subjectOf(row)) ?? { name: nameOf(row), value: 0, calls: 0 };
        sums.set(subjectOf(row), { ...sum, value: sum.value + of(row), calls: sum.calls + row.calls });
    }
    return [...sums.values()].sort((a, b) => b.value - a.value || b.calls - a.calls);
}

const shares = (title, rows, shown, look = {}) => el('section', { class: 'card' }, el('h2', {}, title),
    shareBars(rows.slice(0, mostShares).map((row) => ({ ...row, note: t('usage.share', { value: shown(row.value), calls: number(row.calls) }) })), look));
