// One call more than the account may make in a minute: an error that says when to come again.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { ask, openai } from './target.mjs';

test('openai', async () => {
    const say = () => openai().chat.completions.create(ask('hello'));
    await say();
    await assert.rejects(say(), (error) => {
        assert.ok(error instanceof OpenAI.RateLimitError, `${error}`);
        assert.equal(error.code, 'rate_limit_exceeded');
        assert.ok(Number(error.headers.get('retry-after')) >= 1);
        assert.notEqual(error.headers.get('x-should-retry'), 'false');
        return true;
    });
});
