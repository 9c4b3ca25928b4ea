// What the workers do, as it is now: asked again every two seconds while somebody looks. What was seen last stays, and says
// of when it is, while nothing answers.
import { get, post } from '../parts/api.js';
import { el, update } from '../parts/dom.js';
import { placeOfFocus, redraw, refresh } from '../parts/focus.js';
import { clock, duration, number, seconds, time } from '../parts/format.js';
import { button, confirmed, errorBox, heading, say, whenLeft } from '../parts/pieces.js';
import { table } from '../parts/table.js';
import { t, wordFor } from '../parts/words.js';

const pause = 2_000;

export function draw(main) {
    const tag = el('span', { class: 'tag', role: 'status' });
    const fault = el('div');
    const view = el('div', {}, el('p', { class: 'quiet', role: 'status' }, t('loading')));
    let seenAt = null;
    function tell(isLive) {
        const text = isLive ? t('status.live') : seenAt ? t('status.as_of', { time: clock(seenAt) }) : t('status.unknown');
        if (tag.textContent !== text) tag.textContent = text;  // it is read out
        tag.className = `tag ${isLive ? 'good' : 'warn'}`;
    }
    const stop = new AbortController();
    let wait = null;
    async function look() {
        clearTimeout(wait);
        const place = placeOfFocus(fault);
        try {
            if (!document.hidden) {
                refresh(view, drawStatus(await get('/admin/status', {}, stop.signal)));
                seenAt = new Date();
                redraw(fault, [], placeOfFocus(fault) ?? place);
                tell(true);
            }
        } catch (error) {
            if (stop.signal.aborted) return;
            if (!seenAt) view.replaceChildren();
            update(fault, errorBox(error, look));
            tell(false);
        }
        if (!stop.signal.aborted) wait = setTimeout(look, pause);
    }
    whenLeft(() => { stop.abort(); clearTimeout(wait); });
    main.append(heading(t('screen.status'), tag, button(t('reload'), () => askReload(look), { class: 'plain' })), fault, view);
    look();
}

const askReload = (look) => confirmed(t('reload'), t('reload.ask'), t('reload'), async () => {
    const { state, messages } = await post('/admin/reload');
    say([wordFor('reload.state', state), ...messages].join(' '), state === 'refused' ? 'wrong' : 'good');
    look();
});

function drawStatus(status) {
    const { reload } = status;
    const figure = (name, value, note = '') => el('div', { class: 'figure' }, el('dt', {}, name), el('dd', {}, value, note ? el('small', { class: 'quiet' }, note) : null));
    const workers = status.pools.flatMap((pool) => pool.workers);
    const sum = (member) => workers.reduce((total, worker) => total + (Number(worker[member]) || 0), 0);
    return [
        el('dl', { class: 'figures' }, figure(t('status.running'), duration((Date.now() - Date.parse(status.since)) / 1000), t('status.since', { time: time(status.since), n: status.generation })),
            figure(t('status.workers'), number(workers.length)), figure(t('status.streams'), number(sum('streams'))),
            figure(t('status.served'), number(status.requests)), figure(t('status.memory'), t('megabytes', { n: number(sum('resident_mb')) })),
            figure(t('status.reload'), wordFor('reload.state', reload.state), reload.at ? time(reload.at) : '')),
        reload.reasons.map((text) => el('p', { class: 'notice warn' }, text)),
        el('section', { class: 'card' }, el('h2', {}, t('status.answers')), el('ul', { class: 'plain-list' }, status.answers.map((answer) => el('li', {},
            el('strong', {}, wordFor('kind', answer.kind)), ': ', answer.model ? [el('bdi', {}, answer.model), ' ', el('span', { class: 'quiet' }, answer.origin)] : el('span', { class: 'wrong' }, t('status.nowhere')))))),
        notesOf(status.notices),
        status.pools.map(drawPool),
    ];
}

const notesOf = (notices) => notices.length > 0 && el('details', { class: 'card' },
    el('summary', {}, t('status.notes', { n: notices.length })), notices.map((text) => el('p', { class: 'notice warn' }, text)));

function drawPool(pool) {
    return el('section', { class: 'card', 'aria-label': t('status.pool', { name: pool.name }) }, el('h2', {}, t('status.pool', { name: pool.name })),
        el('p', { class: 'quiet' }, t('status.pool.about', { workers: pool.workers.length, wanted: pool.processes, calls: pool.calls, most: number(pool.calls_limit) })),
        pool.queue_waiting > 0 ? el('p', { class: 'notice warn' }, t('status.queue', { n: number(pool.queue_waiting), time: seconds(pool.queue_longest_ms) })) : null,
        pool.last_death ? el('p', { class: 'notice warn' }, t('status.death'), ' ', pool.last_death) : null,
        table(t('status.pool.workers', { name: pool.name }), [
            { title: t('status.worker'), of: (worker) => worker.pid },
            { title: t('status.state'), of: (worker) => stateTag(worker.state) },
            { title: t('status.busy'), number: true, of: (worker) => `${number(worker.busy)} / ${number(worker.threads)}` },
            { title: t('status.streams'), number: true, of: (worker) => number(worker.streams) },
            { title: t('status.taken'), number: true, of: (worker) => number(worker.served) },
            { title: t('status.memory'), number: true, of: (worker) => t('megabytes', { n: number(worker.resident_mb) }) },
            { title: t('status.up'), number: true, of: (worker) => duration(worker.up_s) },
        ], pool.workers),
        pool.models.length ? table(t('status.pool.models', { name: pool.name }), [
            { title: t('model'), of: (model) => [el('bdi', {}, model.name), model.key_end ? el('code', { class: 'quiet' }, ` …${model.key_end}`) : null] },
            { title: t('status.state'), of: (model) => [stateTag(model.state), model.retry_s ? ` ${t('status.retry', { n: model.retry_s })}` : null] },
            { title: t('status.calls'), number: true, of: (model) => number(model.calls) },
            { title: t('status.failures'), number: true, of: (model) => number(model.failures) },
        ], pool.models) : null,
        pool.oldest_calls.length ? drawCalls(pool) : null);
}

function drawCalls({ name, calls, oldest_calls: oldest }) {
    return [el('h3', {}, t('status.oldest')), table(t('status.oldest.of', { name }), [
        { title: t('status.age'), of: (call) => duration(call.age_s) },
        { title: t('filter.user'), of: (call) => el('bdi', {}, call.user || t('ledger.nobody')) },
        { title: t('model'), of: (call) => el('bdi', {}, call.model || '–') },
        { title: t('status.phase'), of: (call) => wordFor('phase', call.phase) },
        { title: t('status.worker'), of: (call) => el('code', {}, call.worker) },
    ], oldest), calls > oldest.length ? el('p', { class: 'quiet' }, t('status.later', { n: number(calls - oldest.length) })) : null];
}

const good = ['ready', 'serving'], passing = ['starting', 'draining', 'ending', 'resting'];
const stateTag = (state) => el('span', { class: `tag ${good.includes(state) ? 'good' : passing.includes(state) ? 'warn' : 'wrong'}` }, wordFor('state', state));
