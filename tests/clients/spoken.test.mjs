// Speech, as the package asks for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openai, target } from './target.mjs';

const { speaker } = target.models;
const speak = (more = {}) =>
    openai().audio.speech.create({ model: speaker, voice: 'alloy', input: 'Hello world, 你好。', ...more });
const bytesOf = async (response) => Buffer.from(await response.arrayBuffer());

test('openai: speech as a WAV', async () => {
    for (const form of [{}, { response_format: 'wav', speed: 1, instructions: 'Speak calmly.' }]) {
        const response = await speak(form);
        assert.equal(response.headers.get('content-type'), 'audio/wav');
        const wav = await bytesOf(response);
        assert.equal(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 12), 'RIFFWAVE');
        assert.ok(wav.length > 44 + wav.readUInt32LE(28), 'less than a second');
    }
});

test('openai: speech as samples', async () => {
    const response = await speak({ response_format: 'pcm' });
    assert.equal(response.headers.get('content-type'), 'audio/pcm');
    const samples = await bytesOf(response);
    assert.ok(samples.length > 48_000 && samples.length % 2 === 0);
    assert.ok(samples.some((byte) => byte !== 0));
    const faster = await bytesOf(await speak({ response_format: 'pcm', speed: 2 }));
    assert.ok(faster.length < 0.7 * samples.length);
});

test('openai: speech is read as it comes', async () => {
    let pieces = 0;
    for await (const piece of (await speak()).body) pieces += piece.length > 0 ? 1 : 0;
    assert.ok(pieces > 1);
});

test('openai: what cannot be spoken is refused by its name', async () => {
    for (const [member, value] of [
        ['response_format', 'mp3'],
        ['stream_format', 'sse'],
        ['speed', 5],
        ['input', 'a'.repeat(4_097)],
    ])
        await assert.rejects(speak({ [member]: value }), ({ status, param }) => status === 400 && param === member);
    await assert.rejects(speak({ voice: 'nobody' }), ({ status, message }) => status === 400 && /nobody/.test(message));
    await assert.rejects(speak({ model: 'none' }), ({ status, code }) => status === 404 && code === 'model_not_found');
});
