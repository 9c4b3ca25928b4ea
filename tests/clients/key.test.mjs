// A key that may use one model, and then none. argv[2]: limited or revoked.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import OpenAI from 'openai';

import { ask, collect, openai, target } from './target.mjs';

const { models } = target;
const say = (model) => openai().chat.completions.create(ask('hello', { model }));

const scenes = {
    limited: async () => {
        assert.deepEqual((await collect(openai().models.list())).map((model) => model.id), [models.chat]);
        assert.equal((await say(models.chat)).choices[0].message.content, 'hello');
        await assert.rejects(say(models.plain), (error) => {
            assert.ok(error instanceof OpenAI.PermissionDeniedError, `${error}`);
            assert.equal(error.code, 'model_not_allowed');
            assert.equal(error.param, 'model');
            return true;
        });
    },
    revoked: async () => {
        await assert.rejects(say(models.chat), (error) => {
            assert.ok(error instanceof OpenAI.AuthenticationError, `${error}`);
            assert.equal(error.code, 'invalid_api_key');
            return true;
        });
    },
};

test(process.argv[2], scenes[process.argv[2]]);
