// Sends one file with tus-js-client as the JSON in the first argument says, and
// prints what it asked, what it was answered and how it ended, as JSON.
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import * as tus from "tus-js-client";

const order = JSON.parse(process.argv[2]);
const asked = [];
const end = (outcome) => console.log(JSON.stringify({ asked, ...outcome }));

// Of a stream that is no file the client does not know the length beforehand.
const source = createReadStream(order.file);
const upload = new tus.Upload(order.deferred ? source.pipe(new PassThrough()) : source, {
  endpoint: order.endpoint,
  headers: { Authorization: "Bearer editor" },
  metadata: { filename: "Bản tin số 20.mp3", kind: order.kind || "programme" },
  retryDelays: order.retryDelays || null,
  chunkSize: order.chunkSize || Infinity,
  uploadDataDuringCreation: Boolean(order.together),
  uploadLengthDeferred: Boolean(order.deferred),
  uploadSize: order.size || null,
  parallelUploads: order.parallel || 1,
  urlStorage: order.storage ? new tus.FileUrlStorage(order.storage) : undefined,
  storeFingerprintForResuming: Boolean(order.storage),
  onBeforeRequest(req) {
    const at = Number(req.getHeader("Upload-Offset"));
    if (!order.checksum || req.getMethod() !== "PATCH") return;
    const part = readFileSync(order.file).subarray(at, at + order.chunkSize);
    req.setHeader("Upload-Checksum", order.checksum + " " + createHash(order.checksum).update(order.spoil ? part.subarray(1) : part).digest("base64"));
  },
  onAfterResponse(req, res) {
    asked.push({ method: req.getMethod(), sent: req.getHeader("Upload-Offset") ?? "", status: res.getStatus(), offset: res.getHeader("Upload-Offset") ?? "" });
  },
  async onChunkComplete() {
    if (!order.abort) return;
    await upload.abort(true);
    end({ url: upload.url, outcome: "aborted" });
  },
  onSuccess() { end({ url: upload.url, outcome: "success" }); },
  onError(error) { end({ url: upload.url ?? "", outcome: "error", error: String(error) }); },
});

const before = order.storage ? await upload.findPreviousUploads() : [];
if (before.length) upload.resumeFromPreviousUpload(before[0]);
upload.start();
