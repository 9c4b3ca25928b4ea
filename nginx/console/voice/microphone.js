// Records from the microphone until it is told to stop, or for a minute, which is all that the server takes.
import { wavOf, wavRate } from './wav.js';

export const longestSeconds = 60;

// onLevel(loudest 0..1, seconds); onFull() after a minute. Throws what the browser says where there is no microphone, and
// when `signal` is aborted while it opens. An abort closes it at any time.
export async function startRecording({ onLevel, onFull, signal }) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, echoCancellation: true } });
    const context = new AudioContext();
    const close = () => {
        stream.getTracks().forEach((track) => track.stop());
        if (context.state !== 'closed') context.close();
    };
    signal.addEventListener('abort', close, { once: true });
    try {
        signal.throwIfAborted();
        await context.audioWorklet.addModule(new URL('worklet.js', import.meta.url));
        signal.throwIfAborted();
        await context.resume();
        signal.throwIfAborted();
        return record(context, stream, { onLevel, onFull, close });
    } catch (fault) {
        close();
        throw fault;
    }
}

function record(context, stream, { onLevel, onFull, close }) {
    const worklet = new AudioWorkletNode(context, 'recorder', { numberOfInputs: 1, numberOfOutputs: 0 });
    const pieces = [];
    let bytes = 0, ended = null;
    const end = new Promise((resolve) => { ended = resolve; });
    const most = longestSeconds * wavRate * 2;
    worklet.port.onmessage = ({ data }) => {
        if (data.end) return ended();
        const room = most - bytes;
        if (room <= 0) return onFull();
        pieces.push(data.pcm.subarray(0, room));
        bytes += Math.min(room, data.pcm.length);
        onLevel(data.loudest, bytes / wavRate / 2);
        return bytes >= most ? onFull() : undefined;
    };
    context.createMediaStreamSource(stream).connect(worklet);
    return {
        async stop() {
            worklet.port.postMessage('stop');
            await end;
            close();
            return { blob: wavOf(pieces), seconds: bytes / wavRate / 2 };
        },
    };
}
