// Package container reads what a file of sound says about its own length, and
// tells what of it is not there. It decodes nothing, reads forward only, and
// trusts no size: memory is bounded, and whatever the bytes are, reading ends
// with them.
package container

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Told is what a container announces and what of that is missing. The zero
// Told is that of a file that announces nothing, or lacks nothing.
type Told struct {
	Seconds float64 // of sound announced; 0 when it does not say
	Bytes   int64   // announced; 0 when it does not say
	Lacking int64   // bytes announced that are not there
	Lost    float64 // seconds of sound among them as the file's own index tells; 0 when it does not say
	Frame   float64 // seconds of its longest frame; 0 when unknown
	Cut     bool    // it ends inside a unit and before its end mark: nobody knows how much is missing
	NoEnd   bool    // it ends between two units without its end mark, or inside a frame of a stream that has no mark
	NoIndex bool    // it ends before the index without which nothing in it can be read
}

// Short reports whether anything announced is not there.
func (t Told) Short() bool { return t.Lacking > 0 || t.Cut || t.NoEnd || t.NoIndex }

// grace is how many seconds may be missing at least before a file is called
// cut: one frame of usual codings, less than a syllable.
const grace = 0.05

// Missing says whether more than a frame of what was announced is missing, and
// how many seconds, 0 when nobody knows. decoded is how many seconds of sound
// came out.
func (t Told) Missing(decoded float64) (seconds float64, cut bool) {
	switch {
	case t.Cut:
		return 0, true
	case t.Lacking == 0:
		return 0, false
	case t.Lost > 0:
		seconds = t.Lost
	case t.Seconds > 0:
		seconds = t.Seconds - decoded
	case t.Bytes > t.Lacking:
		seconds = decoded * float64(t.Lacking) / float64(t.Bytes-t.Lacking)
	}
	if seconds <= max(grace, t.Frame) {
		return 0, false
	}
	return seconds, true
}

// Kind is a family of containers.
type Kind uint8

// The kinds.
const (
	AIFF     Kind = iota + 1 // AIFF and AIFF-C
	CAF                      // Apple's Core Audio Format
	ASF                      // Windows Media
	MP4                      // MPEG-4, QuickTime and 3GPP, whole or in fragments
	Matroska                 // and WebM
	Ogg                      //
	ADTS                     // bare AAC
	AMR                      // bare AMR, narrow and wide
	MPEG                     // bare MPEG audio of Layers I and II
)

// Read reads r to its end, which is the file's. The error is r's alone.
func Read(k Kind, r io.Reader) (Told, error) {
	s := &source{r: bufio.NewReaderSize(r, 16<<10)}
	var t Told
	switch k {
	case AIFF:
		t = aiff(s)
	case CAF:
		t = caf(s)
	case ASF:
		t = asf(s)
	case MP4:
		t = mp4(s)
	case Matroska:
		t = matroska(s)
	case Ogg:
		t = ogg(s)
	case ADTS:
		t = frames(s, 7, adtsSize)
	case AMR:
		t = amr(s)
	case MPEG:
		t = frames(s, 4, LayerSize)
	}
	s.skip(1 << 62)
	return t, s.err
}

// source is the file as it is read. After its end, or an error, it gives
// nothing more.
type source struct {
	r   *bufio.Reader
	at  int64 // bytes read
	err error // the reader's, other than io.EOF
}

// peek returns the next n bytes (at most 16 KiB) without passing them; fewer
// at the end.
func (s *source) peek(n int) []byte {
	b, err := s.r.Peek(n)
	if err != nil && err != io.EOF && s.err == nil {
		s.err = err
	}
	return b
}

// take returns the next n bytes, fewer at the end. What a header claims is not
// believed further than 64 MiB.
func (s *source) take(n int64) []byte {
	if n < 0 || n > 64<<20 {
		n = 0
	}
	b, err := io.ReadAll(io.LimitReader(s.r, n)) // grows as bytes come, not as they are announced
	s.at += int64(len(b))
	if err != nil && s.err == nil {
		s.err = err
	}
	return b
}

// skip passes over n bytes and returns how many there were.
func (s *source) skip(n int64) int64 {
	if n <= 0 {
		return 0
	}
	d, err := io.CopyN(io.Discard, s.r, n)
	s.at += d
	if err != nil && err != io.EOF && s.err == nil {
		s.err = err
	}
	return d
}

// The numbers of headers; of bytes that are not there, 0.
func be16(b []byte, at int) int64 { return number(binary.BigEndian, b, at, 2) }
func be32(b []byte, at int) int64 { return number(binary.BigEndian, b, at, 4) }
func be64(b []byte, at int) int64 { return number(binary.BigEndian, b, at, 8) }
func le32(b []byte, at int) int64 { return number(binary.LittleEndian, b, at, 4) }
func le64(b []byte, at int) int64 { return number(binary.LittleEndian, b, at, 8) }

func number(order binary.ByteOrder, b []byte, at, size int) int64 {
	if at < 0 || at > len(b)-size {
		return 0
	}
	switch b = b[at:]; size {
	case 2:
		return int64(order.Uint16(b))
	case 4:
		return int64(order.Uint32(b))
	}
	return int64(order.Uint64(b))
}

// text is the n bytes of b at a place, "" when they are not there.
func text(b []byte, at, n int) string {
	if at < 0 || at > len(b)-n {
		return ""
	}
	return string(b[at : at+n])
}

// ratio is part/whole, 0 of nothing.
func ratio(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}
