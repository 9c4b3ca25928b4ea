// Runs in the thread of sound: what the microphone gives becomes 16 kHz, 16 bits, mono, in pieces of a quarter of a second.
import { pcmOf, Resampler } from './resampler.js';

const rate = 16_000;
const pieceSamples = rate / 4;

class Recorder extends AudioWorkletProcessor {
    constructor() {
        super();
        this.resampler = new Resampler(sampleRate, rate);
        this.piece = new Float32Array(pieceSamples);
        this.filled = 0;
        this.isOpen = true;
        this.port.onmessage = () => { this.flush(); this.isOpen = false; this.port.postMessage({ end: true }); };
    }
    process([channels]) {
        if (!this.isOpen) return false;
        if (channels.length) this.take(this.resampler.push(mono(channels)));
        return true;
    }
    take(samples) {
        for (const sample of samples) {
            this.piece[this.filled++] = sample;
            if (this.filled === pieceSamples) this.flush();
        }
    }
    flush() {
        const samples = this.piece.subarray(0, this.filled);
        const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        const pcm = pcmOf(samples);
        this.port.postMessage({ pcm, loudest }, [pcm.buffer]);
        this.filled = 0;
    }
}

function mono(channels) {
    if (channels.length === 1) return channels[0];
    return channels[0].map((_, i) => channels.reduce((sum, channel) => sum + channel[i], 0) / channels.length);
}

registerProcessor('recorder', Recorder);
