// Plays speech by Web Audio, which needs no address for what it plays.
import { t } from '../../parts/words.js';

let playing = null;
let wanted = 0;  // another after each stop()

export async function play(bytes) {
    stop();
    const context = new AudioContext();
    const mine = wanted;
    let buffer;
    try {
        buffer = await context.decodeAudioData(bytes.slice(0));
    } catch {
        context.close();
        throw new Error(t('sound.none'));
    }
    if (mine !== wanted) {
        context.close();
        return;
    }
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.onended = () => { if (context.state !== 'closed') context.close(); };
    source.start();
    playing = source;
}

export function stop() {
    ++wanted;
    try {
        playing?.stop();
    } catch { /* it has ended by itself */ }
    playing = null;
}
