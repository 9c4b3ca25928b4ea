// Parts that several screens are made of.
import { connection, wordsOf } from './api.js';
import { el, freshId, replace } from './dom.js';
import { focusAgain, placeOfFocus, redraw } from './focus.js';
import { ago, time } from './format.js';
import { t } from './words.js';

export const heading = (text, ...beside) => el('header', { class: 'heading' }, el('h1', { tabindex: -1 }, text), beside);

// While what it starts goes on, it cannot be pressed again; what goes wrong is said.
export function button(text, press, attributes = {}) {
    const node = el('button', { type: 'button', ...attributes, on: { click: (event) => follow(node, () => press(event)) } }, text);
    return node;
}

async function follow(node, press) {
    const hadFocus = document.activeElement === node;
    try {
        const goesOn = press();
        if (!(goesOn instanceof Promise)) return;
        node.disabled = true;
        await goesOn;
    } catch (error) {
        if (error.name !== 'AbortError') say(wordsOf(error).filter(Boolean).join(' '), 'wrong');  // that is a screen which was left
    }
    node.disabled = false;
    if (hadFocus && document.activeElement === document.body) node.focus();  // what is disabled loses it
}

// An input with its label, a hint, and a place for what is wrong with it.
export function field(label, input, hint = '') {
    input.id ||= freshId('field');
    const about = freshId('hint');
    input.setAttribute('aria-describedby', about);
    const note = el('small', { id: about }, hint);
    const node = el('div', { class: 'field' }, el('label', { for: input.id }, label), input, note);
    node.input = input;
    node.refuse = (text) => {
        note.textContent = text || hint;
        note.classList.toggle('wrong', Boolean(text));
        input.setAttribute('aria-invalid', text ? 'true' : 'false');
        if (text) input.focus();
    };
    return node;
}

// A time that a reader may want whole.
export const when = (text) => el('time', { class: 'once', datetime: text }, time(text));
export const since = (text) => el('time', { class: 'once', datetime: text, title: text ? time(text) : null }, ago(text));

export const choice = (pairs, chosen, attributes = {}) => el('select', attributes,
    pairs.map(([value, text]) => el('option', { value, selected: value === chosen }, text)));

const bare = (text) => text.toLowerCase().replace(/[\s.。]+/g, '');

// What went wrong, and what to do.
export function errorBox(error, again = null) {
    const [what, why] = wordsOf(error);
    return el('div', { class: 'notice wrong', role: 'alert' }, el('p', {}, el('strong', {}, what)),
        why && bare(why) !== bare(what) ? el('p', { class: 'quiet' }, why) : null,
        again ? button(t('again'), again, { class: 'plain' }) : null);
}

// Part of the page from its beginning: a screen reader hears only what changes.
export const regions = { good: el('div', { class: 'toast good', role: 'status' }), wrong: el('div', { class: 'toast wrong', role: 'alert' }) };

// Tells a screen reader, and shows it for a while.
export function say(text, kind = 'good') {
    const region = regions[kind];
    region.textContent = text;
    region.classList.add('shown');
    clearTimeout(region.timer);
    region.timer = setTimeout(() => region.classList.remove('shown'), 6_000);
}

export function copyButton(text, label = t('copy')) {
    const node = button(label, async () => {
        try {
            await navigator.clipboard.writeText(typeof text === 'function' ? text() : text);
            say(t('copied'));
        } catch {
            say(t('copy.failed'), 'wrong');
        }
    }, { class: 'plain small' });
    return node;
}

// Loads, and draws; says that it loads, and why it does not. What passes by itself is tried again by itself.
export function loaded(load, draw) {
    const node = el('section', { class: 'loaded' });
    const stop = new AbortController();
    let again = null, waits = false;
    async function run() {
        const place = placeOfFocus(node);
        const draws = (...children) => redraw(node, children, placeOfFocus(node) ?? place);
        clearTimeout(again);
        waits = false;
        node.setAttribute('aria-busy', 'true');
        if (!node.childNodes.length) replace(node, el('p', { class: 'quiet', role: 'status' }, t('loading')));
        try {
            const value = await load(stop.signal);
            if (!stop.signal.aborted) draws(draw(value, run));
        } catch (error) {
            if (stop.signal.aborted) return;
            draws(errorBox(error, run));
            if (error.passes && !error.isOffline) again = setTimeout(run, 1_000 * Math.max(error.retryAfter, 3));
            waits = error.isOffline;
        } finally {
            node.removeAttribute('aria-busy');
        }
    }
    connection.addEventListener('restored', () => { if (waits) run(); }, { signal: stop.signal });
    node.reload = run;
    node.leave = () => { clearTimeout(again); stop.abort(); };
    leavers.push(node.leave);
    run();
    return node;
}

// What must end when the screen is left.
const leavers = [];
export const whenLeft = (what) => leavers.push(what);
export function leaveScreen() {
    for (const leave of leavers.splice(0)) leave();
}

// A form that sends once, says what is wrong beside the field that the server names, and keeps what was written.
export function form(fields, { send, label, more = [] }) {
    const place = el('div', { class: 'outcome' });
    const submit = el('button', { type: 'submit', class: 'main' }, label);
    const node = el('form', { novalidate: true, on: { submit: run } }, Object.values(fields), place,
        el('div', { class: 'row end' }, more, submit));
    async function run(event) {
        event.preventDefault();
        for (const each of Object.values(fields)) each.refuse('');
        place.replaceChildren();
        submit.disabled = true;
        try {
            await send(Object.fromEntries(Object.entries(fields).map(([name, each]) =>
                [name, each.input.type === 'checkbox' ? each.input.checked : each.input.value])));
        } catch (error) {
            const named = fields[error.field];
            if (named) named.refuse(wordsOf(error).filter(Boolean).at(-1));
            else replace(place, errorBox(error));
        } finally {
            submit.disabled = false;
        }
    }
    return node;
}

// A native dialog: it keeps the focus, Escape closes it, and the focus goes back, also to what was drawn anew meanwhile.
export function dialog(title, ...content) {
    const id = freshId('title');
    const close = button('×', () => node.close(), { class: 'plain close', 'aria-label': t('close') });
    const node = el('dialog', { 'aria-labelledby': id }, el('header', {}, el('h2', { id }, title), close), content);
    node.opener = placeOfFocus();
    node.addEventListener('close', () => {
        const hasIt = node.contains(document.activeElement) || document.activeElement === document.body;
        node.remove();
        if (hasIt) focusAgain(node.opener);
    });
    document.body.append(node);
    node.showModal();
    whenLeft(() => node.remove());
    return node;
}

// Asks before something that cannot be taken back.
export function confirmed(title, text, label, act) {
    const place = el('div');
    const go = button(label, async () => {
        try {
            await act();
            node.close();
        } catch (error) {
            replace(place, errorBox(error));
        }
    }, { class: 'danger' });
    const node = dialog(title, el('p', {}, text), place,
        el('div', { class: 'row end' }, button(t('cancel'), () => node.close(), { class: 'plain' }), go));
    return node;
}
