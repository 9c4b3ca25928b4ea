// What keeps in sight, and what keeps the keyboard: an answer that grows, a status that changes, lists that are loaded anew.
import assert from 'node:assert/strict';

import { choose, eventually, go, scene, shoot, signIn, target } from './browser.mjs';

// The answers of the page's own fetch(): piece by piece, as `window.write` and `window.finish` say it to `window.answer`.
const answerByHand = (page) => page.evaluate(() => {
    const real = window.fetch;
    window.fetch = async (path, options) => {
        if (path !== '/v1/chat/completions') return real(path, options);
        const stream = new ReadableStream({ start: (controller) => { window.answer = controller; } });
        return new Response(stream, { headers: { 'Content-Type': 'text/event-stream' } });
    };
    const encoder = new TextEncoder();
    window.write = (text, member = 'content') => window.answer.enqueue(encoder.encode(`data: ${JSON.stringify({ choices: [{ delta: { [member]: text } }] })}\n\n`));
    window.finish = () => { window.answer.enqueue(encoder.encode('data: [DONE]\n\n')); window.answer.close(); };
});

const lines = (word, count) => Array.from({ length: count }, (_, i) => `${word} ${i}`).join('\n\n');
const send = async (page, text) => {
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
    await page.keyboard.press('Enter');
    await eventually(() => page.evaluate(() => Boolean(window.answer)), 'it is asked');
};
const places = (page) => page.evaluate(() => {
    const box = document.querySelector('.composer').getBoundingClientRect();
    return { end: document.querySelector('.talk').lastElementChild.getBoundingClientRect().bottom, composer: box.top, composerEnd: box.bottom, window: innerHeight };
});
// The end of the last turn is in the window, and above the composer, which is in it as well.
const endIsSeen = (page, what) => eventually(async () => {
    const { end, composer, composerEnd, window } = await places(page);
    return end > 0 && end <= composer && composerEnd <= window + 1;
}, `the end is seen: ${what}`);

for (const [width, height] of [[1280, 860], [360, 740]]) {
    scene(`an answer stays in sight above the composer, ${width} pixels wide`, { viewport: { width, height }, expects: [/503/] }, async (page) => {
        await signIn(page);
        await choose(page, 'chat');
        await answerByHand(page);
        await send(page, 'a long one');
        await page.evaluate((text) => window.write(text, 'reasoning_content'), lines('thought', 60));
        await page.getByText('thought 59').waitFor();
        await endIsSeen(page, 'it thinks');
        await page.evaluate(() => window.write('The thoughts fold.\n\n'));
        await page.getByText('thought 59').waitFor({ state: 'hidden' });
        await endIsSeen(page, 'it has thought');
        for (let part = 0; part < 4; ++part) {
            await page.evaluate((text) => window.write(text), lines(`part ${part}`, 30) + '\n\n');
            await page.getByText(`part ${part} 29`).waitFor();
            await endIsSeen(page, `part ${part}`);
        }
        await page.evaluate(() => scrollTo(0, 0));  // to read its begin: it is left in peace
        await eventually(() => page.evaluate(() => scrollY === 0));
        await page.evaluate((text) => window.write(text), lines('unseen', 30) + '\n\n');
        await page.getByText('unseen 29').waitFor();
        await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
        assert.equal(await page.evaluate(() => scrollY), 0);
        await page.evaluate(() => window.finish());
        await page.getByText(/^all in /).waitFor();
        assert.equal(await page.evaluate(() => scrollY), 0);
        await page.evaluate(() => { delete window.answer; });
        await send(page, 'a short one');  // from its begin
        await endIsSeen(page, 'it has begun');
        await page.evaluate(() => { window.write('short'); window.finish(); });
        await eventually(async () => (await page.getByText(/^all in /).count()) === 2);
        await endIsSeen(page, 'it is short');
        await shoot(page, `follow_${width}`);
        await page.evaluate(() => { window.fetch = async () => new Response('{"error":{"code":"busy","message":"Nobody is there for the test."}}', { status: 503 }); });
        await page.getByRole('textbox', { name: 'Message', exact: true }).fill('refused');
        await page.keyboard.press('Enter');
        await page.getByText('Nobody is there for the test.').waitFor();
        await endIsSeen(page, 'it is refused');
        await shoot(page, `follow_error_${width}`);
    });
}

const scrolled = (page) => page.evaluate(() => scrollY);
const hidden = (page) => places(page).then(({ end, composer }) => end - composer);
// Where the page is once it has stood for some pictures: Chromium moves it by many small steps for one of the wheel.
const rests = (page) => page.evaluate(async () => {
    for (let at = scrollY, stood = 0; stood < 30; ++stood) {
        await new Promise((done) => { requestAnimationFrame(done); });
        if (scrollY !== at) [at, stood] = [scrollY, 0];
    }
    return scrollY;
});
const turnWheel = async (page, pixels) => {
    const before = await scrolled(page);
    await page.mouse.wheel(0, pixels);
    await eventually(async () => (await scrolled(page)) !== before, 'the wheel moves the page');
    return rests(page);
};

scene('a reader leaves a fast answer by small steps of the wheel, and comes back to its end', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await answerByHand(page);
    await send(page, 'a fast one');
    await page.evaluate((text) => window.write(text), lines('begin', 40) + '\n\n');
    await page.getByText('begin 39').waitFor();
    await endIsSeen(page, 'it has begun');
    await page.mouse.move(400, 300);
    await page.evaluate(() => { window.writing = setInterval(() => window.write('more\n\n'), 20); });
    for (let step = 0; step < 3; ++step) await page.mouse.wheel(0, -12);
    await eventually(async () => (await hidden(page)) > 200, 'the answer grows out of sight');
    await page.evaluate(() => clearInterval(window.writing));
    await rests(page);

    const grows = async (word) => {
        await page.evaluate((text) => window.write(text), `\n\n${lines(word, 30)}\n\n`);
        await page.getByText(`${word} 29`).waitFor();
        return rests(page);
    };
    const short = await turnWheel(page, 100);  // of the end
    assert.equal(await grows('unread'), short);
    await turnWheel(page, Math.ceil(await hidden(page)) - 20);  // to the end, nearly
    await grows('followed');
    await endIsSeen(page, 'the reader came back');
    const above = await turnWheel(page, -10);
    assert.equal(await grows('left'), above);
    await page.evaluate(() => window.finish());
});

const focused = (page) => page.evaluate(() => {
    const node = document.activeElement;
    return node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent.trim();
});
const isFocused = (page, name) => eventually(async () => (typeof name === 'string' ? (await focused(page)) === name : name.test(await focused(page))), `the focus is on ${name}`);

// The server's answer with what the test changes in it.
const changed = (page, path, change) => page.route(path, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    change(json);
    await route.fulfill({ response: answer, json });
});

scene('the status shows who waits and the oldest calls, and changes under focus and selection without taking them', {}, async (page) => {
    let looks = 0;
    await changed(page, '**/admin/status', (status) => {
        ++looks;
        status.notices = ['A note to be read.'];
        const pool = status.pools.find(({ name }) => name === 'model');
        Object.assign(pool, { calls: 52, queue_waiting: 3, queue_longest_ms: 1_200, oldest_calls: [
            { age_s: 600 + looks, user: 'alice', model: 'chat', phase: 'waiting for the model', worker: 4711 },
            { age_s: 5, user: '', model: '', phase: 'opening', worker: 4711 }] });
    });
    await signIn(page, target.admin);
    await go(page, 'status', 'Status');
    await page.getByText('Requests that wait for a thread: 3, the longest for 1.2 s.').waitFor();
    const calls = page.getByRole('table', { name: 'Calls in progress of pool model' });
    for (const cell of ['10 min', 'alice', 'chat', 'waiting for the model', '(nobody)']) await calls.getByRole('cell', { name: cell, exact: true }).waitFor();
    await page.getByText('And 50 that began later.').waitFor();
    await calls.scrollIntoViewIfNeeded();
    await shoot(page, 'status_calls');
    const again = async () => {
        const before = looks;
        await eventually(() => looks >= before + 2, 'it is asked again');
    };
    await page.getByText('Notes on the configuration').focus();
    await again();
    await isFocused(page, /^Notes on the configuration/);
    await page.keyboard.press('Enter');
    await page.getByText('A note to be read.').waitFor();
    await page.getByText('A note to be read.').selectText();
    await again();
    assert.equal(await page.evaluate(() => String(getSelection())), 'A note to be read.');
    assert.equal(await page.locator('main details').evaluate((node) => node.open), true);
});

scene('tables of the status stay while notices come and go, and one that goes hands the focus on', {}, async (page) => {
    let waiting = 0, oldest = [{ age_s: 5, user: 'alice', model: 'chat', phase: 'opening', worker: 4711 }];
    await changed(page, '**/admin/status', (status) =>
        Object.assign(status.pools.find(({ name }) => name === 'model'), { calls: 2 * oldest.length, queue_waiting: waiting, queue_longest_ms: 1_200, oldest_calls: oldest }));
    await signIn(page, target.admin);
    await go(page, 'status', 'Status');
    await page.getByText('And 1 that began later.').waitFor();
    const focus = (name) => page.getByRole('group', { name }).evaluate((node) => { node.focus(); window.kept = node; });
    const isKept = () => page.evaluate(() => window.kept.isConnected && document.activeElement === window.kept);
    for (const name of ['Workers of pool model', 'Calls in progress of pool model']) {
        await focus(name);
        for (waiting of [3, 0]) {
            await page.getByText(/^Requests that wait for a thread: 3/).waitFor({ state: waiting ? 'visible' : 'detached' });
            assert.equal(await isKept(), true, `${name}, ${waiting} wait`);
        }
    }
    oldest = [];
    await page.getByRole('group', { name: 'Calls in progress of pool model' }).waitFor({ state: 'detached' });
    assert.match(await focused(page), / of pool /);
});

scene('the status says that it is not live, and keeps what it saw last', { expects: [/ERR_INTERNET_DISCONNECTED/] }, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'status', 'Status');
    await page.getByRole('heading', { name: 'Pool model' }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.getByText(/^not live: as of \d/).waitFor();
    await page.getByRole('alert').getByText('The server cannot be reached.').first().waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Pool model' }).isVisible(), true);
    await shoot(page, 'status_offline');
    await page.context().setOffline(false);
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('main').getByText('The server cannot be reached.').waitFor({ state: 'detached' });
});

const press = async (page, node) => {
    await node.focus();
    await page.keyboard.press('Enter');
};

scene('more of a list is shown where the keyboard is', {}, async (page) => {
    await page.route('**/admin/audit*', (route) => {
        const at = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
        return route.fulfill({ json: { items: [{ at: '2026-11-22T10:00:00Z', event: 'login', user: `user ${at}`, actor: '', address: '::1', detail: '' }], next: at < 2 ? String(at + 1) : null } });
    });
    await signIn(page, target.admin);
    await go(page, 'audit', 'Audit log');
    await press(page, page.getByRole('button', { name: 'Show more' }));
    await page.getByText('user 1', { exact: true }).first().waitFor();
    await isFocused(page, 'Show more');
    await page.keyboard.press('Enter');
    await page.getByText('user 2', { exact: true }).first().waitFor();
    await isFocused(page, 'That is all.');
});

const ofUser = (page) => page.getByRole('dialog', { name: target.user.name });
const openUser = async (page) => {
    await signIn(page, target.admin);
    await go(page, 'users', 'Users');
    await press(page, page.getByRole('button', { name: `Open ${target.user.name}` }));
};
const grant = async (page, tokens) => {
    await ofUser(page).getByLabel('Tokens').fill(tokens);
    await page.keyboard.press('Enter');
};
const shown = (tokens) => (tokens === 'unlimited' ? tokens : Number(tokens.slice(1)).toLocaleString('en-US'));

scene('a balance is changed thrice where the keyboard is, and Escape leads back to the user', {}, async (page) => {
    await openUser(page);
    for (const tokens of ['=7001', '=7002', 'unlimited']) {
        await grant(page, tokens);
        await ofUser(page).locator('.field', { hasText: 'Tokens' }).getByText(`Now: ${shown(tokens)}`).waitFor();
        await page.locator('main').getByText(shown(tokens)).first().waitFor();
        await isFocused(page, 'Tokens');
    }
    await page.keyboard.press('Escape');
    await isFocused(page, `Open ${target.user.name}`);
});

scene('a grant that takes its time leaves a dialog that was opened meanwhile in front', {}, async (page) => {
    let isAsked = false, answer;
    const mayAnswer = new Promise((resolve) => { answer = resolve; });
    await page.route('**/grant', async (route) => {
        isAsked = true;
        await mayAnswer;
        await route.continue();
    });
    await openUser(page);
    await grant(page, '=7003');
    await eventually(() => isAsked, 'it is asked');
    await press(page, ofUser(page).getByRole('button', { name: 'End all logins' }));
    const question = page.getByRole('dialog', { name: 'End all logins' });
    await question.getByRole('button', { name: 'End all logins' }).focus();
    answer();
    await page.locator('dialog').getByText('Now: 7,003').waitFor();
    await isFocused(page, 'End all logins');
    await page.keyboard.press('Enter');
    await page.getByText('All logins have ended.').waitFor();
    await page.locator('dialog').first().waitFor({ state: 'detached' });
    await isFocused(page, `Open ${target.user.name}`);
});

scene('after a key is revoked, the keyboard is at the next one, and after the last at the heading', {}, async (page) => {
    await signIn(page);
    for (const name of ['one', 'two', 'three'])
        await page.evaluate((key) => fetch('/admin/me/keys', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: key }) }), name);
    await go(page, 'keys', 'My keys');
    const revoke = async (name) => {
        await press(page, page.getByRole('button', { name: `Revoke ${name}` }));
        await press(page, page.getByRole('dialog').getByRole('button', { name: 'Revoke' }));
        await page.getByRole('button', { name: `Revoke ${name}` }).waitFor({ state: 'detached' });
    };
    const buttons = page.getByRole('button', { name: /^Revoke / });
    await eventually(async () => (await buttons.count()) === 3);
    const names = await buttons.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label')));
    await revoke(names[0].replace('Revoke ', ''));
    await isFocused(page, names[1]);
    await revoke(names[2].replace('Revoke ', ''));
    await isFocused(page, names[1]);
    await revoke(names[1].replace('Revoke ', ''));
    await page.getByText('No key yet').waitFor();
    await isFocused(page, 'My keys');
});

scene('a code of the second page is revoked, and both pages stay', {}, async (page) => {
    await signIn(page, target.admin);
    await page.evaluate(() => fetch('/admin/invitations', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ count: 120, tokens: 5 }) }));
    await go(page, 'invitations', 'Invitations');
    await press(page, page.getByRole('button', { name: 'Show more' }));
    const revokes = page.getByRole('button', { name: /^Revoke / });
    await eventually(async () => (await revokes.count()) === 100);
    const [code, next] = await revokes.evaluateAll((nodes) => nodes.slice(54, 56).map((node) => node.getAttribute('aria-label')));
    await press(page, page.getByRole('button', { name: code, exact: true }));
    await press(page, page.getByRole('dialog').getByRole('button', { name: 'Revoke' }));
    await page.getByRole('button', { name: code, exact: true }).waitFor({ state: 'detached' });
    await isFocused(page, next);
    await eventually(async () => (await revokes.count()) === 100);
});
