// Embeddings, in both formats.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { embed } from 'ai';

import { compatible, langchainEmbeddings, openai, target } from './target.mjs';

const { models } = target;

test('openai: embeddings, the same in both formats', async () => {
    const input = ['one', 'two'];
    const numbers = async (more) => (await openai().embeddings.create({ model: models.embedding, input, ...more })).data;
    const packed = await numbers({});
    const floats = await numbers({ encoding_format: 'float' });
    assert.equal(packed.length, 2);
    assert.equal(packed[0].embedding.length, 8);
    assert.deepEqual([...packed[1].embedding], [...floats[1].embedding]);
    assert.notDeepEqual([...floats[0].embedding], [...floats[1].embedding]);
});

test('ai: an embedding', async () => {
    const { embedding } = await embed({ model: compatible().embeddingModel(models.embedding), value: 'one', maxRetries: 0 });
    assert.equal(embedding.length, 8);
});

test('langchain: embeddings', async () => {
    const vectors = await langchainEmbeddings().embedDocuments(['one', 'two']);
    assert.deepEqual(vectors.map((vector) => vector.length), [8, 8]);
});
