package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/store/remote/remotetest"
)

// A daemon keeps backups on another machine, tells when that is gone and says no secret; a bare machine is made of them by one command.
func TestADaemonKeepsBackupsOnAnotherMachine(t *testing.T) {
	for name, at := range map[string]interface {
		Address() string
		Login(t testing.TB) string
		Leave(gone bool)
	}{"sftp": remotetest.NewMachine(t), "s3": remotetest.NewCloud(t)} {
		t.Run(name, func(t *testing.T) {
			login := at.Login(t)
			if code, out := loa("backups", "begin", at.Address()); code != 77 || !strings.Contains(out, "--login") {
				t.Errorf("without a login: %d %s", code, out)
			}
			code, out := loa("backups", "begin", at.Address(), "--login", login)
			ran(t, code, out, "loa serve --backups "+at.Address()+" --backups-login "+login)
			if code, out := loa("backups", "begin", at.Address(), "--login", login); code != 75 {
				t.Errorf("begun twice: %d %s", code, out)
			}
			place, err := readBackupPlace(at.Address(), opener{Login: login}, "")
			if err != nil {
				t.Fatal(err)
			}
			r := startKeeping(t, t.TempDir(), monday, place)
			r.made("POST", "/api/v1/audio?name=tin.wav", string(audiotest.WAV(2, 8000, 1)))
			for _, do := range []string{"make", "try"} {
				code, out = r.loa("backups", do)
				ran(t, code, out, "tệp âm thanh")
			}
			code, out = r.loa("backups")
			ran(t, code, out, "2024-05-13T")
			code, direct := loa("backups", "list", at.Address(), "--login", login)
			ran(t, code, direct)
			if direct != out {
				t.Errorf("the place says\n%s\nthe daemon\n%s", direct, out)
			}

			at.Leave(true)
			if code, out := r.loa("backups", "make"); code != 69 || !strings.Contains(out, "Không liên lạc được với "+at.Address()) {
				t.Errorf("gone: %d %s", code, out)
			}
			page := r.call("GET", "/backups", "", "Content-Type", "")
			body := string(page.Body)
			if page.Status != http.StatusOK || !strings.Contains(body, "Không liên lạc được với") || strings.Contains(body, "khong-noi") {
				t.Errorf("the page: %d %s", page.Status, body)
			}
			if _, out := r.loa("health"); !strings.Contains(out, "Lần tự sao lưu lúc") || !strings.Contains(out, at.Address()) {
				t.Errorf("health: %s", out)
			}
			at.Leave(false)
			r.stop()

			to := filepath.Join(t.TempDir(), "new")
			code, out = loa("restore", at.Address(), "--login", login, "--data", to)
			ran(t, code, out, "Đã khôi phục")
			code, out = loa("verify", "--data", to)
			ran(t, code, out, "nguyên vẹn", "tệp âm thanh")
		})
	}
}

// A machine nobody has vouched for is not written to; what is to be done stands in the answer.
func TestAMachineNobodyVouchedFor(t *testing.T) {
	m := remotetest.NewMachine(t)
	login := m.Login(t)
	whole, err := os.ReadFile(login)
	if err != nil {
		t.Fatal(err)
	}
	known, host, _ := strings.Cut(string(whole), "\nhost ")
	writeFile(t, login, []byte(known+"\n"))
	if err := os.Chmod(login, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := loa("backups", "begin", m.Address(), "--login", login)
	if code != 77 || !strings.Contains(out, "host "+strings.TrimSpace(host)) || !strings.Contains(out, "ssh-keygen -lf") {
		t.Errorf("%d %s", code, out)
	}
	for what, args := range map[string][]string{
		"a secret in the address":   {"backups", "begin", "sftp://loa:bi-mat@may/srv"},
		"a login that is not there": {"backups", "begin", m.Address(), "--login", login + ".none"},
		"a login without a place":   {"serve", "--backups-login", login},
		"a word nobody knows":       {"serve", "--backups", "ftp://may/srv", "--backups-login", login},
	} {
		if code, out := loa(args...); code == 0 || code == 70 || strings.Contains(out, "bi-mat") {
			t.Errorf("%s: %d %s", what, code, out)
		}
	}
}
