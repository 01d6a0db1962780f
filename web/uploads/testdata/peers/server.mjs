// Serves @tus/server over @tus/file-store in the folder of the first argument,
// and prints its port. It ends with its standard input.
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const [directory, maxSize] = process.argv.slice(2);
const server = new Server({
  path: "/api/v1/uploads",
  relativeLocation: true,
  maxSize: Number(maxSize),
  datastore: new FileStore({ directory, expirationPeriodInMilliseconds: 14 * 86_400_000 }),
});
const listener = server.listen({ host: "127.0.0.1", port: 0 }, () => console.log(listener.address().port));
process.stdin.on("end", () => process.exit()).resume();
