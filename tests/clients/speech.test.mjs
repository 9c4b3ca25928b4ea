// Transcriptions, as the package uploads them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openai, target } from './target.mjs';

const { models } = target;

test('openai: a transcription in five formats', async () => {
    const wav = Buffer.alloc(44 + 32_000);
    wav.write('RIFF', 0);
    wav.writeUInt32LE(36 + 32_000, 4);
    wav.write('WAVEfmt ', 8);
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(16_000, 24);
    wav.writeUInt32LE(32_000, 28);
    wav.writeUInt16LE(2, 32);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36);
    wav.writeUInt32LE(32_000, 40);
    const say = (more) =>
        openai().audio.transcriptions.create({ model: models.voice, file: new File([wav], 'speech.wav'), ...more });
    const { text } = await say({});
    assert.match(text, /32000字节/);
    assert.equal((await say({ response_format: 'text' })).trim(), text);
    const verbose = await say({ response_format: 'verbose_json' });
    assert.equal(verbose.text, text);
    assert.equal(verbose.duration, 1);
    assert.match(await say({ response_format: 'srt' }), /^1\n00:00:00,000 --> 00:00:01,000\n/);
    assert.match(await say({ response_format: 'vtt', language: 'zh' }), /^WEBVTT\n\n00:00:00.000 --> /);
    let streamed = '';
    let done;
    for await (const event of await say({ model: models.streams, stream: true, temperature: 0 })) {
        if (event.type === 'transcript.text.delta') streamed += event.delta;
        else done = event;
    }
    assert.equal(streamed, text);
    assert.equal(done.type, 'transcript.text.done');
    assert.equal(done.text, text);
});
