// What every chat model answers, in one piece and streamed, through each client.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { generateText, streamText } from 'ai';

import { ask, collect, compatible, langchain, openai, target } from './target.mjs';

const { models } = target;
const question = '你好吗, are you well?';
const length = [...question].length;

test('openai: an answer in one piece', async () => {
    const answer = await openai().chat.completions.create(ask(question));
    assert.equal(answer.object, 'chat.completion');
    assert.match(answer.id, /^chatcmpl-/);
    assert.ok(answer.model);
    assert.equal(answer.choices.length, 1);
    assert.equal(answer.choices[0].message.role, 'assistant');
    assert.equal(answer.choices[0].message.content, question);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.prompt_tokens, length);
    assert.equal(answer.usage.completion_tokens, length);
    assert.equal(answer.usage.total_tokens, 2 * length);
    assert.ok(answer._request_id);
});

test('openai: a stream in the documented order, with usage because it was asked for', async () => {
    const chunks = await collect(
        await openai().chat.completions.create(ask(question, { stream: true, stream_options: { include_usage: true } })));
    for (const chunk of chunks) {
        assert.equal(chunk.object, 'chat.completion.chunk');
        assert.equal(chunk.id, chunks[0].id);
        assert.equal(chunk.created, chunks[0].created);
        assert.equal(chunk.model, chunks[0].model);
    }
    const last = chunks.pop();
    assert.deepEqual(last.choices, []);
    assert.equal(last.usage.total_tokens, 2 * length);
    assert.equal(chunks[0].choices[0].delta.role, 'assistant');
    assert.ok(chunks.length > 4, 'the pieces came as pieces');
    assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? '').join(''), question);
    assert.deepEqual(chunks.map((chunk) => chunk.choices[0].finish_reason).filter(Boolean), ['stop']);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    for (const chunk of chunks) assert.equal(chunk.usage, null);
});

test('openai: a stream without usage, because it was not asked for', async () => {
    const chunks = await collect(await openai().chat.completions.create(ask(question, { stream: true })));
    for (const chunk of chunks) {
        assert.equal(chunk.choices.length, 1);
        assert.ok(!chunk.usage);
    }
});

test('openai: system, developer and parts of text are taken', async () => {
    const parts = [{ type: 'text', text: 'one ' }, { type: 'text', text: 'two' }];
    for (const role of ['system', 'developer']) {
        const messages = [{ role, content: [{ type: 'text', text: 'short' }] }, { role: 'user', content: parts }];
        const answer = await openai().chat.completions.create({ model: models.chat, messages });
        assert.match(answer.choices[0].message.content, /^one \n?two$/);  // both are usual
        assert.ok(answer.usage.prompt_tokens >= 'shortone two'.length, 'the role was passed on');
    }
});

test('openai: a dialog of several turns', async () => {
    const messages = [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three' },
    ];
    const answer = await openai().chat.completions.create({ model: models.chat, messages });
    assert.equal(answer.choices[0].message.content, 'three');
    assert.equal(answer.usage.prompt_tokens, 'onetwothree'.length);
});

test('openai: the model is in the list, and can be asked for', async () => {
    const names = (await collect(openai().models.list())).map((model) => model.id);
    assert.ok(names.includes(models.chat), `${names}`);
    const one = await openai().models.retrieve(models.chat);
    assert.equal(one.id, models.chat);
    assert.equal(one.object, 'model');
});

test('ai: a stream with usage', async () => {
    const answer = streamText({ model: compatible()(models.chat), prompt: question, maxRetries: 0 });
    assert.equal((await collect(answer.textStream)).join(''), question);
    assert.equal(await answer.finishReason, 'stop');
    assert.equal((await answer.usage).totalTokens, 2 * length);
});

test('langchain: an answer, plain and streamed', async () => {
    const answer = await langchain().invoke(question);
    assert.equal(answer.content, question);
    assert.equal(answer.usage_metadata.total_tokens, 2 * length);
    const pieces = await collect(await langchain().stream(question));
    assert.equal(pieces.map((piece) => piece.content).join(''), question);
    assert.ok(pieces.length > 4, 'the pieces came as pieces');
});

test('ai: an answer with usage', async () => {
    const answer = await generateText({ model: compatible()(models.chat), prompt: question, maxRetries: 0 });
    assert.equal(answer.text, question);
    assert.equal(answer.finishReason, 'stop');
    assert.equal(answer.usage.totalTokens, 2 * length);
});
