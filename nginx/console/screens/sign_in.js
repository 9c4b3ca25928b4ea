// Name and password; and a new account, where the host lets people register.
import { errorIn, post } from '../parts/api.js';
import { el, replace } from '../parts/dom.js';
import { button, field, form, heading } from '../parts/pieces.js';
import { session, signIn } from '../parts/session.js';
import { t } from '../parts/words.js';

export function draw(main) {
    const card = el('div', { class: 'card sign-in' });
    main.append(card);
    drawSignIn(card);
}

const nameField = () => field(t('name'), el('input', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, maxlength: 50 }));

function drawSignIn(card, name = '') {
    const fields = {
        name: nameField(),
        password: field(t('password'), el('input', { type: 'password', autocomplete: 'current-password', required: true })),
    };
    fields.name.input.value = name;
    replace(card, heading(t('sign_in')), 
        session.hasEnded ? el('p', { class: 'notice', role: 'status' }, t('session.ended')) : null,
        session.needsTls ? el('p', { class: 'notice wrong', role: 'alert' }, t('session.tls')) : null,
        form(fields, {
            label: t('sign_in'), send: ({ name: who, password }) => signIn(who.trim(), password),
            more: session.registration === 'closed' ? [] : button(t('register'), () => drawRegister(card), { class: 'plain' }),
        }),
        el('p', { class: 'quiet' }, t('sign_in.about')));
    (name ? fields.password : fields.name).input.focus();
}

function drawRegister(card) {
    const isInvited = session.registration === 'invitation';
    const fields = {
        username: nameField(),
        email: field(t('email'), el('input', { type: 'email', autocomplete: 'email', required: true })),
        password: field(t('password'), el('input', { type: 'password', autocomplete: 'new-password', required: true }), t('password.rule')),
        invitation: field(t('invitation.code'), el('input', { autocomplete: 'off', spellcheck: 'false' }), t(isInvited ? 'invitation.needed' : 'invitation.optional')),
    };
    replace(card, heading(t('register')), form(fields, {
        label: t('register'),
        more: button(t('register.back'), () => drawSignIn(card), { class: 'plain' }),
        send: async ({ username, email, password, invitation }) => {
            const body = { username: username.trim(), email, password };
            if (invitation.trim()) body.invitation = invitation.trim();
            const answer = await post('/auth/register', body);
            if (answer.code !== 0) throw envelopeError(answer);
            await signIn(body.username, password);
        },
    }));
    fields.username.input.focus();
}

// The documented path answers 200 with its code in the body.
export function envelopeError(answer) {
    const error = errorIn(answer, 200);
    if (error.code === 'USER_NAME_REPEAT') error.field = 'username';
    return error;
}
