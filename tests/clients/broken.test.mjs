// The upstream breaks after its first words: each client has an error; none takes the words for a whole answer. (They may
// be lost where the connection was cut at once.)
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { streamText } from 'ai';

import { ask, compatible, langchain, openai, target } from './target.mjs';

const question = 'one two three';

async function broken(start, textOf) {
    let text = '';
    await assert.rejects(async () => {
        for await (const piece of await start()) text += textOf(piece);
    });
    assert.ok(text !== question && question.startsWith(text), `'${text}'`);
}

test('openai', async () => {
    await broken(() => openai().chat.completions.create(ask(question, { stream: true })),
        (chunk) => chunk.choices[0]?.delta.content ?? '');
});

// It says errors as parts of the stream.
async function* throwingErrors(stream) {
    for await (const part of stream) {
        if (part.type === 'error') throw part.error;
        yield part;
    }
}

test('ai', async () => {
    const model = compatible()(target.models.chat);
    await broken(() => throwingErrors(streamText({ model, prompt: question, maxRetries: 0, onError: () => {} }).fullStream),
        (part) => (part.type === 'text-delta' ? part.text : ''));
});

test('langchain', async () => {
    await broken(() => langchain().stream(question), (piece) => piece.content);
});
