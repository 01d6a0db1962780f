package container

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
)

// chunk is a chunk of AIFF.
func chunk(id string, body ...byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte(id), uint32(len(body))), body...)
}

// box is a box of an MP4.
func box(name string, body ...[]byte) []byte {
	b := slices.Concat(body...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(b))), name...), b...)
}

func be(numbers ...uint32) (b []byte) {
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

// phone is an MP4 with its index in front: 100 frames of 1024 samples at 8 kHz,
// ten bytes each, in chunks of ten.
func phone() []byte {
	index := func(at uint32) []byte {
		places := be(0, 10)
		for i := range uint32(10) {
			places = append(places, be(at+100*i)...)
		}
		return box("moov", box("trak", box("mdia", box("mdhd", be(0, 0, 0, 8000, 102400, 0)), box("hdlr", be(0, 0), []byte("soun"), be(0, 0, 0)),
			box("minf", box("stbl", box("stts", be(0, 1, 100, 1024)), box("stsz", be(0, 10, 100)), box("stsc", be(0, 1, 1, 10, 1)), box("stco", places))))))
	}
	head := box("ftyp", []byte("M4A "), be(0))
	at := uint32(len(head) + len(index(0)) + 8)
	return slices.Concat(head, index(at), box("mdat", make([]byte, 1000)))
}

// page is a page of Ogg with one packet.
func page(flags byte, granule uint64, packet []byte) []byte {
	b := append([]byte("OggS\x00"), flags)
	b = binary.LittleEndian.AppendUint64(b, granule)
	b = append(b, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, byte(len(packet)))
	return append(b, packet...)
}

func opus() []byte {
	return slices.Concat(page(2, 0, []byte("OpusHead")), page(0, 48000, make([]byte, 200)), page(0, 96000, make([]byte, 200)),
		page(4, 144000, make([]byte, 200)))
}

func matroskaFile() []byte {
	info := append([]byte("\x44\x89\x88"), binary.BigEndian.AppendUint64(nil, math.Float64bits(3000))...)
	parts := slices.Concat([]byte("\x15\x49\xa9\x66"), []byte{0x80 | byte(len(info))}, info, []byte("\x1f\x43\xb6\x75\x41\x00"), make([]byte, 256))
	return slices.Concat([]byte("\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x41"), []byte{byte(len(parts))}, parts)
}

func aiffFile() []byte {
	comm := slices.Concat([]byte{0, 1}, be(8000), []byte{0, 16, 0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0}) // 8000 Hz
	return slices.Concat([]byte("FORM\x00\x00\x00\x00AIFF"), chunk("COMM", comm...), chunk("SSND", make([]byte, 16008)...))
}

// TestWhatAContainerSays checks the figures themselves; whole and cut files of
// every program are tried in package audio.
func TestWhatAContainerSays(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    Kind
		file    []byte
		off     int
		decoded float64
		want    string
	}{
		{"MP4", MP4, phone(), 0, 12.8, "0.00 false"},
		{"MP4 without 5 bytes", MP4, phone(), 5, 12.7, "0.00 false"},
		{"MP4 without 205 bytes", MP4, phone(), 205, 10, "2.69 true"},
		{"Ogg", Ogg, opus(), 0, 3, "0.00 false"},
		{"Ogg without a byte", Ogg, opus(), 1, 2, "1.00 true"},
		{"Ogg without a page and a byte", Ogg, opus(), 229, 1, "0.00 true"},
		{"Matroska", Matroska, matroskaFile(), 0, 3, "0.00 false"},
		{"Matroska without a third", Matroska, matroskaFile(), 90, 2, "1.00 true"},
		{"AIFF", AIFF, aiffFile(), 0, 1, "0.00 false"},
		{"AIFF without a half", AIFF, aiffFile(), 8004, 0.5, "0.50 true"},
		{"AIFF without 20 bytes", AIFF, aiffFile(), 20, 0.99, "0.00 false"},
	} {
		told, err := Read(c.kind, bytes.NewReader(c.file[:len(c.file)-c.off]))
		seconds, cut := told.Missing(c.decoded)
		if got := fmt.Sprintf("%.2f %v", seconds, cut); err != nil || got != c.want {
			t.Errorf("%s: %s, want %s; %+v %v", c.name, got, c.want, told, err)
		}
	}
}

// FuzzRead: whatever the bytes, all of them are read, and what is told can be.
func FuzzRead(f *testing.F) {
	for kind, file := range map[Kind][]byte{MP4: phone(), Ogg: opus(), Matroska: matroskaFile(), AIFF: aiffFile()} {
		f.Add(byte(kind), file)
		f.Add(byte(kind), file[:len(file)*2/3])
	}
	f.Add(byte(CAF), []byte("caff\x00\x01\x00\x00desc\x00\x00\x00\x00\x00\x00\x00\x20"))
	f.Add(byte(ASF), []byte("\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c\x1e\x00\x00\x00\x00\x00\x00\x00"))
	f.Add(byte(ADTS), []byte("\xff\xf1\x50\x80\x01\x3f\xfc"))
	f.Add(byte(AMR), []byte("#!AMR\n\x3c"))
	f.Add(byte(MPEG), []byte("\xff\xfd\x90\x04"))
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		r := bytes.NewReader(b)
		told, err := Read(Kind(kind%10), r)
		if err != nil || r.Len() > 0 {
			t.Fatalf("%v, %d bytes left", err, r.Len())
		}
		for _, n := range []float64{told.Seconds, told.Lost, told.Frame, float64(told.Bytes), float64(told.Lacking)} {
			if math.IsNaN(n) || n < 0 {
				t.Fatalf("%+v", told)
			}
		}
		if seconds, cut := told.Missing(1); math.IsNaN(seconds) || seconds < 0 || seconds > 0 && !cut {
			t.Fatalf("%v seconds, cut %v; %+v", seconds, cut, told)
		}
	})
}
