// The conversation as it is seen. A turn is drawn once; what grows is updated at most once a picture of the screen.
import { el, replace } from '../../parts/dom.js';
import { bytes, number, seconds } from '../../parts/format.js';
import { MarkdownView } from '../../parts/markdown.js';
import { button, copyButton, errorBox } from '../../parts/pieces.js';
import { t, wordFor } from '../../parts/words.js';
import { shownCopy } from './picture.js';
import { play } from './sound.js';

// One turn; show() draws what has changed.
export function turnView(turn, { again }) {
    return turn.role === 'user' ? userView(turn) : answerView(turn, again);
}

function userView(turn) {
    const node = el('article', { class: 'turn user', 'aria-label': t('turn.you'), dir: 'auto' },
        turn.picture ? shownCopy(turn.picture, t('picture.yours')) : null,
        turn.recording ? t('recording.yours', { time: seconds(turn.recording.seconds * 1000) }) : null, turn.text);
    return { node, show() {} };
}

function answerView(turn, again) {
    const thoughts = el('div', { class: 'thoughts' });
    const thinking = el('details', { hidden: true }, el('summary', {}, t('turn.thoughts')), thoughts);
    const answer = el('div', { class: 'markdown' });
    const more = el('div');
    const foot = el('div');
    const node = el('article', { class: 'turn assistant', 'aria-label': t('turn.of', { model: turn.model }) },
        el('div', { class: 'name' }, el('bdi', {}, turn.model)), thinking, answer, more, foot);
    const view = new MarkdownView(answer), thoughtsView = new MarkdownView(thoughts);
    let waits = false;
    const draw = () => {
        waits = false;
        thinking.hidden = !turn.thoughts;
        thinking.open = Boolean(turn.thoughts) && !turn.text;
        thoughtsView.show(turn.thoughts);
        view.show(turn.text);
        answer.classList.toggle('waits', turn.state === 'runs' && !turn.text);
        node.setAttribute('aria-busy', String(turn.state === 'runs'));
        if (turn.state === 'runs') return;
        replace(more, ...outcomeOf(turn));
        replace(foot, turn.error && turn.error.name !== 'AbortError' ? errorBox(turn.error, again) : null, factsOf(turn));
    };
    draw();
    return {
        node,
        show() {
            if (waits) return;
            waits = true;
            requestAnimationFrame(draw);
        },
    };
}

function outcomeOf(turn) {
    if (turn.sound) return [el('p', {}, button(t('sound.play'), () => play(turn.sound), { class: 'main' }), ' ', t('sound.size', { size: bytes(turn.sound.byteLength) }))];
    if (turn.vector) return [el('p', {}, t('vector.of', { n: number(turn.vector.length) })),
        el('pre', { tabindex: 0 }, `[${turn.vector.slice(0, 12).map((value) => value.toFixed(5)).join(', ')}${turn.vector.length > 12 ? ', …' : ''}]`)];
    return [];
}

function factsOf(turn) {
    const usage = turn.usage ?? {};
    const asked = usage.prompt_tokens, answered = usage.completion_tokens;
    const facts = [
        turn.state === 'stopped' ? t('fact.stopped') : null,
        turn.finish && turn.finish !== 'stop' ? wordFor('finish', turn.finish) : null,
        asked !== undefined ? t('fact.prompt', { n: number(asked) }) : null,
        usage.prompt_tokens_details?.cached_tokens ? t('fact.cached', { n: number(usage.prompt_tokens_details.cached_tokens) }) : null,
        answered !== undefined ? t('fact.completion', { n: number(answered) }) : null,
        usage.completion_tokens_details?.reasoning_tokens ? t('fact.reasoning', { n: number(usage.completion_tokens_details.reasoning_tokens) }) : null,
        turn.spoken ? t('fact.spoken', { time: seconds(turn.spoken * 1000) }) : null,
        turn.firstMs !== undefined ? t('fact.first', { time: seconds(turn.firstMs) }) : null,
        turn.ms !== undefined ? t('fact.whole', { time: seconds(turn.ms) }) : null,
    ].filter(Boolean);
    return el('div', { class: 'facts' }, facts.map((fact) => el('span', {}, fact)), el('span', { class: 'space' }),
        turn.text ? copyButton(() => turn.text, t('turn.copy')) : null);
}
