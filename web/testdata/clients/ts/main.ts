// The calls that another program makes first, by openapi-fetch and the types that
// openapi-typescript made of the API's document.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";
import createClient from "openapi-fetch";
import type { paths } from "./loa.js";

const { LOA, TOKEN, PROGRAMME } = process.env as Record<string, string>;
const loa = createClient<paths>({ baseUrl: LOA, headers: { Authorization: `Bearer ${TOKEN}` } });

function got<T>(what: string, answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error(`${what}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

let stations = 0;
let tag = "";
for (let after: string | null | undefined = ""; after !== null; ) {
  const answer = await loa.GET("/api/v1/stations", { params: { query: after ? { limit: 50, after } : { limit: 50 } } });
  const page: { items: { id: string }[]; next: string | null } = got("stations", answer);
  tag ||= answer.response.headers.get("ETag") ?? "";
  stations += page.items.length;
  after = page.next && new URL(page.next, LOA).searchParams.get("after");
}
const again = await loa.GET("/api/v1/stations", { params: { query: { limit: 50 }, header: { "If-None-Match": tag } } });

const report = got("report", await loa.PUT("/api/v1/airings/{id}", {
  params: { path: { id: randomUUID() } },
  body: { station: "S00002", programme: PROGRAMME, outcome: "aired", started_at: new Date(Date.now() - 3_600_000).toISOString(), seconds: 900, means: "fm" },
}));
const corrected = got("correction", await loa.PUT("/api/v1/airings/{id}", {
  params: { path: { id: randomUUID() } },
  body: { corrects: report.id, outcome: "not_aired", reason: "power_cut", why: "Mất điện giữa chừng" },
}));
const week = got("coverage", await loa.GET("/api/v1/coverage"));
const sound = await readFile("sound.wav");
const recording = got("upload", await loa.POST("/api/v1/audio", {
  params: { query: { name: "loa.wav" } },
  body: sound as unknown as string,
  bodySerializer: (body) => body,
  headers: { "Content-Type": "application/octet-stream" },
}));
const refused = await loa.PUT("/api/v1/airings/{id}", { params: { path: { id: randomUUID() } }, body: { outcome: "aired" } });

console.log(JSON.stringify({
  stations, report: report.id, correctly: corrected.outcome, active: week.active, recording: recording.id,
  refused: refused.error?.code, kept: again.response.status,
}));
