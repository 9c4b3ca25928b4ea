// Starts the page: words, session, screens. A screen is a module that draws itself into <main>; its name stands in the
// address behind '#'.
import { connection, lookNow, wordsOf } from './parts/api.js';
import { el, replace } from './parts/dom.js';
import { button, errorBox, leaveScreen, regions, say } from './parts/pieces.js';
import { endSession, findSession, session } from './parts/session.js';
import { chooseLanguage, language, languages, loadWords, t } from './parts/words.js';
import * as account from './screens/account.js';
import * as audit from './screens/audit.js';
import * as invitations from './screens/invitations.js';
import * as keys from './screens/keys.js';
import * as ledger from './screens/ledger.js';
import * as models from './screens/models.js';
import * as playground from './screens/playground.js';
import * as signIn from './screens/sign_in.js';
import * as status from './screens/status.js';
import * as usage from './screens/usage.js';
import * as users from './screens/users.js';

// In the order of the menu; loaded with the page, so that none is missing when the connection is. What only admins see is
// refused by the server to everybody else, whatever stands here.
const screens = [
    { name: 'playground', draw: playground.draw },
    { name: 'keys', draw: keys.draw },
    { name: 'usage', draw: usage.draw },
    { name: 'account', draw: account.draw },
    { name: 'status', draw: status.draw, admin: true },
    { name: 'models', draw: models.draw, admin: true },
    { name: 'users', draw: users.draw, admin: true },
    { name: 'invitations', draw: invitations.draw, admin: true },
    { name: 'ledger', draw: ledger.draw, admin: true },
    { name: 'audit', draw: audit.draw, admin: true },
];

const main = el('main', { id: 'main', tabindex: -1 });
const menu = el('nav', { id: 'menu', 'aria-label': t('menu') });
const banner = el('div', { class: 'banner', role: 'alert', hidden: true });

const mayShow = (screen) => !screen.admin || session.user?.admin;

function frame() {
    const chosen = el('select', { 'aria-label': t('language'), on: { change: () => { chooseLanguage(chosen.value); location.reload(); } } },
        languages.map(([code, name]) => el('option', { value: code, selected: code === language(), lang: code }, name)));
    replace(document.body,
        el('a', { class: 'skip', href: '#main', on: { click: (event) => { event.preventDefault(); main.focus(); } } }, t('skip')),
        el('header', { class: 'top' }, menuButton(), el('strong', { class: 'product' }, t('product')), el('span', { class: 'space' }),
            chosen, session.user ? who() : null),
        banner, el('div', { class: session.user ? 'page' : 'page alone' }, session.user ? menu : null, main),
        Object.values(regions));
    menu.setAttribute('aria-label', t('menu'));
}

const menuButton = () => session.user && button('☰', (event) => openMenu(!menu.classList.contains('open'), event.currentTarget),
    { class: 'plain menu', 'aria-label': t('menu'), 'aria-expanded': 'false', 'aria-controls': 'menu' });

function openMenu(isOpen) {
    menu.classList.toggle('open', isOpen);
    document.querySelector('button.menu')?.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) menu.querySelector('a')?.focus();
}

const who = () => el('span', { class: 'who' }, el('bdi', {}, session.user.name),
    button(t('sign_out'), leave, { class: 'plain small' }));

async function leave() {
    try {
        await endSession();
    } catch (error) {
        say(t('sign_out.failed', { reason: wordsOf(error)[0] }), 'wrong');
    }
}

function drawMenu(current) {
    const links = (admin) => screens.filter((screen) => Boolean(screen.admin) === admin && mayShow(screen)).map((screen) =>
        el('li', {}, el('a', { href: `#/${screen.name}`, 'aria-current': screen === current ? 'page' : null }, t(`screen.${screen.name}`))));
    const forAdmins = links(true);
    replace(menu, el('ul', {}, links(false)),
        forAdmins.length ? [el('h2', {}, t('menu.admin')), el('ul', {}, forAdmins)] : null);
}

function show() {
    leaveScreen();
    openMenu(false);
    const [name, ...rest] = location.hash.replace(/^#\//, '').split('/');
    const screen = session.user && (screens.find((each) => each.name === name && mayShow(each)) ?? screens[0]);
    document.title = `${screen ? t(`screen.${screen.name}`) : t('sign_in')} · ${t('product')}`;
    replace(main);
    if (!screen) return signIn.draw(main);
    drawMenu(screen);
    try {
        screen.draw(main, rest.map(decodeURIComponent));
        main.querySelector('h1')?.focus({ preventScroll: true });
        scrollTo(0, 0);
    } catch (error) {
        replace(main, errorBox(error, () => location.reload()));
    }
    return undefined;
}

function watchConnection() {
    connection.addEventListener('lost', () => {
        replace(banner, el('span', {}, t('connection.lost')), button(t('connection.now'), lookNow, { class: 'plain small' }));
        banner.hidden = false;
    });
    connection.addEventListener('restored', () => {
        replace(banner, t('connection.back'));
        setTimeout(() => { banner.hidden = true; }, 3_000);
    });
}

async function start() {
    try {
        await loadWords();
        watchConnection();
        await findSession();
    } catch (error) {
        replace(document.body, el('main', {}, errorBox(error, () => location.reload())));
        return;
    }
    session.addEventListener('changed', () => { frame(); show(); });
    addEventListener('hashchange', show);
    addEventListener('keydown', (event) => { if (event.key === 'Escape') openMenu(false); });
    frame();
    show();
}

start();
