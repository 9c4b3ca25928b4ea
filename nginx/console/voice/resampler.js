// From the sound card's rate to another one, in pieces of any size. A windowed sinc filter, so that what is above half
// of the new rate does not come back as noise.

const crossings = 12;  // zero crossings of the sinc on each side
const cutOff = 0.92;  // of the lower rate's half, where the filter begins to close

export class Resampler {
    constructor(from, to) {
        this.step = from / to;
        this.scale = cutOff * Math.min(1, to / from);
        this.reach = Math.ceil(crossings / this.scale);
        this.kept = new Float32Array(this.reach);  // silence before the first sample
        this.at = this.reach;  // of the next sample to make, in `kept`
    }

    // The samples that are certain after these.
    push(samples) {
        const all = new Float32Array(this.kept.length + samples.length);
        all.set(this.kept);
        all.set(samples, this.kept.length);
        const made = [];
        while (this.at + this.reach < all.length) {
            made.push(this.sampleAt(all, this.at));
            this.at += this.step;
        }
        const unused = Math.max(0, Math.floor(this.at) - this.reach);
        this.kept = all.slice(unused);
        this.at -= unused;
        return Float32Array.from(made);
    }

    sampleAt(all, at) {
        const middle = Math.floor(at);
        let sum = 0, weights = 0;
        for (let i = middle - this.reach + 1; i <= middle + this.reach; ++i) {
            const weight = this.weightOf(i - at);
            sum += weight * all[i];
            weights += weight;
        }
        return sum / weights;
    }

    weightOf(distance) {
        const x = distance * this.scale;
        if (Math.abs(x) >= crossings) return 0;
        if (x === 0) return 1;
        const angle = Math.PI * x;
        return (Math.sin(angle) / angle) * (0.5 + 0.5 * Math.cos(angle / crossings));  // Hann's window
    }
}

// 16 bits, little-endian.
export function pcmOf(samples) {
    const view = new DataView(new ArrayBuffer(samples.length * 2));
    samples.forEach((sample, i) => view.setInt16(i * 2, Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), true));
    return new Uint8Array(view.buffer);
}
