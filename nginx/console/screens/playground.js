// Try every model: ask, see the answer come, stop it, see what it cost, take the lines home.
import { get } from '../parts/api.js';
import { el, freshId, replace } from '../parts/dom.js';
import { button, copyButton, field, heading, loaded, say, whenLeft } from '../parts/pieces.js';
import { refreshUser, session } from '../parts/session.js';
import { amount } from '../parts/format.js';
import { t, wordFor } from '../parts/words.js';
import { questions, transcribe } from './playground/asking.js';
import { Composer } from './playground/composer.js';
import { curlLines, pythonLines } from './playground/lines.js';
import { stop as stopSound } from './playground/sound.js';
import { turnView } from './playground/talk.js';

const margin = 12, follows = 48;  // pixels between the answer and the composer; and of it that may be hidden from a reader who comes to its end
const kinds = ['text', 'picture', 'voice', 'speech', 'embedding'];

// Outlives the screen: another one and back loses nothing. All of it belongs to one user, and goes with a sign-out.
const nothing = (user) => ({ user, model: '', talk: [], options: { system: '', temperature: '', maxTokens: '' }, asked: null });
let kept = nothing(null);
session.addEventListener('changed', () => {
    if (session.user ? session.user.id !== kept.user : !session.hasEnded) kept = nothing(session.user?.id ?? null);
});

export function draw(main, [model]) {
    kept.user = session.user.id;
    if (model) kept.model = model;
    main.append(heading(t('screen.playground'), button(t('talk.new'), () => { kept.talk = []; kept.asked = null; node.reload(); }, { class: 'plain' })));
    let shown = null;
    whenLeft(() => shown?.leave());
    const node = loaded((signal) => get('/v1/models', {}, signal), ({ data }) => {
        shown?.leave();
        shown = new Playground(data);
        return shown.node;
    });
    main.append(node);
}

const kindOf = (model) => kinds.find((kind) => model.kinds.includes(kind));

class Playground {
    constructor(models) {
        this.left = new AbortController();
        this.models = models.filter(kindOf);
        if (!this.models.length) {
            this.node = el('p', { class: 'notice warn' }, t('models.none'));
            return;
        }
        this.model = this.models.find(({ id }) => id === kept.model) ?? this.bestFor('text', (each) => kindOf(each) === 'text') ?? this.models[0];
        this.call = null;
        this.talk = el('div', { class: 'talk', role: 'log', 'aria-label': t('talk'), 'aria-live': 'polite' });
        this.status = el('div', { class: 'unseen', role: 'status' });
        this.composer = new Composer({
            onSend: (question) => this.send(question), onStop: () => this.call?.abort(),
            onDictated: (recording, signal) => this.dictate(recording, signal), onPicture: () => this.needPictures(),
        });
        // Of the whole page: a test takes a style within <main> for one that an answer brought in.
        new ResizeObserver(() => document.documentElement.style.setProperty('--composer', `${this.composer.node.offsetHeight}px`)).observe(this.composer.node);
        this.isFollowing = false;
        this.seenAt = scrollY;
        addEventListener('scroll', () => this.scrolled(), { passive: true, signal: this.left.signal });
        this.choice = this.modelChoice();
        this.origin = el('p', { class: 'quiet' });
        this.lines = el('section', { class: 'card lines', 'aria-label': t('lines') });
        this.balance = el('p', { class: 'quiet' });
        this.node = el('div', { class: 'playground' },
            el('div', { class: 'card' }, field(t('model'), this.choice), this.origin, this.optionFields(), this.balance),
            el('div', {}, this.talk, this.composer.node, this.status), this.lines);
        for (const turn of kept.talk) this.talk.append(turnView(turn, this).node);
        this.choose(this.model.id);
        this.showLines();
        this.showLeft();
        this.composer.box.focus({ preventScroll: true });
    }

    // The screen is left, or a new conversation takes its place.
    leave() {
        this.left.abort();
        this.call?.abort();
        this.composer?.leave();
        stopSound();
    }

    modelChoice() {
        const groups = kinds.map((kind) => [kind, this.models.filter((model) => kindOf(model) === kind)]).filter(([, models]) => models.length);
        return el('select', { on: { change: (event) => this.choose(event.target.value) } }, groups.map(([kind, models]) =>
            el('optgroup', { label: wordFor('kind', kind) }, models.map(({ id }) => el('option', { value: id }, id)))));
    }
    choose(id) {
        this.model = this.models.find((each) => each.id === id);
        this.choice.value = id;
        kept.model = id;
        this.kind = kindOf(this.model);
        this.origin.textContent = this.model.origin ? t('model.origin', { origin: this.model.origin }) : '';
        this.voiceModel = this.bestFor('voice', (each) => kindOf(each) === 'voice');
        this.composer.fit({
            text: this.kind !== 'voice', chat: this.kind === 'text', voice: this.kind === 'voice',
            picture: this.takesPictures(this.model) || (this.kind === 'text' && this.models.some((each) => this.takesPictures(each))),
            dictation: this.kind !== 'voice' && Boolean(this.voiceModel),
        });
        this.showEmpty();
    }
    // The operator's choice, else the first that can.
    bestFor(kind, can) { return this.models.find((each) => each.default_for?.includes(kind) && can(each)) ?? this.models.find(can); }
    takesPictures(model) { return kindOf(model) === 'picture' || (kindOf(model) === 'text' && model.abilities.includes('image_url')); }
    // A picture for a model that takes none: another one that does is chosen, and said.
    needPictures() {
        if (this.takesPictures(this.model)) return;
        const other = this.bestFor('picture', (each) => this.takesPictures(each));
        this.choose(other.id);
        say(t('picture.switched', { model: other.id }));
    }
    optionFields() {
        const option = (name, input) => {
            input.value = kept.options[name];
            input.addEventListener('input', () => { kept.options[name] = input.value; });
            return field(t(`option.${name}`), input);
        };
        return el('details', {}, el('summary', {}, t('options')),
            option('system', el('textarea', { rows: 2 })),
            option('temperature', el('input', { type: 'number', min: 0, max: 2, step: 0.1 })),
            option('maxTokens', el('input', { type: 'number', min: 1, step: 1 })));
    }
    showEmpty() {
        if (kept.talk.length) return;
        const example = this.kind === 'text' && button(t('example'), () => this.send({ text: t('example') }), { class: 'plain' });
        replace(this.talk, el('div', { class: 'empty' }, el('h2', {}, wordFor('empty', this.kind)), wordFor('empty.how', this.kind),
            example ? el('div', { class: 'row' }, example) : null));
    }

    // Answers false where the question cannot be asked, and keeps it.
    send({ text, picture = null, recording = null }) {
        if (this.kind === 'picture' && !picture && !kept.talk.some((turn) => turn.picture)) {
            say(t('picture.needed'), 'wrong');
            return false;
        }
        if (!kept.talk.length) this.talk.replaceChildren();
        const turn = { role: 'user', text, picture, recording };
        kept.talk.push(turn);
        this.talk.append(turnView(turn, {}).node);
        this.answer({ text, recording });
        return true;
    }
    async answer({ text, recording }) {
        const question = questions[this.kind]({ model: this.model.id, talk: this.asChat(), text, recording, options: kept.options });
        const turn = { role: 'assistant', model: this.model.id, text: '', thoughts: '', state: 'runs', began: performance.now() };
        const view = turnView(turn, { again: () => this.again(turn, view, { text, recording }) });
        kept.talk.push(turn);
        this.talk.append(view.node);
        kept.asked = question.asked;
        this.showLines();
        await this.follow(question, turn, view);
    }
    // What was said with models that take no chat is no part of one.
    asChat() { return kept.talk.filter((turn) => !turn.recording && !turn.sound && !turn.vector && !turn.error); }
    again(turn, view, asked) {
        kept.talk.splice(kept.talk.indexOf(turn), 1);
        view.node.remove();
        this.answer(asked);
    }
    async follow(question, turn, view) {
        this.call = new AbortController();
        const { signal } = this.call;
        this.composer.busy(true);
        this.status.textContent = t('answer.runs', { model: turn.model });
        this.isFollowing = true;
        this.toEnd();
        const show = () => {
            view.show();
            requestAnimationFrame(() => this.toEnd());  // after it is drawn
        };
        try {
            await question.send(turn, show, signal);
            turn.state = 'done';
        } catch (error) {
            turn.state = signal.aborted ? 'stopped' : 'failed';
            if (!signal.aborted) turn.error = error;
        }
        turn.ms = performance.now() - turn.began;
        show();
        this.call = null;
        this.composer.busy(false);
        this.status.textContent = t(`answer.${turn.state}`, { model: turn.model });
        if (turn.state !== 'failed' && !this.left.signal.aborted) refreshUser().then(() => this.showLeft(), () => {});
    }
    // How many pixels of the conversation lie under the composer, which sticks to the window's end, or below that.
    beyond() { return this.talk.getBoundingClientRect().bottom + margin - this.composer.node.getBoundingClientRect().top; }
    // A reader leaves the end by any move upwards, and comes back by one downwards that ends near it. A page that has become
    // shorter moves upwards, too, and hides nothing.
    scrolled() {
        if (scrollY < this.seenAt && this.beyond() > 0) this.isFollowing = false;
        if (scrollY > this.seenAt && this.beyond() < follows) this.isFollowing = true;
        this.seenAt = scrollY;
    }
    // Keeps the end in sight for a reader who has not scrolled away from it.
    toEnd() {
        if (!this.isFollowing || this.left.signal.aborted) return;
        const pixels = this.beyond();
        if (pixels > 0) scrollBy({ top: pixels, behavior: 'instant' });
        this.seenAt = scrollY;  // it was not the reader who moved
    }
    async dictate(recording, signal) {
        const { text } = await transcribe(this.voiceModel.id, recording, signal);
        signal.throwIfAborted();
        kept.asked = { path: '/v1/audio/transcriptions', fields: { model: this.voiceModel.id }, file: 'recording.wav' };
        this.showLines();
        say(t('dictated', { model: this.voiceModel.id }));
        return text;
    }

    showLeft() {
        if (!session.user) return;  // signed out meanwhile
        const { tokens, pic_times: pictures, voice_seconds: voice } = session.user;
        if ([tokens, pictures, voice].every((each) => each < 0)) return;
        this.balance.textContent = t('left', { tokens: amount(tokens), pictures: amount(pictures), seconds: amount(voice) });
    }
    showLines() {
        if (!kept.asked) {
            replace(this.lines, el('h2', {}, t('lines')), el('p', { class: 'quiet' }, t('lines.none')));
            return;
        }
        const panel = freshId('lines');
        const text = el('code');
        const show = (name) => {
            text.textContent = (name === 'python' ? pythonLines : curlLines)(kept.asked);
            for (const tab of tabs) tab.setAttribute('aria-selected', String(tab.dataset.name === name));
        };
        const tabs = [['curl', 'curl'], ['python', 'Python']].map(([name, label]) =>
            button(label, () => show(name), { class: 'plain small', role: 'tab', 'data-name': name, 'aria-controls': panel }));
        replace(this.lines, el('h2', {}, t('lines')), el('div', { class: 'tabs', role: 'tablist', 'aria-label': t('lines') }, tabs,
            el('span', { class: 'space' }), copyButton(() => text.textContent)),
            el('pre', { id: panel, role: 'tabpanel', tabindex: 0 }, text),
            el('p', { class: 'quiet' }, t('lines.key'), ' ', el('a', { href: '#/keys' }, t('screen.keys'))));
        show('curl');
    }
}
