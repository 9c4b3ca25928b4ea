// Who did what to which account, newest first.
import { get } from '../parts/api.js';
import { el } from '../parts/dom.js';
import { field, heading, when } from '../parts/pieces.js';
import { filters, pagedTable } from '../parts/table.js';
import { t } from '../parts/words.js';

export function draw(main, [user = '']) {
    const search = (value = '') => el('input', { type: 'search', autocomplete: 'off', value });
    const fields = {
        user: field(t('filter.user'), search(user), t('filter.exact')),
        actor: field(t('audit.actor'), search(), t('filter.exact')),
        event: field(t('audit.event'), search(), t('filter.exact')),
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
    { title: t('audit.event'), of: (row) => el('code', {}, row.event) },
    { title: t('filter.user'), of: (row) => el('bdi', {}, row.user) },
    { title: t('audit.actor'), of: (row) => el('bdi', {}, row.actor || (row.address ? row.user : t('audit.command'))) },
    { title: t('audit.address'), of: (row) => el('code', {}, row.address || '–') },
    { title: t('audit.detail'), of: (row) => el('bdi', {}, row.detail) },
], async (cursor, signal) => {
    const { items, next } = await get('/admin/audit', { ...asked, cursor }, signal);
    return { rows: items, next };
}, t('audit.none'));
