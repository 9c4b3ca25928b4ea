// Names, notes and answers that try to become more than text.
import assert from 'node:assert/strict';

import { address, ask, choose, go, open, scene, shoot, signIn, target } from './browser.mjs';

const evil = '"><img src=/x onerror=alert(1)><script>alert(2)</script>';

// Nothing of it has become an element, and no dialog has opened.
async function harmless(page) {
    assert.equal(await page.evaluate(() => document.querySelectorAll('main img, main script, main iframe, main [onerror], main [style]').length), 0);
}

scene('an answer of a model stays text, and links lead to the web only', {}, async (page) => {
    page.on('dialog', () => page.faults.push('a dialog opened'));
    await signIn(page);
    await choose(page, 'chat');
    const answer = await ask(page, [evil, '[a](javascript:alert(1))', '[b](data:text/html,x)', '[c](/admin/session)', '[d](https://example.org/ "t")',
        '![e](https://evil.example/track.png)', '[f](https://example.org/f)', '<https://example.org/g>', '[h](https://example.org\u0000/)', '```html\n<b>x</b>\n```'].join('\n\n'));
    await harmless(page);
    const links = await answer.locator('a').evaluateAll((all) => all.map(({ href, rel, target: where }) => [href, rel, where]));
    for (const [href, rel, where] of links) {
        assert.match(href, /^https:\/\/(evil\.example|example\.org)\//);
        assert.ok(rel.includes('noopener') && rel.includes('noreferrer') && where === '_blank');
    }
    assert.ok(links.some(([href]) => href === 'https://example.org/f'));
    assert.equal(await answer.locator('pre code').innerText(), '<b>x</b>');
    await shoot(page, 'hostile_answer');
});

scene('an answer that is made to be slow to read is not', {}, async (page) => {
    await signIn(page);
    const spaces = ' '.repeat(100_000);
    const lines = (line) => `${line}\n\n`.repeat(10);  // each as long as is read at all
    const texts = [`a|b\n${spaces}x`, `a|b\n-|-${spaces}x`, lines(`x${'`'.repeat(19_000)}`), lines(`x${'`'.repeat(9_000)}${'a'.repeat(9_000)}`), lines(`https://a${'.'.repeat(19_000)}b`),
        lines(`# ${' '.repeat(19_000)}x\u2028y`), lines(`- x\n- ${' '.repeat(19_000)}x\u2028y`), lines(`**${'a'.repeat(19_000)}`), lines('[](x "'.repeat(3_000)), lines(`${'-'.repeat(19_000)}x`),
        '['.repeat(50_000), '*'.repeat(50_000), '`'.repeat(50_000), '> '.repeat(20_000), '|-'.repeat(20_000), '- '.repeat(20_000), '![]('.repeat(20_000),
        `${' '.repeat(50_000)}- x`, '- x\n'.repeat(5_000), '> x\n'.repeat(5_000), `${'  '.repeat(3_000)}- x\n`.repeat(20), '**a'.repeat(20_000), 'https://'.repeat(8_000)];
    // Against harmless text of the same length, the quickest of three each. One that is read in the square of its length takes thousands of times as long.
    const quickest = (text) => page.evaluate(async (source) => {
        const { markdown } = await import('/console/parts/markdown.js');
        return Math.min(...[1, 2, 3].map(() => {
            const began = performance.now();
            markdown(source);
            return performance.now() - began;
        }));
    }, text);
    for (const text of texts) {
        const harmless = text.split('\n').length > 1_000 ? '- *x*\n' : '- One of *many* lines of `text` with https://example.org/ in it.\n\n';
        const [slow, usual] = [await quickest(text), await quickest(harmless.repeat(Math.ceil(text.length / harmless.length)))];
        assert.ok(slow < 20 * Math.max(usual, 1), `${slow} ms, not ${usual}: ${text.slice(0, 20)}…, ${text.length}`);
    }
});

scene('names of keys, academies and models are shown as they are', {}, async (page) => {
    page.on('dialog', () => page.faults.push('a dialog opened'));
    await page.route('**/v1/models', (route) => route.fulfill({ json: { object: 'list', data: [{ id: evil, kinds: ['text'], abilities: [], origin: evil }] } }));
    await signIn(page, target.admin);
    assert.equal(await page.getByLabel('Model', { exact: true }).locator('option').innerText(), evil);
    await harmless(page);
    await go(page, 'keys', 'My keys');
    await page.getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill(evil);
    await page.getByRole('dialog').getByRole('button', { name: 'Make a key' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell').getByText(evil).waitFor();
    await harmless(page);
    await go(page, 'invitations', 'Invitations');
    await page.getByRole('button', { name: 'Make codes' }).click();
    await page.getByRole('dialog').getByLabel('Academy').fill(evil);
    await page.getByRole('dialog').getByRole('button', { name: 'Make codes' }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell').getByText(evil).first().waitFor();
    await harmless(page);
    await go(page, 'users', 'Users');
    await page.getByText('<b>bob</b>').waitFor();  // a user who is called so
    await harmless(page);
    await shoot(page, 'hostile_names');
});

scene('no other page shows the console in a frame', { expects: [/404/, /frame-ancestors|X-Frame-Options|ERR_BLOCKED_BY_RESPONSE/i] }, async (page) => {
    await page.goto(`${target.url}/healthz`);
    const shown = await page.evaluate((url) => new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => {
            try {
                resolve(frame.contentDocument?.title ?? 'refused');
            } catch {
                resolve('refused');
            }
        };
        frame.src = url;
        document.body.append(frame);
    }), address());
    assert.equal(shown, 'refused');
});

scene('another site cannot act with the session', {}, async (page) => {
    await signIn(page);
    const other = await open();
    await other.context().addCookies(await page.context().cookies());
    await other.route('http://other.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>other</title>' }));
    await other.goto('http://other.example/');
    const seen = await other.evaluate(async (url) => {
        const outcome = [];
        for (const [path, method] of [['/admin/session', 'GET'], ['/admin/me/keys', 'POST'], ['/v1/models', 'GET']]) {
            try {
                const answer = await fetch(url + path, { method, credentials: 'include', headers: method === 'POST' ? { 'Content-Type': 'application/json' } : {}, body: method === 'POST' ? '{}' : undefined });
                outcome.push(`${path} ${answer.status}`);
            } catch {
                outcome.push('blocked');
            }
        }
        return outcome;
    }, target.url);
    assert.ok(seen.every((each) => each === 'blocked' || / 40[13]$/.test(each)), seen.join());
    for (const fault of other.faults) assert.match(fault, /CORS policy|ERR_FAILED|40[13]/);
    await other.context().close();
    await go(page, 'keys', 'My keys');
    await page.getByText('No key yet').waitFor();
});

// What needs no leave of the server: a form, and fetch() that will not read the answer. Another port is another origin of
// the same site, so the cookie comes along there.
for (const [origin, refused] of [['http://other.example', [401, 403, 415]], ['http://127.0.0.1:8', [403, 415]]]) {
    scene(`no form of ${origin} acts with the session`, {}, async (page) => {
        await signIn(page);
        const other = await open();
        await other.context().addCookies(await page.context().cookies());
        await other.route(`${origin}/**`, (route) => route.fulfill({ contentType: 'text/html', body: '<title>other</title>' }));
        const seen = [];
        other.on('response', (answer) => { if (answer.request().method() === 'POST') seen.push(answer.status()); });
        for (const enctype of ['application/x-www-form-urlencoded', 'text/plain']) {
            await other.goto(`${origin}/`);
            await other.evaluate(([action, kind]) => {
                const form = document.createElement('form');
                Object.assign(form, { action, method: 'POST', enctype: kind });
                const input = document.createElement('input');
                Object.assign(input, { name: '{"name":"', value: '"}' });
                form.append(input);
                document.body.append(form);
                form.submit();
            }, [`${target.url}/admin/me/keys`, enctype]);
            await other.waitForURL(/me\/keys$/);
        }
        await other.goto(`${origin}/`);
        await other.evaluate((url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).catch(() => {}), `${target.url}/admin/me/keys`);
        assert.ok(seen.length >= 2 && seen.every((status) => refused.includes(status)), seen.join());
        await other.context().close();
        await go(page, 'keys', 'My keys');
        await page.getByText('No key yet').waitFor();
    });
}
