// Codes that bring balances: made in bulk, as a file, revoked.
import { get, post, remove } from '../parts/api.js';
import { csvOf, save } from '../parts/csv.js';
import { el } from '../parts/dom.js';
import { amount, money, number } from '../parts/format.js';
import { button, confirmed, copyButton, dialog, field, form, heading, say, whenLeft } from '../parts/pieces.js';
import { pagedTable } from '../parts/table.js';
import { t } from '../parts/words.js';

const columns = ['code', 'tokens', 'pic_times', 'voice_seconds', 'academy', 'uses', 'uses_left', 'begins', 'ends', 'created_at', 'money'];

export function draw(main) {
    const list = pagedTable(t('screen.invitations'), [
        { title: t('invitation.code'), of: (each) => el('span', { class: 'with-button' }, el('code', {}, each.code), copyButton(each.code)) },
        { title: t('tokens'), number: true, of: (each) => number(each.tokens) },
        { title: t('pictures'), number: true, of: (each) => number(each.pic_times) },
        { title: t('voice_seconds'), number: true, of: (each) => number(each.voice_seconds) },
        { title: t('money'), number: true, of: (each) => money(each.money) },
        { title: t('academy'), of: (each) => el('bdi', {}, each.academy) },
        { title: t('invitation.uses'), number: true, of: (each) => t('spent.of', { used: number(each.uses), most: each.uses_left < 0 ? amount(-1) : number(each.uses + each.uses_left) }) },
        { title: t('invitation.valid'), of: (each) => el('span', { class: 'once' }, [each.begins, each.ends].map((day) => day?.slice(0, 10) ?? '…').join(' – ')) },
        { title: t('acts'), acts: true, of: (each) => button(t('invitation.revoke'), () => revoke(each, () => list.reload()), { class: 'danger small', 'aria-label': t('invitation.revoke.this', { code: each.code }) }) },
    ], page, t('invitations.none'));
    main.append(heading(t('screen.invitations'), button(t('csv.all'), saveAll, { class: 'plain' }), button(t('invitation.make'), () => openMaker(() => list.reload()), { class: 'main' })), list);
}

async function page(cursor, signal) {
    const { items, next } = await get('/admin/invitations', { cursor }, signal);
    return { rows: items, next };
}

// All of them, however many: a file that lacks some looks like one that does not.
async function saveAll() {
    const left = new AbortController();
    whenLeft(() => left.abort());
    const all = [];
    let cursor = null;
    do {
        const { items, next } = await get('/admin/invitations', { cursor, limit: 200 }, left.signal);
        all.push(...items);
        cursor = next;
    } while (cursor);
    save('invitations.csv', csvOf(columns, all));
}

const revoke = ({ code }, again) => confirmed(t('invitation.revoke'), t('invitation.revoke.ask', { code }), t('invitation.revoke'), async () => {
    await remove(`/admin/invitations/${encodeURIComponent(code)}`);
    say(t('invitation.revoked'));
    again();
});

function openMaker(again) {
    const whole = (min, value = '', max = null) => el('input', { type: 'number', min, max, step: 1, value });
    const fields = {
        count: field(t('invitation.count'), whole(1, '1', 500), t('invitation.count.hint')),
        uses: field(t('invitation.uses.each'), whole(1, '1'), t('unlimited.hint')),
        tokens: field(t('tokens'), whole(0)),
        pic_times: field(t('pictures'), whole(0)),
        voice_seconds: field(t('voice_seconds'), whole(0)),
        money: field(t('money'), el('input', { type: 'number', min: 0, step: 'any' })),
        academy: field(t('academy'), el('input', { autocomplete: 'off' })),
        begins: field(t('invitation.begins'), el('input', { type: 'date' })),
        ends: field(t('invitation.ends'), el('input', { type: 'date' })),
    };
    const maker = form(fields, {
        label: t('invitation.make'),
        send: async (values) => {
            const body = { uses: values.uses === '' ? -1 : Number(values.uses) };
            for (const name of ['count', 'tokens', 'pic_times', 'voice_seconds']) if (values[name] !== '') body[name] = Number(values[name]);
            if (values.money !== '') body.money = Math.round(Number(values.money) * 1_000_000);
            for (const name of ['academy', 'begins', 'ends']) if (values[name].trim()) body[name] = values[name].trim();
            const { items } = await post('/admin/invitations', body);
            node.close();
            again();
            showMade(items);
        },
    });
    maker.classList.add('grid');
    const node = dialog(t('invitation.make'), maker);
    fields.count.input.focus();
}

function showMade(items) {
    const codes = items.map(({ code }) => code).join('\n');
    const node = dialog(t('invitation.made', { n: number(items.length) }), el('pre', { tabindex: 0, class: 'codes', 'aria-label': t('invitation.code') }, codes),
        el('div', { class: 'row end' }, copyButton(codes), button(t('csv'), () => save('invitations.csv', csvOf(columns, items)), { class: 'plain' }), button(t('done'), () => node.close(), { class: 'main' })));
}
