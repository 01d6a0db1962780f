package main

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/airing"
	"loa/audio/audiotest"
	"loa/audio/match"
	"loa/internal/text"
	"loa/web/webtest"
)

// parts are those of a bundle, by name.
type parts map[string][]byte

func partsOf(t *testing.T, file string) parts {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := parts{}
	for _, f := range z.File {
		r, err := f.Open()
		if err == nil {
			out[f.Name], err = io.ReadAll(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// packed writes parts as a bundle and returns its name.
func (p parts) packed(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(p[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "bundle.zip")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// with is the bundle with a part changed, nil for none, and its sum made to fit.
func (p parts) with(t *testing.T, name string, body []byte) parts {
	t.Helper()
	out := maps.Clone(p)
	sum := sha256.Sum256(body)
	old := sha256.Sum256(p[name])
	out["proof.json"] = bytes.ReplaceAll(p["proof.json"], []byte(hex.EncodeToString(old[:])), []byte(hex.EncodeToString(sum[:])))
	out[name] = body
	return out
}

// signed is the bundle signed anew, with a key of somebody else's.
func (p parts) signed(t *testing.T) parts {
	t.Helper()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := json.Marshal(airing.SignProof(key, "kẻ khác", time.Now(), sha256.Sum256(p["proof.json"])))
	if err != nil {
		t.Fatal(err)
	}
	out := maps.Clone(p)
	out["signature.json"] = sign
	return out
}

// older is the bundle, not sealed yet, with a verdict that an older method came to.
func (p parts) older(t *testing.T, word match.Word) parts {
	t.Helper()
	var head airing.Head
	var log []byte
	for line := range bytes.Lines(p["log.jsonl"]) {
		var e airing.Entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if log == nil {
			head = airing.Head{Station: e.Station, Seq: e.Seq - 1, Hash: e.Prev}
		}
		if e.Proof != nil {
			e.Proof.Method, e.Proof.Word = match.Method-1, word
		}
		raw, next, err := airing.Link(head, &e)
		if err != nil {
			t.Fatal(err)
		}
		head, log = next, append(append(log, raw...), '\n')
	}
	out := p.with(t, "log.jsonl", log)
	out["proof.json"] = bytes.Replace(out["proof.json"], fmt.Appendf(nil, `"method": %d`, match.Method), fmt.Appendf(nil, `"method": %d`, match.Method-1), 1)
	return out.signed(t)
}

func (p parts) without(names ...string) parts {
	out := maps.Clone(p)
	for _, name := range names {
		delete(out, name)
	}
	return out
}

// TestAVerdictIsProvedOnAnotherMachine makes bundles of a report before and after its week is sealed, by the
// command, and checks them without a server; whatever is changed in one is refused by name.
func TestAVerdictIsProvedOnAnotherMachine(t *testing.T) {
	cal := airing.Calendar{Zone: text.Zone}
	first := cal.Week(time.Now()) + 1 // the daemon closes no week from before the installation
	begins := cal.Start(first)
	r := startDaemon(t, t.TempDir(), begins)
	weekly, other, planned := talkOf(1), talkOf(2), ""
	for title, sound := range map[string]talked{"Nông thôn mới": weekly, "Tin xã": other} {
		p := r.made("POST", "/api/v1/programmes", fmt.Sprintf(`{"title":%q,"languages":["vi"]}`, title))
		if title == "Nông thôn mới" {
			planned = p
		}
		audio := r.made("POST", "/api/v1/audio?name=x", sound.file())
		r.approve(r.made("POST", "/api/v1/programmes/"+p+"/episodes", fmt.Sprintf(`{"title":"Số 12","script":"Kính chào bà con","audio":%q}`, audio)))
	}
	start := begins.Add(17 * time.Hour)
	r.clock.set(start.Add(30 * time.Minute))
	report, dir := uuidOf(1), t.TempDir()
	r.made("PUT", "/api/v1/airings/"+report, fmt.Sprintf(`{"station":"S00001","programme":%q,"outcome":"aired","means":"fm","seconds":150,"started_at":%q}`,
		planned, start.Format(time.RFC3339)))
	loa := func(want int, said string, args ...string) string {
		t.Helper()
		var o, e bytes.Buffer
		code := run(t.Context(), args, &o, &e)
		if out := o.String() + e.String(); code != want || !strings.Contains(out, said) {
			t.Errorf("%s: %d %q, want %d %q", args, code, out, want, said)
		}
		return o.String()
	}
	server := []string{"--server", r.d.URL(), "--token", r.token}
	export := func(want int, said, name string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		loa(want, said, append([]string{"proof", "export", report, file}, server...)...)
		return file
	}
	export(66, "không có bản thu nào để máy nghe", "none.zip")
	at := start.Add(85 * time.Second)
	path := "/api/v1/airings/" + report + "/evidence/" + uuidOf(2) + "?name=loa.WAV&captured_at=" + escape(at.Format(time.RFC3339)) +
		"&sent_at=" + escape(r.clock.now().Format(time.RFC3339))
	if a := r.call("PUT", path, weekly.clip(70, 9), "Content-Type", "application/octet-stream"); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	export(66, "chưa nghe bản thu nào", "none.zip")
	r.proofs(report)

	unsealed := export(0, "chưa được niêm phong", "unsealed.zip")
	loa(0, "Nghe lại bản thu: Đã kiểm chứng", "proof", "verify", unsealed)
	bare := partsOf(t, unsealed)
	facts := string(bare["proof.json"])
	prints := slices.DeleteFunc(slices.Sorted(maps.Keys(bare)), func(name string) bool { return !strings.HasPrefix(name, "references/") })
	if len(prints) != 2 || bare["ban-thu.wav"] == nil || bare["signature.json"] == nil || bare["seal.json"] != nil {
		t.Fatalf("the bundle holds %q", slices.Sorted(maps.Keys(bare)))
	}
	for said, p := range map[string]parts{
		"Bản thu trong gói không phải":            bare.with(t, "ban-thu.wav", []byte(weekly.clip(20, 9))),
		"không phải bản ghi mà máy đã so":         bare.with(t, prints[0], bare[prints[1]]),
		"kết luận khác với kết luận ghi trong sổ": {"proof.json": []byte(strings.ReplaceAll(facts, `"expected": true`, `"expected": false`))},
		"lập (phương pháp số":                     {"proof.json": []byte(strings.Replace(facts, `"form": 1`, `"form": 7`, 1))},
		"theo mẫu “loa-proof-9”":                  {"proof.json": []byte(strings.Replace(facts, "loa-proof-1", "loa-proof-9", 1))},
		"Sổ nhật ký trong gói thiếu":              {"proof.json": []byte(strings.Replace(facts, `"evidence_id": "`, `"evidence_id": "x`, 1))},
	} {
		whole := maps.Clone(bare)
		maps.Copy(whole, p)
		want := 75
		if strings.HasPrefix(said, "theo") || strings.HasPrefix(said, "lập") {
			want = 65
		}
		loa(want, said, "proof", "verify", whole.signed(t).packed(t))
		if want == 75 {
			loa(75, "Chữ ký của gói không đúng", "proof", "verify", whole.packed(t))
		}
		if !strings.HasPrefix(said, "theo mẫu") {
			loa(75, "Gói không có chữ ký", "proof", "verify", whole.without("signature.json").packed(t))
		}
	}
	anew := fmt.Sprintf("phương pháp số %d. Nghe lại bằng phương pháp số %d, đặt bên cạnh: Đã kiểm chứng. Khớp 1", match.Method-1, match.Method)
	loa(0, anew, "proof", "verify", bare.older(t, match.Verified).packed(t))
	loa(75, anew, "proof", "verify", bare.older(t, match.NotProven).packed(t))
	loa(75, "máy chủ đã nghe lại", "proof", "verify", bare.older(t, match.Contradicted).packed(t), "--json")
	guide := bare.with(t, "DOC-TRUOC.txt", []byte("Đài khác"))
	loa(75, "Gói không có chữ ký", "proof", "verify", guide.without("signature.json").packed(t))
	cutLog := bare["log.jsonl"][:bytes.LastIndexByte(bytes.TrimSpace(bare["log.jsonl"]), '\n')+1]
	loa(75, "Gói không có chữ ký", "proof", "verify", bare.with(t, "log.jsonl", cutLog).without("signature.json").packed(t))

	const doubt = "có thể là tệp chứ không phải bản thu"
	r.made("PUT", "/api/v1/airings/"+uuidOf(3), fmt.Sprintf(
		`{"station":"S00002","programme":%q,"outcome":"aired","means":"fm","seconds":150,"started_at":%q}`,
		planned, start.Format(time.RFC3339)))
	path = strings.ReplaceAll(strings.ReplaceAll(path, report, uuidOf(3)), uuidOf(2), uuidOf(4))
	ownFile := string(audiotest.WAVOf(weekly[70*talkRate:85*talkRate], talkRate))
	if a := r.call("PUT", path, ownFile, "Content-Type", "application/octet-stream"); a.Status != 200 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	r.proofs(uuidOf(3))
	direct := filepath.Join(dir, "direct.zip")
	loa(0, "", append([]string{"proof", "export", uuidOf(3), direct}, server...)...)
	loa(0, doubt, "proof", "verify", direct)
	if guide := partsOf(t, direct)["DOC-TRUOC.txt"]; !bytes.Contains(guide, []byte(doubt)) {
		t.Errorf("who reads the guide is not told of the doubt: %s", guide)
	}
	z, err := zip.OpenReader(direct)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if past := r.clock.now().Sub(f.Modified); past < 0 || past > time.Hour { // the clock goes on
			t.Errorf("%s is of %v", f.Name, f.Modified)
		}
	}
	z.Close()

	r.clock.set(begins.AddDate(0, 0, 15))
	if _, err := r.d.closeWeeks(t.Context(), r.clock.now()); err != nil {
		t.Fatal(err)
	}
	sealed := export(0, "Dấu niêm phong số 1", "sealed.zip")
	export(75, "đã có", "sealed.zip")
	out := loa(0, "Khớp 1", "proof", "verify", sealed)
	_, code, _ := strings.Cut(out, "Mã niêm phong: ")
	code, _, _ = strings.Cut(code, ".")
	loa(0, code, "proof", "verify", sealed, "--code", code)
	loa(75, "không mang mã", "proof", "verify", sealed, "--code", strings.Repeat("0", 24))
	for _, short := range []string{"12", "", " "} {
		loa(65, "24", "proof", "verify", sealed, "--code", short)
		loa(65, "64", "proof", "verify", sealed, "--key", short)
	}
	_, key, _ := strings.Cut(out, "bằng khoá: ")
	key, said, _ := strings.Cut(key, ".")
	if !strings.Contains(said, "hãy so với “Khoá công khai của sổ”") {
		t.Errorf("nobody is told to compare the key: %s", out)
	}
	loa(0, "bằng đúng khoá đã cho", "proof", "verify", sealed, "--key", key, "--code", code)
	loa(0, "hãy so với", "proof", "verify", sealed, "--code", code)
	loa(0, "bằng đúng khoá đã cho", "proof", "verify", unsealed, "--key", strings.ReplaceAll(key, " ", ""))
	loa(75, "không được ký bằng khoá này", "proof", "verify", bare.signed(t).packed(t), "--key", key)
	loa(0, "Ai cũng ký được bằng khoá của mình", "proof", "verify", bare.signed(t).packed(t))
	var told struct {
		Proof, Heard airing.Proof
		Seal         airing.Seal
	}
	err = json.Unmarshal([]byte(loa(0, "", "proof", "verify", sealed, "--json")), &told)
	if err != nil || told.Heard.Score != told.Proof.Score || told.Seal.Number != 1 {
		t.Errorf("%+v %v", told, err)
	}
	whole := partsOf(t, sealed)
	for name, body := range whole {
		said := "Phần “" + name + "”"
		if name == "proof.json" || name == "signature.json" {
			said = "Chữ ký của gói không đúng"
		}
		gone := map[bool]string{true: "Gói không có chữ ký", false: said}[name == "signature.json"]
		touched := maps.Clone(whole)
		touched[name] = bytes.Replace(body, []byte("a"), []byte("b"), 1)
		if name == "proof.json" {
			touched[name] = bytes.Replace(body, []byte("Nông thôn"), []byte("Nông thon"), 1)
		}
		if name == "signature.json" {
			touched[name] = bytes.Replace(body, []byte(`"at":"20`), []byte(`"at":"19`), 1)
		}
		if bytes.Equal(touched[name], body) {
			t.Fatalf("%s is not changed", name)
		}
		loa(75, said, "proof", "verify", touched.packed(t))
		if name != "proof.json" {
			loa(75, gone, "proof", "verify", whole.without(name).packed(t))
		}
	}
	lines := bytes.SplitAfter(whole["log.jsonl"], []byte("\n"))
	ends := bytes.Replace(whole["seal.json"], []byte(`"seq":`), []byte(`"seq":1`), 1)
	for said, p := range map[string]parts{
		"Phần “them.txt”":     func() parts { p := maps.Clone(whole); p["them.txt"] = nil; return p }(),
		"đứt ở mục thứ 2":     whole.with(t, "log.jsonl", bytes.Join(slices.Delete(slices.Clone(lines), 1, 2), nil)).signed(t),
		"Dấu niêm phong số 1": whole.with(t, "seal.json", ends).signed(t),
		"Gói không có chữ ký": whole.without("signature.json", "seal.json"),
	} {
		loa(75, said, "proof", "verify", p.packed(t))
	}
	loa(75, "Dấu niêm phong số 1", "proof", "verify", whole.signed(t).packed(t)) // all is as it was, by another's key
	loa(65, "không phải gói chứng minh", "proof", "verify", filepath.Join("testdata", "..", "proof.go"))
	loa(66, "Không có tệp", "proof", "verify", filepath.Join(dir, "nothing.zip"))

	district := webtest.LoggedIn(t, r.d.store, "Ma Văn Sát", r.clock.now(), accounts.Grant{Role: accounts.Monitor,
		Scope: accounts.Scope{Level: accounts.District, ID: "084"}})
	if w := r.open("GET", "/api/v1/airings/"+report+"/proof", district, ""); w.Code != 403 {
		t.Errorf("who watches a district has the bundle: %d", w.Code)
	}
	if a := r.call("GET", "/api/v1/airings/"+report+"/proof?evidence="+uuidOf(9), ""); a.Status != 404 || a.problem().Code != "airing.evidence_unknown" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
