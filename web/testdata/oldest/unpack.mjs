// node unpack.mjs DIR puts Chromium 92 and the libraries it came with into DIR
// and prints the path of a program that starts it.
import { brotliDecompressSync } from "node:zlib";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const from = "node_modules/chrome-aws-lambda/bin", dir = resolve(process.argv[2]);
mkdirSync(dir, { recursive: true });
const unpacked = (name) => brotliDecompressSync(readFileSync(join(from, name)));
writeFileSync(join(dir, "chromium-92"), unpacked("chromium.br"), { mode: 0o755 });
for (const name of ["aws.tar.br", "swiftshader.tar.br"]) execFileSync("tar", ["-x", "-C", dir], { input: unpacked(name) });
const start = join(dir, "chromium");
writeFileSync(start, `#!/bin/sh\nLD_LIBRARY_PATH='${dir}/lib' exec '${dir}/chromium-92' --no-zygote --disable-dev-shm-usage "$@"\n`, { mode: 0o755 });
console.log(start);
