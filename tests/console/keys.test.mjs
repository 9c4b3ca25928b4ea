// My keys: made, shown once, used, revoked. My usage, my account.
import assert from 'node:assert/strict';

import { address, ask, choose, eventually, go, open, scene, shoot, signIn, target } from './browser.mjs';

const listModels = async (key) => (await fetch(`${target.url}/v1/models`, { headers: { Authorization: `Bearer ${key}` } })).status;

scene('a key is shown once, works, and ends', {}, async (page) => {
    await signIn(page);
    await go(page, 'keys', 'My keys');
    await page.getByText('No key yet').waitFor();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('laptop');
    await dialog.getByLabel('At most this many tokens').fill('1000');
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    const key = await page.locator('.secret code').innerText();
    assert.match(key, /^sk-/);
    await shoot(page, 'keys_made');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell', { name: 'laptop' }).first().waitFor();
    assert.equal((await page.content()).includes(key), false);
    await page.getByText('0 of 1,000').waitFor();
    await shoot(page, 'keys');
    assert.equal(await listModels(key), 200);
    await page.getByRole('button', { name: 'Revoke laptop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No key yet').waitFor();
    assert.equal(await listModels(key), 401);
});

scene('a key for a model that is not there is refused beside the field', { expects: [/400/] }, async (page) => {
    await signIn(page);
    await go(page, 'keys', 'My keys');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Models').fill('no_such_model');
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    await dialog.getByText(/no_such_model/).waitFor();
});

scene('usage has what was just asked, by day and model', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await ask(page, 'count me');
    await go(page, 'usage', 'Usage');
    await page.getByRole('img', { name: 'Tokens by day' }).waitFor();
    await page.getByText(/calls: [1-9]/).first().waitFor();
    assert.ok((await page.locator('.bars rect').count()) > 0);
    await page.getByLabel('What').selectOption('calls');
    await page.getByRole('img', { name: 'Calls by day' }).waitFor();
    await shoot(page, 'usage');
});

scene('usage by key keeps keys apart that are called the same', {}, async (page) => {
    await signIn(page);
    const hints = [];
    for (const name of ['twin', 'twin', 'single']) {
        const made = await page.evaluate(async (key) => (await fetch('/admin/me/keys', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: key }) })).json(), name);
        hints.push(made.hint);
        const answer = await fetch(`${target.url}/v1/chat/completions`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${made.key}` },
            body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: name }] }) });
        assert.equal(answer.status, 200);
        await answer.text();
    }
    await go(page, 'usage', 'Usage');
    const shares = page.locator('section', { has: page.getByRole('heading', { name: 'Tokens by key' }) }).locator('li bdi');
    await eventually(async () => {
        const names = await shares.allInnerTexts();
        return [`twin ${hints[0]}`, `twin ${hints[1]}`, 'single'].every((name) => names.includes(name));
    });
});

scene('the text of the chart can be read in 360 pixels', { viewport: { width: 360, height: 740 } }, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await ask(page, 'count me');
    await page.goto(address('usage'));
    await page.getByRole('img', { name: 'Tokens by day' }).waitFor();
    const sizes = await page.locator('.bars text').evaluateAll((texts) => texts.map((text) => {
        const frame = text.closest('svg');
        return parseFloat(getComputedStyle(text).fontSize) * frame.getScreenCTM().a;
    }));
    assert.ok(sizes.length > 3 && sizes.every((size) => size >= 11), String(sizes));
    const places = await page.locator('.bars text').evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect()).map(({ left, right }) => [left, right]));
    assert.ok(places.every(([left, right]) => left >= 0 && right <= 360), String(places));
    await shoot(page, 'narrow_chart');
});

scene('the account shows its sessions, and a new password ends the others', { expects: [/401/] }, async (page) => {
    await signIn(page);
    await go(page, 'account', 'Account');
    await page.getByText('this one').waitFor();
    await shoot(page, 'account');
    await page.getByLabel('Password so far').fill('not the password');
    await page.getByLabel('New password').fill(`${target.user.password}!`);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').getByText('Wrong name or password').first().waitFor();  // and the session goes on
    await page.getByLabel('Password so far').fill(target.user.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The password is changed').waitFor();
    await page.getByLabel('Password so far').fill(`${target.user.password}!`);
    await page.getByLabel('New password').fill(target.user.password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('The password is changed').waitFor();
});

scene('a button waits for what it has begun, and says why it failed', { expects: [/503/] }, async (page) => {
    const other = await open();
    await signIn(other, target.admin);  // a second session, to be ended
    await other.context().close();
    await signIn(page, target.admin);
    await go(page, 'account', 'Account');
    const end = page.getByRole('button', { name: 'End', exact: true }).first();
    await end.waitFor();
    let answer = null;
    const asked = new Promise((resolve) => {
        page.route('**/admin/sessions/*', async (route) => {
            resolve();
            await new Promise((go) => { answer = go; });
            await route.fulfill({ status: 503, json: { error: { code: 'busy', message: 'The manager of the test is busy.' } } });
        });
    });
    await end.click();
    await asked;
    assert.equal(await end.isDisabled(), true);
    answer();
    await page.getByRole('alert').getByText('The manager of the test is busy.').waitFor();
    assert.equal(await end.isDisabled(), false);
    assert.equal(await end.evaluate((node) => node === document.activeElement), true);  // the keyboard is where it was
});
