package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio/audiotest"
	"loa/internal/text"
	"loa/message"
	"loa/store/backup"
	"loa/web/kit"
)

// placed begins a place of backups, and says how a daemon is told of it.
func placed(t *testing.T, keyFile, keep string) (dir string, p backupPlace) {
	t.Helper()
	dir = t.TempDir()
	args := []string{"backups", "begin", dir}
	if keyFile != "" {
		args = append(args, "--key", keyFile)
	}
	if code, out := loa(args...); code != 0 || !strings.Contains(out, "loa serve --backups "+dir) {
		t.Fatalf("%d %s", code, out)
	}
	p, err := readBackupPlace(dir, opener{Key: keyFile}, keep)
	if err != nil {
		t.Fatal(err)
	}
	return dir, p
}

// ran fails the test unless the command ends well and says all that.
func ran(t *testing.T, code int, out string, says ...string) {
	t.Helper()
	if code != 0 {
		t.Fatalf("%d %s", code, out)
	}
	for _, s := range says {
		if !strings.Contains(out, s) {
			t.Errorf("no %q in %s", s, out)
		}
	}
}

// A daemon keeps backups by the clock and by hand, tells of them on the page, by the API,
// on the terminal and in its health, and a bare machine is made of them.
func TestADaemonKeepsBackups(t *testing.T) {
	key := filepath.Join(t.TempDir(), "khoa.txt")
	code, out := loa("backups", "key", key)
	ran(t, code, out, key, "age1")
	for name, keyFile := range map[string]string{"open": "", "closed": key} {
		t.Run(name, func(t *testing.T) {
			place, flags := placed(t, keyFile, "2,1,0,0")
			r := startKeeping(t, t.TempDir(), monday, flags)
			r.made("POST", "/api/v1/audio?name=tin.wav", string(audiotest.WAV(2, 8000, 1)))
			if a := r.call("POST", "/api/v1/backups/try", ""); a.Status != http.StatusNotFound || a.problem().Code != "backup.no_snapshot" {
				t.Errorf("nothing to try: %d %s", a.Status, a.Body)
			}
			code, out := r.loa("backups", "make")
			ran(t, code, out, "Đã sao lưu lúc", "tệp âm thanh mới")
			for hour := 1; hour <= 3; hour++ {
				r.clock.set(monday.Add(time.Duration(hour) * time.Hour))
				did, err := r.d.keeper.makeJob(t.Context(), r.clock.now())
				if err != nil || !strings.Contains(did.Words(text.Vietnamese), "Đã sao lưu") {
					t.Fatalf("%s, %v", did.Words(text.Vietnamese), err)
				}
			}
			code, out = r.loa("backups", "try")
			ran(t, code, out, "khôi phục được", "tệp âm thanh")
			code, out = r.loa("backups")
			ran(t, code, out, "2024-05-13T05:00", "2024-05-13T04:00")
			if n := strings.Count(out, "2024-05-13T"); n != 2 {
				t.Errorf("%d stay where two should:\n%s", n, out)
			}
			args := []string{"backups", "list", place}
			if keyFile != "" {
				args = append(args, "--key", keyFile)
			}
			code, direct := loa(args...)
			ran(t, code, direct)
			if direct != out {
				t.Errorf("the folder says\n%s\nthe daemon\n%s", direct, out)
			}
			page := r.call("GET", "/backups", "", "Content-Type", "")
			if page.Status != http.StatusOK || !strings.Contains(string(page.Body), place) {
				t.Errorf("the page: %d %s", page.Status, page.Body)
			}
			code, out = r.loa("health")
			if code != 0 || !strings.Contains(out, place) && !strings.Contains(out, "Khôi phục thử") {
				t.Errorf("health: %d %s", code, out)
			}
			r.stop()
			to := filepath.Join(t.TempDir(), "new")
			args = []string{"restore", place, "--data", to}
			if keyFile != "" {
				if code, out := loa(args...); code != 65 || !strings.Contains(out, "--key") {
					t.Errorf("without the key: %d %s", code, out)
				}
				args = append(args, "--key", keyFile)
			}
			if code, out := loa(append(args, "--at", "hôm qua")...); code != 65 || !strings.Contains(out, "hôm qua") {
				t.Errorf("a moment nobody understands: %d %s", code, out)
			}
			if code, out := loa(append(args, "--at", "2024-05-12")...); code != 66 {
				t.Errorf("before all: %d %s", code, out)
			}
			code, out = loa(append(args, "--at", "12:00 13/5/2024")...)
			ran(t, code, out, "Đã khôi phục", "12:00 13/5/2024")
			code, out = loa("verify", "--data", to)
			ran(t, code, out, "nguyên vẹn", "tệp âm thanh")
			if code, out := loa(args...); code != 75 {
				t.Errorf("onto data: %d %s", code, out)
			}
		})
	}
}

// What is wrong with a place is told in words, and nothing is written to what is none.
func TestAPlaceOfBackupsThatIsNone(t *testing.T) {
	for what, args := range map[string][]string{
		"a key without a place": {"serve", "--backups-key", "x"},
		"numbers without it":    {"serve", "--backups-keep", "1,1,1,1"},
		"no such key":           {"serve", "--backups", "x", "--backups-key", filepath.Join(t.TempDir(), "none")},
		"too few numbers":       {"serve", "--backups", "x", "--backups-keep", "1,2"},
	} {
		if code, out := loa(append(args, "--data", filepath.Join(t.TempDir(), "data"))...); code == 0 || code == 70 {
			t.Errorf("%s: %d %s", what, code, out)
		}
	}
	place, flags := placed(t, "", "")
	r := startKeeping(t, t.TempDir(), monday, flags)
	code, out := r.loa("backups", "make")
	ran(t, code, out)
	mounted := place + ".mounted"
	if err := os.Rename(place, mounted); err != nil {
		t.Fatal(err)
	}
	if code, out := r.loa("backups", "make"); code != 69 || !strings.Contains(out, "ổ đĩa") {
		t.Errorf("a disk that is gone: %d %s", code, out)
	}
	if err := os.Mkdir(place, 0o700); err != nil { // where it was mounted
		t.Fatal(err)
	}
	if code, out := r.loa("backups", "make"); code != 69 || !strings.Contains(out, "chưa gắn") {
		t.Errorf("a disk that is not mounted: %d %s", code, out)
	}
	if page := r.call("GET", "/backups", "", "Content-Type", ""); page.Status != http.StatusOK || !strings.Contains(string(page.Body), "chưa gắn") {
		t.Errorf("the page: %d %s", page.Status, page.Body)
	}
	if left, err := os.ReadDir(place); err != nil || len(left) > 0 {
		t.Errorf("written to: %v, %v", left, err)
	}
	if err := os.Remove(place); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(mounted, place); err != nil {
		t.Fatal(err)
	}
	other := startKeeping(t, t.TempDir(), monday, flags)
	if code, out := other.loa("backups", "make"); code != 75 || !strings.Contains(out, "máy chủ Loa khác") {
		t.Errorf("of another installation: %d %s", code, out)
	}
	if code, out := other.loa("backups", "try"); code != 75 || !strings.Contains(out, "máy chủ Loa khác") {
		t.Errorf("another's is tried: %d %s", code, out)
	}
	if err := other.d.keeper.wrong(t.Context()); err == nil {
		t.Error("a daemon starts with another's place without a word")
	}
	alone := startDaemon(t, t.TempDir(), monday)
	for _, args := range [][]string{{"backups"}, {"backups", "make"}, {"backups", "try"}} {
		if code, out := alone.loa(args...); code != 75 || !strings.Contains(out, "--backups") {
			t.Errorf("%v where none are kept: %d %s", args, code, out)
		}
	}
}

// A daemon under load is killed while it keeps backups: every snapshot that is there then
// restores whole, and holds each report that had its receipt before it was asked for.
func TestADaemonKilledWhileItKeepsBackups(t *testing.T) {
	t.Parallel()
	rounds := kills(t, 3)
	place, _ := placed(t, "", "")
	dir := t.TempDir()
	serve := func(dir string) *child { return startChild(t, dir, 0, childBackups+"="+place) }
	c := serve(dir)
	var programme struct{ ID string }
	if err := json.Unmarshal(c.must("POST", "/api/v1/programmes", `{"title":"Nông thôn mới","topics":[],"languages":["vi"]}`), &programme); err != nil {
		t.Fatal(err)
	}
	kept := newLedger()
	for round := range rounds {
		c.must("POST", fmt.Sprintf("/api/v1/audio?name=%d.wav", round), string(audiotest.WAV(float64(20+round), 8000, 1)))
		var asked, acknowledged map[string]string // reports of before, and those of the last snapshot that was answered
		answered, first := make(chan struct{}), make(chan struct{})
		began := sync.OnceFunc(func() { close(first) })
		go func() {
			defer close(answered)
			for {
				asked = kept.copy()
				switch status, body := c.send("POST", "/api/v1/backups", ""); status {
				case 0:
					return
				case http.StatusConflict: // a second has one snapshot
				case http.StatusOK:
					acknowledged = asked
					began()
				default:
					t.Errorf("round %d: %d %s", round, status, body)
					return
				}
			}
		}()
		<-first
		kept.storm(c, programme.ID, len(kept.notes)+60)
		<-answered
		code, out := loa("backups", "list", place, "--json")
		ran(t, code, out)
		var there []struct{ At string }
		if err := json.Unmarshal([]byte(out), &there); err != nil || len(there) == 0 {
			t.Fatal(there, err)
		}
		for i, s := range there {
			to := filepath.Join(t.TempDir(), "new")
			code, out := loa("restore", place, "--data", to, "--at", s.At)
			ran(t, code, out, "Đã khôi phục")
			if strings.Contains(out, "chỗ hỏng") {
				t.Errorf("the snapshot of %s: %s", s.At, out)
			}
			if i == 0 { // it is the one that was answered last, or one after it that was cut
				again := startChild(t, to, 0)
				(&ledger{notes: acknowledged}).check(again, true)
				again.kill()
			}
		}
		t.Logf("round %d: %d snapshots there, %d reports before the last, %d in all", round, len(there), len(acknowledged), len(kept.notes))
		c = serve(dir)
		kept.check(c, false)
	}
	code, out := loa("backups", "try", place)
	ran(t, code, out)
}

// A file of which a bit rotted is found within the time that is set. Where the server keeps backups it can open it brings
// the file back; where it cannot, health names the recording until somebody sends it again.
func TestRotIsFoundWhileTheDaemonRuns(t *testing.T) {
	_, place := placed(t, "", "")
	for name, place := range map[string]backupPlace{"with backups": place, "without": {}} {
		t.Run(name, func(t *testing.T) {
			r := startKeeping(t, t.TempDir(), monday, place)
			sound := string(audiotest.WAV(2, 8000, 1))
			rec, err := r.d.store.Recording(t.Context(), r.made("POST", "/api/v1/audio?name=tin-xa.wav", sound))
			if err != nil {
				t.Fatal(err)
			}
			if place.name != "" {
				code, out := r.loa("backups", "make")
				ran(t, code, out)
			}
			path := filepath.Join(r.dir, backup.BlobsFolder, rec.Blob.SHA256[:2], rec.Blob.SHA256)
			writeFile(t, path, []byte(sound[:len(sound)-1]+"?"))
			if a := r.call("PUT", "/api/v1/audio/settings", `{"reread_days":1}`); a.Status != http.StatusOK {
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			refused := 0
			for hour := range 24 {
				if _, err := r.d.rereadBlobs(t.Context(), monday.Add(time.Duration(hour)*time.Hour)); err != nil {
					refused++
				}
			}
			code, out := r.loa("health")
			if place.name != "" {
				if b, err := os.ReadFile(path); err != nil || string(b) != sound || refused > 0 || strings.Contains(out, "hỏng hoặc mất") {
					t.Errorf("not brought back: %v, %d runs failed; %s", err, refused, out)
				}
				return
			}
			if code == 0 || refused == 0 || !strings.Contains(out, "1 tệp trên ổ đĩa hỏng hoặc mất, của bản ghi: tin-xa.wav") {
				t.Errorf("%d runs failed; %d %s", refused, code, out)
			}
			r.made("POST", "/api/v1/audio?name=tin-xa-gui-lai.wav", sound)
			if _, err := r.d.rereadBlobs(t.Context(), monday); err != nil {
				t.Error(err)
			}
			if _, out := r.loa("health"); strings.Contains(out, "hỏng hoặc mất") {
				t.Errorf("sent again: %s", out)
			}
		})
	}
}

// On Monday administrators, and nobody else, are told when a backup was last kept and tried.
func TestMondayTellsOfTheLastGoodBackup(t *testing.T) {
	_, place := placed(t, "", "")
	r := startKeeping(t, t.TempDir(), monday, place)
	r.plan()
	for login, role := range map[string]accounts.Role{"hoan": accounts.Admin, "giang": accounts.Monitor} {
		grant := accounts.Grant{Role: role, Scope: accounts.Scope{Level: accounts.Province}}
		if _, err := r.d.store.AddPerson(t.Context(), accounts.Meta{ID: kit.NewID(), By: accounts.Daemon(), At: monday},
			accounts.AddPerson{Name: login, Login: login, Grants: []accounts.Grant{grant}}); err != nil {
			t.Fatal(err)
		}
	}
	told := func(say string) {
		t.Helper()
		at := monday.AddDate(0, 0, 7)
		r.clock.set(at)
		people, err := r.d.store.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		set, err := r.d.store.MessageSettings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		drafts, err := r.d.weekSummary(t.Context(), at, set, people)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, d := range drafts {
			if d.Topic != message.WeekSummary {
				continue
			}
			n++
			if admin := d.Person.Login == "hoan"; strings.Contains(d.Text, say) != admin || strings.Contains(d.Text, "sao lưu") != admin {
				t.Errorf("%s is told %q", d.Person.Login, d.Text)
			}
		}
		if n != 2 {
			t.Errorf("%d are told", n)
		}
	}
	told("chưa tự sao lưu được")
	code, out := r.loa("backups", "make")
	ran(t, code, out)
	told("chưa khôi phục thử")
	code, out = r.loa("backups", "try")
	ran(t, code, out)
	told("khôi phục thử tốt gần nhất: 09:0")
}
