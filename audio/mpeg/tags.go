package mpeg

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

const (
	id3v1Size = 128
	apeHeader = 32
	// maxTag is the largest tag believed behind the first frame; a cover picture
	// of 5 MB is common, more than this is a lie. In front of the sound any size
	// is believed, as players do: nothing can be lost there.
	maxTag = 16 << 20
	// maxLyrics is the largest Lyrics3v1 text by its definition, with markers.
	maxLyrics = 5100 + 20
)

// id3v2Size reads an ID3v2 header at b and returns the length of the whole
// tag in bytes. Its size bytes must be syncsafe (seven bits each).
func id3v2Size(b []byte) (int, bool) {
	if len(b) < 10 || string(b[:3]) != "ID3" || b[3] == 0xff || b[4] == 0xff {
		return 0, false
	}
	n := 0
	for _, c := range b[6:10] {
		if c >= 0x80 {
			return 0, false
		}
		n = n<<7 | int(c)
	}
	n += 10
	if b[5]&0x10 != 0 { // a footer repeats the header
		n += 10
	}
	return n, true
}

// apeSize reads an APEv2 header or footer at b and returns how many bytes to
// skip from here.
func apeSize(b []byte) (int, bool) {
	if len(b) < apeHeader || string(b[:8]) != "APETAGEX" {
		return 0, false
	}
	n, flags := binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[20:])
	if flags&(1<<29) == 0 { // the footer, whose items were passed already
		return apeHeader, true
	}
	return apeHeader + int(n), true
}

// id3v1 reports whether an ID3v1 tag stands at b: at the end of the file, or
// where another file was joined on, and so before a frame or a tag of that one.
func id3v1(b []byte) bool {
	if len(b) < id3v1Size || string(b[:3]) != "TAG" {
		return false
	}
	next := b[id3v1Size:]
	_, frame := ParseHeader(next)
	_, tag := id3v2Size(next)
	return len(next) == 0 || frame || tag
}

// leadingTag is the length of the tag at b if it is of a kind that stands in
// front of sound.
func leadingTag(b []byte) (int, bool) {
	if n, ok := id3v2Size(b); ok {
		return n, true
	}
	return apeSize(b)
}

// SkipTags passes the tags in front of a file, whatever follows them, and
// returns how many bytes they have. Errors are ErrTag and r's.
func SkipTags(r *bufio.Reader) (int64, error) {
	var passed int64
	for {
		b, err := r.Peek(apeHeader)
		if err != nil && err != io.EOF {
			return passed, err
		}
		n, ok := leadingTag(b)
		if !ok {
			return passed, nil
		}
		d, err := io.CopyN(io.Discard, r, int64(n))
		if passed += d; err == io.EOF {
			err = ErrTag
		}
		if err != nil {
			return passed, err
		}
	}
}

// skipTag skips one tag at the current place.
func (s *Scanner) skipTag() (bool, error) {
	b, err := s.peek(id3v1Size + 10)
	if err != nil {
		return false, err
	}
	if n, ok := leadingTag(b); ok && (n <= maxTag || s.off == s.info.TagBytes) {
		return true, s.skipBytes(n)
	}
	if id3v1(b) {
		return true, s.skipBytes(id3v1Size)
	}
	if bytes.HasPrefix(b, []byte("LYRICSBEGIN")) {
		return s.skipLyrics()
	}
	return false, nil
}

// skipLyrics skips a Lyrics3 block up to its closing marker.
func (s *Scanner) skipLyrics() (bool, error) {
	b, err := s.peek(window)
	if err != nil {
		return false, err
	}
	for _, end := range []string{"LYRICS200", "LYRICSEND"} {
		if i := bytes.Index(b, []byte(end)); i > 0 && (end == "LYRICS200" || i < maxLyrics) {
			return true, s.skipBytes(i + len(end))
		}
	}
	return false, nil
}

// skipBytes passes over a tag of n bytes.
func (s *Scanner) skipBytes(n int) error {
	d, err := io.CopyN(s.rest, s.r, int64(n))
	s.off += d
	s.info.TagBytes += d
	switch {
	case err == io.EOF && s.begun:
		return io.EOF
	case err == io.EOF:
		return ErrTag
	}
	return err
}
