// What is refused, and how each client words it; none of it is tried again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { generateText } from 'ai';
import OpenAI from 'openai';

import { ask, compatible, langchain, openai, target, weatherTool } from './target.mjs';

const { models } = target;

async function errorOf(work) {
    try {
        await work;
    } catch (error) {
        return error;
    }
    return assert.fail('it was not refused');
}

async function refused(work, kind, status, code, param = null) {
    const error = await errorOf(work);
    assert.ok(error instanceof kind, `${error}`);
    assert.equal(error.status, status);
    assert.equal(error.code, code);
    assert.equal(error.param, param);
    assert.equal(error.type, 'invalid_request_error');
    assert.ok(error.requestID, 'x-request-id is there');
    return error;
}

test('openai: a key that is not known', async () => {
    const stranger = openai({ apiKey: 'sk-not-known', maxRetries: 2 });
    await refused(stranger.chat.completions.create(ask('hello')), OpenAI.AuthenticationError, 401, 'invalid_api_key');
    await refused(stranger.models.list(), OpenAI.AuthenticationError, 401, 'invalid_api_key');
});

test('openai: a model that is not known', async () => {
    const error = await refused(openai().chat.completions.create(ask('hello', { model: 'no-such-model' })),
        OpenAI.NotFoundError, 404, 'model_not_found', 'model');
    assert.match(error.message, /no-such-model/);
    await refused(openai().models.retrieve('no-such-model'), OpenAI.NotFoundError, 404, 'model_not_found', 'model');
});

test('openai: a path that is not there', async () => {
    await refused(openai().responses.create({ model: models.chat, input: 'hello' }),
        OpenAI.NotFoundError, 404, 'unknown_url');
});

test('openai: members of a wrong type or value are named', async () => {
    for (const [param, value] of [['temperature', 'warm'], ['temperature', 3], ['top_p', -1], ['n', 2],
        ['max_tokens', 'many'], ['stop', 5], ['messages', 'hello'], ['tools', {}], ['stream', 'yes']]) {
        const error = await errorOf(openai().chat.completions.create(ask('hello', { [param]: value })));
        assert.ok(error instanceof OpenAI.BadRequestError, `${param}: ${error}`);
        assert.equal(error.param, param);
        assert.ok(error.message.includes(param), error.message);
    }
});

test('openai: a request without messages', async () => {
    for (const messages of [undefined, []]) {
        const error = await errorOf(openai().chat.completions.create({ model: models.chat, messages }));
        assert.ok(error instanceof OpenAI.BadRequestError, `${error}`);
        assert.equal(error.param, 'messages');
    }
});

test('openai: tools for a model without them', async () => {
    await refused(openai().chat.completions.create(ask('hello', { model: models.plain, tools: [weatherTool] })),
        OpenAI.BadRequestError, 400, 'unsupported_parameter', 'tools');
});

test('ai: a key that is not known', async () => {
    const error = await errorOf(
        generateText({ model: compatible({ apiKey: 'sk-not-known' })(models.chat), prompt: 'hello' }));
    assert.equal(error.statusCode, 401);
    assert.equal(error.isRetryable, false);
    assert.equal(error.data.error.code, 'invalid_api_key');
});

test('langchain: a model that is not known', async () => {
    const error = await errorOf(langchain({ model: 'no-such-model' }).invoke('hello'));
    assert.equal(error.status, 404);
    assert.equal(error.code, 'model_not_found');
});
