// One question to a model of each kind. The answer grows in a turn: {text, thoughts, usage, sound, vector, firstMs, ms};
// changed() is called as it does.
import { ask, failure } from '../../parts/api.js';
import { eventsOf } from '../../parts/events.js';
import { pictureMark } from './lines.js';

// Each returns {asked, send(turn, changed, signal)}; asked is what lines.js shows.
export const questions = {
    text: (question) => chat(question, messagesOf(question.talk)),
    picture: (question) => chat(question, sinceThePicture(question.talk)),
    voice: transcription,
    speech,
    embedding,
};

function messagesOf(talk) {
    return talk.filter((turn) => turn.role === 'user' || turn.text).map(({ role, text, picture }) => ({
        role, content: picture ? [{ type: 'text', text }, { type: 'image_url', image_url: { url: picture.url } }] : text,
    }));
}

// A model of pictures takes one in all messages: the last, and what was said of it.
function sinceThePicture(talk) {
    const at = talk.findLastIndex((turn) => turn.picture);
    return messagesOf(talk.slice(Math.max(0, at)));
}

function chat({ model, options }, messages) {
    const system = options.system.trim();
    const body = {
        model, messages: system ? [{ role: 'system', content: system }, ...messages] : messages,
        stream: true, stream_options: { include_usage: true },
    };
    if (options.temperature !== '') body.temperature = Number(options.temperature);
    if (options.maxTokens !== '') body.max_tokens = Number(options.maxTokens);
    return {
        asked: { path: '/v1/chat/completions', json: withoutPictures(body) },
        async send(turn, changed, signal) {
            const answer = await ask('POST', '/v1/chat/completions', { body, signal, accept: 'text/event-stream' });
            for await (const event of eventsOf(answer, signal)) {
                take(event, turn);
                changed();
            }
        },
    };
}

function take({ choices, usage }, turn) {
    if (usage) turn.usage = usage;
    const choice = choices?.[0];
    if (!choice) return;
    if (choice.finish_reason) turn.finish = choice.finish_reason;
    const { content, reasoning_content: thoughts } = choice.delta ?? {};
    if (content || thoughts) turn.firstMs ??= performance.now() - turn.began;
    turn.text += content ?? '';
    turn.thoughts += thoughts ?? '';
}

const withoutPictures = (body) => JSON.parse(JSON.stringify(body), (name, value) =>
    (name === 'url' && String(value).startsWith('data:') ? pictureMark : value));

function transcription({ model, recording }) {
    return {
        asked: { path: '/v1/audio/transcriptions', fields: { model }, file: 'recording.wav' },
        async send(turn, changed, signal) {
            const answer = await transcribe(model, recording, signal);
            Object.assign(turn, { text: answer.text, usage: answer.usage, spoken: recording.seconds });
            changed();
        },
    };
}

export async function transcribe(model, recording, signal) {
    const form = new FormData();
    form.append('model', model);
    form.append('file', recording.blob, 'recording.wav');
    return whole(await ask('POST', '/v1/audio/transcriptions', { form, signal }), signal, 'json');
}

function speech({ model, text }) {
    const json = { model, input: text };
    return {
        asked: { path: '/v1/audio/speech', json, output: 'speech.wav' },
        async send(turn, changed, signal) {
            const answer = await ask('POST', '/v1/audio/speech', { body: json, signal });
            turn.firstMs = performance.now() - turn.began;
            turn.sound = await whole(answer, signal, 'arrayBuffer');
            changed();
        },
    };
}

function embedding({ model, text }) {
    const json = { model, input: text };
    return {
        asked: { path: '/v1/embeddings', json },
        async send(turn, changed, signal) {
            const answer = await whole(await ask('POST', '/v1/embeddings', { body: json, signal }), signal, 'json');
            Object.assign(turn, { vector: answer.data[0].embedding, usage: answer.usage });
            changed();
        },
    };
}

async function whole(answer, signal, how) {
    try {
        return await answer[how]();
    } catch (fault) {
        throw failure(fault, signal);
    }
}
