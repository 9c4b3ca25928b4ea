// A page in Debian's Chromium. Whatever it prints as an error, throws, or its content security policy refuses, fails the scene.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, test } from 'node:test';

import { chromium } from 'playwright-core';

// {url, admin: {name, password}, user: {…}, screens (folder), sources (folder of the console)}
export const target = JSON.parse(process.env.AIPROJECT_CONSOLE_TARGET);
export const address = (screen = '') => `${target.url}/console/${screen ? `#/${screen}` : ''}`;

const browser = await chromium.launch({
    executablePath: target.chromium,
    // Chromium's sandbox needs what containers do not give; a microphone that beeps and a camera that shows a clock.
    args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
});
after(() => browser.close());
mkdirSync(target.screens, { recursive: true });

export async function open(options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-US', acceptDownloads: true, ...options });
    context.setDefaultTimeout(target.patience);
    const page = await context.newPage();
    page.faults = [];
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) page.faults.push(message.text());
    });
    page.on('pageerror', (error) => page.faults.push(String(error.stack)));
    await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)));
    return page;
}

// A scene ends without a fault, but for what it expects: Chromium prints each refusal of a server as an error.
export function scene(name, options, act) {
    test(name, async () => {
        const { expects = [], ...others } = options;
        const page = await open(others);
        try {
            await act(page);
            assert.deepEqual(page.faults.filter((fault) => !expects.some((each) => each.test(fault))), []);
        } catch (error) {
            await page.screenshot({ path: `${target.screens}/failed.png` }).catch(() => {});
            throw error;
        } finally {
            await page.unrouteAll({ behavior: 'ignoreErrors' });  // a page asks until it is closed
            await page.context().close();
        }
    });
}

export const shoot = (page, name) => page.screenshot({ path: `${target.screens}/${name}.png` });

export async function signIn(page, { name, password } = target.user) {
    await page.goto(address());
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.locator('.loaded:not([aria-busy])').waitFor();  // with what there is to choose, or why there is not
}

export async function go(page, screen, title) {
    await page.getByRole('navigation').getByRole('link', { name: title, exact: true }).click();
    await page.getByRole('heading', { name: title, exact: true, level: 1 }).waitFor();
    assert.match(page.url(), new RegExp(`#/${screen}`));
}

export async function choose(page, model) {
    await page.getByLabel('Model', { exact: true }).selectOption(model);
}

// The answer that came last, once it has come whole.
export async function ask(page, text) {
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text);
    await page.getByRole('button', { name: 'Send' }).click();
    return lastAnswer(page);
}

export async function lastAnswer(page) {
    const answer = page.getByRole('article', { name: /^Answer of/ }).last();
    await answer.getByText(/^all in /).waitFor();
    return answer;
}

// Until it is true; what it throws so far does not count.
export async function eventually(condition, what) {
    const end = Date.now() + target.patience;
    for (;;) {
        if (await Promise.resolve().then(condition).catch(() => false)) return;
        if (Date.now() > end) throw new Error(`never came true: ${what ?? condition}`);
        await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
}
