// The upstream breaks off in the middle.
import { choose, scene, shoot, signIn } from './browser.mjs';

scene('a stream that breaks says so, keeps what came, and can be asked again', {}, async (page) => {
    await signIn(page);
    await choose(page, 'chat');
    await page.getByRole('textbox', { name: 'Message' }).fill('A question whose answer breaks');
    await page.getByRole('button', { name: 'Send' }).click();
    const alert = page.getByRole('article', { name: 'Answer of chat' }).getByRole('alert');
    await alert.getByRole('button', { name: 'Try again' }).waitFor();
    await shoot(page, 'playground_broken');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('A question whose answer breaks').nth(1).waitFor();  // the second time it does not
});
