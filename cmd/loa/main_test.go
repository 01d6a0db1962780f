package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"loa/internal/fault"
	"loa/internal/text"
)

func TestEveryCommandAndFlagHasItsSentence(t *testing.T) {
	bare, err := kong.New(&grammar{}, kong.Name("loa"), kong.NoDefaultHelp(), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	commands := 0
	err = kong.Visit(bare.Model, func(node kong.Visitable, next kong.Next) error {
		switch n := node.(type) {
		case *kong.Node:
			if n.Type == kong.CommandNode {
				commands++
				if !text.Has(n.Help) {
					t.Errorf("%s: no sentence for %q", n.FullPath(), n.Help)
				}
				var out bytes.Buffer
				if code := run(t.Context(), append(strings.Fields(n.FullPath())[1:], "--help"), &out, &out); code != 0 ||
					!strings.Contains(out.String(), "Cách dùng: "+n.FullPath()) || strings.Contains(out.String(), "<command>") {
					t.Errorf("%s --help: %d %s", n.FullPath(), code, out.String())
				}
			}
		case *kong.Flag:
			if !text.Has(flagKey(n)) {
				t.Errorf("--%s: no sentence for %q", n.Name, n.Help)
			}
		case *kong.Value:
			if n.Flag == nil && !text.Has("cli.arg."+n.Name) {
				t.Errorf("<%s>: no name in the catalogue", n.Name)
			}
		}
		return next(nil)
	})
	if err != nil || commands < 30 {
		t.Fatalf("%d commands, %v", commands, err)
	}
}

func TestHelpAndVersionSucceed(t *testing.T) {
	for line, want := range map[string]string{
		"": "loa serve", "help": "loa serve", "--help": "loa stations", "-h": "loa user", "help user": "loa user add", "user --help": "loa user token",
		"user add -h": "--district", "help stations import": "--dry-run", "coverage --help": "--week", "verify -h": "--data", "--version": "loa " + version,
	} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(line), &out, &errs); code != 0 || !strings.Contains(out.String(), want) || errs.Len() > 0 {
			t.Errorf("loa %s: %d %s %s", line, code, out.String(), errs.String())
		}
	}
}

func TestWrongWordsAreAnsweredInVietnamese(t *testing.T) {
	for line, want := range map[string][]string{
		"phat":                {"Không có lệnh “phat”"},
		"version2":            {"Không có lệnh", "Có phải ý bạn là version?"},
		"statons list":        {"Không có lệnh “statons”", "Có phải ý bạn là stations?"},
		"user":                {"Sau “user” còn thiếu tên lệnh", "loa user add · loa user invite"},
		"user ad":             {"Không có lệnh “user ad”", "Có phải ý bạn là add?", "loa user list"},
		"user add x":          {"Lệnh user add còn thiếu <tên-đăng-nhập>", "Cách dùng: loa user add <họ-tên> <tên-đăng-nhập>"},
		"stations list x":     {"Thừa tham số: x"},
		"stations list --jsn": {"Có phải ý bạn là --json?", "Cách dùng: loa stations list"},
		"verify --server x":   {"Lệnh verify không hiểu tham số"},
		"coverage excuse S00001 2024-W20": {"Lệnh coverage excuse còn thiếu --note.", " - --note …: chuyện gì đã xảy ra",
			"loa coverage excuse --note … <đài> <tuần>"},
		"user token x":                     {"Lệnh user token còn thiếu --person.", "--person …"},
		"user token x --days y --person z": {"Lệnh user token không hiểu"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), strings.Fields(line), &out, &errs)
		for _, s := range want {
			if foreign := strings.Contains(errs.String(), "missing") || strings.Contains(errs.String(), "STRING"); foreign || code != 65 ||
				!strings.Contains(errs.String(), s) || !strings.HasPrefix(errs.String(), "loa: ") || out.Len() > 0 {
				t.Errorf("loa %s: %d %q %q", line, code, out.String(), errs.String())
			}
		}
	}
}

// TestAShellCompletesWhatLoaUnderstands runs the script in a real bash.
func TestAShellCompletesWhatLoaUnderstands(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash: it is not installed")
	}
	var script bytes.Buffer
	if code := run(t.Context(), []string{"completion", "bash"}, &script, &script); code != 0 {
		t.Fatal(script.String())
	}
	for line, want := range map[string]string{"loa st": "stations", "loa stations i": "import", "loa coverage --we": "--week", "loa user add --ro": "--role"} {
		words := strings.Fields(line)
		var next bytes.Buffer
		if code := run(t.Context(), append([]string{"completion", "words"}, words[1:len(words)-1]...), &next, &next); code != 0 {
			t.Fatal(next.String())
		}
		// The function loa stands for the program: it answers what the program answered.
		ask := script.String() + "loa() { cat <<'WORDS'\n" + next.String() + "WORDS\n}\nCOMP_WORDS=(" + line + ")\nCOMP_CWORD=" + fmt.Sprint(len(words)-1) +
			"\n_loa\nprintf '%s\\n' \"${COMPREPLY[@]}\""
		out, err := exec.CommandContext(t.Context(), bash, "-c", ask).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%s: %q, %v", line, out, err)
		}
	}
	var zsh bytes.Buffer
	if code := run(t.Context(), []string{"completion", "zsh"}, &zsh, &zsh); code != 0 || !strings.Contains(zsh.String(), "bashcompinit") {
		t.Errorf("zsh: %s", zsh.String())
	}
}

func TestTheServersOwnSentenceReachesTheTerminal(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/portal") {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte("<html>log in to the Wi-Fi"))
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"detail":"Khung phát này đã được báo.","code":"airing.slot_reported"}`))
	}))
	defer srv.Close()
	c := reach{Server: srv.URL, Token: "t"}.client()
	for id, want := range map[string]struct {
		code int
		says string
	}{"x": {75, "Khung phát này đã được báo."}, "portal": {69, "không phải Loa"}} {
		_, err := c.GetAiring(t.Context(), id)
		var out bytes.Buffer
		printFault(&out, err)
		if exitCode(err) != want.code || !strings.Contains(out.String(), want.says) {
			t.Errorf("%s: %d %q", id, exitCode(err), out.String())
		}
		if strings.Contains(out.String(), "airing.slot_reported") {
			t.Errorf("%s: a person is shown a code: %q", id, out.String())
		}
	}
	srv.Close()
	if _, err := c.GetMe(t.Context()); exitCode(err) != 69 {
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
