// Nothing is left of the account's quota: clients that can be told not to come again do not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { generateText } from 'ai';
import OpenAI from 'openai';

import { ask, compatible, langchain, openai, target } from './target.mjs';

// Counts requests, as the network sees them.
function counting() {
    const counted = async (...request) => {
        counted.requests += 1;
        return fetch(...request);
    };
    counted.requests = 0;
    return counted;
}

test('openai', async () => {
    const fetch = counting();
    await assert.rejects(openai({ maxRetries: 2, fetch }).chat.completions.create(ask('hello')), (error) => {
        assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
        assert.equal(error.code, 'insufficient_quota');
        assert.equal(error.type, 'insufficient_quota');
        return true;
    });
    assert.equal(fetch.requests, 1);
});

test('ai', async () => {
    const model = compatible()(target.models.chat);
    await assert.rejects(generateText({ model, prompt: 'hello', maxRetries: 0 }), (error) => {
        assert.equal(error.statusCode, 429);
        assert.equal(error.data.error.code, 'insufficient_quota');
        return true;
    });
});

test('langchain', async () => {
    const fetch = counting();
    const model = langchain({ maxRetries: 2, configuration: { baseURL: target.baseURL, fetch } });
    await assert.rejects(model.invoke('hello'), (error) => error.status === 429);
    assert.equal(fetch.requests, 1);
});
