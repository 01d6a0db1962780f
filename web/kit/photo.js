// Scales a photo to what evidence needs, in the browser, before it is sent: one
// looks at it on a screen and reads what is written in it. What a phone wrote
// into the file about its place stays on the phone.

const edge = 1600; // pixels of the longer side
const quality = 0.8; // of the JPEG
const small = 400_000; // bytes; what is no larger goes as it is, if the server can show it
const shown = ["image/jpeg", "image/png", "image/webp"];

// scaled returns the photo as a JPEG of at most 1600 pixels, or the file itself
// where that is smaller or the browser cannot read it: the server says what to do.
export async function scaled(file) {
  if (file.size <= small && shown.includes(file.type)) return file;
  const address = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const part = Math.min(1, edge / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * part));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * part));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff"; // what is transparent would turn black
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const bytes = await new Promise((done) => {
      canvas.toBlob(done, "image/jpeg", quality);
    });
    if (!bytes || (bytes.size >= file.size && shown.includes(file.type))) return file;
    return new File([bytes], file.name.replace(/\.[^.]*$/, "") + ".jpg", {
      type: "image/jpeg",
      lastModified: file.lastModified,
    });
  } catch {
    return file;
  } finally {
    URL.revokeObjectURL(address);
  }
}
