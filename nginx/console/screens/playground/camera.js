// A picture of the camera, in a dialog with what it sees.
import { el, replace } from '../../parts/dom.js';
import { button, dialog, whenLeft } from '../../parts/pieces.js';
import { t } from '../../parts/words.js';
import { pictureOf } from './picture.js';

export async function openCamera(take) {
    const video = el('video', { 'aria-label': t('camera.view'), muted: true, playsinline: true });
    const place = el('p', { class: 'quiet', role: 'status' }, t('camera.opens'));
    const shoot = button(t('camera.take'), async () => {
        const picture = await pictureOf(video, video.videoWidth, video.videoHeight, 'camera.jpg');
        if (isClosed) return;
        take(picture);
        node.close();
    }, { class: 'main', disabled: true });
    const node = dialog(t('camera'), video, place, el('div', { class: 'row end' }, shoot));
    let stream = null, isClosed = false;  // `open` stays true where the screen is left and the dialog removed
    const close = () => {
        isClosed = true;
        stream?.getTracks().forEach((track) => track.stop());
    };
    node.addEventListener('close', close);
    whenLeft(close);
    try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, facingMode: 'environment' } });
        if (isClosed) return close();
        video.srcObject = stream;
        await video.play();
        if (isClosed) return undefined;
        place.hidden = true;
        shoot.disabled = false;
        shoot.focus();
    } catch (fault) {
        replace(place, t('camera.none', { reason: reasonOf(fault) }));
        place.classList.add('wrong');
    }
    return undefined;
}

// In words, for camera and microphone.
export function reasonOf(fault) {
    if (!navigator.mediaDevices) return t('media.insecure');
    if (fault?.name === 'NotAllowedError') return t('media.refused');
    if (fault?.name === 'NotFoundError') return t('media.absent');
    if (fault?.name === 'NotReadableError') return t('media.taken');
    return String(fault?.message ?? fault);
}
