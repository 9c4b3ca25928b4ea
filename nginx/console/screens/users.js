// Accounts: found, made, granted, disabled, given another password, ended.
import { get, post, remove } from '../parts/api.js';
import { append, el } from '../parts/dom.js';
import { placeOfFocus, redraw } from '../parts/focus.js';
import { amount, money, time } from '../parts/format.js';
import { button, confirmed, dialog, field, form, heading, say, since } from '../parts/pieces.js';
import { session } from '../parts/session.js';
import { filters, pagedTable } from '../parts/table.js';
import { t } from '../parts/words.js';

const balances = ['tokens', 'pic_times', 'voice_seconds', 'money'];
const balanceName = (name) => ({ tokens: t('tokens'), pic_times: t('pictures'), voice_seconds: t('voice_seconds'), money: t('money') })[name];
const million = 1_000_000;

export function draw(main) {
    const fields = {
        search: field(t('search'), el('input', { type: 'search', autocomplete: 'off' }), t('users.search.hint')),
        only: field(t('users.only'), el('select', {}, [['', t('users.all')], ['disabled', t('users.disabled')], ['admin', t('users.admins')]].map(([value, text]) => el('option', { value }, text)))),
    };
    const view = el('div');
    const bar = filters(fields, () => show());
    let shown = null;
    function show() {
        shown?.leave();
        shown = userTable(bar.values(), () => shown.reload());
        view.replaceChildren(shown);
    }
    main.append(heading(t('screen.users'), button(t('user.add'), () => openAdd(show), { class: 'main' })), bar, view);
    show();
}

function userTable({ search, only }, again) {
    return pagedTable(t('screen.users'), [
        { title: t('name'), of: (user) => [el('strong', {}, el('bdi', {}, user.name)), ' ', tagsOf(user), el('div', { class: 'quiet' }, el('bdi', {}, user.email))] },
        ...balances.map((name) => ({ title: balanceName(name), number: true, of: (user) => (name === 'money' ? money : amount)(user[name]) })),
        { title: t('user.last_login'), of: (user) => since(user.last_login) },
        { title: t('acts'), acts: true, of: (user) => button(t('user.open'), () => openUser(user, again), { class: 'plain small', 'aria-label': t('user.open.this', { name: user.name }) }) },
    ], async (cursor, signal) => {
        const { items, next } = await get('/admin/users', { search, cursor, ...(only ? { [only]: 'true' } : {}) }, signal);
        return { rows: items, next };
    }, t('users.none'));
}

const tagsOf = (user) => [user.admin ? el('span', { class: 'tag accent' }, t('user.admin')) : null, user.disabled ? el('span', { class: 'tag wrong' }, t('user.disabled')) : null];

function openUser(user, again) {
    const path = `/admin/users/${encodeURIComponent(user.id)}`;
    const view = el('div');
    const change = async (what, body, done) => {
        const place = placeOfFocus(view);
        const { user: now } = await post(`${path}/${what}`, body);
        say(done);
        again();
        // What was granted is seen at once, also below a dialog that has been opened meanwhile.
        if (what === 'grant') redraw(view, aboutUser(now, change, leave), place);
        else node.close();
    };
    const leave = async () => {
        await remove(path);
        say(t('user.deleted'));
        node.close();
        again();
    };
    const node = dialog(user.name, append(view, aboutUser(user, change, leave)));
}

function aboutUser(user, change, leave) {
    const isMe = user.name === session.user.name;
    const asked = (title, text, what, done) => button(title, () => confirmed(title, text, title, () => change(what, {}, done)), { class: 'danger small' });
    const acts = [
        button(t('user.password'), () => openPassword(user, change), { class: 'plain small' }),
        isMe ? null : user.disabled ? button(t('user.enable'), () => change('enable', {}, t('user.enabled')), { class: 'plain small' })
            : asked(t('user.disable'), t('user.disable.ask', { name: user.name }), 'disable', t('user.is_disabled')),
        asked(t('user.rotate'), t('user.rotate.ask', { name: user.name }), 'rotate', t('user.rotated')),
        isMe ? null : button(user.admin ? t('user.admin.take') : t('user.admin.give'), () => confirmed(user.admin ? t('user.admin.take') : t('user.admin.give'), t('user.admin.ask', { name: user.name }),
            t('yes'), () => change('grant', { admin: !user.admin }, t('user.granted'))), { class: 'plain small' }),
        isMe ? null : button(t('user.delete'), () => confirmed(t('user.delete'), t('user.delete.ask', { name: user.name }), t('user.delete'), leave), { class: 'danger small' }),
    ];
    return [el('p', {}, tagsOf(user), ' ', el('bdi', {}, user.email), user.academy ? [' · ', el('bdi', {}, user.academy)] : null),
        el('p', { class: 'quiet' }, t('user.times', { made: time(user.created_at), login: time(user.last_login) }), ' ', t('user.held', { n: user.calls_held })),
        grantForm(user, change), el('h3', {}, t('user.acts')), el('div', { class: 'row' }, acts),
        el('p', {}, el('a', { href: `#/ledger/${encodeURIComponent(user.name)}` }, t('user.ledger')), ' · ', el('a', { href: `#/audit/${encodeURIComponent(user.name)}` }, t('user.audit')))];
}

// "+5", "-5", "=5" or "unlimited"; money in units, not millionths.
function grantForm(user, change) {
    const fields = Object.fromEntries(balances.map((name) => [name, field(balanceName(name), el('input', { autocomplete: 'off', placeholder: '+100  -100  =100' }),
        t('grant.now', { value: (name === 'money' ? money : amount)(user[name]) }))]));
    const node = form(fields, {
        label: t('grant'),
        send: async (values) => {
            const wanted = {};
            for (const name of balances) {
                const value = values[name].trim();
                if (value) wanted[name] = name === 'money' ? inMillionths(value) : value;
            }
            if (Object.keys(wanted).length) await change('grant', wanted, t('user.granted'));
        },
    });
    node.classList.add('grid');
    return el('section', {}, el('h3', {}, t('grant')), el('p', { class: 'quiet' }, t('grant.how')), node);
}

const inMillionths = (value) => value.replace(/^([-+=])\s*(\d+(?:\.\d+)?)$/, (whole, sign, units) => sign + Math.round(Number(units) * million));

function openPassword(user, change) {
    const fields = { password: field(t('password.new'), el('input', { type: 'password', autocomplete: 'new-password' }), t('password.rule')) };
    const node = dialog(t('user.password'), el('p', {}, t('user.password.about', { name: user.name })), form(fields, {
        label: t('user.password'),
        send: async ({ password }) => {
            await change('password', { password }, t('user.password.set'));
            node.close();
        },
    }));
}

function openAdd(again) {
    const fields = {
        name: field(t('name'), el('input', { autocomplete: 'off', autocapitalize: 'none', maxlength: 50 })),
        password: field(t('password'), el('input', { type: 'password', autocomplete: 'new-password' }), t('password.rule')),
        email: field(t('email'), el('input', { type: 'email', autocomplete: 'off' })),
        academy: field(t('academy'), el('input', { autocomplete: 'off' })),
    };
    const node = dialog(t('user.add'), form(fields, {
        label: t('user.add'),
        send: async (values) => {
            await post('/admin/users', values);
            say(t('user.added'));
            node.close();
            again();
        },
    }));
    fields.name.input.focus();
}
