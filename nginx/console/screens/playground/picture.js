// A picture for a model: any that the browser can read, as a JPEG that is not too large. Shown on a canvas, which needs
// no address: the content security policy allows none but the host's own.

const longestSide = 2048, quality = 0.9;
const largestFile = 40 * 1024 * 1024;

export class NotAPicture extends Error {
    constructor(isLarge) {
        super('not a picture');
        this.isLarge = isLarge;
    }
}

export async function pictureFrom(file) {
    if (file.size > largestFile) throw new NotAPicture(true);
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        throw new NotAPicture(false);
    }
    return pictureOf(bitmap, bitmap.width, bitmap.height, file.name ?? '');
}

// source: what a canvas can draw.
export async function pictureOf(source, width, height, name) {
    const scale = Math.min(1, longestSide / Math.max(width, height));
    const canvas = canvasOf(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const context = canvas.getContext('2d');
    context.fillStyle = '#fff';  // behind what is transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', quality); });
    return { canvas, blob, name, url: await dataUrl(blob), width: canvas.width, height: canvas.height };
}

function canvasOf(width, height) {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    return canvas;
}

// A copy to show: one canvas can stand in one place.
export function shownCopy({ canvas }, label) {
    const copy = canvasOf(canvas.width, canvas.height);
    copy.getContext('2d').drawImage(canvas, 0, 0);
    copy.setAttribute('role', 'img');
    copy.setAttribute('aria-label', label);
    return copy;
}

const dataUrl = (blob) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
});
