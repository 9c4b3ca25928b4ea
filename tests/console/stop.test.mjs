// The upstream is slow: the answer is stopped from the page.
import assert from 'node:assert/strict';

import { choose, lastAnswer, scene, shoot, signIn } from './browser.mjs';

scene('the stop button ends the answer, and what had come stays', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await page.getByRole('textbox', { name: 'Message' }).fill('A question whose answer comes slowly, in many pieces');
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = page.getByRole('article', { name: 'Answer of chat' });
    await answer.getByText(/^A/).first().waitFor();
    await shoot(page, 'playground_streaming');
    await page.getByRole('button', { name: 'Stop' }).click();
    await lastAnswer(page);
    await answer.getByText('stopped by you').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Send' }).isVisible(), true);
});
