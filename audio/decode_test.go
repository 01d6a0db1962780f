package audio

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/mpeg"
	"loa/internal/text"
)

// kinds are the MP3s met in the field.
var kinds = []struct {
	name           string
	rate, channels int
	options        []string
	version        string
	rating         mpeg.Rating
}{
	{"CBR 128 joint stereo", 44100, 2, []string{"-b", "128"}, "MPEG-1 Layer III", mpeg.CBR},
	{"CBR 320 stereo", 44100, 2, []string{"-b", "320", "-m", "s"}, "MPEG-1 Layer III", mpeg.CBR},
	{"VBR V2", 44100, 2, []string{"-V", "2"}, "MPEG-1 Layer III", mpeg.VBR},
	{"ABR 96", 48000, 2, []string{"--abr", "96"}, "MPEG-1 Layer III", mpeg.ABR},
	{"CBR 64 mono with CRC", 44100, 1, []string{"-b", "64", "-p"}, "MPEG-1 Layer III", mpeg.CBR},
	{"CBR 64 mono 32 kHz", 32000, 1, []string{"-b", "64"}, "MPEG-1 Layer III", mpeg.CBR},
	{"MPEG-2 160 at 22.05 kHz", 22050, 2, []string{"-b", "160"}, "MPEG-2 Layer III", mpeg.CBR},
	{"MPEG-2 24 kHz VBR", 24000, 1, []string{"-V", "4"}, "MPEG-2 Layer III", mpeg.VBR},
	{"MPEG-2 16 kHz 48 kbit/s", 16000, 1, []string{"-b", "48"}, "MPEG-2 Layer III", mpeg.CBR},
	{"MPEG-2.5 12 kHz", 12000, 1, []string{"-b", "32"}, "MPEG-2.5 Layer III", mpeg.CBR},
	{"MPEG-2.5 11.025 kHz", 11025, 2, []string{"-b", "48"}, "MPEG-2.5 Layer III", mpeg.CBR},
	{"MPEG-2.5 8 kHz", 8000, 1, []string{"-b", "32"}, "MPEG-2.5 Layer III", mpeg.CBR},
	{"free format 200", 44100, 2, []string{"--freeformat", "-b", "200"}, "MPEG-1 Layer III", mpeg.Free},
}

func TestEveryKindOfMP3DecodesSampleExact(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123")
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			const seconds = 4
			source := sound(k.rate, k.channels, seconds)
			file := lame(t, k.rate, k.channels, source, k.options...)
			facts, got := decode(t, file, 1)
			if facts.Samples != int64(k.rate*seconds) || len(got.pcm) != len(source) {
				t.Errorf("%d samples said, %d given, %d encoded", facts.Samples, len(got.pcm)/k.channels, k.rate*seconds)
			}
			if facts.Codec != k.version || facts.MP3.Rating != k.rating || facts.SampleRate != k.rate ||
				facts.Channels != k.channels || facts.Truncated || len(facts.Warnings) > 0 {
				t.Errorf("facts %+v %+v", facts, facts.MP3)
			}
			if k.rating == mpeg.CBR && facts.Bitrate != facts.MP3.MaxBitrate {
				t.Errorf("%d bit/s of a constant %d", facts.Bitrate, facts.MP3.MaxBitrate)
			}
			if _, parallel := decode(t, file, 4); !slices.Equal(got.pcm, parallel.pcm) {
				t.Error("four workers decode other samples than one")
			}
			most, rms := 1e-4, 3e-5
			want := floats32(run(t, file, "mpg123", "-q", "-e", "f32", "-s", "-"))
			if r, m := difference(got.pcm, want); len(want) != len(got.pcm) || r > rms || m > most {
				t.Errorf("differs from mpg123 by rms %.6f, at most %.6f; %d samples and %d", r, m, len(got.pcm), len(want))
			}
		})
	}
}

func TestSplittingIsBitIdenticalToOneDecoder(t *testing.T) {
	audiotest.Need(t, "lame")
	for _, options := range [][]string{{"-b", "128"}, {"-V", "5"}, {"-b", "320", "-m", "s"}, {"--abr", "70"}, {"-b", "48", "-t"}} {
		file := lame(t, 44100, 2, castanets(44100, 8), options...)
		_, got := decode(t, file, 3)
		scan := mpeg.NewScanner(bytes.NewReader(file))
		var unpack mpeg.Unpacker
		var decoder mpeg.Decoder
		var want []float32
		for {
			f, err := scan.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			n := len(want)
			want = append(want, make([]float32, 2*f.Samples())...)
			decoder.Decode(want[n:], unpack.Unpack(f))
		}
		head, tail := scan.Info().Trim()
		if want = want[head*2 : int64(len(want))-tail*2]; !slices.Equal(want, got.pcm) {
			rms, most := difference(want, got.pcm)
			t.Errorf("%v: %d samples and %d, rms %g, most %g", options, len(want), len(got.pcm), rms, most)
		}
	}
}

func TestWAVOfEveryWidth(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	source := waveFile(48000, 2, sound(48000, 2, 1))
	_, want := decode(t, source, 1)
	for codec, tolerance := range map[string]float64{
		"pcm_u8": 1e-2, "pcm_s16le": 1e-9, "pcm_s24le": 1e-9, "pcm_s32le": 1e-9, "pcm_f32le": 1e-9, "pcm_f64le": 1e-9,
	} {
		for _, rf64 := range []string{"never", "always"} {
			file := run(t, source, "ffmpeg", "-v", "error", "-i", "-", "-c:a", codec, "-rf64", rf64, "-f", "wav", "-")
			facts, got := decode(t, file, 1)
			if rms, _ := difference(want.pcm, got.pcm); rms > tolerance || len(got.pcm) != len(want.pcm) || facts.Truncated {
				t.Errorf("%s rf64 %s: rms %g, %d samples of %d, truncated %v", codec, rf64, rms, len(got.pcm), len(want.pcm), facts.Truncated)
			}
		}
	}
}

func TestCutFilesAreKnown(t *testing.T) {
	audiotest.Need(t, "lame")
	for name, file := range map[string][]byte{
		"mp3": lame(t, 44100, 1, sound(44100, 1, 5), "-b", "64"),
		"wav": waveFile(44100, 1, sound(44100, 1, 5)),
	} {
		for _, part := range []int{50, 90, 99} {
			facts, _ := decode(t, file[:len(file)*part/100], 2)
			if !facts.Truncated {
				t.Errorf("%s cut at %d %%: not noticed", name, part)
			}
		}
	}
}

// TestWhatIsMissingInTheMiddleIsToldThere cuts out and overwrites a second of
// sound: its end is there, and must not be called missing.
func TestWhatIsMissingInTheMiddleIsToldThere(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 5), "-b", "64")
	from, to := len(file)/2+99, len(file)/2+99+8000
	for name, b := range map[string][]byte{
		"cut out":     slices.Concat(file[:from], file[to:]),
		"overwritten": slices.Concat(file[:from], make([]byte, to-from), file[to:]),
	} {
		facts, _ := decode(t, b, 1)
		found := Check(facts, Programme())
		if facts.Truncated || len(found) == 0 || found[0].Code != "audio.lost" || found[0].Grade != Refuse {
			t.Errorf("%s: cut %v, %+v", name, facts.Truncated, found)
			continue
		}
		if s := found[0].Say(text.Vietnamese); !strings.Contains(s, " giây âm thanh ở 0:02:") {
			t.Errorf("%s: %s", name, s)
		}
		if codes := fmt.Sprint(found); strings.Contains(codes, "audio.garbage") {
			t.Errorf("%s: the same place is told twice: %s", name, codes)
		}
	}
}

// TestAFreeFormatAboveTheStandardIsDecoded, though no table has its bitrate.
func TestAFreeFormatAboveTheStandardIsDecoded(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123")
	file := lame(t, 44100, 2, sound(44100, 2, 1), "--freeformat", "-b", "400")
	facts, got := decode(t, file, 1)
	want := floats32(run(t, file, "mpg123", "-q", "-e", "f32", "-s", "-"))
	if rms, most := difference(got.pcm, want); len(got.pcm) != len(want) || rms > 1e-6 || most > 1e-5 || len(facts.Warnings) > 0 {
		t.Errorf("rms %g, at most %g; %d samples and %d; %v", rms, most, len(got.pcm), len(want), facts.Warnings)
	}
}

func TestGarbageIsToldWhereItMatters(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 5), "-b", "64")
	junk := func(n int) []byte { return bytes.Repeat([]byte("\xff\xfe\x90\x00"), n/4) }
	middle := len(file) / 2
	for name, c := range map[string]struct {
		file []byte
		code string // of the only warning, "" for none
	}{
		"a stream recorder's head and tail": {slices.Concat(junk(500), file, junk(500)), ""},
		"the card's zeros in front":         {slices.Concat(make([]byte, 20_000), file), "audio.garbage_ends"},
		"a few zeros in front":              {slices.Concat(make([]byte, 3000), file), "audio.garbage_head"},
		"another file's head":               {slices.Concat(bytes.Repeat([]byte("kịch bản "), 300), file), "audio.garbage_head"},
		"a broken end":                      {slices.Concat(file, junk(100_000)), "audio.garbage_ends"},
		"a broken middle":                   {slices.Concat(file[:middle], junk(400), file[middle:]), "audio.garbage"},
	} {
		facts, _ := decode(t, c.file, 1)
		codes := []string{}
		for _, w := range facts.Warnings {
			if w.Code != "audio.apart" { // those after the frame that was cut in two
				codes = append(codes, w.Code)
			}
		}
		if want := strings.Fields(c.code); !slices.Equal(codes, want) || facts.Seconds < 4.9 {
			t.Errorf("%s: %v, want %v; %v seconds", name, codes, want, facts.Seconds)
		}
	}
}

// TestBytesBetweenFramesAreNoDamageOfTheFrames puts bytes between two frames that are
// whole, and spoils a frame far from there: each is told as what it is.
func TestBytesBetweenFramesAreNoDamageOfTheFrames(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 48000, 2, castanets(48000, 8), "-b", "128")
	const frame, at, bad = 384, 150 * 384, 60 * 384
	if file[at] != 0xff || file[bad] != 0xff {
		t.Fatal("no frame begins there")
	}
	codes := func(b []byte) (codes []string) {
		facts, _ := decode(t, b, 1)
		for _, w := range facts.Warnings {
			codes = append(codes, w.Code)
		}
		return codes
	}
	strewn := slices.Concat(file[:at], bytes.Repeat([]byte("XYZ"), 40), file[at:])
	if got := codes(strewn); !slices.Equal(got, []string{"audio.apart", "audio.garbage"}) {
		t.Errorf("bytes between frames: %v", got)
	}
	copy(strewn[bad+4:], bytes.Repeat([]byte{0xff}, frame-8))
	if got := codes(strewn); !slices.Equal(got, []string{"audio.damaged", "audio.apart", "audio.garbage"}) {
		t.Errorf("and a frame that is damaged: %v", got)
	}
}

// TestShortBlocksAndIntensityComeOutAsPlayersPlayThem: many decoders get them
// wrong, go-mp3 among them, and what it is known to get wrong is no difference.
func TestShortBlocksAndIntensityComeOutAsPlayersPlayThem(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123", "ffmpeg")
	pcm := castanets(44100, 8)
	for name, file := range map[string][]byte{
		"joint stereo":     lame(t, 44100, 2, pcm, "-b", "128", "-m", "j"),
		"mid and side":     lame(t, 44100, 2, pcm, "-b", "128", "-m", "f"),
		"intensity stereo": intensity(t, lame(t, 44100, 2, pcm, "-b", "128", "-m", "f")),
	} {
		want := floats32(run(t, file, "mpg123", "-q", "-e", "f32", "-s", "-"))
		if name == "intensity stereo" { // in short blocks the players differ from each other
			want = ffmpegFloats(t, file, "x.mp3")
		}
		facts, got := decode(t, file, 2)
		if rms, most := difference(got.pcm, want); len(got.pcm) != len(want) || rms > 1e-6 || most > 1e-5 || len(facts.Warnings) > 0 {
			t.Errorf("%s: rms %g, at most %g; %d samples and %d; %v", name, rms, most, len(got.pcm), len(want), facts.Warnings)
		}
	}
}

// TestPeaksAboveFullScaleAreHeard: they are in an MP3 that was mastered too loud,
// and a decoder of 16 bits cuts them off.
func TestPeaksAboveFullScaleAreHeard(t *testing.T) {
	audiotest.Need(t, "lame")
	pcm := sound(44100, 2, 4)
	for i := range pcm {
		pcm[i] = max(-1, min(1, 20*pcm[i])) // hard clipping rings in the encoder's filters
	}
	f := analyse(t, lame(t, 44100, 2, pcm, "-b", "96", "--scale", "1"))
	if peak, ok := f.Measures.TruePeak.Get(); !ok || peak < 0.5 || f.Measures.TruePeakAtLeast {
		t.Errorf("true peak %.2f dBTP, at least: %v", peak, f.Measures.TruePeakAtLeast)
	}
}

// TestWhatTheWitnessHearsOtherwiseIsNoted: the frame is named, and nothing else is
// said of it.
func TestWhatTheWitnessHearsOtherwiseIsNoted(t *testing.T) {
	audiotest.Need(t, "lame")
	file := lame(t, 44100, 1, sound(44100, 1, 2), "-b", "64")
	e, facts := witnessed(t, file)
	if _, differs := facts.WitnessDiffered(); differs || len(facts.Warnings) > 0 {
		t.Errorf("a good file: %+v", facts.Warnings)
	}
	e.drawn.pcm[len(e.drawn.pcm)/2] += 0.1
	e.warn(e.drawn.info)
	w, differs := facts.WitnessDiffered()
	if !differs || len(w.At) != 1 || w.Args["steps"].(float64) < 3000 {
		t.Errorf("%+v", facts.Warnings)
	}
	if i := slices.IndexFunc(Check(*facts, Programme()), func(f Finding) bool { return f.Code == witnessDiffers && f.Grade == Note }); i < 0 {
		t.Error("not noted")
	}
}

// witnessed decodes a short file as one batch.
func witnessed(t *testing.T, file []byte) (*emitter, *Facts) {
	t.Helper()
	facts := &Facts{}
	e := &emitter{d: &decoding{facts: facts, sink: discard{}}}
	scan := mpeg.NewScanner(bytes.NewReader(file))
	var unpack mpeg.Unpacker
	b := &batch{}
	for f, err := scan.Next(); err != io.EOF; f, err = scan.Next() {
		if err != nil {
			t.Fatal(err)
		}
		b.units = append(b.units, unpack.Unpack(f))
	}
	b.info = scan.Info()
	b.decode(new(mpeg.Decoder))
	e.emit(b)
	e.draw(b)
	e.warn(b.info)
	return e, facts
}

// castanets are sharp clicks on both sides over a tone: what encoders use short
// blocks for.
func castanets(rate int, seconds float64) []float32 {
	pcm := make([]float32, 2*int(float64(rate)*seconds))
	seed := uint32(7)
	for i := 0; i < len(pcm); i += 2 {
		at := float64(i/2) / float64(rate)
		seed = seed*1664525 + 1013904223
		n := float64(int32(seed)) / math.MaxInt32
		click := math.Exp(-60 * math.Mod(at, 0.19))
		pcm[i] = float32(0.5*click*n + 0.1*sine(440*at))
		pcm[i+1] = float32(0.3*click*n - 0.2*click*sine(3000*at) + 0.1*sine(554*at))
	}
	return pcm
}

// intensity says of each frame in joint stereo that it is in intensity stereo:
// the lines above those of the right channel then take their place from the left.
func intensity(t *testing.T, file []byte) []byte {
	file = slices.Clone(file)
	scan := mpeg.NewScanner(bytes.NewReader(slices.Clone(file)))
	for {
		f, err := scan.Next()
		if err == io.EOF {
			return file
		} else if err != nil {
			t.Fatal(err)
		}
		if f.Mode == mpeg.JointStereo {
			file[f.Offset+3] = file[f.Offset+3]&^0x30 | 1<<4
		}
	}
}
