// The upstream is busy at first: a client with its own default of retries gets the answer. argv[2]: which client.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { generateText } from 'ai';

import { ask, compatible, langchain, openai, target } from './target.mjs';

const clients = {
    openai: async () =>
        (await openai({ maxRetries: undefined }).chat.completions.create(ask('hello'))).choices[0].message.content,
    ai: async () => (await generateText({ model: compatible()(target.models.chat), prompt: 'hello' })).text,
    langchain: async () => (await langchain({ maxRetries: undefined }).invoke('hello')).content,
};

test(process.argv[2], async () => assert.equal(await clients[process.argv[2]](), 'hello'));
