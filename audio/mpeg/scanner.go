package mpeg

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// ErrNotMP3 says that no two frames in a row were found in the first 64 KiB
// after the leading tags, or no frame with sound in all of the stream.
var ErrNotMP3 = errors.New("mpeg: no two frames in a row: not an MP3")

// ErrTag says that a leading tag claims to be longer than the whole file.
var ErrTag = errors.New("mpeg: a tag claims more bytes than the file has")

// ChangedError says that the sampling rate or the number of channels changes
// in the middle of the stream, as when two files were joined.
type ChangedError struct {
	At       int64  // samples of one channel before the change
	From, To Header // the headers on both sides
}

// Error says where and from what to what.
func (e *ChangedError) Error() string {
	return fmt.Sprintf("mpeg: after %d samples, %d Hz and %d channels become %d Hz and %d channels",
		e.At, e.From.SampleRate, e.From.Channels(), e.To.SampleRate, e.To.Channels())
}

// Frame is one sound frame. Data holds all of its bytes and is valid until
// the next call of Next.
type Frame struct {
	Header
	Index      int64 // 0 for the first sound frame
	Offset     int64 // byte offset in the stream
	AfterBreak bool  // bytes or frames were lost just before it
	Corrupt    bool  // its CRC is wrong, in a stream whose encoder writes right ones
	Data       []byte
}

// Gap is a stretch of bytes between frames that is neither frame nor tag.
type Gap struct {
	Frame int64 `json:"frame"` // the sound frame that follows
	Bytes int64 `json:"bytes"`
}

// Info is what a scan learns about the stream. It is complete when Next has
// returned io.EOF.
type Info struct {
	Header       Header // of the first sound frame; Bitrate 0 in free format
	Xing         *Xing  // nil when no encoder information was found
	Frames       int64  // sound frames accepted
	SoundBytes   int64  // bytes of those frames
	MinBitrate   int    // bit/s; equal to MaxBitrate when constant
	MaxBitrate   int    // bit/s
	TagBytes     int64  // ID3v2, APEv2, Lyrics3 and ID3v1 together
	Garbage      int64  // bytes in gaps
	Gaps         []Gap  // the first 32
	CutBytes     int64  // bytes of an unfinished last frame
	BadCRC       int64  // protected frames whose check word is wrong
	JointStereo  bool   // some frame is joint stereo
	FrameSum     [sha256.Size]byte
	BytesScanned int64
}

const (
	syncLimit = 64 << 10 // bytes without a frame pair before the stream is refused
	window    = 64 << 10 // bytes looked at together
	lookahead = 3*maxFreeFrame + headerSize
	maxGaps   = 32
)

// Scanner walks the frames of a stream. It accepts a frame only where the
// next one follows as announced, and reads forward only, with one buffer.
type Scanner struct {
	r       *bufio.Reader
	off     int64
	ref     Header // the first accepted header
	begun   bool
	locked  bool      // a confirmed header starts at off
	broken  bool      // something was lost before the next frame
	free    int       // frame length of a free-format stream without padding
	goodCRC bool      // some frame's CRC was right
	rest    io.Writer // gets, in order, all bytes that are not sound frames
	sum     hash.Hash
	info    Info
	err     error
}

// NewScanner returns a Scanner that reads from r through its own buffer.
func NewScanner(r io.Reader) *Scanner {
	return &Scanner{r: bufio.NewReaderSize(r, window), sum: sha256.New(), rest: io.Discard}
}

// Info returns what is known so far; after io.EOF, everything.
func (s *Scanner) Info() Info {
	i := s.info
	i.BytesScanned = s.off
	s.sum.Sum(i.FrameSum[:0])
	return i
}

// Next returns the next sound frame. It ends with io.EOF, ErrNotMP3, ErrTag, a *ChangedError, or the reader's error.
func (s *Scanner) Next() (Frame, error) {
	for s.err == nil {
		if !s.locked {
			if s.err = s.hunt(); s.err != nil {
				break
			}
		}
		f, ok, err := s.take()
		if err != nil {
			s.err = err
			break
		}
		if ok {
			return s.account(f), nil
		}
	}
	if s.err == io.EOF && s.info.Frames == 0 {
		s.err = ErrNotMP3
	}
	return Frame{}, s.err
}

// peek returns up to n bytes ahead; short only at the end of the stream.
func (s *Scanner) peek(n int) ([]byte, error) {
	b, err := s.r.Peek(n)
	if err != nil && err != io.EOF {
		return b, fmt.Errorf("mpeg: read at byte %d: %w", s.off, err)
	}
	return b, nil
}

// skip passes over n bytes that are buffered and no sound.
func (s *Scanner) skip(n int) error {
	b, err := s.r.Peek(n)
	if err == nil {
		_, err = s.rest.Write(b)
	}
	s.drop(n)
	return err
}

// drop forgets n buffered bytes.
func (s *Scanner) drop(n int) {
	d, _ := s.r.Discard(n) // what ended it is said again by the next read
	s.off += int64(d)
}

// size is the length of the frame with header h, 0 when unknown.
func (s *Scanner) size(h Header) int {
	if h.Bitrate == 0 && s.free > 0 {
		return s.free + b2i(h.Padding)
	}
	return h.Size
}

// take reads the confirmed frame at the current place and finds out whether
// the one after it is where it should be.
func (s *Scanner) take() (Frame, bool, error) {
	b, err := s.peek(lookahead)
	if err != nil {
		return Frame{}, false, err
	}
	h, ok := ParseHeader(b)
	size := s.size(h)
	if !ok || size < h.mainOffset() {
		s.locked = false
		return Frame{}, false, nil
	}
	if len(b) < size {
		s.info.CutBytes = int64(len(b))
		return Frame{}, false, cmp.Or(s.skip(len(b)), io.EOF)
	}
	if s.locked = s.follows(b[size:], h); !s.locked {
		if q := s.inside(b, size); q > 0 {
			s.gap(int64(q))
			s.locked = true
			return Frame{}, false, s.skip(q)
		}
	}
	f := Frame{Header: h, Offset: s.off, Data: b[:size]}
	f.Size = size
	if s.information(f) {
		return Frame{}, false, s.skip(size)
	}
	s.drop(size)
	return f, true, nil
}

// follows reports whether rest starts with a header kin to h.
func (s *Scanner) follows(rest []byte, h Header) bool {
	n, ok := ParseHeader(rest)
	return ok && h.kin(n)
}

// inside looks for a frame that starts before the one at b ends: then the
// latter lost bytes and is no frame any more.
func (s *Scanner) inside(b []byte, size int) int {
	if len(b) == size || tagAt(b[size:]) {
		return 0
	}
	for q := 1; q < size; q++ {
		if b[q] != 0xff {
			continue
		}
		if h, ok := ParseHeader(b[q:]); ok && h.kin(s.ref) {
			if n := s.size(h); n > 0 && q+n != size && len(b) > q+n && s.follows(b[q+n:], h) {
				return q
			}
		}
	}
	return 0
}

// hunt skips tags and garbage up to the next confirmed frame.
func (s *Scanner) hunt() error {
	var garbage int64
	defer func() { s.gap(garbage) }()
	for {
		if !s.begun && garbage > syncLimit {
			return ErrNotMP3
		}
		if tagged, err := s.skipTag(); err != nil {
			return err
		} else if tagged {
			continue
		}
		b, err := s.peek(window)
		if err != nil {
			return err
		}
		if len(b) == 0 {
			return io.EOF
		}
		last := len(b) == window // more may follow: leave room to look ahead
		i, found, err := s.search(b, last)
		if err != nil {
			return err
		}
		if err := s.skip(i); err != nil {
			return err
		}
		garbage += int64(i)
		if found {
			s.locked = true
			return nil
		}
	}
}

// search finds the first confirmed frame or tag in b. It returns how many
// bytes lie before it, and whether it is a frame.
func (s *Scanner) search(b []byte, more bool) (int, bool, error) {
	end := len(b)
	if more {
		end -= lookahead
	}
	for i := 0; i < end; i++ {
		switch b[i] {
		case 0xff:
			if ok, err := s.confirm(b[i:]); ok || err != nil {
				return i, ok, err
			}
		case 'I', 'A', 'T', 'L':
			if i > 0 && tagAt(b[i:]) {
				return i, false, nil
			}
		}
	}
	return max(end, 1), false, nil
}

// confirm reports whether a frame starts at b: its successor is there, or, in
// a stream that has begun, the stream ends with it.
func (s *Scanner) confirm(b []byte) (bool, error) {
	h, ok := ParseHeader(b)
	if !ok {
		return false, nil
	}
	if h.Bitrate == 0 && s.free == 0 {
		n := freeSize(b, h)
		if n == 0 {
			return false, nil
		}
		s.free = n - b2i(h.Padding)
	}
	size := s.size(h)
	if size < h.mainOffset() || len(b) < size {
		return false, nil
	}
	if !s.begun {
		if ok = s.follows(b[size:], h); ok {
			s.begun, s.ref = true, h
		} else if h.Bitrate == 0 {
			s.free = 0
		}
		return ok, nil
	}
	if h.kin(s.ref) {
		return len(b) == size || tagAt(b[size:]) || s.follows(b[size:], h), nil
	}
	if chain(b, 4) {
		return false, &ChangedError{At: s.info.Frames * int64(s.ref.Samples()), From: s.ref, To: h}
	}
	return false, nil
}

// chain reports whether n frames of one kind follow each other at b.
func chain(b []byte, n int) bool {
	first, ok := ParseHeader(b)
	for h := first; ok && n > 0; n-- {
		if h.Size == 0 || len(b) < h.Size || !first.kin(h) {
			return false
		}
		if b = b[h.Size:]; n == 1 {
			return true
		}
		h, ok = ParseHeader(b)
	}
	return false
}

// freeSize finds the length of a free-format frame at b by its successors.
func freeSize(b []byte, h Header) int {
	for n := h.mainOffset(); n <= maxFreeFrame && n+headerSize <= len(b); n++ {
		if b[n] != 0xff {
			continue
		}
		next, ok := ParseHeader(b[n:])
		if !ok || !h.kin(next) {
			continue
		}
		m := 2*n - b2i(h.Padding) + b2i(next.Padding)
		if len(b) < m+headerSize {
			continue
		}
		if third, ok := ParseHeader(b[m:]); ok && h.kin(third) {
			return n
		}
	}
	return 0
}

// gap notes n bytes that are neither frame nor tag.
func (s *Scanner) gap(n int64) {
	if n == 0 {
		return
	}
	s.broken = true
	s.info.Garbage += n
	if len(s.info.Gaps) < maxGaps {
		s.info.Gaps = append(s.info.Gaps, Gap{Frame: s.info.Frames, Bytes: n})
	}
}

// information reports whether f carries the encoder's facts and no sound.
func (s *Scanner) information(f Frame) bool {
	x, ok := parseXing(f.Header, f.Data)
	if ok && s.info.Xing == nil && s.info.Frames == 0 {
		s.info.Xing = x
	}
	return ok
}

// account counts an accepted sound frame.
func (s *Scanner) account(f Frame) Frame {
	i := &s.info
	f.Index = i.Frames
	f.AfterBreak = s.broken && i.Frames > 0
	s.broken = false
	if i.Frames == 0 {
		i.Header, i.MinBitrate, i.MaxBitrate = f.Header, f.Bitrate, f.Bitrate
	}
	i.Frames++
	i.SoundBytes += int64(len(f.Data))
	i.MinBitrate, i.MaxBitrate = min(i.MinBitrate, f.Bitrate), max(i.MaxBitrate, f.Bitrate)
	i.JointStereo = i.JointStereo || f.Mode == JointStereo
	if !crcOK(f.Header, f.Data) {
		i.BadCRC++
		f.Corrupt = s.goodCRC
	} else if f.Protected {
		s.goodCRC = true
	}
	s.sum.Write(f.Data)
	return f
}

// tagAt reports whether a tag that follows audio starts at b.
func tagAt(b []byte) bool {
	switch {
	case bytes.HasPrefix(b, []byte("TAG")):
		return id3v1(b)
	case bytes.HasPrefix(b, []byte("APETAGEX")), bytes.HasPrefix(b, []byte("LYRICSBEGIN")):
		return true
	}
	n, ok := id3v2Size(b)
	return ok && n <= maxTag
}
