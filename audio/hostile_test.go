package audio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/audio/audiotest"
	"loa/audio/mpeg"
	"loa/internal/fault"
)

// memoryBound is the most live memory in bytes a pass may hold.
const memoryBound = 64 << 20

// hangBound is how long one short file may take before the test gives up.
const hangBound = 5 * time.Second

// poc makes go-mp3 v0.3.4 panic: an MPEG-2 frame with mixed blocks.
const poc = "\xff\xf3\x190000000\xd5" + "0000000000000000000000000"

// grown gives how much more of the heap is in use after the latest collection
// than now, when what other tests left is gone.
func grown() func() int64 {
	runtime.GC()
	runtime.GC() // what pools keep goes with the second
	before := liveHeap()
	return func() int64 { return int64(liveHeap()) - int64(before) }
}

// liveHeap is the heap in use after the last collection.
func liveHeap() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// shortFiles are real recordings of an eighth of a second.
func shortFiles(t testing.TB) [][]byte {
	t.Helper()
	audiotest.Need(t, "lame", "ffmpeg")
	var all [][]byte
	for _, k := range kinds {
		file := lame(t, k.rate, k.channels, sound(k.rate, k.channels, 0.125), k.options...)
		all = append(all, file, tagged(file))
	}
	wave := waveFile(22050, 2, sound(22050, 2, 0.1))
	return append(all, wave, makeFile(t, wave, "flac"), makeFile(t, wave, "wav", "-c:a", "pcm_f32le", "-rf64", "always"))
}

// mutate damages a copy of b in one to four ways.
func mutate(r *rand.Rand, b []byte, others [][]byte) []byte {
	b = slices.Clone(b)
	for range 1 + r.IntN(4) {
		if len(b) < 8 {
			return b
		}
		at := r.IntN(len(b))
		if r.IntN(3) == 0 {
			at = r.IntN(min(len(b), 200)) // headers are the tender part
		}
		n := 1 + r.IntN(min(300, len(b)-at))
		switch r.IntN(8) {
		case 0:
			b[at] ^= 1 << r.IntN(8)
		case 1:
			b[at] = []byte{0, 0xff, 0x7f, 0x80}[r.IntN(4)]
		case 2:
			b = slices.Delete(b, at, at+n)
		case 3:
			b = slices.Insert(b, at, slices.Clone(b[at:at+n])...)
		case 4:
			for i := range b[at : at+n] {
				b[at+i] = byte(r.Uint32())
			}
		case 5:
			b = b[:at]
		case 6:
			other := others[r.IntN(len(others))]
			b = append(b[:at], other[r.IntN(len(other)):]...)
		case 7:
			for range 20 {
				b[r.IntN(len(b))] ^= byte(r.Uint32())
			}
		}
	}
	return b
}

// survive analyses b and reports what must not happen.
func survive(b []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), hangBound)
	defer cancel()
	f, err := Analyse(ctx, bytes.NewReader(b), Options{Workers: 1})
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("took more than %v", hangBound)
	case err == nil && (f.Samples < 0 || f.Bytes != int64(len(b)) || f.Measures == nil && !f.Partial):
		return fmt.Errorf("facts %+v", f)
	case err == nil && f.Measures != nil && f.Measures.Frames != f.Samples:
		return fmt.Errorf("%d samples measured, %d said", f.Measures.Frames, f.Samples)
	case err != nil && fault.Of(err).Kind == fault.Internal:
		return fmt.Errorf("an error without a sentence: %w", err)
	}
	Check(f, Programme())
	return nil
}

// TestMutatedFiles damages files in hundreds of ways; in ten thousand when long
// forms are asked for.
func TestMutatedFiles(t *testing.T) {
	total := 200
	if audiotest.Long() {
		total = 10_000
	}
	files := shortFiles(t)
	const seed = 20240513
	more := grown()
	var group sync.WaitGroup
	for worker := range 2 {
		group.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(worker)))
			for i := range total / 2 {
				b := mutate(r, files[r.IntN(len(files))], files)
				if err := survive(b); err != nil {
					t.Errorf("seed %d, worker %d, file %d: %v", seed, worker, i, err)
					return
				}
				if live := more(); live > memoryBound {
					t.Errorf("seed %d, worker %d, file %d: %d MB live", seed, worker, i, live>>20)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestMixedBlocksOfTheLowerRatesPanicNobody: the witness does, and stays silent.
func TestMixedBlocksOfTheLowerRatesPanicNobody(t *testing.T) {
	audiotest.Need(t, "lame")
	if err := survive([]byte(strings.Repeat(poc, 3000))); err != nil {
		t.Error(err)
	}
	// Mixed blocks in MPEG-2, the cause of the panic, in one frame of a good file.
	file := lame(t, 24000, 1, sound(24000, 1, 3), "-b", "64", "-t")
	at := len(file) / 192 / 2 * 192
	bits := file[at+4:]
	bits[5] |= 1                  // window switching
	bits[6] = 0xa0 | bits[6]&0x1f // type 2, mixed
	facts, _ := decode(t, file, 2)
	if facts.MP3.Damaged > 1 || facts.Partial {
		t.Errorf("%+v %+v", facts, facts.MP3)
	}
	if w, differs := facts.WitnessDiffered(); differs {
		t.Errorf("%+v", w)
	}
}

func TestMeasurementsOfGarbageAreNotReported(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 10), "-b", "64", "-t")
	r := rand.New(rand.NewPCG(1, 1))
	scan := mpeg.NewScanner(bytes.NewReader(slices.Clone(file)))
	for frame, err := scan.Next(); err == nil; frame, err = scan.Next() {
		for k := range 17 { // the header stays, the side information goes
			if frame.Index%4 == 0 {
				file[int(frame.Offset)+4+k] = byte(r.Uint32())
			}
		}
	}
	f := analyse(t, file)
	if !f.Partial || f.Measures != nil || f.Fingerprint != nil {
		t.Errorf("damaged %d of %d frames, partial %v", f.MP3.Damaged, f.MP3.Frames, f.Partial)
	}
	if err := Refusal(Check(f, Programme())); !fault.Is(err, "audio.partial") {
		t.Errorf("%v", err)
	}
}

func TestThirtyThousandFramesOfJunk(t *testing.T) {
	frame := append([]byte{0xff, 0xfb, 0x10, 0xc0}, make([]byte, 100)...) // 32 kbit/s, mono: 104 bytes
	r := rand.New(rand.NewPCG(3, 3))
	file := make([]byte, 0, 30_000*len(frame))
	for range 30_000 {
		for i := 4; i < len(frame); i++ {
			frame[i] = byte(r.Uint32())
		}
		file = append(file, frame...)
	}
	_, err := Decode(context.Background(), bytes.NewReader(file), Options{}, discard{})
	if err != nil && !fault.Is(err, "audio.undecodable") {
		t.Error(err)
	}
}

// endless yields head and then filler up to total bytes.
func endless(head, filler []byte, total int64) io.Reader {
	return io.LimitReader(io.MultiReader(bytes.NewReader(head), &repeat{b: filler}), total)
}

type repeat struct {
	b  []byte
	at int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], r.b[r.at:])
		n, r.at = n+c, (r.at+c)%len(r.b)
	}
	return n, nil
}

// TestHoursOfSilenceInLittleMemory reads two hours, past which nothing grows any
// more but the print; the twelve that are taken when long forms are asked for.
func TestHoursOfSilenceInLittleMemory(t *testing.T) {
	const rate = 8000
	seconds := 3600
	if audiotest.Long() {
		seconds = 12 * 3600
	}
	head := waveFile(rate, 1, nil)
	for i := 40; i < 44; i++ {
		head[i] = 0xff // the length is not known
	}
	total := int64(len(head) + 2*rate*seconds)
	var most int64
	more := grown()
	r := &watched{r: endless(head, make([]byte, 1<<16), total), every: func() { most = max(most, more()) }}
	f, err := Analyse(context.Background(), r, Options{MaxBytes: total})
	if err != nil || f.Seconds != float64(seconds) || !f.Measures.Silence.All {
		t.Fatalf("%v %v", err, f.Seconds)
	}
	if most > memoryBound {
		t.Errorf("%d MB live", most>>20)
	}
}

func TestNobodyWaitsForYearsOfSound(t *testing.T) {
	head := waveFile(8000, 1, nil)
	head[32], head[34] = 1, 8 // a byte a sample
	for i := 40; i < 44; i++ {
		head[i] = 0xff
	}
	if _, err := Decode(context.Background(), endless(head, make([]byte, 1<<16), 1<<50), Options{MaxBytes: 1 << 60}, discard{}); !fault.Is(err,
		"audio.too_many_hours") {
		t.Error(err)
	}
}

// watched calls every on each read.
type watched struct {
	r     io.Reader
	every func()
}

func (w *watched) Read(p []byte) (int, error) { w.every(); return w.r.Read(p) }

func TestLongMP3InLittleMemory(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 16000, 1, sound(16000, 1, 30), "-b", "24", "-t")
	var most int64
	more := grown()
	r := &watched{r: endless(nil, file, int64(20*len(file))), every: func() { most = max(most, more()) }}
	f, err := Analyse(context.Background(), r, Options{})
	if err != nil || f.Seconds < 9*60 {
		t.Fatalf("%v %v", err, f.Seconds)
	}
	if most > memoryBound {
		t.Errorf("%d MB live", most>>20)
	}
}

func TestLimitsAndCancelling(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 2, sound(44100, 2, 10), "-b", "128")
	if _, err := Analyse(context.Background(), bytes.NewReader(file), Options{MaxBytes: 50_000}); !fault.Is(err, "audio.too_large") {
		t.Errorf("over the limit: %v", err)
	}
	if f, err := Analyse(context.Background(), bytes.NewReader(file), Options{MaxBytes: int64(len(file))}); err != nil || f.Truncated {
		t.Errorf("at the limit: %v", err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	gone := fmt.Errorf("the client went away")
	n := 0
	r := &watched{r: endless(nil, file, 1<<30), every: func() {
		if n++; n == 20 {
			cancel(gone)
		}
	}}
	if _, err := Analyse(ctx, r, Options{MaxBytes: 1 << 30}); err != gone || n > 21 {
		t.Errorf("%v after %d reads", err, n)
	}
}

func TestNoSoundIsRefusedWithinTheFirst64KB(t *testing.T) {
	noise := make([]byte, 8<<20)
	r := rand.New(rand.NewPCG(5, 5))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for code, file := range map[string][]byte{
		"audio.not_audio": noise, "audio.is_zip": append([]byte("PK\x03\x04"), noise...),
		"audio.is_web_page": append([]byte("<html><body>"), noise...), "audio.is_zeros": make([]byte, 8<<20),
	} {
		read := &counted{r: bytes.NewReader(file)}
		if _, err := Analyse(context.Background(), read, Options{}); !fault.Is(err, code) || read.n > 200<<10 {
			t.Errorf("%s: %v after %d bytes", code, err, read.n)
		}
	}
}

type counted struct {
	r io.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) { n, err := c.r.Read(p); c.n += n; return n, err }

func TestWAVHeadersThatLie(t *testing.T) {
	good := waveFile(16000, 1, sound(16000, 1, 1))
	change := func(at int, with ...byte) []byte {
		b := slices.Clone(good)
		copy(b[at:], with)
		return b
	}
	for name, c := range map[string]struct {
		file    []byte
		code    string
		seconds float64
		cut     bool
	}{
		"length 0":           {change(40, 0, 0, 0, 0), "", 1, false},
		"length unknown":     {change(40, 0xff, 0xff, 0xff, 0xff), "", 1, false},
		"length too large":   {change(40, 0, 0, 1, 0), "", 1, true},
		"RIFF length 0":      {change(4, 0, 0, 0, 0), "", 1, false},
		"0 channels":         {change(22, 0, 0), "audio.wav_header", 0, false},
		"20000 channels":     {change(22, 0x20, 0x4e, 0x80, 0x3e, 0, 0, 0, 0, 0, 0, 0x40, 0x9c), "audio.channels", 0, false},
		"rate 0":             {change(24, 0, 0, 0, 0), "audio.wav_header", 0, false},
		"rate of gigahertz":  {change(24, 0xff, 0xff, 0xff, 0x7f), "audio.rate", 0, false},
		"length of a pipe":   {change(40, 0, 0, 0xff, 0x7f), "", 1, false},
		"12 bits in 16":      {change(34, 12, 0), "", 1, false},
		"12 bits in 24":      {change(32, 3, 0, 12, 0), "audio.wav_header", 0, false},
		"tag of nobody":      {change(20, 0x99, 0x99), "audio.wav_codec", 0, false},
		"cut in its header":  {good[:30], "audio.wav_header", 0, false},
		"cut in its samples": {good[:len(good)/2], "", 0.5, true},
		"no sound":           {good[:44], "audio.no_sound", 0, false},
		"a chunk of 4 GB":    {slices.Concat(good[:12], []byte("LIST\xff\xff\xff\xff"), good[12:]), "audio.wav_header", 0, false},
	} {
		f, err := Analyse(context.Background(), bytes.NewReader(c.file), Options{})
		if c.code != "" {
			if !fault.Is(err, c.code) {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
			continue
		}
		if err != nil || f.Seconds < c.seconds-0.01 || f.Seconds > c.seconds+0.01 || f.Truncated != c.cut {
			t.Errorf("%s: %v, %v seconds, cut %v", name, err, f.Seconds, f.Truncated)
		}
	}
}
