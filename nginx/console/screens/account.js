// What is left, where one is signed in, and a new password.
import { get, post, remove } from '../parts/api.js';
import { el } from '../parts/dom.js';
import { amount, money } from '../parts/format.js';
import { button, field, form, heading, loaded, say, since, when } from '../parts/pieces.js';
import { refreshUser, session, signIn } from '../parts/session.js';
import { table } from '../parts/table.js';
import { t } from '../parts/words.js';
import { envelopeError } from './sign_in.js';

export function draw(main) {
    const sessions = loaded((signal) => get('/admin/sessions', {}, signal), (answer) => drawSessions(answer.items, () => sessions.reload()));
    main.append(heading(t('screen.account')), session.warning ? el('p', { class: 'notice warn' }, t('session.warning'), ' ', el('span', { class: 'quiet' }, session.warning)) : null,
        loaded(refreshUser, drawBalances), sessions, passwordCard());
}

function drawBalances(user) {
    const figure = (name, value) => el('div', { class: 'figure' }, el('dt', {}, name), el('dd', {}, value));
    return el('dl', { class: 'figures' }, figure(t('name'), el('bdi', {}, user.name)), figure(t('tokens'), amount(user.tokens)), figure(t('pictures'), amount(user.pic_times)),
        figure(t('voice_seconds'), amount(user.voice_seconds)), figure(t('money'), money(user.money)));
}

function drawSessions(sessions, again) {
    const end = async (path) => {
        await remove(path);
        say(t('session.others.ended'));
        again();
    };
    return el('section', { class: 'card' }, el('h2', {}, t('sessions')), table(t('sessions'), [
        { title: t('session.begun'), of: (each) => when(each.created_at) },
        { title: t('session.used'), of: (each) => since(each.last_used) },
        { title: t('session.network'), of: (each) => el('code', {}, each.network) },
        { title: t('session.ends'), of: (each) => when(each.ends) },
        { title: t('acts'), acts: true, of: (each) => (each.current ? el('span', { class: 'tag good' }, t('session.this'))
            : button(t('session.end'), () => end(`/admin/sessions/${encodeURIComponent(each.id)}`), { class: 'danger small' })) },
    ], sessions), sessions.length > 1 ? el('div', { class: 'row end' }, button(t('session.others'), () => end('/admin/sessions'), { class: 'plain' })) : null);
}

function passwordCard() {
    const fields = {
        password: field(t('password.old'), el('input', { type: 'password', autocomplete: 'current-password' })),
        new_password: field(t('password.new'), el('input', { type: 'password', autocomplete: 'new-password' }), t('password.rule')),
    };
    return el('section', { class: 'card' }, el('h2', {}, t('password.change')), form(fields, {
        label: t('password.change'),
        send: async ({ password, new_password: fresh }) => {
            const answer = await post('/auth/password', { username: session.user.name, password, new_password: fresh });
            if (answer.code !== 0) throw envelopeError(answer);
            await signIn(session.user.name, fresh);  // the change has ended every session, this one too
            for (const each of Object.values(fields)) each.input.value = '';
            say(t('password.changed'));
        },
    }));
}
