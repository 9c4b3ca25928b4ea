// Tables that become a list of cards on a narrow screen; and lists that come by pages.
import { append, el } from './dom.js';
import { redraw } from './focus.js';
import { button, errorBox, loaded } from './pieces.js';
import { t } from './words.js';

// columns: {title, of(row), number, acts}. The roles stand here because CSS makes blocks of the cells of cards.
export function table(label, columns, rows) {
    const body = el('tbody', { role: 'rowgroup' });
    const node = el('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': label }, el('table', { class: 'cards', role: 'table', 'aria-label': label },
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, columns.map((column) =>
            el('th', { scope: 'col', role: 'columnheader', class: classOf(column) }, column.acts ? el('span', { class: 'unseen' }, column.title) : column.title)))), body));
    node.add = (more) => append(body, more.map((row) => rowOf(columns, row)));
    node.add(rows);
    return node;
}

const classOf = ({ number, acts }) => (number ? 'number' : acts ? 'acts' : null);

const rowOf = (columns, row) => el('tr', { role: 'row' }, columns.map((column) =>
    el('td', { role: 'cell', class: classOf(column), 'data-label': column.acts ? '' : column.title }, el('div', {}, column.of(row)))));

// page(cursor, signal) → {rows, next}. What is there stays when the next page fails; reload() has as many pages again.
export function pagedTable(label, columns, page, none) {
    let pages = 1;
    async function firstPages(signal) {
        const all = await page(null, signal);
        for (let i = 1; i < pages && all.next; ++i) {
            const { rows, next } = await page(all.next, signal);
            all.rows.push(...rows);
            all.next = next;
        }
        return all;
    }
    const node = loaded(firstPages, ({ rows, next }) => {
        if (!rows.length) return el('div', { class: 'card empty' }, none);
        const list = table(label, columns, rows);
        const foot = el('div', { class: 'more' });
        const note = (text) => el('span', { class: 'quiet', role: 'status', tabindex: -1 }, text);  // of the button that had the focus
        const offer = (cursor) => redraw(foot, cursor ? button(t('list.more'), () => more(cursor), { class: 'plain' }) : note(t('list.end')));
        async function more(cursor) {
            redraw(foot, note(t('loading')));
            try {
                const { rows: added, next: after } = await page(cursor);
                ++pages;
                list.add(added);
                offer(after);
            } catch (error) {
                redraw(foot, errorBox(error, () => more(cursor)));
            }
        }
        offer(next);
        return el('div', { class: 'card list' }, list, foot);
    });
    return node;
}

// Fields whose values become a query; onChange is called a moment after the last key.
export function filters(fields, onChange) {
    let wait = null;
    const soon = (pause) => { clearTimeout(wait); wait = setTimeout(onChange, pause); };
    const node = el('form', { class: 'card fields', role: 'search', on: {
        submit: (event) => { event.preventDefault(); soon(0); },
        input: () => soon(350),
    } }, Object.values(fields));
    node.values = () => Object.fromEntries(Object.entries(fields).map(([name, each]) => [name, each.input.value.trim()]));
    return node;
}
