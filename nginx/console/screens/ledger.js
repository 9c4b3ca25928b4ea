// Every call that was billed, newest first.
import { get } from '../parts/api.js';
import { csvOf, save } from '../parts/csv.js';
import { el } from '../parts/dom.js';
import { money, number } from '../parts/format.js';
import { button, field, heading, when } from '../parts/pieces.js';
import { filters, pagedTable } from '../parts/table.js';
import { t, wordFor } from '../parts/words.js';

const columns = ['id', 'at', 'request_id', 'user', 'key_id', 'model', 'outcome', 'basis', 'tokens_in', 'tokens_out', 'tokens', 'tokens_cached', 'tokens_reasoning',
    'pictures', 'voice_seconds', 'charged_tokens', 'charged_pictures', 'charged_voice_seconds', 'cost', 'charged_money'];

export function draw(main, [user = '']) {
    const fields = {
        user: field(t('filter.user'), el('input', { type: 'search', autocomplete: 'off', value: user }), t('filter.exact')),
        model: field(t('model'), el('input', { type: 'search', autocomplete: 'off' }), t('filter.exact')),
        since: field(t('since'), el('input', { type: 'date' })),
        until: field(t('until'), el('input', { type: 'date' })),
    };
    const view = el('div');
    const bar = filters(fields, () => show());
    let shown = null, rows = [];
    function show() {
        shown?.leave();
        rows = [];
        shown = ledgerTable(bar.values(), rows);
        view.replaceChildren(shown);
    }
    main.append(heading(t('screen.ledger'), button(t('csv.shown'), () => save('ledger.csv', csvOf(columns, rows)), { class: 'plain' })), bar, view);
    show();
}

function ledgerTable(asked, kept) {
    return pagedTable(t('screen.ledger'), [
        { title: t('ledger.at'), of: (row) => when(row.at) },
        { title: t('filter.user'), of: (row) => el('bdi', {}, row.user || t('ledger.nobody')) },
        { title: t('model'), of: (row) => el('bdi', {}, row.model) },
        { title: t('ledger.outcome'), of: (row) => el('span', { class: `tag ${row.outcome === 'complete' ? 'good' : 'warn'}`, title: row.basis }, wordFor('outcome', row.outcome)) },
        { title: t('tokens'), number: true, of: (row) => [number(row.tokens), el('div', { class: 'quiet' }, t('ledger.in_out', { asked: number(row.tokens_in), answered: number(row.tokens_out) }))] },
        { title: t('ledger.media'), number: true, of: (row) => [row.pictures ? t('ledger.pictures', { n: number(row.pictures) }) : '', row.voice_seconds ? t('time.seconds', { n: number(row.voice_seconds) }) : ''].filter(Boolean).join(', ') || '–' },
        { title: t('money'), number: true, of: (row) => money(row.charged_money) },
        { title: t('ledger.request'), of: (row) => el('code', { class: 'quiet short', title: row.request_id }, row.request_id) },
    ], async (cursor, signal) => {
        const { items, next } = await get('/admin/ledger', { ...asked, cursor }, signal);
        if (!cursor) kept.length = 0;
        kept.push(...items);
        return { rows: items, next };
    }, t('ledger.none'));
}
