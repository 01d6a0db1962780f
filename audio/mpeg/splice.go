package mpeg

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// ErrOther says that one stream cannot be spliced into another: another rate, or number of channels.
var ErrOther = errors.New("mpeg: streams of two kinds")

// Base is what must be known of an MP3 to splice others into it: two bytes a frame.
type Base struct {
	info    Info
	lengths []uint16 // of the main data of each frame
	middle  int      // frame before which least is said in the middle third
}

// NewBase reads an MP3 to its end. Errors are those of Scanner.Next except io.EOF.
func NewBase(r io.Reader) (*Base, error) {
	b := &Base{}
	var err error
	b.info, err = units(r, func(u Unit) error { b.lengths = append(b.lengths, uint16(len(u.Main))); return nil })
	if err != nil {
		return nil, err
	}
	said := func(i int) int { return int(b.lengths[max(0, i-1)]) + int(b.lengths[i]) }
	b.middle = len(b.lengths) / 2
	for i := max(1, len(b.lengths)/3); i < 2*len(b.lengths)/3; i++ {
		if said(i) < said(b.middle) {
			b.middle = i
		}
	}
	return b, nil
}

// Header is that of its first frame.
func (b *Base) Header() Header { return b.info.Header }

// Spliced is an MP3 as Strip copies it, with the units of another in front of it, behind it, and at the least that is said in
// its middle third. Between the borders it decodes to the same samples; at one, half a frame fades. It is made while it is read.
type Spliced struct {
	base  *Base
	other []Unit
	plan  *layout
	head  []byte
}

// With splices the units of another MP3 into it. Errors: ErrOther, ErrDense.
func (b *Base) With(other []Unit) (*Spliced, error) {
	var spliced []uint16
	for _, u := range other {
		if !b.info.Header.kin(u.Header) {
			return nil, ErrOther
		}
		spliced = append(spliced, uint16(len(u.Main)))
	}
	lengths := append(append([]uint16(nil), spliced...), b.lengths[:b.middle]...)
	lengths = append(append(append(lengths, spliced...), b.lengths[b.middle:]...), spliced...)
	p, err := plan(b.info, lengths)
	if err != nil {
		return nil, err
	}
	return &Spliced{base: b, other: other, plan: p, head: p.information(1)}, nil
}

// Size is its length in bytes.
func (s *Spliced) Size() int64 { return int64(len(s.head)) + s.plan.bytes }

// Read reads it, of the MP3 that its Base was made of. What is read from another place than where the last reading ended is made
// again from the beginning.
func (s *Spliced) Read(mp3 io.ReadSeeker) io.ReadSeeker { return &splicing{of: s, mp3: mp3} }

// splicing is one reading of a Spliced.
type splicing struct {
	of   *Spliced
	mp3  io.ReadSeeker
	pos  int64 // where the next byte is read
	made int64 // how many bytes were made and left ready
	// of what is made
	ready  bytes.Buffer
	frames *Scanner // nil before the first byte
	unpack Unpacker
	out    stripper
	at     int // frames of the base that were added
	over   bool
}

func (s *splicing) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.pos
	case io.SeekEnd:
		offset += s.of.Size()
	}
	if offset < 0 {
		return 0, errors.New("mpeg: seek before the start")
	}
	s.pos = offset
	return offset, nil
}

func (s *splicing) Read(p []byte) (int, error) {
	if s.pos >= s.of.Size() {
		return 0, io.EOF
	}
	if s.frames == nil || s.pos < s.made {
		if err := s.begin(); err != nil {
			return 0, err
		}
	}
	for {
		skipped := s.ready.Next(int(min(s.pos-s.made, int64(s.ready.Len()))))
		s.made += int64(len(skipped))
		if s.ready.Len() > 0 {
			n, err := s.ready.Read(p)
			s.pos, s.made = s.pos+int64(n), s.made+int64(n)
			return n, err
		}
		if s.over {
			return 0, io.ErrUnexpectedEOF // the MP3 is another than it was
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
}

// begin begins anew.
func (s *splicing) begin() error {
	if _, err := s.mp3.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("mpeg: back to the start: %w", err)
	}
	s.ready.Reset()
	s.ready.Write(s.of.head)
	s.made, s.at, s.over, s.frames, s.unpack = 0, 0, false, NewScanner(s.mp3), Unpacker{}
	s.out = stripper{w: &s.ready, plan: s.of.plan}
	return s.others()
}

func (s *splicing) others() error {
	for _, u := range s.of.other {
		if err := s.out.add(u); err != nil {
			return err
		}
	}
	return nil
}

// more adds a frame.
func (s *splicing) more() error {
	f, err := s.frames.Next()
	if err == io.EOF {
		s.over = true
		if err := s.others(); err != nil {
			return err
		}
		return s.out.flush(true)
	}
	if err != nil {
		return err
	}
	if s.at == s.of.base.middle {
		if err := s.others(); err != nil {
			return err
		}
	}
	s.at++
	return s.out.add(s.unpack.Unpack(f))
}
