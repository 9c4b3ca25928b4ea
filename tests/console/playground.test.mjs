// Every kind of model, asked from the page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { ask, choose, eventually, lastAnswer, scene, shoot, signIn, target } from './browser.mjs';

scene('a text is answered as it comes, with what it cost', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await shoot(page, 'playground_empty');
    const answer = await ask(page, 'Is this **bold**? See https://example.org/a.\n\n```js\nlet x = 1;\n```\n\n- one\n- two');
    assert.equal(await answer.locator('strong').first().innerText(), 'bold');
    assert.equal(await answer.locator('pre code').innerText(), 'let x = 1;');
    assert.equal(await answer.locator('li').count(), 2);
    await answer.getByText(/^question: \d+ tokens/).waitFor();
    await answer.getByText(/^answer: \d+ tokens/).waitFor();
    await answer.getByText(/^first word after/).waitFor();
    await shoot(page, 'playground');
});

scene('all models of /v1/models can be chosen', {}, async (page) => {
    await signIn(page);
    const models = await page.evaluate(async () => (await (await fetch('/v1/models')).json()).data.map(({ id }) => id));
    const offered = await page.getByLabel('Model', { exact: true }).locator('option').allInnerTexts();
    assert.deepEqual([...offered].sort(), [...models].sort());
    assert.ok(models.includes('chat') && models.includes('spark_chat'));
    assert.equal(await page.getByLabel('Model', { exact: true }).inputValue(), 'spark_chat');  // route.text
});

scene('a conversation is sent whole, and stays when another screen was seen', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await ask(page, 'first');
    const request = page.waitForRequest('**/v1/chat/completions');
    await ask(page, 'second');
    const { messages } = (await request).postDataJSON();
    assert.deepEqual(messages.map(({ role, content }) => [role, content]), [['user', 'first'], ['assistant', 'first'], ['user', 'second']]);
    await page.getByRole('link', { name: 'My keys' }).first().click();
    await page.getByRole('heading', { name: 'My keys' }).waitFor();
    await page.goBack();
    await page.getByRole('article').nth(3).waitFor();
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByText('Ask a model').waitFor();
});

scene('thoughts stand apart from the answer', {}, async (page) => {
    await signIn(page);
    await choose(page, 'reasoner');
    const answer = await ask(page, 'Why?');
    await answer.getByText('Thoughts', { exact: true }).waitFor();
    assert.equal(await answer.locator('.thoughts').isVisible(), false);
});

scene('a vector shows its size', {}, async (page) => {
    await signIn(page);
    await choose(page, 'embedding');
    const answer = await ask(page, 'a text');
    await answer.getByText(/^A vector of [\d,]+ numbers/).waitFor();
});

scene('a text is spoken, where a model for it is built', {}, async (page) => {
    await signIn(page);
    const isThere = await page.getByLabel('Model', { exact: true }).locator('option[value=speech_espeak]').count();
    if (!isThere) return;
    await choose(page, 'speech_espeak');
    const answer = await ask(page, 'Hello world');
    await answer.getByText(/WAV, /).waitFor();
    await answer.getByRole('button', { name: 'Play' }).click();
    await shoot(page, 'playground_speech');
});

// A picture of one colour, made in the page.
const pngOf = (page) => page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 200;
    const context = canvas.getContext('2d');
    context.fillStyle = '#c63';
    context.fillRect(0, 0, 320, 200);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
    return [...new Uint8Array(await blob.arrayBuffer())];
});

scene('a picture by file, as JPEG, goes to a model that takes it', {}, async (page) => {
    await signIn(page);
    await choose(page, 'spark_chat');
    const buffer = Buffer.from(await pngOf(page));
    await page.locator('input[type=file]').setInputFiles({ name: 'colour.png', mimeType: 'image/png', buffer });
    await page.getByText('Picture colour.png').waitFor();
    const chosen = await page.getByLabel('Model', { exact: true }).inputValue();
    assert.equal(chosen, 'spark_image');  // route.picture; spark_chat takes none
    await page.getByText(`${chosen} takes pictures`).waitFor();
    await choose(page, 'vision');
    const request = page.waitForRequest('**/v1/chat/completions');
    await ask(page, 'What is it?');
    const part = (await request).postDataJSON().messages.at(-1).content[1];
    assert.match(part.image_url.url, /^data:image\/jpeg;base64,/);
    await shoot(page, 'playground_picture');
});

scene('a picture is dropped, and a file that is none is refused in words', {}, async (page) => {
    await signIn(page);
    await choose(page, 'spark_image');
    const drop = (bytes, name, type) => page.evaluate(([data, file, kind]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(data)], file, { type: kind }));
        document.querySelector('.composer').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }, [bytes, name, type]);
    await drop([1, 2, 3], 'notes.txt', 'text/plain');
    await page.getByRole('alert').getByText('notes.txt is not a picture').waitFor();
    await drop(await pngOf(page), 'dropped.png', 'image/png');
    await page.getByText('Picture dropped.png').waitFor();
    const answer = await ask(page, 'What is in it?');
    assert.notEqual(await answer.locator('.markdown').innerText(), '');
    await ask(page, 'And besides?');  // of the same picture
});

scene('a picture of the camera', {}, async (page) => {
    await signIn(page);
    await choose(page, 'spark_image');
    await page.getByRole('button', { name: 'Camera' }).click();
    const take = page.getByRole('button', { name: 'Take the picture' });
    await eventually(() => take.isEnabled());
    await shoot(page, 'playground_camera');
    await take.click();
    await page.getByText('Picture camera.jpg').waitFor();
    await ask(page, 'What is it?');
    assert.equal(await page.evaluate(() => document.querySelectorAll('video').length), 0);
});

async function record(page) {
    await page.getByRole('button', { name: 'Microphone' }).click();
    await page.getByText(/^Recording: [1-9]/).waitFor();
    await shoot(page, 'playground_microphone');
    await page.getByRole('button', { name: 'End recording' }).click();
}

scene('what is said into the microphone becomes the question', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await record(page);
    const box = page.getByRole('textbox', { name: 'Message' });
    await eventually(async () => (await box.inputValue()) !== '');
});

scene('a model of voice answers with what was said, as 16 kHz WAV', {}, async (page) => {
    await signIn(page);
    await choose(page, 'spark_iat');
    await page.evaluate(() => {
        const send = window.fetch;
        window.fetch = async (path, options) => {
            if (path === '/v1/audio/transcriptions') window.sent = [...new Uint8Array(await options.body.get('file').arrayBuffer())];
            return send(path, options);
        };
    });
    await record(page);
    await eventually(() => page.evaluate(() => Boolean(window.sent)));
    const wav = Buffer.from(await page.evaluate(() => window.sent));
    assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
    assert.equal(wav.readUInt32LE(24), 16_000);
    assert.equal(wav.readUInt16LE(22), 1);
    assert.equal(wav.readUInt16LE(34), 16);
    const answer = await lastAnswer(page);
    assert.notEqual(await answer.locator('.markdown').innerText(), '');
});

// The browser asks for leave, and the screen is left before it is given.
for (const [device, word] of [['Microphone', 'microphone'], ['Camera', 'camera']]) {
    scene(`the ${word} does not stay open when the screen was left while it opened`, {}, async (page) => {
        await signIn(page);
        await choose(page, device === 'Camera' ? 'spark_image' : 'chat');
        await page.evaluate(() => {
            window.tracks = [];
            const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            const allowed = new Promise((resolve) => { window.allow = resolve; });
            navigator.mediaDevices.getUserMedia = async (wanted) => {
                window.isAsked = true;
                await allowed;
                const stream = await open(wanted);
                window.tracks = stream.getTracks();
                return stream;
            };
        });
        await page.getByRole('button', { name: device }).click();
        await eventually(() => page.evaluate(() => window.isAsked));
        assert.equal(await page.locator('.composer button', { hasText: device }).isDisabled(), true);  // a second one would never be closed
        await page.evaluate(() => { location.hash = '#/keys'; });
        await page.getByRole('heading', { name: 'My keys' }).waitFor();
        await page.evaluate(() => window.allow());
        await eventually(() => page.evaluate(() => window.tracks.length > 0 && window.tracks.every((track) => track.readyState === 'ended')), 'it is closed');
    });
}

scene('a recording ends with its screen, and is sent nowhere', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await page.evaluate(() => {
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
            const stream = await open(wanted);
            window.tracks = stream.getTracks();
            return stream;
        };
    });
    await page.getByRole('button', { name: 'Microphone' }).click();
    await page.getByText(/^Recording: /).waitFor();
    await page.getByRole('button', { name: 'New conversation' }).click();  // another playground takes its place
    await eventually(() => page.evaluate(() => window.tracks.every((track) => track.readyState === 'ended')), 'it is closed');
});

scene('a sound that cannot be played is said to be so', {}, async (page) => {
    await page.route('**/v1/models', (route) => route.fulfill({ json: { object: 'list', data: [{ id: 'speaker', kinds: ['speech'], abilities: [], origin: '' }] } }));
    await page.route('**/v1/audio/speech', (route) => route.fulfill({ contentType: 'audio/wav', body: 'no sound' }));
    await signIn(page);
    const answer = await ask(page, 'Say it');
    await answer.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('alert').getByText('cannot play that sound').waitFor();
});

scene('the lines for a shell do the same, and those for Python are Python', {}, async (page) => {
    await signIn(page);
    await page.getByRole('link', { name: 'My keys' }).first().click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('lines');
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    const key = await page.locator('.secret code').innerText();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'Playground' }).click();
    await choose(page, 'chat');
    const question = `It's $HOME, \`id\`, "quoted" and a \\ too`;
    await ask(page, question);
    const lines = await page.getByRole('tabpanel').innerText();
    assert.ok(lines.includes('$AIPROJECT_KEY') && !lines.includes(key));
    const output = execFileSync('bash', ['-c', lines], { env: { ...process.env, AIPROJECT_KEY: key }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const said = [...output.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json).choices[0]?.delta?.content ?? '').join('');
    assert.equal(said, question);
    await page.getByRole('tab', { name: 'Python' }).click();
    const python = await page.getByRole('tabpanel').innerText();
    assert.ok(python.includes('from openai import OpenAI'));
    if (target.python) execFileSync(target.python, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: python });
});
