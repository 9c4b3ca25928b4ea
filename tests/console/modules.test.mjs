// Modules that need no page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const { sources, python: program } = JSON.parse(process.env.AIPROJECT_CONSOLE_TARGET);
const { Resampler } = await import(`${sources}/voice/resampler.js`);
const { wavOf } = await import(`${sources}/voice/wav.js`);
const { python } = await import(`${sources}/screens/playground/lines.js`);

const tone = (hertz, rate, length) => Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
const loudest = (samples) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

function resampled(samples, from, piece) {
    const resampler = new Resampler(from, 16_000);
    const made = [];
    for (let at = 0; at < samples.length; at += piece) made.push(...resampler.push(samples.subarray(at, at + piece)));
    return Float32Array.from(made);
}

for (const rate of [48_000, 44_100, 16_000, 8_000]) {
    test(`${rate} Hz: speech stays, in the right time, however it is cut`, () => {
        const made = resampled(tone(440, rate, rate), rate, 128);
        assert.ok(Math.abs(made.length - 16_000) < 100, String(made.length));
        const middle = made.slice(1_000, -1_000);
        assert.ok(Math.abs(loudest(middle) - 1) < 0.02, String(loudest(middle)));
        const crossings = middle.reduce((count, sample, i) => count + (i > 0 && middle[i - 1] < 0 && sample >= 0), 0);
        assert.ok(Math.abs(crossings - (440 * middle.length) / 16_000) <= 1, String(crossings));
        const other = resampled(tone(440, rate, rate), rate, 999);
        for (let i = 0; i < Math.min(made.length, other.length); ++i) assert.ok(Math.abs(made[i] - other[i]) < 1e-6);
    });
}

test('what is too high for the new rate is gone, not folded down', () => {
    for (const hertz of [9_500, 12_000, 15_000]) assert.ok(loudest(resampled(tone(hertz, 48_000, 48_000), 48_000, 128).slice(200, -200)) < 0.01, String(hertz));
});

test('a WAV says what it is', async () => {
    const bytes = Buffer.from(await wavOf([new Uint8Array(3_200), new Uint8Array(100)]).arrayBuffer());
    assert.equal(bytes.length, 44 + 3_300);
    assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
    assert.equal(bytes.readUInt32LE(40), 3_300);
    assert.equal(bytes.readUInt32LE(24), 16_000);
});

test('values are written as Python reads them', { skip: !program && 'python3 is not installed' }, () => {
    const value = { text: 'a "b"\n\\ \u{1F600} \u2028 \'', list: [1, 2.5, -3, true, false, null, [], {}], long: 'x'.repeat(200) };
    const read = execFileSync(program, ['-c', 'import ast, json, sys; print(json.dumps(ast.literal_eval(sys.stdin.read())))'], { input: python(value), encoding: 'utf8' });
    assert.deepEqual(JSON.parse(read), value);
});
