// The models with their settings, without secrets; and one question to each, to see whether it answers.
import { ask, get } from '../parts/api.js';
import { el, replace } from '../parts/dom.js';
import { seconds } from '../parts/format.js';
import { button, errorBox, heading, loaded } from '../parts/pieces.js';
import { table } from '../parts/table.js';
import { t, wordFor } from '../parts/words.js';

export function draw(main) {
    main.append(heading(t('screen.models')), el('p', { class: 'quiet' }, t('models.about')),
        loaded((signal) => get('/admin/models', {}, signal), ({ items, findings }) => el('div', {},
            findings.map(({ severity, text }) => el('p', { class: `notice ${severity === 'error' ? 'wrong' : severity === 'warning' ? 'warn' : ''}` }, text)),
            byName(items).map(drawModel), items.length ? null : el('p', { class: 'notice warn' }, t('models.none')))));
}

// The accounts of a model are one model to its users.
function byName(items) {
    const models = new Map();
    for (const item of items) models.set(item.name, [...(models.get(item.name) ?? []), item]);
    return [...models.values()];
}

function drawModel(accounts) {
    const [model] = accounts;
    const outcome = el('div', { role: 'status' });
    const isChat = model.kinds.includes('text');
    const test = isChat ? button(t('model.test'), () => run(model.name, outcome), { class: 'plain', 'aria-label': t('model.test.this', { name: model.name }) })
        : el('a', { class: 'button', href: `#/playground/${encodeURIComponent(model.name)}` }, t('model.try'));
    return el('section', { class: 'card', 'aria-label': model.name },
        el('div', { class: 'heading' }, el('h2', {}, el('bdi', {}, model.name)), model.kinds.map((kind) => el('span', { class: 'tag accent' }, wordFor('kind', kind))), el('span', { class: 'space' }), test),
        el('p', {}, el('bdi', {}, model.origin), ' ', el('span', { class: 'quiet' }, t('model.plugin', { plugin: model.plugin, version: model.version }))),
        outcome, accounts.map(drawSettings));
}

function drawSettings({ name, account, settings }) {
    if (!settings.length) return null;
    const label = account ? t('model.account', { account }) : t('model.settings', { n: settings.length });
    return el('details', {}, el('summary', {}, label), table(`${name} ${label}`, [
        { title: t('setting'), of: (setting) => el('code', {}, setting.name) },
        { title: t('setting.value'), of: (setting) => el('bdi', {}, valueOf(setting)) },
        { title: t('setting.allowed'), of: (setting) => setting.allowed },
        { title: t('setting.help'), of: (setting) => setting.help },
    ], settings));
}

function valueOf({ value, secret, required, default: usual }) {
    if (value !== undefined) return secret ? t('setting.set') : value;
    if (required) return el('span', { class: 'wrong' }, t('setting.missing'));
    return el('span', { class: 'quiet' }, usual === undefined || usual === '' ? t('setting.empty') : usual);
}

// A real question: it costs what a question costs.
async function run(model, outcome) {
    replace(outcome, el('p', { class: 'quiet' }, t('model.test.runs')));
    const began = performance.now();
    try {
        const answer = await (await ask('POST', '/v1/chat/completions', { body: { model, messages: [{ role: 'user', content: 'Hello' }], max_tokens: 16 } })).json();
        const text = answer.choices?.[0]?.message?.content ?? '';
        replace(outcome, el('p', {}, el('span', { class: 'tag good' }, t('model.test.good', { time: seconds(performance.now() - began) })), ' ', el('q', { dir: 'auto' }, text.slice(0, 200))));
    } catch (error) {
        replace(outcome, errorBox(error));
    }
}
