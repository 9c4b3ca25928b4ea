// Where a question is made: text, a picture by drop, paste, file or camera, a recording by microphone or file.
import { el, replace } from '../../parts/dom.js';
import { seconds } from '../../parts/format.js';
import { button, say } from '../../parts/pieces.js';
import { t } from '../../parts/words.js';
import { longestSeconds, startRecording } from '../../voice/microphone.js';
import { wavFromFile } from '../../voice/wav.js';
import { icon } from './icons.js';
import { openCamera, reasonOf } from './camera.js';
import { NotAPicture, pictureFrom, shownCopy } from './picture.js';

// onSend({text, picture, recording}), onStop(), onDictated(recording, signal) → text for the box, or nothing where the model
// itself takes recordings.
export class Composer {
    constructor({ onSend, onStop, onDictated, onPicture }) {
        Object.assign(this, { onSend, onStop, onDictated, onPicture, picture: null, takes: {}, runs: false, microphone: null, left: new AbortController() });
        this.box = el('textarea', { rows: 2, dir: 'auto', 'aria-label': t('ask.label'), on: { keydown: (event) => this.key(event), input: () => this.update(), paste: (event) => this.paste(event) } });
        this.file = el('input', { type: 'file', class: 'unseen', tabindex: -1, 'aria-hidden': 'true', on: { change: () => { this.takeFile(this.file.files[0]); this.file.value = ''; } } });
        this.held = el('div', { 'aria-live': 'polite' });
        this.fileButton = button([icon('file'), el('span', {}, t('attach'))], () => this.file.click(), { class: 'plain with-icon' });
        this.cameraButton = button([icon('camera'), el('span', {}, t('camera'))], () => openCamera((picture) => this.hold(picture)), { class: 'plain with-icon' });
        this.voiceWord = el('span', {}, t('microphone'));
        this.voiceButton = button([icon('microphone'), this.voiceWord], () => (this.microphone ? this.endRecording() : this.beginRecording()), { class: 'plain with-icon', 'aria-pressed': 'false' });
        this.sendButton = button(t('send'), () => (this.runs ? this.onStop() : this.send()), { class: 'main' });
        this.node = el('div', { class: 'composer', role: 'group', 'aria-label': t('ask.group'), on: {
            dragover: (event) => { event.preventDefault(); this.node.classList.add('over'); },
            dragleave: () => this.node.classList.remove('over'),
            drop: (event) => { event.preventDefault(); this.node.classList.remove('over'); this.takeFile(event.dataTransfer.files[0]); },
        } }, this.held, this.box,
            el('div', { class: 'row' }, el('div', { class: 'row' }, this.fileButton, this.cameraButton, this.voiceButton, this.file), this.sendButton));
    }

    // Nothing of what is still going on may reach the page, or keep the microphone.
    leave() { this.left.abort(); }

    // takes: {text, picture, voice (the model itself), dictation (there is a model for it)}
    fit(takes) {
        this.takes = takes;
        this.box.hidden = !takes.text;
        this.box.placeholder = takes.picture && !takes.chat ? t('ask.picture') : t('ask.placeholder');
        this.fileButton.hidden = !takes.picture && !takes.voice;
        this.file.accept = takes.voice ? 'audio/*' : 'image/*';
        this.cameraButton.hidden = !takes.picture;
        this.voiceButton.hidden = !takes.voice && !takes.dictation;
        this.update();
    }
    update() {
        this.box.rows = Math.min(10, Math.max(2, this.box.value.split('\n').length));
        this.sendButton.hidden = Boolean(this.takes.voice) && !this.runs;
        this.sendButton.disabled = !this.runs && (!this.box.value.trim() && !this.picture);
        this.sendButton.textContent = this.runs ? t('stop') : t('send');
        this.sendButton.classList.toggle('danger', this.runs);
        this.sendButton.classList.toggle('main', !this.runs);
    }
    busy(runs) {
        this.runs = runs;
        this.update();
    }
    key(event) {
        if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            if (!this.runs && !this.sendButton.disabled) this.send();
        } else if (event.key === 'Escape' && this.runs) {
            this.onStop();
        }
    }
    paste(event) {
        const file = [...event.clipboardData.files].find((each) => each.type.startsWith('image/'));
        if (!file || !this.takes.picture) return;
        event.preventDefault();
        this.takeFile(file);
    }
    send() {
        const question = { text: this.box.value.trim(), picture: this.picture };
        if (this.onSend(question) === false) return;
        this.box.value = '';
        this.drop();
    }

    async takeFile(file) {
        if (!file) return;
        if (this.takes.voice || (file.type.startsWith('audio/') && this.takes.dictation)) return this.takeRecording(() => wavFromFile(file));
        try {
            const picture = await pictureFrom(file);
            if (!this.left.signal.aborted) this.hold(picture);
        } catch (fault) {
            say(fault instanceof NotAPicture ? t(fault.isLarge ? 'picture.large' : 'picture.none', { name: file.name }) : String(fault.message), 'wrong');
        }
        return undefined;
    }
    hold(picture) {
        this.picture = picture;
        this.onPicture();
        const label = picture.name ? t('picture.named', { name: picture.name }) : t('picture.yours');
        replace(this.held, el('div', { class: 'held' }, shownCopy(picture, label),
            el('span', { class: 'space' }, label, ' ', el('small', {}, `${picture.width} × ${picture.height}`)),
            button(t('remove'), () => { this.drop(); this.box.focus(); }, { class: 'plain small' })));
        this.update();
        this.box.focus();
    }
    drop() {
        this.picture = null;
        this.held.replaceChildren();
        this.update();
    }

    async beginRecording() {
        const time = el('span', { class: 'space' }, t('microphone.opens'));
        const level = el('i');
        replace(this.held, el('div', { class: 'held' }, el('span', { class: 'level', 'aria-hidden': 'true' }, level), time));
        try {
            this.microphone = await startRecording({
                onLevel: (loudest, length) => {
                    level.style.setProperty('--level', `${Math.round(Math.min(1, loudest) * 100)}%`);
                    time.textContent = t('microphone.records', { time: seconds(length * 1000), most: longestSeconds });
                },
                onFull: () => this.endRecording(),
                signal: this.left.signal,
            });
            this.listening(true);
        } catch (fault) {
            if (this.left.signal.aborted) return;
            this.held.replaceChildren();
            say(t('microphone.none', { reason: reasonOf(fault) }), 'wrong');
        }
    }
    listening(does) {
        this.voiceButton.setAttribute('aria-pressed', String(does));
        this.voiceWord.textContent = does ? t('microphone.stop') : t('microphone');
        this.voiceButton.classList.toggle('danger', does);
    }
    endRecording() {
        const microphone = this.microphone;
        if (!microphone) return undefined;
        this.microphone = null;
        this.listening(false);
        return this.takeRecording(() => microphone.stop());
    }
    async takeRecording(make) {
        replace(this.held, el('p', { class: 'quiet' }, t('microphone.reads')));
        try {
            const recording = await make();
            if (this.left.signal.aborted) return;
            if (this.takes.voice) {
                this.held.replaceChildren();
                this.onSend({ text: '', recording });
                return;
            }
            const text = await this.onDictated(recording, this.left.signal);
            this.box.value = [this.box.value.trim(), text].filter(Boolean).join(' ');
            this.box.focus();
            this.held.replaceChildren();
        } catch (fault) {
            if (this.left.signal.aborted) return;
            this.held.replaceChildren();
            say(fault.name === 'EncodingError' ? t('recording.none') : String(fault.message), 'wrong');
        }
        this.update();
    }
}
