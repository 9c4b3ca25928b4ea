// Each client leaves after the first words, while the upstream is silent.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { streamText } from 'ai';

import { ask, compatible, langchain, openai, target } from './target.mjs';

const question = 'one two three';

// Reads up to the first text, then aborts; what an aborted stream throws is each client's own affair.
async function leaveAfterText(stream, textOf, controller) {
    let text = '';
    try {
        for await (const piece of stream) {
            text += textOf(piece);
            if (text !== '') controller.abort();
        }
    } catch (error) {
        assert.ok(controller.signal.aborted, `${error}`);
    }
    assert.ok(question.startsWith(text) && text !== '', `'${text}'`);
}

test('openai', async () => {
    const controller = new AbortController();
    const stream = await openai().chat.completions.create(ask(question, { stream: true }), { signal: controller.signal });
    await leaveAfterText(stream, (chunk) => chunk.choices[0]?.delta.content ?? '', controller);
});

test('ai', async () => {
    const controller = new AbortController();
    const answer = streamText({
        model: compatible()(target.models.chat), prompt: question, maxRetries: 0, abortSignal: controller.signal,
    });
    await leaveAfterText(answer.fullStream, (part) => (part.type === 'text-delta' ? part.text : ''), controller);
});

test('langchain', async () => {
    const controller = new AbortController();
    const stream = await langchain().stream(question, { signal: controller.signal });
    await leaveAfterText(stream, (piece) => piece.content, controller);
});
