package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"loa/internal/fault"
	"loa/internal/text"
)

func TestEveryCommandHasItsLineInTheHelp(t *testing.T) {
	var out bytes.Buffer
	if code := run(context.Background(), []string{"help"}, &out, &out); code != 0 {
		t.Fatal(code)
	}
	for _, c := range commands {
		if !text.Has(c.summary) {
			t.Errorf("loa %s: no sentence for %q", c.name, c.summary)
		}
		if !strings.Contains(out.String(), "loa "+c.name+" ") {
			t.Errorf("loa %s is not in the help", c.name)
		}
	}
}

func TestWrongWordsAreAnsweredInVietnamese(t *testing.T) {
	for _, args := range [][]string{{"phat"}, {"version2"}} {
		var out, errs bytes.Buffer
		if code := run(context.Background(), args, &out, &errs); code != 65 || !strings.Contains(errs.String(), "Không có lệnh") {
			t.Errorf("%v: %d %q", args, code, errs.String())
		}
	}
}

func TestAWrongFlagGetsOneSentenceAndHelpTheFlags(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run(context.Background(), []string{"verify", "--server", "x"}, &out, &errs); code != 65 ||
		!strings.HasPrefix(errs.String(), "loa: Lệnh verify không hiểu tham số.") || strings.Contains(errs.String(), "Usage") {
		t.Errorf("%d %q", code, errs.String())
	}
	errs.Reset()
	if code := run(context.Background(), []string{"verify", "-h"}, &out, &errs); code != 0 || !strings.Contains(errs.String(), "-data") {
		t.Errorf("%d %q", code, errs.String())
	}
}

func TestTheServersOwnSentenceReachesTheTerminal(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/portal" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("<html>log in to the Wi-Fi"))
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"detail":"Khung phát này đã được báo.","code":"airing.slot_reported"}`))
	}))
	defer srv.Close()
	c := &client{server: srv.URL, token: "t"}
	for path, want := range map[string]struct {
		code int
		says string
	}{"/x": {75, "Khung phát này đã được báo."}, "/portal": {69, "không phải Loa"}} {
		err := c.get(context.Background(), path, nil)
		var out bytes.Buffer
		printFault(&out, err)
		if exitCode(err) != want.code || !strings.Contains(out.String(), want.says) {
			t.Errorf("%s: %d %q", path, exitCode(err), out.String())
		}
	}
	srv.Close()
	if err := c.get(context.Background(), "/x", nil); exitCode(err) != 69 {
		t.Errorf("no server: %v", err)
	}
}

func TestOriginsAreReadOrRefused(t *testing.T) {
	got, err := webOrigins(" https://Portal.example , http://127.0.0.1:3000,")
	if err != nil || !slices.Equal(got, []string{"https://portal.example", "http://127.0.0.1:3000"}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"portal.example", "https://portal.example/page", "*", "https://a.example,null"} {
		if got, err := webOrigins(bad); !fault.Is(err, "cli.bad_origin") {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}
