package mpeg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrDense says that a free-format stream holds more in a frame than any
// standard frame can.
var ErrDense = errors.New("mpeg: frames too dense for the standard's bitrates")

// Strip copies the sound of an MP3 so that nothing but the sound tells where
// it came from: no tags, no encoder's name in headers, information frame or
// spare bytes, no private or copyright bits, no garbage; frames of the least
// standard size that holds their data; one information frame of our own, the
// same for all but length and gapless trim; and zeros at the end up to a
// multiple of bucket bytes, so that the size tells little. It decodes to the
// same samples; frames whose data is missing become silent. r is read twice.
//
// Errors are those of Scanner.Next except io.EOF, ErrDense, and w's.
func Strip(w io.Writer, r io.ReadSeeker, bucket int64) error {
	var lengths []uint16
	info, err := units(r, func(u Unit) error { lengths = append(lengths, uint16(len(u.Main))); return nil })
	if err != nil {
		return err
	}
	p, err := plan(info, lengths)
	if err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("mpeg: back to the start: %w", err)
	}
	head := p.information(bucket)
	if _, err := w.Write(head); err != nil {
		return err
	}
	out := stripper{w: w, plan: p}
	if _, err = units(r, out.add); err == nil {
		err = out.flush(true)
	}
	if err != nil {
		return err
	}
	sound := p.bytes + int64(len(head))
	_, err = io.CopyN(w, zeros{}, roundUp(sound, bucket)-sound)
	return err
}

// Units are the frames of an MP3, each with all its data.
func Units(r io.Reader) (list []Unit, err error) {
	_, err = units(r, func(u Unit) error { list = append(list, u); return nil })
	return list, err
}

// roundUp is the least multiple of bucket that is not under n.
func roundUp(n, bucket int64) int64 {
	bucket = max(1, bucket)
	return (n + bucket - 1) / bucket * bucket
}

// zeros is an endless reader of zero bytes.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// units calls do with each frame of the stream, and tells what the stream is.
func units(r io.Reader, do func(Unit) error) (Info, error) {
	s := NewScanner(r)
	var unpack Unpacker
	for {
		f, err := s.Next()
		if err == io.EOF {
			return s.Info(), nil
		} else if err != nil {
			return Info{}, err
		}
		if err := do(unpack.Unpack(f)); err != nil {
			return Info{}, err
		}
	}
}

// layout is how the frames of a copy are cut.
type layout struct {
	info    Info
	header  Header
	cuts    []uint8 // of each frame: twice the bitrate index, plus 1 with the padding byte
	bytes   int64   // of all frames
	reach   int
	offsets [100]int64 // where each hundredth of the duration starts
}

// leastCut and mostCut bound the cuts; sizes rise with them.
const leastCut, mostCut = 2, 29

// head is the header of a frame with a cut.
func (l *layout) head(cut uint8) [headerSize]byte {
	return headFor(l.header, int(cut>>1), cut&1 == 1)
}

func (l *layout) size(cut uint8) int {
	head := l.head(cut)
	h, _ := ParseHeader(head[:])
	return h.Size
}

// area is the size of the main data area of a frame with a cut.
func (l *layout) area(cut uint8) int { return l.size(cut) - headerSize - l.header.sideSize() }

// plan chooses the least bitrate for each frame under which its data, of so many bytes,
// and what later frames must borrow, fit.
func plan(info Info, lengths []uint16) (*layout, error) {
	l := &layout{info: info, cuts: make([]uint8, len(lengths))}
	l.header = l.info.Header
	l.header.Protected = false
	l.reach = l.header.reach()
	lend := l.borrowed(lengths)
	start := 0 // of the frame's data, counted from its own area; never positive
	for i, n := range lengths {
		end := max(start, -l.reach) + int(n)
		cut := uint8(leastCut)
		for l.area(cut) < end+lend[i+1] {
			if cut++; cut > mostCut {
				return nil, ErrDense
			}
		}
		l.cuts[i] = cut
		l.mark(i)
		l.bytes += int64(l.size(cut))
		start = end - l.area(cut)
	}
	return l, nil
}

// borrowed computes from the end backward how many bytes each frame must find
// in front of its own area, even if that is the largest there is.
func (l *layout) borrowed(lengths []uint16) []int {
	need := make([]int, len(lengths)+1)
	most := l.area(mostCut)
	for i := len(lengths) - 1; i > 0; i-- {
		need[i] = max(0, int(lengths[i])+need[i+1]-most)
	}
	return need
}

// mark notes where the hundredths of the duration that begin with frame i lie.
func (l *layout) mark(i int) {
	n := len(l.cuts)
	for k := (100*i + n - 1) / n; k < len(l.offsets) && k*n/100 == i; k++ {
		l.offsets[k] = l.bytes
	}
}

// information makes the information frame: frames, bytes, table of contents,
// and the trim in LAME's layout, which is the only one players know. Its bytes
// are those of the whole copy, as players compare them with the file's size.
func (l *layout) information(bucket int64) []byte {
	const fields = 4 + 4 + 4 + 4 + 100 + 36
	cut := uint8(leastCut)
	for l.area(cut) < fields && cut < mostCut {
		cut++
	}
	b := make([]byte, l.size(cut))
	head := l.head(cut)
	copy(b, head[:])
	x := b[headerSize+l.header.sideSize():]
	if len(x) < fields {
		return nil // 8 kbit/s and the like: players do without
	}
	total := roundUp(l.bytes+int64(len(b)), bucket)
	copy(x, "Xing\x00\x00\x00\x07")
	binary.BigEndian.PutUint32(x[8:], uint32(len(l.cuts)))
	binary.BigEndian.PutUint32(x[12:], uint32(total))
	for k, off := range l.offsets {
		x[16+k] = byte((off + int64(len(b))) * 256 / total)
	}
	x = x[116:]
	if i := l.info.Xing; i != nil && i.Gapless {
		delay, padding := i.Delay, i.Padding
		if _, tail := l.info.Trim(); tail == 0 {
			padding = 0
		}
		copy(x, "LAME")
		x[21], x[22], x[23] = byte(delay>>4), byte(delay<<4|padding>>8), byte(padding)
	}
	return b
}

// stripper writes the frames of a layout. A frame waits until its main data
// area is full, since later frames may begin in it.
type stripper struct {
	w     io.Writer
	plan  *layout
	next  int     // frame to be added
	queue []piece // frames that wait
	main  []byte  // main data that waits
	lead  int     // bytes of area before the next frame's, less main data written or waiting
}

// piece is a frame's header and side information, and the size of its area.
type piece struct {
	head []byte
	area int
}

// add appends a frame.
func (s *stripper) add(u Unit) error {
	l := s.plan
	if s.next >= len(l.cuts) {
		return errors.New("mpeg: the stream changed between two readings")
	}
	cut := l.cuts[s.next]
	s.next++
	if skip := s.lead - l.reach; skip > 0 {
		s.main = append(s.main, make([]byte, skip)...)
		s.lead -= skip
	}
	head := l.head(cut)
	head[3] = byte(u.Header.Mode)<<6 | u.Header.ModeExt<<4
	frame := make([]byte, headerSize+l.header.sideSize())
	copy(frame, head[:])
	if u.Whole() {
		copy(frame[headerSize:], u.Side)
		clearPrivate(l.header, frame[headerSize:])
		s.main = append(s.main, u.Main...)
		clearSpare(u, s.main)
	}
	setMainDataBegin(l.header, frame[headerSize:], s.lead)
	area := l.area(cut)
	s.lead += area - len(u.Main)
	if s.lead < 0 {
		return errors.New("mpeg: the stream changed between two readings")
	}
	s.queue = append(s.queue, piece{frame, area})
	return s.flush(false)
}

// flush writes the frames whose areas are full; at the end, all.
func (s *stripper) flush(end bool) error {
	for len(s.queue) > 0 {
		p := s.queue[0]
		if end && len(s.main) < p.area {
			s.main = append(s.main, make([]byte, p.area-len(s.main))...)
		}
		if len(s.main) < p.area {
			return nil
		}
		if _, err := s.w.Write(append(p.head, s.main[:p.area]...)); err != nil {
			return err
		}
		s.queue, s.main = s.queue[1:], s.main[p.area:]
	}
	return nil
}

// clearPrivate zeroes the private bits of side information.
func clearPrivate(h Header, side []byte) {
	switch {
	case h.Version != MPEG1 && h.Mode == Mono:
		side[1] &^= 0x80
	case h.Version != MPEG1:
		side[1] &^= 0xc0
	case h.Mode == Mono:
		side[1] &^= 0x7c
	default:
		side[1] &^= 0x70
	}
}

// clearSpare zeroes the bits after the unit's data in its last byte.
func clearSpare(u Unit, main []byte) {
	if u.spare > 0 {
		main[len(main)-1] &= 0xff << u.spare
	}
}
