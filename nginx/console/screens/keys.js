// One's API keys: made, shown once, revoked.
import { get, post, remove } from '../parts/api.js';
import { el } from '../parts/dom.js';
import { amount, money } from '../parts/format.js';
import { button, choice, confirmed, copyButton, dialog, field, form, heading, loaded, say, since, when } from '../parts/pieces.js';
import { table } from '../parts/table.js';
import { t } from '../parts/words.js';

export function draw(main) {
    const list = loaded((signal) => get('/admin/me/keys', {}, signal), ({ items }) => drawKeys(items, () => list.reload()));
    main.append(heading(t('screen.keys'), button(t('key.make'), () => openMaker(() => list.reload()), { class: 'main' })),
        el('p', { class: 'quiet' }, t('keys.about', { url: `${location.origin}/v1` })), list);
}

function drawKeys(keys, again) {
    if (!keys.length) return el('div', { class: 'card empty' }, el('h2', {}, t('keys.none')), t('keys.why'));
    return el('div', { class: 'card list' }, table(t('screen.keys'), [
        { title: t('key.name'), of: (key) => [el('bdi', {}, key.name || t('unnamed')), ' ', el('code', { class: 'quiet' }, key.hint)] },
        { title: t('key.models'), of: (key) => (key.models.length ? el('bdi', {}, key.models.join(', ')) : t('key.models.all')) },
        { title: t('tokens'), number: true, of: (key) => spentOf(key.tokens_used, key.tokens, amount) },
        { title: t('money'), number: true, of: (key) => spentOf(key.money_used, key.money, money) },
        { title: t('key.ends'), of: (key) => when(key.ends) },
        { title: t('key.used'), of: (key) => since(key.last_used) },
        { title: t('acts'), acts: true, of: (key) => button(t('key.revoke'), () => revoke(key, again), { class: 'danger small', 'aria-label': t('key.revoke.this', { name: key.name || key.hint }) }) },
    ], keys));
}

const spentOf = (used, most, shown) => (most < 0 ? shown(used) : t('spent.of', { used: shown(used), most: shown(most) }));

const revoke = (key, again) => confirmed(t('key.revoke'), t('key.revoke.ask', { name: key.name || key.hint }), t('key.revoke'), async () => {
    await remove(`/admin/me/keys/${encodeURIComponent(key.id)}`);
    say(t('key.revoked'));
    again();
});

// The terms of a key, as form fields.
function termFields() {
    return {
        name: field(t('key.name'), el('input', { maxlength: 100, autocomplete: 'off' }), t('key.name.hint')),
        models: field(t('key.models'), el('input', { autocomplete: 'off', spellcheck: 'false' }), t('key.models.hint')),
        ends: field(t('key.ends'), el('input', { type: 'date' }), t('key.ends.hint')),
        tokens: field(t('key.tokens'), el('input', { type: 'number', min: 0, step: 1 }), t('unlimited.hint')),
        money: field(t('key.money'), el('input', { type: 'number', min: 0, step: 'any' }), t('unlimited.hint')),
        refill: field(t('key.refill'), choice([['none', t('refill.none')], ['day', t('refill.day')], ['month', t('refill.month')]], 'none')),
    };
}

function termsOf({ name, models, ends, tokens, money: most, refill }) {
    const terms = { name: name.trim(), models: models.split(/[,，\s]+/).filter(Boolean), refill };
    if (ends) terms.ends = ends;
    if (tokens !== '') terms.tokens = Number(tokens);
    if (most !== '') terms.money = Math.round(Number(most) * 1_000_000);
    return terms;
}

function openMaker(again) {
    const fields = termFields();
    const node = dialog(t('key.make'), form(fields, {
        label: t('key.make'),
        send: async (values) => {
            const made = await post('/admin/me/keys', termsOf(values));
            node.close();
            again();
            showSecret(t('key.made'), made.key, t('key.once'));
        },
    }));
    fields.name.input.focus();
}

// What is shown once, with a button to copy it.
function showSecret(title, secret, about) {
    const node = dialog(title, el('p', { class: 'notice warn' }, about),
        el('div', { class: 'secret' }, el('code', { tabindex: 0 }, secret), copyButton(secret)),
        el('div', { class: 'row end' }, button(t('done'), () => node.close(), { class: 'main' })));
}
