// Computes the fingerprint of one picture at a time beside the page. Nothing leaves the browser.

import { read } from "../pdq.js";

/** The largest side at which a picture is read as it is; larger ones are scaled down first. */
const largestSide = 4096;

async function pixels(file) {
    let picture = await createImageBitmap(file, { premultiplyAlpha: "none" });
    const scale = largestSide / Math.max(picture.width, picture.height);
    if (scale < 1) {
        const whole = picture;
        picture = await createImageBitmap(whole, {
            resizeWidth: Math.max(1, Math.round(whole.width * scale)),
            resizeHeight: Math.max(1, Math.round(whole.height * scale)),
            resizeQuality: "high",
        });
        whole.close();
    }
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0);
    picture.close();
    return context.getImageData(0, 0, canvas.width, canvas.height);
}

addEventListener("message", async ({ data: { id, file } }) => {
    try {
        const { data, width, height } = await pixels(file);
        postMessage({ id, reading: read(data, width, height) });
    } catch {
        postMessage({ id, reading: null });
    }
});
