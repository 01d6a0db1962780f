#!/usr/bin/env python3
"""The week of a province by Loa's API, with Python's standard library alone.

    LOA=https://loa.example.vn TOKEN=... python3 week.py 2024-W20
    ... week.py 2024-W20 --report S00041 P1 2024-05-13T17:00:00+07:00 900
    ... week.py 2024-W20 --send ban-tin.mp3

It prints how much of the week was covered and which stations have no airing. What it
changes may be said twice: run it again after any fault, and everything is there once.
"""

import argparse
import base64
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

TRIES = 8  # of what may be sent again, each after twice as long


class Refused(Exception):
    """What the server says against a request: a code for programs, a sentence for people."""

    def __init__(self, status, problem, after):
        super().__init__(problem.get("detail") or f"HTTP {status}")
        self.status, self.code, self.after = status, problem.get("code", ""), after


class Loa:
    def __init__(self, server, token):
        self.server, self.token = server.rstrip("/"), token

    def once(self, method, path, body=None, headers=()):
        """Sends a request, and gives the headers and the bytes of its answer."""
        request = urllib.request.Request(self.server + path, data=body, method=method, headers=dict(headers))
        request.add_header("Authorization", "Bearer " + self.token)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.headers, answer.read()
        except urllib.error.HTTPError as refusal:
            try:
                problem = json.loads(refusal.read())
            except ValueError:
                problem = {}
            raise Refused(refusal.code, problem, float(refusal.headers.get("Retry-After") or 0)) from None

    def patiently(self, *request):
        """Sends what may be sent again until it is answered: a question, or a change that has an ID."""
        for n in range(TRIES):
            try:
                return self.once(*request)
            except Refused as refusal:
                if refusal.status not in (429, 502, 503, 504) or n == TRIES - 1:
                    raise
                time.sleep(max(refusal.after, 0.25 * 2**n))
            except (OSError, http.client.HTTPException):  # the line broke
                if n == TRIES - 1:
                    raise
                time.sleep(0.25 * 2**n)

    def ask(self, path, **query):
        """Asks for JSON."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return json.loads(self.patiently("GET", path)[1])

    def all(self, path, **query):
        """Reads a list page by page."""
        page = self.ask(path, **query)
        while True:
            yield from page["items"]
            if page["next"] is None:
                return
            page = self.ask(page["next"])

    def report(self, station, programme, started_at, seconds):
        """Reports an airing. Its ID follows from what it says, so that saying it again says nothing new."""
        report = uuid.uuid5(uuid.NAMESPACE_URL, f"{station} {programme} {started_at}")
        body = {"station": station, "programme": programme, "outcome": "aired", "started_at": started_at, "seconds": seconds}
        said = self.patiently("PUT", f"/api/v1/airings/{report}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.loads(said[1])

    def send(self, file):
        """Sends a recording (tus 1.0) from where the last try ended; what it is called there is kept beside it."""
        kept, tus = file + ".upload", {"Tus-Resumable": "1.0.0"}
        if os.path.exists(kept):
            with open(kept, encoding="utf-8") as f:
                upload = f.read()
        else:
            name = base64.b64encode(os.path.basename(file).encode()).decode()
            made = self.patiently("POST", "/api/v1/uploads", b"",
                                  {**tus, "Upload-Length": str(os.path.getsize(file)), "Upload-Metadata": "filename " + name})
            upload = urllib.parse.urlsplit(made[0]["Location"]).path
            with open(kept, "w", encoding="utf-8") as f:
                f.write(upload)
        with open(file, "rb") as f:
            while True:
                offset = int(self.patiently("HEAD", upload, None, tus)[0]["Upload-Offset"])
                f.seek(offset)
                piece = f.read(1 << 20)
                if not piece:
                    break
                try:
                    self.once("PATCH", upload, piece,
                              {**tus, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"})
                except Refused as refusal:
                    if refusal.status not in (409, 423, 429, 502, 503, 504):
                        raise
                    time.sleep(max(refusal.after, 0.5))
                except (OSError, http.client.HTTPException):
                    time.sleep(0.5)
        while True:  # until the server has judged it; a refusal is raised
            state = self.ask(upload)
            if state.get("recording"):
                os.remove(kept)
                return state["recording"]
            time.sleep(0.5)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("week", help="2024-W20")
    args.add_argument("--report", nargs=4, metavar=("STATION", "PROGRAMME", "STARTED_AT", "SECONDS"))
    args.add_argument("--send", metavar="FILE")
    args = args.parse_args()
    loa = Loa(os.environ["LOA"], os.environ["TOKEN"])
    if args.report:
        station, programme, started_at, seconds = args.report
        print("Đã báo phát:", loa.report(station, programme, started_at, int(seconds))["id"])
    if args.send:
        print("Đã gửi bản ghi:", loa.send(args.send))
    week = loa.ask("/api/v1/coverage", week=args.week, stations=1)
    names = {s["id"]: s["label"] for s in loa.all("/api/v1/stations", limit=50)}
    without = [s for s in week["stations"] if s["state"] in ("not_counted", "not_aired", "not_reported")]
    print(f"Tuần {week['week']}: {week['aired']} đài đã phát, {len(without)} đài chưa có buổi phát tính vào chỉ tiêu")
    for station in without:
        print(" ", station["station"], names.get(station["station"], ""), station["state"])


if __name__ == "__main__":
    try:
        main()
    except Refused as refusal:
        sys.exit(f"{refusal} ({refusal.code})")
