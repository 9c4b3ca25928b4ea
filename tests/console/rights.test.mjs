// A user without the right sees no screen of administrators, and the API refuses whatever the page shows.
import assert from 'node:assert/strict';

import { address, scene, signIn } from './browser.mjs';

scene('no screen of administrators is in the menu, or behind its address', { expects: [/403/] }, async (page) => {
    await signIn(page);
    assert.equal(await page.getByRole('navigation').getByRole('link').count(), 4);
    for (const screen of ['status', 'models', 'users', 'invitations', 'ledger', 'audit']) {
        await page.goto(address(screen));
        await page.getByRole('heading', { name: 'Playground' }).waitFor();
    }
    for (const path of ['status', 'models', 'users', 'invitations', 'ledger', 'audit', 'keys', 'usage'])
        assert.equal(await page.evaluate(async (at) => (await fetch(`/admin/${at}`)).status, path), 403, path);
});
