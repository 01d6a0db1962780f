package mpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"
)

// frames makes n frames of 128 kbit/s with the given header bytes 1 and 3;
// their main data is numbered, so that no two are alike.
func frames(n int, second, third, fourth byte) []byte {
	var out []byte
	for i := range n {
		head := []byte{0xff, second, third, fourth}
		h, ok := ParseHeader(head)
		if !ok {
			panic("no header")
		}
		f := make([]byte, h.Size)
		copy(f, head)
		binary.BigEndian.PutUint32(f[h.Size-4:], uint32(i))
		if h.Protected {
			binary.BigEndian.PutUint16(f[headerSize:], crc16(h, f))
		}
		out = append(out, f...)
	}
	return out
}

// stereo makes n frames of MPEG-1, 128 kbit/s, 44.1 kHz (417 bytes each).
func stereo(n int) []byte { return frames(n, 0xfb, 0x90, 0x40) }

const stereoSize = 417

// walk scans b to the end.
func walk(t testing.TB, r io.Reader) (Info, error) {
	t.Helper()
	s := NewScanner(r)
	for {
		f, err := s.Next()
		if err == io.EOF {
			return s.Info(), nil
		} else if err != nil {
			return s.Info(), err
		}
		if len(f.Data) != f.Size {
			t.Fatalf("frame %d: %d bytes of %d", f.Index, len(f.Data), f.Size)
		}
	}
}

// id3 makes an ID3v2 tag around body.
func id3(body []byte) []byte {
	n := len(body)
	return append([]byte{'I', 'D', '3', 4, 0, 0, byte(n >> 21), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)}, body...)
}

// ape makes an APEv2 tag with header and footer.
func ape(body []byte) []byte {
	block := func(flags uint32) []byte {
		b := append([]byte("APETAGEX"), make([]byte, 24)...)
		binary.LittleEndian.PutUint32(b[8:], 2000)
		binary.LittleEndian.PutUint32(b[12:], uint32(len(body)+apeHeader))
		binary.LittleEndian.PutUint32(b[20:], flags)
		return b
	}
	return slices.Concat(block(1<<31|1<<29), body, block(1<<31))
}

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func TestTagsAndGarbageDoNotChangeTheSound(t *testing.T) {
	sound := stereo(60)
	bare, err := walk(t, bytes.NewReader(sound))
	if err != nil || bare.Frames != 60 || bare.Samples() != 60*1152 || bare.Garbage+bare.TagBytes != 0 {
		t.Fatalf("bare: %v %+v", err, bare)
	}
	trap := bytes.Repeat([]byte{0xff, 0xfe, 0x90, 0x00}, 500) // UTF-16 marks that look like Layer I
	cover := append(noise(5_000_000), stereo(3)...)           // a picture with frames of another file in it
	v1 := append([]byte("TAG"), make([]byte, 125)...)
	lyrics := append([]byte("LYRICSBEGININD00002"), "00000021LYRICS200"...)
	half := 30 * stereoSize
	for name, c := range map[string]struct {
		file    []byte
		garbage int64
		gaps    int
	}{
		"two ID3v2":           {slices.Concat(id3(trap), id3(nil), sound), 0, 0},
		"a cover of 5 MB":     {slices.Concat(id3(cover), sound), 0, 0},
		"APEv2 in front":      {slices.Concat(ape(trap), sound), 0, 0},
		"everything behind":   {slices.Concat(sound, ape(trap), lyrics, v1), 0, 0},
		"ID3v2 in the middle": {slices.Concat(sound[:half], id3(trap), sound[half:]), 0, 0},
		"ID3v1 in the middle": {slices.Concat(sound[:half], v1, sound[half:]), 0, 0},
		"tags where joined":   {slices.Concat(sound[:half], v1, id3(trap), sound[half:]), 0, 0},
		"garbage in front":    {slices.Concat(noise(60_000), sound), 60_000, 1},
		"a false sync":        {slices.Concat(sound[:half], trap[:12], sound[half:]), 12, 1},
		"noise in the middle": {slices.Concat(sound[:half], noise(300_000), sound[half:]), 300_000, 1},
		"garbage behind":      {slices.Concat(sound, trap), 2000, 1},
		"zeros behind":        {slices.Concat(sound, make([]byte, 500_000)), 500_000, 1},
	} {
		for kind, r := range map[string]io.Reader{"whole": bytes.NewReader(c.file), "in bits": iotest.HalfReader(bytes.NewReader(c.file))} {
			got, err := walk(t, r)
			if err != nil || got.Frames != 60 || got.FrameSum != bare.FrameSum {
				t.Errorf("%s, %s: %v, %d frames", name, kind, err, got.Frames)
			}
			if got.Garbage != c.garbage || len(got.Gaps) != c.gaps || got.BytesScanned != int64(len(c.file)) {
				t.Errorf("%s, %s: garbage %d in %v, %d bytes scanned of %d", name, kind, got.Garbage, got.Gaps, got.BytesScanned, len(c.file))
			}
		}
	}
}

func TestLostBytesCostOneFrame(t *testing.T) {
	sound := stereo(60)
	for _, lost := range []int{1, 10, 200, 400} {
		at := 30*stereoSize + 5
		got, err := walk(t, bytes.NewReader(slices.Concat(sound[:at], sound[at+lost:])))
		if err != nil || got.Frames != 59 || len(got.Gaps) != 1 || got.Gaps[0].Frame != 30 {
			t.Errorf("%d bytes lost: %v, %d frames, gaps %v", lost, err, got.Frames, got.Gaps)
		}
	}
}

func TestWhatIsNoMP3IsRefusedEarly(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		err  error
		most int64
	}{
		"noise":              {noise(1_000_000), ErrNotMP3, 3 * syncLimit},
		"zeros":              {make([]byte, 1_000_000), ErrNotMP3, 3 * syncLimit},
		"lone headers":       {bytes.Repeat(append(stereo(1)[:400], 0), 2500), ErrNotMP3, 3 * syncLimit},
		"one frame":          {stereo(1), ErrNotMP3, syncLimit},
		"nothing":            {nil, ErrNotMP3, 0},
		"a tag alone":        {id3(make([]byte, 1000)), ErrNotMP3, syncLimit},
		"a tag that lies":    {append([]byte("ID3\x04\x00\x00\x00\x7f\x7f\x7f"), stereo(50)...), ErrTag, 2_100_000},
		"a size not allowed": {append([]byte("ID3\x04\x00\x00\xff\xff\xff\xff"), noise(200_000)...), ErrNotMP3, 3 * syncLimit},
		"Layer II":           {frames2(80), ErrNotMP3, 3 * syncLimit},
	} {
		got, err := walk(t, bytes.NewReader(c.file))
		if !errors.Is(err, c.err) || got.BytesScanned > c.most {
			t.Errorf("%s: %v after %d bytes", name, err, got.BytesScanned)
		}
	}
}

// frames2 makes frames whose header says Layer II.
func frames2(n int) []byte {
	b := stereo(n)
	for i := 0; i < len(b); i += stereoSize {
		b[i+1] = 0xfd
	}
	return b
}

func TestJoinedRecordingsAreFound(t *testing.T) {
	for name, other := range map[string][]byte{
		"another rate":     frames(40, 0xfb, 0x94, 0x40), // 48 kHz
		"another version":  frames(40, 0xf3, 0x90, 0x40), // MPEG-2
		"another channels": frames(40, 0xfb, 0x90, 0xc0), // mono
	} {
		_, err := walk(t, bytes.NewReader(append(stereo(40), other...)))
		var changed *ChangedError
		if !errors.As(err, &changed) || changed.At != 40*1152 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := walk(t, bytes.NewReader(append(stereo(40), frames(40, 0xfb, 0xa0, 0x00)...))); err != nil || got.Frames != 80 || got.Rating() != VBR {
		t.Errorf("another bitrate is no other recording: %v, %d frames, %s", err, got.Frames, got.Rating())
	}
}

func TestCRCIsChecked(t *testing.T) {
	b := frames(20, 0xfa, 0x90, 0x40)
	b[7*stereoSize+10] ^= 1
	b[9*stereoSize+5] ^= 1
	if got, err := walk(t, bytes.NewReader(b)); err != nil || got.BadCRC != 2 || got.Frames != 20 {
		t.Errorf("%v, %d wrong CRCs in %d frames", err, got.BadCRC, got.Frames)
	}
}

func TestFreeFormatIsMeasured(t *testing.T) {
	var b []byte
	for i := range 30 {
		f := make([]byte, 700+i%2)
		copy(f, []byte{0xff, 0xfb, byte(i%2) << 1, 0x40})
		b = append(b, f...)
	}
	got, err := walk(t, bytes.NewReader(b))
	if err != nil || got.Frames != 30 || got.Rating() != Free || got.Garbage != 0 {
		t.Errorf("%v %+v", err, got)
	}
}

func TestInformationFrames(t *testing.T) {
	info := stereo(1)
	x := info[headerSize+32:]
	copy(x, "Info\x00\x00\x00\x03")
	binary.BigEndian.PutUint32(x[8:], 40)
	binary.BigEndian.PutUint32(x[12:], 41*stereoSize)
	copy(x[16:], "LAME3.100")
	x[16+21], x[16+22], x[16+23] = 0x24, 0x05, 0x39 // delay 576, padding 1337
	for n, want := range map[int]struct{ samples, missing int64 }{
		40: {40*1152 - 576 - 1337, 0}, 30: {30*1152 - 576 - 529, 10}, 45: {45*1152 - 576 - 529, 0},
	} {
		got, err := walk(t, bytes.NewReader(append(slices.Clone(info), stereo(n)...)))
		if err != nil || got.Frames != int64(n) || got.Samples() != want.samples || got.Missing() != want.missing {
			t.Errorf("%d frames: %v, %d samples, %d missing", n, err, got.Samples(), got.Missing())
		}
		if got.Xing == nil || got.Xing.Encoder != "LAME3.100" || got.Xing.Delay != 576 || got.Xing.Padding != 1337 {
			t.Errorf("%+v", got.Xing)
		}
	}
	vbri := stereo(1)
	copy(vbri[36:], "VBRI\x00\x01\x00\x00\x00\x00\x00\x00\x41\x00\x00\x00\x00\x28")
	if got, err := walk(t, bytes.NewReader(append(vbri, stereo(40)...))); err != nil || got.Xing == nil || got.Xing.Frames != 40 || got.Frames != 40 {
		t.Errorf("VBRI: %v %+v", err, got.Xing)
	}
}

func TestErrorsOfTheReaderComeBack(t *testing.T) {
	broken := errors.New("the line is dead")
	r := io.MultiReader(bytes.NewReader(stereo(200)), iotest.ErrReader(broken))
	if _, err := walk(t, r); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
