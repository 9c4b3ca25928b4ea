// WAV files: 16 kHz, 16 bits, mono, as the voice models take them.
import { pcmOf } from './resampler.js';

export const wavRate = 16_000;

export function wavOf(pieces) {
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const view = new DataView(new ArrayBuffer(44));
    const text = (at, letters) => [...letters].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
    text(0, 'RIFF');
    view.setUint32(4, 36 + size, true);
    text(8, 'WAVEfmt ');
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);  // PCM
    view.setUint16(22, 1, true);  // mono
    view.setUint32(24, wavRate, true);
    view.setUint32(28, wavRate * 2, true);
    view.setUint16(32, 2, true);
    view.setUint16(34, 16, true);
    text(36, 'data');
    view.setUint32(40, size, true);
    return new Blob([view, ...pieces], { type: 'audio/wav' });
}

// Any recording that the browser can read.
export async function wavFromFile(file) {
    const context = new OfflineAudioContext(1, 1, wavRate);
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const mono = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * wavRate)), wavRate);
    const source = new AudioBufferSourceNode(mono, { buffer: sound });
    source.connect(mono.destination);
    source.start();
    const samples = (await mono.startRendering()).getChannelData(0);
    return { blob: wavOf([pcmOf(samples)]), seconds: sound.duration };
}
