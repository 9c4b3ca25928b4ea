// In, out, and in again when a session has ended meanwhile.
import assert from 'node:assert/strict';

import { address, ask, choose, go, open, scene, shoot, signIn, target } from './browser.mjs';

scene('a wrong password is refused in words, the right one leads to the playground, and out again', { expects: [/401/] }, async (page) => {
    await page.goto(address());
    await page.getByLabel('User name').waitFor();
    await shoot(page, 'sign_in');
    await page.getByLabel('User name').fill(target.user.name);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Wrong name or password').first().waitFor();
    await page.getByLabel('Password').fill(target.user.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    assert.equal(await page.evaluate(() => document.cookie), '');  // no script sees the token
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('User name').waitFor();
    await page.reload();
    await page.getByLabel('User name').waitFor();
});

scene('a reload keeps who is signed in', {}, async (page) => {
    await signIn(page);
    await page.reload();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
});

scene('a session that has ended elsewhere is said, and another one goes on where it was', { expects: [/401/] }, async (page) => {
    await signIn(page);
    const other = await open();
    await signIn(other);
    await go(other, 'account', 'Account');
    await other.getByRole('button', { name: 'End all others' }).click();
    await other.getByText('Ended.').waitFor();
    await other.context().close();
    await page.getByRole('link', { name: 'My keys' }).first().click();
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('User name').fill(target.user.name);
    await page.getByLabel('Password').fill(target.user.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'My keys' }).waitFor();
});

scene('a new account is made and signed in', { expects: [/40[09]/] }, async (page) => {
    await page.goto(address());
    await page.getByRole('button', { name: 'Create an account' }).click();
    await page.getByLabel('User name').fill('newcomer');
    await page.getByLabel('E-mail').fill('newcomer@example.org');
    await page.getByLabel('Password').fill('short');
    const register = page.getByRole('button', { name: 'Create an account' });
    await register.click();
    await page.getByRole('alert').getByText('fewer than 8 characters').waitFor();
    await page.getByLabel('Password').fill('a good password');
    await register.click();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
});

scene('a sign-out that fails is said, and can be tried again', { expects: [/503/] }, async (page) => {
    await signIn(page);
    await page.route('**/admin/session', (route) => (route.request().method() === 'DELETE' ? route.fulfill({ status: 503, json: { error: { code: 'busy', message: 'no' } } }) : route.continue()));
    const out = page.getByRole('button', { name: 'Sign out' });
    await out.click();
    await page.getByRole('alert').getByText('You are still signed in.').waitFor();
    assert.equal(await page.getByRole('heading', { name: 'Playground' }).isVisible(), true);
    await page.unroute('**/admin/session');
    await out.click();
    await page.getByLabel('User name').waitFor();
    await page.reload();
    await page.getByLabel('User name').waitFor();  // the server has ended it too
});

scene('a session that has ended elsewhere can be signed out of', { expects: [/401/] }, async (page) => {
    await signIn(page);
    await page.context().clearCookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('User name').waitFor();
});

scene('the next user sees nothing of what the one before wrote', {}, async (page) => {
    const options = () => page.locator('details', { hasText: 'System message' });
    const system = () => options().getByLabel('System message');
    await signIn(page);
    await choose(page, 'chat');
    await options().locator('summary').click();
    await system().fill('a system message of mine');
    await options().getByLabel('Temperature').fill('0.5');
    await ask(page, 'a question of mine');
    await go(page, 'keys', 'My keys');
    await go(page, 'playground', 'Playground');
    assert.equal(await system().inputValue(), 'a system message of mine');  // another screen loses nothing
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const { name, password } of [target.admin, target.user]) {
        await page.getByLabel('User name').fill(name);
        await page.getByLabel('Password').fill(password);
        await page.keyboard.press('Enter');
        await page.getByText('Ask a model').waitFor();
        assert.deepEqual([await system().inputValue(), await options().getByLabel('Temperature').inputValue()], ['', '']);
        assert.notEqual(await page.getByLabel('Model', { exact: true }).inputValue(), 'chat');
        assert.equal(await page.getByText('of mine').count(), 0);
        await page.getByRole('button', { name: 'Sign out' }).click();
    }
    await page.getByLabel('User name').waitFor();
});
