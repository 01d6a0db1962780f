package usb

import (
	"archive/zip"
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loa/audio/audiotest"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/library"
	"loa/store/folder"
)

var monday = time.Date(2026, 11, 23, 5, 30, 0, 0, text.Zone)

func TestFileNamesAreWhatACarRadioSortsAndShows(t *testing.T) {
	long := "Đẩy mạnh ứng dụng khoa học công nghệ trong sản xuất nông nghiệp sinh thái"
	for _, c := range []struct {
		n, of              int
		at                 time.Time
		times              int
		programme, episode string
		want               string
	}{
		{1, 7, monday, 1, "Nông thôn mới", "Tập 12", "01_T2_0530_Nong_thon_moi_Tap_12.mp3"},
		{1, 7, monday, 1, "Nông thôn mới", "Nông thôn mới tập 12", "01_T2_0530_Nong_thon_moi_tap_12.mp3"},
		{2, 7, monday.AddDate(0, 0, 6).Add(11*time.Hour + 30*time.Minute), 14, "Đường về bản", "ĐỒNG BÀO  Mông – “Ăn Tết”",
			"02_CN_1700_x14_Duong_ve_ban_DONG_BAO_Mong_An_Tet.mp3"},
		{3, 120, monday, 1, "", "", "003_T2_0530.mp3"},
		{4, 9, monday, 2, long, "Số 3: " + long, "04_T2_0530_x2_Day_manh_ung_dung_khoa_So_3_Day_manh_ung.mp3"},
		{5, 9, monday, 1, "", strings.Repeat("x", 200), "05_T2_0530_" + strings.Repeat("x", 45) + ".mp3"},
		{6, 9, monday, 1, `..\..\boot`, "a/b:c*d?.mp3\x00\u202e", "06_T2_0530_boot_a_b_c_d_mp3.mp3"},
		{7, 9, monday, 1, "广播", "Nông thôn mới", "07_T2_0530_Nong_thon_moi.mp3"},
	} {
		if got := FileName(c.n, c.of, c.at, c.times, c.programme, c.episode); got != c.want {
			t.Errorf("%q %q: %s, want %s", c.programme, c.episode, got, c.want)
		}
	}
	if got := ArchiveName("2026-W48", "02779", "Thanh Bình"); got != "Loa_2026-W48_02779_Thanh_Binh.zip" {
		t.Error(got)
	}
}

// safe is a name that FAT, old radios and old programs take.
var safe = regexp.MustCompile(`^[0-9]{2,}_(T[2-7]|CN)_[0-9]{4}(_[0-9A-Za-z]+)*\.mp3$`)

func FuzzFileName(f *testing.F) {
	f.Add(1, 5, int64(0), 1, "Nông thôn mới", "Tập 12")
	f.Add(99, 101, int64(1e9), 70, "\xff\xfe", "con.mp3")
	f.Fuzz(func(t *testing.T, n, of int, minutes int64, times int, programme, episode string) {
		n, of, times = 1+abs(n)%10_000, 1+abs(of)%10_000, 1+abs(times)%10_000
		n = min(n, of)
		name := FileName(n, of, monday.Add(time.Duration(minutes%1e7)*time.Minute), times, programme, episode)
		if len(name) > nameLength || !safe.MatchString(name) {
			t.Fatalf("%q %q became %q", programme, episode, name)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }

func TestNamesSortAsTheFilesAir(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		titles := rapid.SliceOfN(rapid.String(), 1, 130).Draw(t, "titles")
		var names []string
		for i, title := range titles {
			names = append(names, FileName(i+1, len(titles), monday, 1, "", title))
		}
		if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Fatalf("%q", names)
		}
	})
}

// shelf keeps blobs of a test.
func shelf(t *testing.T) *folder.Blobs {
	t.Helper()
	b, err := folder.OpenBlobs(t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// packed makes a stick of files of those sizes, and tells what is in them.
func packed(t *testing.T, blobs *folder.Blobs, sizes ...int) (Stick, map[string][]byte) {
	t.Helper()
	var s Stick
	content := map[string][]byte{}
	random := rand.NewChaCha8([32]byte{7})
	for i, size := range sizes {
		b := make([]byte, size)
		_, _ = random.Read(b) // never fails
		ref, err := blobs.Put(t.Context(), bytes.NewReader(b), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		name := FileName(i+1, len(sizes), monday, 1, "", "Bài")
		s.Files = append(s.Files, File{Name: name, Blob: ref, At: monday.Add(time.Duration(i) * time.Hour)})
		content[name] = b
	}
	return s, content
}

func TestTheArchiveIsAPlainZIPOfItsFiles(t *testing.T) {
	audiotest.Need(t, "unzip")
	blobs := shelf(t)
	s, content := packed(t, blobs, 100_000, 0, 1, 70_001)
	list := s.List(text.Vietnamese, "Thanh Bình (Bát Xát)", monday)
	content[ListName] = list
	a, err := NewArchive(t.Context(), s, list, monday, blobs)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	whole, err := io.ReadAll(a)
	if err != nil || int64(len(whole)) != a.Size() {
		t.Fatalf("%d bytes, %d promised: %v", len(whole), a.Size(), err)
	}
	z, err := zip.NewReader(bytes.NewReader(whole), a.Size())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, content[f.Name]) || f.Method != zip.Store || f.Flags != 0 {
			t.Errorf("%s: %v, %d bytes, method %d, flags %x", f.Name, err, len(got), f.Method, f.Flags)
		}
		if at := f.Modified; f.Name == s.Files[3].Name && (at.Hour() != 8 || at.Minute() != 30 || at.Day() != 23) {
			t.Errorf("%s: made at %v", f.Name, at)
		}
	}
	if len(z.File) != len(content) {
		t.Errorf("%d files, want %d", len(z.File), len(content))
	}
	file := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("unzip", "-t", file).CombinedOutput(); err != nil || bytes.Contains(out, []byte("warning")) {
		t.Errorf("unzip -t: %v\n%s", err, out)
	}
}

func TestReadingMayBeginAnywhere(t *testing.T) {
	blobs := shelf(t)
	s, _ := packed(t, blobs, 3000, 500, 12_000)
	open := func() *Archive {
		a, err := NewArchive(t.Context(), s, []byte("x"), monday, blobs)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	first := open()
	whole, err := io.ReadAll(first)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		a := open() // knows no checksum yet
		defer a.Close()
		if a.Tag() != first.Tag() {
			t.Fatal("another tag for the same content")
		}
		for range rapid.IntRange(1, 4).Draw(t, "reads") {
			from := rapid.IntRange(0, len(whole)).Draw(t, "from")
			n := rapid.IntRange(0, len(whole)-from).Draw(t, "n")
			if _, err := a.Seek(int64(from), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, n)
			if _, err := io.ReadFull(a, got); err != nil || !bytes.Equal(got, whole[from:from+n]) {
				t.Fatalf("%d bytes from %d differ: %v", n, from, err)
			}
		}
	})
}

func TestTheTagTellsWhatWouldBeOtherBytes(t *testing.T) {
	blobs := shelf(t)
	s, _ := packed(t, blobs, 10, 20)
	tag := func(s Stick, list string, at time.Time) string {
		a, err := NewArchive(t.Context(), s, []byte(list), at, blobs)
		if err != nil {
			t.Fatal(err)
		}
		return a.Tag()
	}
	seen := map[string]string{tag(s, "a", monday): "the first"}
	renamed, swapped := slices.Clone(s.Files), slices.Clone(s.Files)
	renamed[0].Name = "01_x.mp3"
	swapped[0].Blob, swapped[1].Blob = s.Files[1].Blob, s.Files[0].Blob
	for what, other := range map[string]string{"another list": tag(s, "b", monday), "another week": tag(s, "a", monday.AddDate(0, 0, 7)),
		"another name": tag(Stick{Files: renamed}, "a", monday), "other sounds": tag(Stick{Files: swapped}, "a", monday)} {
		if seen[other] != "" {
			t.Errorf("%s has the tag of %s", what, seen[other])
		}
		seen[other] = what
	}
}

func TestWhatCannotBeReadEndsInAnErrorNotInABrokenZIP(t *testing.T) {
	blobs := shelf(t)
	s, _ := packed(t, blobs, 5000, 5000)
	a, err := NewArchive(t.Context(), s, nil, monday, blobs)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := blobs.Remove(t.Context(), s.Files[1].Blob.SHA256, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, a); !fault.Is(err, "library.blob_missing") || n >= a.Size() {
		t.Errorf("%d bytes, %v", n, err)
	}
	s.Files[0].Blob.Size++
	if a, err = NewArchive(t.Context(), s, nil, monday, blobs); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := io.Copy(io.Discard, a); err != io.ErrUnexpectedEOF {
		t.Errorf("a blob shorter than its record: %v", err)
	}
	s.Files[0].Blob = library.Ref{SHA256: s.Files[0].Blob.SHA256, Size: 4 << 30}
	if _, err := NewArchive(t.Context(), s, nil, monday, blobs); !fault.Is(err, "usb.too_large") {
		t.Errorf("over 4 GB: %v", err)
	}
}
