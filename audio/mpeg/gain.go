package mpeg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// StepDB is what one step of global_gain changes: 2^(1/4) in amplitude,
// 1.505 dB (ISO/IEC 11172-3, 2.4.3.4.7.1).
const StepDB = 1.50514997831990597606869447362247

// ErrGainRange says that a frame's gain would leave 0-255, so that the change
// could not be undone. What was written so far is to be thrown away.
var ErrGainRange = errors.New("mpeg: the gain would leave its range")

// Gain copies the MP3 in r to w with its loudness changed by steps of StepDB,
// by adding steps to global_gain of every granule and channel and making the
// frame's CRC right again. Nothing is decoded: all other bits, tags and even
// garbage stay, and the same call with -steps gives back r byte for byte.
// Granules without data are silent at any gain and left alone. (The check sum
// over all frames that LAME puts in its information frame stays that of the
// original; players do not read it.)
//
// Errors are those of Scanner.Next except io.EOF, ErrGainRange, and w's.
func Gain(w io.Writer, r io.Reader, steps int) error {
	s := NewScanner(r)
	s.rest = w
	for {
		f, err := s.Next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := addGain(f, steps); err != nil {
			return fmt.Errorf("frame %d: %w", f.Index, err)
		}
		if _, err := w.Write(f.Data); err != nil {
			return err
		}
	}
}

// addGain changes a frame in place. A CRC that was wrong stays wrong by the
// same bits, so that undoing is exact there too.
func addGain(f Frame, steps int) error {
	side, ok := ParseSide(f.Header, f.Data)
	if !ok {
		return nil
	}
	before := uint16(0)
	if f.Protected {
		before = crc16(f.Header, f.Data)
	}
	bits := f.Data[f.sideOffset():f.mainOffset()]
	for g := range f.Granules() {
		for c := range f.Channels() {
			said := side.granules[g][c]
			if said.length == 0 {
				continue
			}
			gain := int(said.gain) + steps
			if gain < 0 || gain > 255 {
				return ErrGainRange
			}
			putBits(bits, said.gainAt, byte(gain))
		}
	}
	if f.Protected {
		crc := f.Data[headerSize:]
		binary.BigEndian.PutUint16(crc, binary.BigEndian.Uint16(crc)^before^crc16(f.Header, f.Data))
	}
	return nil
}

// putBits writes the eight bits of v at bit position pos.
func putBits(b []byte, pos int, v byte) {
	i, shift := pos>>3, uint(pos&7)
	b[i] = b[i]&^(0xff>>shift) | v>>shift
	if shift > 0 {
		b[i+1] = b[i+1]&(0xff>>shift) | v<<(8-shift)
	}
}
