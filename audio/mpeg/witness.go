package mpeg

import (
	"bytes"
	"io"
	"math"

	"github.com/hajimehoshi/go-mp3"
)

// Rounding is the most by which Witness may differ, in steps of 16 bits: go-mp3
// rounds toward zero, and its tables are not exact.
const Rounding = 1.1

// Testimony is what Witness found.
type Testimony struct {
	Frames int64   // compared
	Most   float64 // greatest difference, in steps of 16 bits
	At     int64   // the frame with it
}

// Differs reports whether the two decoders disagree by more than rounding.
func (t Testimony) Differs() bool { return t.Most > Rounding }

// Witness decodes a run of units, which follow each other, by go-mp3, a decoder
// that shares nothing with Decoder, and compares with pcm, what a Decoder made of
// all of them. Frames that go-mp3 is known to decode otherwise (see
// Unit.beyondWitness), and those that such a frame or the start still sounds in,
// are left out; so is all after a frame that it gives up or panics at.
func Witness(units []Unit, pcm []float32) Testimony {
	var t Testimony
	if len(units) == 0 {
		return t
	}
	shape := Roomy(units[0].Header)
	per := units[0].Header.Samples() * units[0].Header.Channels()
	for i := 0; i < len(units); {
		packed, n := shape.Pack(nil, units[i:])
		t.compare(shape, packed, units[i:i+n], pcm[i*per:(i+n)*per])
		i += n + 1 // past the one that is not whole
	}
	return t
}

// compare does it for units that are whole.
func (t *Testimony) compare(shape Shape, packed []byte, units []Unit, pcm []float32) {
	defer func() {
		_ = recover() // one of its known faults: the rest is not compared
	}()
	dec, err := mp3.NewDecoder(struct{ io.Reader }{bytes.NewReader(packed)}) // not a Seeker: no scan of the whole
	if err != nil {
		return
	}
	channels := shape.Header.Channels()
	raw := make([]byte, shape.Header.Samples()*4) // 16-bit stereo, also for mono
	if _, err := io.ReadFull(dec, raw); err != nil {
		return // the silent frame in front
	}
	sounds := 0 // frames that still hear what cannot be compared
	if len(units) > 0 && units[0].Index > 0 {
		sounds = 2
	}
	for i, u := range units {
		if _, err := io.ReadFull(dec, raw); err != nil {
			return
		}
		ours := pcm[i*len(raw)/4*channels:][:len(raw)/4*channels]
		if u.beyondWitness() {
			sounds = 3
		}
		if sounds > 0 {
			sounds--
			continue
		}
		t.Frames++
		step := 4 / channels // mono comes twice
		for k, v := range ours {
			theirs := float64(int16(uint16(raw[k*step]) | uint16(raw[k*step+1])<<8))
			if e := math.Abs(max(-1, min(1, float64(v)))*math.MaxInt16 - theirs); e > t.Most {
				t.Most, t.At = e, u.Index
			}
		}
	}
}

// beyondWitness reports whether go-mp3 v0.3.4 decodes the frame wrongly or not at all:
//   - joint stereo with short blocks: the highest lines stay mid and side, up to
//     0.21 of full scale off;
//   - intensity stereo: several LU off;
//   - mixed blocks of the lower rates: it panics;
//   - 8 kHz: it has not its bands;
//   - regions that end above the last band: it panics;
//   - scale factors in a granule without data, or shared with one of short blocks;
//   - big values that need more bits than there are: it takes those that follow.
//
// What is above full scale it clips, which Witness does too.
func (u Unit) beyondWitness() bool {
	h := u.Header
	if h.Version == MPEG25 && h.SampleRate == 8000 || h.Intensity() || h.MidSide() && u.Short {
		return true
	}
	var d Decoder
	if !d.Decode(make([]float32, h.Samples()*h.Channels()), u) {
		return true
	}
	for n := range h.Granules() {
		for c := range h.Channels() {
			g := u.said.granules[n][c]
			if g.mixed && g.block == shortBlock && h.Version != MPEG1 || g.length == 0 && g.compress > 0 ||
				g.block == normalBlock && g.regions[0]+g.regions[1] > 20 || u.Short && u.said.shared[c] > 0 {
				return true
			}
		}
	}
	return false
}
