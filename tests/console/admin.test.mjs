// The screens of administrators, each with its main act.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { eventually, go, scene, shoot, signIn, target } from './browser.mjs';

scene('status is live: pools, workers, models', {}, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'status', 'Status');
    for (const pool of ['auth', 'model', 'media']) await page.getByRole('heading', { name: `Pool ${pool}` }).waitFor();
    await page.getByText('ready').first().waitFor();
    await shoot(page, 'status');
    let asked = 0;
    page.on('request', (request) => { if (request.url().endsWith('/admin/status')) ++asked; });
    await eventually(() => asked >= 2, 'it is asked again');
});

scene('a reload starts a new generation', {}, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'status', 'Status');
    await page.getByText(/generation 1$/).waitFor();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Reload' }).click();
    await page.getByText(/generation 2$/).waitFor();
});

scene('the requests served are the figure of the server, not a sum over the workers that are left', {}, async (page) => {
    await page.route('**/admin/status', async (route) => {
        const answer = await route.fetch();
        await route.fulfill({ response: answer, json: { ...await answer.json(), requests: 4711 } });
    });
    await signIn(page, target.admin);
    await go(page, 'status', 'Status');
    await page.locator('.figure', { hasText: 'Requests served' }).getByText('4,711', { exact: true }).waitFor();
});

scene('models show their settings without secrets, and a test asks one', {}, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'models', 'Models');
    const card = page.getByRole('region', { name: 'chat', exact: true });
    await card.getByText(/^Settings/).click();
    await card.getByRole('cell', { name: '(set)' }).first().waitFor();
    assert.equal((await page.content()).includes('sk-simulator-not-real'), false);
    await card.getByRole('button', { name: 'Test chat' }).click();
    await card.getByText(/^answered in/).waitFor();
    await shoot(page, 'models');
});

scene('a user is added, found, granted, disabled, and deleted', {}, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'users', 'Users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    const adding = page.getByRole('dialog');
    await adding.getByLabel('User name').fill('carol');
    await adding.getByLabel('Password').fill('a good password');
    await adding.getByLabel('E-mail').fill('carol@example.org');
    await adding.getByRole('button', { name: 'Add a user' }).click();
    await page.getByText('The user is added.').waitFor();
    await page.getByLabel('Search').fill('CAR');
    await eventually(async () => (await page.getByRole('table').getByRole('row').count()) === 2);
    await shoot(page, 'users');
    await page.getByRole('button', { name: 'Open carol' }).click();
    const dialog = page.getByRole('dialog', { name: 'carol' });
    await dialog.getByLabel('Tokens').fill('=12345');
    await dialog.getByLabel('Money').fill('=1.5');
    await dialog.getByRole('button', { name: 'Change balances' }).click();
    await page.getByRole('dialog', { name: 'carol' }).getByText('Now: 12,345').waitFor();
    await page.getByRole('dialog', { name: 'carol' }).getByText('Now: 1.50').waitFor();
    await shoot(page, 'user');
    await page.getByRole('dialog', { name: 'carol' }).getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog', { name: 'Disable' }).getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('cell').getByText('disabled').waitFor();
    await page.getByRole('button', { name: 'Open carol' }).click();
    await page.getByRole('dialog', { name: 'carol' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete' }).getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No such users.').waitFor();
});

scene('a name that is taken is said beside the form', { expects: [/409/] }, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'users', 'Users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('User name').fill(target.user.name);
    await dialog.getByLabel('Password').fill('a good password');
    await dialog.getByLabel('E-mail').fill('x@example.org');
    await dialog.getByRole('button', { name: 'Add a user' }).click();
    await dialog.getByText(/taken/).first().waitFor();
    assert.equal(await dialog.getByLabel('User name').inputValue(), target.user.name);  // what was written stays
});

scene('invitations are made in bulk, saved as CSV, listed by pages, and revoked', {}, async (page) => {
    await signIn(page, target.admin);
    await go(page, 'invitations', 'Invitations');
    await page.getByRole('button', { name: 'Make codes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('How many codes').fill('60');
    await dialog.getByLabel('Tokens').fill('500');
    await dialog.getByLabel('Money').fill('2.5');
    await dialog.getByLabel('Academy').fill('=HYPERLINK("https://evil.example","Physics")');
    await dialog.getByRole('button', { name: 'Make codes' }).click();
    const made = page.getByRole('dialog', { name: '60 new codes' });
    await made.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), made.getByRole('button', { name: 'Save as CSV' }).click()]);
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
    assert.equal(lines.length, 61);
    assert.match(lines[0], /^\ufeffcode,tokens,/);
    assert.match(lines[1], /,500,.*'=HYPERLINK/);  // no formula for a spreadsheet
    assert.match(lines[1], /,2500000$/);  // micro-units, as everywhere but on the screen
    await made.getByRole('button', { name: 'Done' }).click();
    await eventually(async () => (await page.getByRole('table').getByRole('row').count()) === 51);
    await page.getByRole('cell', { name: '2.50', exact: true }).first().waitFor();
    await shoot(page, 'invitations');
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually(async () => (await page.getByRole('table').getByRole('row').count()) === 61);
    await page.getByText('That is all.').waitFor();
    await page.getByRole('button', { name: /^Revoke / }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('The code is revoked.').waitFor();
});

scene('the file of all invitations has all of them', {}, async (page) => {
    const many = 230;  // pages
    await page.route('**/admin/invitations?*limit=200*', (route) => {
        const at = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
        return route.fulfill({ json: { items: [{ code: `code-${at}` }], next: at + 1 < many ? String(at + 1) : null } });
    });
    await signIn(page, target.admin);
    await go(page, 'invitations', 'Invitations');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save all as CSV' }).click()]);
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
    assert.equal(lines.length, 1 + many);
    assert.match(lines.at(-1), /^code-229,/);
});

scene('a call of nobody who is left is said to be so', {}, async (page) => {
    await page.route('**/admin/ledger*', (route) => route.fulfill({ json: { items: [{ id: 1, at: '2026-11-22T10:00:00.123Z', user: '', model: 'm', outcome: 'complete', basis: '', tokens: 0, tokens_in: 0, tokens_out: 0, pictures: 0, voice_seconds: 0, charged_money: 0, request_id: 'r' }], next: null } }));
    await signIn(page, target.admin);
    await go(page, 'ledger', 'Ledger');
    await page.locator('td[data-label=User]').getByText('(nobody)').waitFor();
});

scene('the ledger and the audit log are filtered', {}, async (page) => {
    await signIn(page, target.admin);
    await page.evaluate((model) => fetch('/v1/chat/completions', { method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'for the ledger' }] }) }).then((answer) => answer.text()), 'chat');
    await go(page, 'ledger', 'Ledger');
    await page.getByRole('cell', { name: 'chat' }).first().waitFor();
    await shoot(page, 'ledger');
    await page.getByLabel('Model').fill('no_such_model');
    await page.getByText('No such calls.').waitFor();
    await go(page, 'audit', 'Audit log');
    await page.getByRole('row').nth(1).waitFor();
    await page.getByLabel('User').fill(target.admin.name);
    await eventually(async () => {
        const names = await page.locator('td[data-label=User]').allInnerTexts();
        return names.length > 0 && names.every((name) => name === target.admin.name);
    });
    await shoot(page, 'audit');
    await page.getByLabel('Event').selectOption('login_failed');
    await page.getByText('No such entries.').waitFor();
    await page.getByLabel('Event').selectOption('login');
    await page.getByRole('cell', { name: 'login', exact: true }).first().waitFor();
});

scene('the audit log shows money as other screens do', {}, async (page) => {
    await signIn(page, target.admin);
    await page.evaluate(() => fetch('/admin/invitations', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ tokens: 5, money: 2_500_000 }) }));
    await page.evaluate(async (name) => {
        const { items } = await fetch('/admin/users').then((answer) => answer.json());
        const path = `/admin/users/${items.find((user) => user.name === name).id}/grant`;
        for (const grant of ['=1000000', '+2500000', '-500000', 'unlimited'])
            await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ money: grant }) });
    }, target.user.name);
    await page.route('**/admin/audit*', async (route) => {
        const answer = await route.fetch();
        const { items, next } = await answer.json();
        items.unshift({ id: 0, at: '2026-11-22T10:00:00Z', event: 'granted', user: 'dave', actor: 'root', address: '::1', detail: 'id 7, tokens +5 = 5, money -1500000 = 1000000' },
            { id: 0, at: '2026-11-22T10:00:00Z', event: 'login_failed', user: 'eve', actor: '', address: '::1', detail: 'money 1000000 is a name' });
        await route.fulfill({ json: { items, next } });
    });
    await go(page, 'audit', 'Audit log');
    await page.getByText('id 7, tokens +5 = 5, money -1.50 = 1.00').waitFor();
    await page.getByText('money 1000000 is a name').waitFor();
    for (const text of ['money =1.00: money 1.00', 'money +2.50: money +2.50 = 3.50', 'money -0.50: money -0.50 = 3.00', 'money unlimited: money unlimited'])
        await page.getByText(new RegExp(`^id \\d+, ${text.replaceAll('+', '\\+')}$`)).waitFor();
    const made = await page.getByRole('row').filter({ hasText: 'invitation made' }).first().innerText();
    assert.match(made, /tokens 5, money 2\.50/);
});
