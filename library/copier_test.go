package library_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"loa/accounts"
	"loa/audio"
	"loa/audio/audiotest"
	"loa/audio/mpeg"
	"loa/internal/fault"
	"loa/library"
	"loa/store"
	"loa/store/bolt"
	"loa/store/folder"
)

// studio is a store, a folder of blobs, and the copier over both.
type studio struct {
	*testing.T
	store  *bolt.Store
	blobs  *folder.Blobs
	copier *library.Copier
}

func newStudio(t *testing.T) studio {
	t.Helper()
	dir, log := t.TempDir(), slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := bolt.Open(dir, bolt.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := folder.OpenBlobs(filepath.Join(dir, "blobs"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := s.Verify(context.Background(), func(p store.Problem) { t.Errorf("verify: %v", p) }); err != nil {
			t.Error(err)
		}
		if err := errors.Join(s.Close(), blobs.Close()); err != nil {
			t.Error(err)
		}
	})
	return studio{t, s, blobs, library.NewCopier(library.CopierConfig{Records: s, Blobs: blobs, Log: log, Now: time.Now})}
}

func (s studio) meta(id string) accounts.Meta {
	return accounts.Meta{ID: id, By: accounts.Daemon(), At: time.Now()}
}

// keep puts a file in the library as the desk does.
func (s studio) keep(id, name string, kind library.Kind, file []byte) library.Recording {
	s.Helper()
	set := library.DefaultSettings()
	contentType, report, err := library.Examine(s.Context(), kind, bytes.NewReader(file), set, audio.Options{})
	if err != nil {
		s.Fatalf("%s: %v", name, err)
	}
	ref, err := s.blobs.Put(s.Context(), bytes.NewReader(file), set.MaxBytes)
	if err != nil {
		s.Fatal(err)
	}
	r, err := s.store.SaveRecording(s.Context(), s.meta(id), library.SaveRecording{Kind: kind, Name: name, ContentType: contentType, Blob: ref, Report: report})
	if err != nil {
		s.Fatal(err)
	}
	return r
}

// makeAll makes what is due and says how many were made and how many could not be.
func (s studio) makeAll(made, failed int) {
	s.Helper()
	m, f, err := s.copier.MakeAll(s.Context())
	if err != nil || m != made || f != failed {
		s.Fatalf("made %d, failed %d, %v; want %d and %d", m, f, err, made, failed)
	}
}

// received is what a station gets of r.
func (s studio) received(r library.Recording) (library.BroadcastCopy, library.Recording, []byte) {
	s.Helper()
	c, found, err := s.store.BroadcastCopy(s.Context(), r.ID)
	if err != nil || !found {
		s.Fatalf("copy of %s: %v %v", r.Name, found, err)
	}
	got := c.For(r)
	f, err := s.blobs.Open(s.Context(), got.Blob.SHA256)
	if err != nil {
		s.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil || int64(len(b)) != got.Blob.Size {
		s.Fatalf("%d of %d bytes: %v", len(b), got.Blob.Size, err)
	}
	return c, got, b
}

// made is a recording as ffmpeg makes it of a programme's sound.
func made(t *testing.T, filter string, args ...string) []byte {
	t.Helper()
	return madeOf(t, 12, filter, args...)
}

// madeOf is made of so many seconds.
func madeOf(t *testing.T, seconds float64, filter string, args ...string) []byte {
	t.Helper()
	audiotest.Need(t, "ffmpeg")
	out := filepath.Join(t.TempDir(), "out")
	cmd := exec.Command("ffmpeg", append([]string{"-v", "error", "-i", "pipe:0", "-af", filter}, append(args, "file:"+out)...)...)
	cmd.Stdin = bytes.NewReader(audiotest.WAV(seconds, 44100, 5))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, said)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatStationsReceiveIsAnMP3AtTheRightLevel(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "lame")
	s := newStudio(t)
	mp3 := func(filter string) []byte { return made(t, filter, "-f", "mp3", "-b:a", "96k") }
	cases := []struct {
		name, as string
		file     []byte
		steps    int // -1 softer, 0 unchanged, 1 louder
	}{
		{"nhỏ.mp3", "nhỏ.mp3", mp3("volume=-15dB"), 1},
		{"to.mp3", "to.mp3", mp3("volume=5dB"), -1},
		{"vừa.mp3", "vừa.mp3", mp3("volume=3dB"), 0},
		{"máy tính.wav", "máy tính.mp3", made(t, "volume=-12dB", "-f", "wav", "-c:a", "pcm_s24le"), 1},
		{"phòng thu.flac", "phòng thu.mp3", made(t, "volume=-9dB", "-f", "flac"), 1},
		{"tự do.mp3", "tự do.mp3", freeFormat(t), 1},
		{"điện thoại.m4a", "điện thoại.mp3", made(t, "volume=-18dB", "-f", "ipod", "-c:a", "aac"), 1},
	}
	kept := make([]library.Recording, len(cases))
	for i, c := range cases {
		kept[i] = s.keep("r-"+c.name, c.name, library.ForProgramme, c.file)
	}
	s.keep("proof", "minh chứng.mp3", library.ForEvidence, mp3("volume=-20dB"))
	s.makeAll(len(cases), 0)
	s.makeAll(0, 0)
	for i, c := range cases {
		cp, got, b := s.received(kept[i])
		if got.Name != c.as || got.ContentType != "audio/mpeg" || cp.Limited {
			t.Errorf("%s: given as %q, %s, %+v", c.name, got.Name, got.ContentType, cp)
		}
		if sign := min(1, max(-1, cp.Steps)); sign != c.steps && !cp.Encoded {
			t.Errorf("%s: %d steps", c.name, cp.Steps)
		}
		facts, err := audio.Analyse(t.Context(), bytes.NewReader(b), audio.Options{})
		if err != nil || facts.Format != audio.MP3 {
			t.Fatalf("%s: %v %v", c.name, facts.Format, err)
		}
		if lufs, _ := facts.Loudness(); math.Abs(lufs-audio.Programme().Target(facts)) > mpeg.StepDB/2+0.1 {
			t.Errorf("%s: %.2f LUFS", c.name, lufs)
		}
		file := filepath.Join(t.TempDir(), "nhận.mp3")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		decode := exec.Command("ffmpeg", "-v", "warning", "-i", file, "-f", "null", "-")
		if said, err := decode.CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("%s: ffmpeg: %v %s", c.name, err, said)
		}
		if f, err := s.blobs.Open(t.Context(), kept[i].Blob.SHA256); err != nil {
			t.Errorf("%s: the original is gone: %v", c.name, err)
		} else {
			f.Close()
		}
	}
	if _, found, err := s.store.BroadcastCopy(t.Context(), "proof"); found || err != nil {
		t.Errorf("evidence is not aired, yet has a copy: %v", err)
	}
}

// freeFormat is an MP3 at a bitrate that the standard does not list.
func freeFormat(t *testing.T) []byte {
	t.Helper()
	cmd := exec.Command("lame", "--quiet", "--freeformat", "-b", "200", "-", "-")
	cmd.Stdin = bytes.NewReader(made(t, "volume=-9dB", "-f", "wav"))
	b, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSixChannelsAreToldByWhatIsHeard: mixing them down moves the level, which is none of
// what the copy was made louder by.
func TestSixChannelsAreToldByWhatIsHeard(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "lame")
	s := newStudio(t)
	file := made(t, "volume=-9dB", "-f", "wav", "-ac", "6")
	was, err := audio.Analyse(t.Context(), bytes.NewReader(file), audio.Options{})
	if err != nil || was.Channels != 6 {
		t.Fatalf("%d channels, %v", was.Channels, err)
	}
	r := s.keep("r", "rạp.wav", library.ForProgramme, file)
	s.makeAll(1, 0)
	c, _, b := s.received(r)
	is, err := audio.Analyse(t.Context(), bytes.NewReader(b), audio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	before, _ := was.Loudness()
	after, _ := is.Loudness()
	if math.Abs(c.Gain()-(after-before)) > 0.5 {
		t.Errorf("%.1f LUFS became %.1f, said to be louder by %.1f", before, after, c.Gain())
	}
}

func TestPeaksAreNotRaisedIntoClipping(t *testing.T) {
	s := newStudio(t)
	// One click in every second near full scale over a soft voice.
	r := s.keep("r", "tiếng nổ.mp3", library.ForProgramme, made(t, "aeval='if(lt(mod(t,1),0.001),0.6,val(0)*0.05)'", "-f", "mp3", "-b:a", "192k"))
	s.makeAll(1, 0)
	c, _, b := s.received(r)
	facts, err := audio.Analyse(t.Context(), bytes.NewReader(b), audio.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if peak, ok := facts.Measures.TruePeak.Get(); !c.Limited || !ok || peak > -1+0.1 {
		t.Errorf("%+v reaches %.2f dBTP", c, peak)
	}
}

func TestANewTargetMakesNewCopiesAndARemovedRecordingTakesItsOwn(t *testing.T) {
	s := newStudio(t)
	r := s.keep("r", "bản tin.mp3", library.ForProgramme, made(t, "volume=-12dB", "-f", "mp3"))
	s.makeAll(1, 0)
	before, _, _ := s.received(r)
	set := library.DefaultSettings()
	p := audio.Programme()
	p.TargetLUFS = -19
	set.Profiles = map[library.Kind]audio.Profile{library.ForProgramme: p}
	if _, err := s.store.SaveLibrarySettings(t.Context(), s.meta("set"), set); err != nil {
		t.Fatal(err)
	}
	s.makeAll(1, 0)
	if after, _, _ := s.received(r); after.Steps != before.Steps-2 || after.TargetLUFS != -19 {
		t.Errorf("%+v after %+v", after, before)
	}
	if used, err := s.store.BlobUsed(t.Context(), before.Blob.SHA256); used || err != nil {
		t.Errorf("the old copy still holds its bytes: %v", err)
	}
	after, _, _ := s.received(r)
	if _, err := s.store.RemoveRecording(t.Context(), s.meta("gone"), r.ID); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.store.BroadcastCopy(t.Context(), r.ID); found || err != nil {
		t.Errorf("the copy outlives its recording: %v", err)
	}
	if used, err := s.store.BlobUsed(t.Context(), after.Blob.SHA256); used || err != nil {
		t.Errorf("its bytes are still held: %v", err)
	}
}

func TestWithoutAnEncoderStationsGetTheOriginalUntilThereIsOne(t *testing.T) {
	audiotest.Need(t, "lame")
	s := newStudio(t)
	r := s.keep("r", "máy tính.wav", library.ForProgramme, audiotest.WAV(5, 22050, 1))
	path := t.TempDir()
	with, err := exec.LookPath("lame")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", path)
	s.makeAll(0, 1)
	c, got, _ := s.received(r)
	if got.Blob != r.Blob || got.ContentType != r.ContentType || !fault.Is(c.Failed.Fault(), "audio.needs_encoder") {
		t.Errorf("%+v, given %+v", c, got)
	}
	t.Setenv("PATH", filepath.Dir(with))
	s.makeAll(1, 0)
	if c, got, _ := s.received(r); c.Failed != nil || !strings.HasSuffix(got.Name, ".mp3") {
		t.Errorf("%+v, given %+v", c, got)
	}
}

func TestASmallCopyIsMadeBesideTheOther(t *testing.T) {
	audiotest.Need(t, "ffmpeg", "lame")
	s := newStudio(t)
	r := s.keep("r", "bản tin.mp3", library.ForProgramme, made(t, "volume=-12dB", "-f", "mp3", "-ac", "2", "-b:a", "128k"))
	thin := s.keep("thin", "mảnh.mp3", library.ForProgramme, made(t, "volume=-3dB", "-f", "mp3", "-ac", "1", "-ar", "16000", "-b:a", "16k"))
	path, without := os.Getenv("PATH"), t.TempDir()
	t.Setenv("PATH", without)
	s.makeAll(2, 0)
	s.makeAll(0, 0)
	c, _, full := s.received(r)
	if _, err := c.Light(r); !fault.Is(err, "library.no_small_copy") {
		t.Errorf("without an encoder: %v", err)
	}
	t.Setenv("PATH", path)
	s.makeAll(2, 0)
	s.makeAll(0, 0)
	c, _, again := s.received(r)
	small, err := c.Light(r)
	if err != nil || small.Name != "bản tin.mp3" || small.ContentType != "audio/mpeg" || !bytes.Equal(again, full) {
		t.Fatalf("%+v, %v", small, err)
	}
	f, err := s.blobs.Open(t.Context(), small.Blob.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	facts, err := audio.Analyse(t.Context(), f, audio.Options{})
	if err != nil || facts.Format != audio.MP3 || facts.Channels != 1 || math.Abs(facts.Seconds-12) > 0.2 || small.Blob.Size > int64(len(full))/5 {
		t.Errorf("%d of %d bytes, %+v, %v", small.Blob.Size, len(full), facts, err)
	}
	if c, _, _ := s.received(thin); c.Small != c.Blob {
		t.Errorf("what is thin itself was made thinner: %+v", c)
	}
	offers, err := library.Offers(t.Context(), s.store, map[string]bool{"r": true, "nobody": true})
	want := library.Offer{Full: int64(len(full)), Small: small.Blob.Size}
	if err != nil || len(offers) != 1 || offers["r"] != want || want.Listen() != small.Blob.Size {
		t.Errorf("%+v, %v", offers, err)
	}
	if _, err := s.store.RemoveRecording(t.Context(), s.meta("gone"), r.ID); err != nil {
		t.Fatal(err)
	}
	if used, err := s.store.BlobUsed(t.Context(), small.Blob.SHA256); used || err != nil {
		t.Errorf("the small copy outlives its recording: %v", err)
	}
}

// cut is a store that loses power before the first copy is written down.
type cut struct {
	library.CopyRecords
	cuts int
}

func (c *cut) SaveBroadcastCopy(ctx context.Context, m accounts.Meta, b library.BroadcastCopy) (library.BroadcastCopy, error) {
	if c.cuts--; c.cuts >= 0 {
		return b, errors.New("cut")
	}
	return c.CopyRecords.SaveBroadcastCopy(ctx, m, b)
}

func TestACutBeforeTheCopyIsWrittenDownLosesNothing(t *testing.T) {
	s := newStudio(t)
	r := s.keep("r", "bản tin.mp3", library.ForProgramme, made(t, "volume=-12dB", "-f", "mp3"))
	again := library.NewCopier(library.CopierConfig{Records: &cut{s.store, 1}, Blobs: s.blobs, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if _, _, err := again.MakeAll(t.Context()); err == nil {
		t.Fatal("the cut was not noticed")
	}
	if _, found, err := s.store.BroadcastCopy(t.Context(), r.ID); found || err != nil {
		t.Fatalf("written down all the same: %v", err)
	}
	s.copier = again
	s.makeAll(1, 0)
	if c, _, _ := s.received(r); c.Steps <= 0 {
		t.Errorf("%+v", c)
	}
}

// told is a store that says when a copy is written down.
type told struct {
	library.CopyRecords
	saved chan library.BroadcastCopy
}

func (c told) SaveBroadcastCopy(ctx context.Context, m accounts.Meta, b library.BroadcastCopy) (library.BroadcastCopy, error) {
	b, err := c.CopyRecords.SaveBroadcastCopy(ctx, m, b)
	if b.WantsSmall() { // told once, before the small one is made
		c.saved <- b
	}
	return b, err
}

func TestACopyIsMadeAsSoonAsTheRecordingIsKept(t *testing.T) {
	s := newStudio(t)
	early := s.keep("early", "hôm qua.mp3", library.ForProgramme, made(t, "volume=-15dB", "-f", "mp3"))
	saved := make(chan library.BroadcastCopy)
	c := library.NewCopier(library.CopierConfig{Records: told{s.store, saved}, Blobs: s.blobs, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); c.Run(ctx) }()
	if b := <-saved; b.Recording != early.ID || b.Steps <= 0 {
		t.Errorf("what was due at the start: %+v", b)
	}
	r := s.keep("r", "bản tin.mp3", library.ForProgramme, made(t, "volume=-12dB", "-f", "mp3"))
	c.Kept(r)
	if b := <-saved; b.Recording != r.ID || b.Steps <= 0 {
		t.Errorf("what was kept: %+v", b)
	}
	stop()
	<-ended
}
