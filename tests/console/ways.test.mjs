// The same console in other ways: by keyboard alone, 360 pixels wide, in Chinese, dark, without a connection.
import assert from 'node:assert/strict';

import { address, eventually, go, scene, shoot, signIn, target } from './browser.mjs';

// Tab until what has the focus is called so.
async function tabTo(page, name) {
    for (let i = 0; i < 60; ++i) {
        const focused = await page.evaluate(() => {
            const node = document.activeElement;
            return node.getAttribute('aria-label') || node.labels?.[0]?.textContent || node.textContent;
        });
        if (focused === name) return;
        await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never came to ${name}`);
}

scene('by keyboard alone: sign in, ask, make and revoke a key, sign out', {}, async (page) => {
    await page.goto(address());
    await page.getByLabel('User name').waitFor();
    await page.keyboard.type(target.user.name);  // the focus is there
    await page.keyboard.press('Tab');
    await page.keyboard.type(target.user.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.getByLabel('Model', { exact: true }).waitFor();
    await tabTo(page, 'Model');
    await page.keyboard.type('chat');
    await tabTo(page, 'Message');
    await page.keyboard.type('asked without a mouse');
    await page.keyboard.press('Enter');
    await page.getByText(/^all in /).waitFor();
    await page.evaluate(() => document.activeElement.blur());
    await tabTo(page, 'Skip to the content');
    await shoot(page, 'keyboard');
    await tabTo(page, 'My keys');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'My keys' }).waitFor();
    await tabTo(page, 'Make a key');
    await page.keyboard.press('Enter');
    await page.keyboard.type('typed');
    await page.keyboard.press('Enter');
    await page.locator('.secret code').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('typed').waitFor();
    await tabTo(page, 'Revoke typed');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Revoke');
    await page.keyboard.press('Enter');
    await page.getByText('No key yet').waitFor();
    await page.evaluate(() => document.activeElement.blur());
    await tabTo(page, 'Sign out');
    await page.keyboard.press('Enter');
    await page.getByLabel('User name').waitFor();
});

const screens = ['playground', 'keys', 'usage', 'account', 'status', 'models', 'users', 'invitations', 'ledger', 'audit'];
const settled = (page) => eventually(() => page.evaluate(() => document.querySelector('main h1') && !document.querySelector('main [aria-busy=true]')));

scene('360 pixels wide, nothing is cut off', { viewport: { width: 360, height: 740 } }, async (page) => {
    await page.goto(address());
    await page.getByLabel('User name').waitFor();
    await shoot(page, 'narrow_sign_in');
    await signIn(page, target.admin);
    for (const screen of screens) {
        await page.getByRole('button', { name: 'Menu' }).click();
        await page.getByRole('navigation').locator(`a[href="#/${screen}"]`).click();
        await settled(page);
        assert.deepEqual([screen, await page.evaluate(() => document.documentElement.scrollWidth)], [screen, 360]);
        await shoot(page, `narrow_${screen}`);
    }
});

scene('in Chinese, and dark', { locale: 'zh-CN', colorScheme: 'dark' }, async (page) => {
    await page.goto(address());
    await page.getByLabel('用户名').fill(target.admin.name);
    await page.getByLabel('密码').fill(target.admin.password);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { name: '体验' }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
    for (const screen of screens) {
        await page.goto(address(screen));
        await settled(page);
        await shoot(page, `dark_chinese_${screen}`);
    }
    const [r, g, b] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
    assert.ok(r + g + b < 150, 'dark');
    await page.getByLabel('语言').selectOption('en');
    await page.getByRole('heading', { name: 'Audit log' }).waitFor();
});

scene('a lost connection is said, and mended without a reload', { expects: [/ERR_INTERNET_DISCONNECTED/] }, async (page) => {
    await signIn(page);
    await page.evaluate(() => { window.sameLoad = true; });
    await go(page, 'keys', 'My keys');
    await page.getByText('No key yet').waitFor();
    await page.context().setOffline(true);
    await go(page, 'account', 'Account');
    await page.getByText('The connection is lost').waitFor();
    await shoot(page, 'offline');
    await page.context().setOffline(false);
    await page.getByText('The connection is lost').waitFor({ state: 'hidden' });
    await page.getByText('this one').waitFor();
    assert.equal(await page.evaluate(() => window.sameLoad), true);
});

scene('what a screen reader is told', {}, async (page) => {
    await signIn(page);
    const nameless = await page.evaluate(() => [...document.querySelectorAll('button, a[href], input, select, textarea')].filter((node) =>
        !node.closest('[aria-hidden=true]') && !(node.getAttribute('aria-label') || node.textContent.trim() || node.labels?.length)).map((node) => node.outerHTML));
    assert.deepEqual(nameless, []);
    for (const role of ['main', 'navigation', 'log']) assert.equal(await page.getByRole(role).count(), 1, role);
    await page.getByLabel('Model', { exact: true }).selectOption('chat');
    await page.getByRole('textbox', { name: 'Message' }).fill('hello');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('chat has answered.').waitFor({ state: 'attached' });
});
