// Who did what to which account, newest first.
import { get } from '../parts/api.js';
import { el } from '../parts/dom.js';
import { money } from '../parts/format.js';
import { choice, field, heading, when } from '../parts/pieces.js';
import { filters, pagedTable } from '../parts/table.js';
import { t, wordFor } from '../parts/words.js';

// All that fcgi/ records; a test compares. Of those with amounts, money stands in the detail in millionths.
const events = ['login', 'login_failed', 'login_slowed', 'signed_out', 'session_ended', 'sessions_ended', 'registered', 'registration_refused', 'registration_slowed',
    'imported', 'password', 'rotated', 'granted', 'disabled', 'enabled', 'deleted', 'key_added', 'key_revoked', 'invitation_added', 'invitation_revoked', 'redeemed', 'redeem_refused', 'reload'];
const withAmounts = ['registered', 'imported', 'granted', 'deleted', 'invitation_added', 'invitation_revoked', 'redeemed'];

export function draw(main, [user = '']) {
    const search = (value = '') => el('input', { type: 'search', autocomplete: 'off', value });
    const fields = {
        user: field(t('filter.user'), search(user), t('filter.exact')),
        actor: field(t('audit.actor'), search(), t('filter.exact')),
        event: field(t('audit.event'), choice([['', t('audit.all')], ...events.map((name) => [name, wordFor('event', name)])], '')),
        since: field(t('since'), el('input', { type: 'date' })),
        until: field(t('until'), el('input', { type: 'date' })),
    };
    const view = el('div');
    const bar = filters(fields, () => show());
    let shown = null;
    function show() {
        shown?.leave();
        shown = auditTable(bar.values());
        view.replaceChildren(shown);
    }
    main.append(heading(t('screen.audit')), bar, view);
    show();
}

const auditTable = (asked) => pagedTable(t('screen.audit'), [
    { title: t('ledger.at'), of: (row) => when(row.at) },
    { title: t('audit.event'), of: (row) => el('span', { title: row.event }, wordFor('event', row.event)) },
    { title: t('filter.user'), of: (row) => el('bdi', {}, row.user) },
    { title: t('audit.actor'), of: (row) => el('bdi', {}, row.actor || (row.address ? row.user : t('audit.command'))) },
    { title: t('audit.address'), of: (row) => el('code', {}, row.address || '–') },
    { title: t('audit.detail'), of: (row) => el('bdi', {}, detailOf(row)) },
], async (cursor, signal) => {
    const { items, next } = await get('/admin/audit', { ...asked, cursor }, signal);
    return { rows: items, next };
}, t('audit.none'));

// Money in whole units: "money 5000000", and of a grant what was asked and what came of it: "money +2500000: money +2500000 = 3000000".
function detailOf({ event, detail }) {
    if (!withAmounts.includes(event)) return detail;
    return detail.replace(/\bmoney ([-+=]?)(\d+)( = )?(\d+)?/g, (all, sign, amount, makes = '', left = '') =>
        `money ${sign}${money(Number(amount))}${makes}${left && money(Number(left))}`);
}
