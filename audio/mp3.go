package audio

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"slices"

	"loa/audio/mpeg"
	"loa/internal/fault"
)

const (
	// batchFrames is how many frames one worker decodes at a time: 1.7 s at
	// 44.1 kHz. The last batch is what the verdict waits for.
	batchFrames = 64
	// preRoll is how many earlier frames a batch begins with: what a decoder
	// remembers is less than two granules, and a frame of the lower rates is one;
	// the bit reservoir is gone by then, since mpeg.Unpacker has made every frame whole.
	preRoll = 2
	// tooDamaged is the share of frames that could not be decoded above which
	// measurements would describe the damage and not the recording.
	tooDamaged = 0.05
)

// batch is a run of frames for one worker, and what became of them.
type batch struct {
	units   []mpeg.Unit // preRoll earlier ones first
	bytes   []byte      // those of the units
	lead    int         // how many of them are pre-roll
	info    mpeg.Info   // as known when the batch was cut
	pcm     []float32   // of all units
	damaged []int64     // frames that are silent because they could not be decoded
	lot     uint64      // drawn from its bytes: the least one of a file is decoded by the witness too
	done    chan struct{}
}

// sound is the samples of the batch without its pre-roll.
func (b *batch) sound() []float32 { return b.pcm[b.lead*len(b.pcm)/max(1, len(b.units)):] }

// mp3 walks, decodes and emits an MP3: one goroutine reads and cuts the stream
// into batches and workers decode them, while this one emits them in order.
func (d *decoding) mp3(r io.Reader) error {
	scan := mpeg.NewScanner(r)
	first, err := scan.Next()
	if err != nil {
		return mp3Fault(err)
	}
	line := newAssembly(d.opt.Workers)
	var walk error
	go func() {
		defer close(line.todo)
		defer close(line.inOrder)
		walk = line.cut(d.ctx, scan, first)
	}()
	for range d.opt.Workers {
		go func() {
			decoder := new(mpeg.Decoder)
			for b := range line.todo {
				b.decode(decoder)
				close(b.done)
			}
		}()
	}
	e := &emitter{d: d}
	for b := range line.inOrder {
		<-b.done
		if d.ctx.Err() == nil {
			e.emit(b)
		}
		if b = e.draw(b); b != nil {
			line.used <- b
		}
	}
	if walk != nil {
		return mp3Fault(walk)
	}
	return e.finish(scan.Info())
}

// assembly is the way of the batches: from who cuts them to the workers and, in
// order, to who emits them, and back to be filled again.
type assembly struct{ todo, inOrder, used chan *batch }

// newAssembly has room for as many batches in order as there are workers. Besides
// them there are at most one that is cut, one that waits for room, one that is
// emitted and the one drawn: all others come back.
func newAssembly(workers int) assembly {
	return assembly{make(chan *batch), make(chan *batch, workers), make(chan *batch, workers+4)}
}

// next is an empty batch that begins with the last units of the one before.
func (a assembly) next(before *batch) *batch {
	b := &batch{}
	select {
	case used := <-a.used:
		b.units, b.bytes, b.pcm = used.units[:0], used.bytes[:0], used.pcm[:0]
	default:
		b.units = make([]mpeg.Unit, 0, preRoll+batchFrames)
	}
	if before == nil {
		return b
	}
	last := before.units[max(0, len(before.units)-preRoll):]
	for i, u := range last {
		u, b.bytes = u.CopyTo(b.bytes)
		b.units = append(b.units, u)
		b.lead = i + 1
	}
	return b
}

// cut walks the frames and hands out batches. What is handed out is read by
// others, and filled again by nobody before they are done with it.
func (a assembly) cut(ctx context.Context, scan *mpeg.Scanner, f mpeg.Frame) error {
	var unpack mpeg.Unpacker
	b := a.next(nil)
	for {
		var u mpeg.Unit
		u, b.bytes = unpack.UnpackTo(b.bytes, f)
		b.units = append(b.units, u)
		var err error
		if f, err = scan.Next(); err == nil && len(b.units) < b.lead+batchFrames {
			continue
		}
		var after *batch
		if err == nil {
			after = a.next(b)
		}
		b.info, b.done = scan.Info(), make(chan struct{})
		for _, c := range []chan<- *batch{a.todo, a.inOrder} {
			select {
			case c <- b:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		b = after
	}
}

// mp3Fault says in a sentence why the walk ended.
func mp3Fault(err error) error {
	var changed *mpeg.ChangedError
	switch {
	case errors.Is(err, mpeg.ErrNotMP3):
		return fault.New(fault.Unsupported, "audio.not_audio")
	case errors.Is(err, mpeg.ErrTag):
		return fault.New(fault.Invalid, "audio.tag_too_long")
	case errors.As(err, &changed):
		at := float64(changed.At) / float64(changed.From.SampleRate)
		return fault.New(fault.Unsupported, "audio.joined", "at", clock(at)).Because(err)
	}
	return err
}

// decode turns the units into samples. A unit that cannot be decoded is silent.
func (b *batch) decode(by *mpeg.Decoder) {
	per := b.units[0].Header.Samples() * b.units[0].Header.Channels()
	if cap(b.pcm) < len(b.units)*per {
		b.pcm = make([]float32, max(len(b.units), preRoll+batchFrames)*per)
	}
	b.pcm = b.pcm[:len(b.units)*per]
	by.Reset()
	lot := fnv.New64a()
	for i, u := range b.units {
		if !by.Decode(b.pcm[i*per:], u) && i >= b.lead {
			b.damaged = append(b.damaged, u.Index)
		}
		lot.Write(u.Main)
	}
	b.lot = lot.Sum64()
}

// emitter passes decoded batches on, without the samples that encoder and
// decoder added at both ends.
type emitter struct {
	d       *decoding
	begun   bool
	skip    int       // samples still to drop at the head
	hold    int       // samples to keep back for the tail
	held    []float32 // those kept back
	damaged []int64
	drawn   *batch // the one for the witness, of those so far
}

func (e *emitter) emit(b *batch) {
	if !e.begun {
		e.begun = true
		e.begin(b.info, b.info.Header.SampleRate, b.info.Header.Channels())
	}
	e.damaged = append(e.damaged, b.damaged...)
	e.trim(b.sound())
}

// draw keeps the batch with the least lot and returns what is not needed any more.
func (e *emitter) draw(b *batch) *batch {
	if e.drawn == nil || b.lot < e.drawn.lot {
		b, e.drawn = e.drawn, b
	}
	return b
}

// trim emits block without what still belongs to the encoder's delay.
func (e *emitter) trim(block []float32) {
	n := min(e.skip, len(block))
	e.skip -= n
	e.write(block[n:])
}

// begin announces the sound and finds out what to trim.
func (e *emitter) begin(i mpeg.Info, rate, channels int) {
	i.CutBytes = 0
	if i.Xing != nil { // as if the stream were as long as it says
		i.Frames = i.Xing.Frames
	}
	head, tail := i.Trim()
	e.skip, e.hold = int(head)*channels, int(tail)*channels
	e.d.facts.SampleRate, e.d.facts.Channels = rate, channels
	e.d.sink.Begin(rate, channels)
}

// write emits everything but the last e.hold samples.
func (e *emitter) write(block []float32) {
	if len(block) < e.hold {
		block = append(e.held, block...)
		e.held = nil
	}
	n := max(0, len(block)-e.hold)
	if len(e.held) > 0 {
		e.d.sink.Write(e.held)
	}
	if n > 0 {
		e.d.sink.Write(block[:n])
	}
	e.held = append(e.held[:0], block[n:]...)
}

// finish emits what was kept back if it belongs to the sound, and writes down
// what the walk learned.
func (e *emitter) finish(i mpeg.Info) error {
	if _, tail := i.Trim(); tail == 0 && len(e.held) > 0 {
		e.d.sink.Write(e.held)
	}
	f := e.d.facts
	if int64(len(e.damaged)) == i.Frames {
		return fault.New(fault.Invalid, "audio.undecodable")
	}
	f.Codec = fmt.Sprintf("%s Layer III", i.Header.Version)
	f.Samples, f.Bitrate = i.Samples(), i.Bitrate()
	if f.Truncated = i.Missing() > 1 && !broken(i); f.Truncated {
		f.Missing = float64(i.Missing()*int64(i.Header.Samples())) / float64(i.Header.SampleRate)
	}
	f.MP3 = &MP3Facts{
		FramesSHA256: hex.EncodeToString(i.FrameSum[:]), Rating: i.Rating(), JointStereo: i.JointStereo,
		Frames: i.Frames, Missing: i.Missing(), Damaged: int64(len(e.damaged)), Garbage: i.Garbage,
		TagBytes: e.d.tags + i.TagBytes, BadCRC: i.BadCRC, MinBitrate: i.MinBitrate, MaxBitrate: i.MaxBitrate,
	}
	if i.Xing != nil {
		f.MP3.Encoder, f.MP3.Gapless = i.Xing.Encoder, i.Xing.Gapless
	}
	e.warn(i)
	return nil
}

// broken reports whether the chain of frames is torn somewhere between the first
// and the last: what is missing is then missing there and not at the end.
func broken(i mpeg.Info) bool {
	return slices.ContainsFunc(i.Gaps, func(g mpeg.Gap) bool { return g.Frame > 0 && g.Frame < i.Frames })
}

// warn says what could not be read as it should be.
func (e *emitter) warn(i mpeg.Info) {
	f, spf, rate := e.d.facts, float64(i.Header.Samples()), float64(i.Header.SampleRate)
	f.Partial = float64(len(e.damaged)) > tooDamaged*float64(i.Frames)
	damaged, apart := apart(e.damaged, i)
	if n := len(damaged); n > 0 {
		f.warn("audio.damaged", places(damaged, spf/rate), "frames", n)
	}
	if n := len(apart); n > 0 {
		f.warn("audio.apart", places(apart, spf/rate), "frames", n)
	}
	var at []Place
	var head, ends int64 // of i.Garbage, bytes before the first frame, and those with the ones after the last
	for _, g := range i.Gaps {
		if g.Frame == 0 || g.Frame == i.Frames {
			ends += g.Bytes
			if g.Frame == 0 {
				head += g.Bytes
			}
			continue
		}
		from := float64(g.Frame) * spf / rate
		at = append(at, Place{From: from, To: from})
	}
	if lost := i.Missing(); len(at) > 0 && lost > 1 && !f.Truncated {
		f.warn("audio.lost", at, "seconds", math.Ceil(float64(lost)*spf/rate*10)/10)
	} else if len(at) > 0 {
		f.warn("audio.garbage", at, "bytes", i.Garbage-ends)
	}
	if ends*8 > int64(f.Bitrate) { // room for a second of sound; less is what stream recorders and taggers leave
		f.warn("audio.garbage_ends", nil, "bytes", ends)
	} else if head > leftOver {
		f.warn("audio.garbage_head", []Place{{}}, "bytes", head)
	}
	if w := mpeg.Witness(e.drawn.units, e.drawn.pcm); w.Differs() {
		from := float64(w.At) * spf / rate
		f.warn(witnessDiffers, []Place{{From: from, To: from + spf/rate}}, "steps", math.Ceil(w.Most))
	}
	if i.CutBytes > 0 && !f.Truncated && (i.Xing == nil || i.Xing.Frames < 0) {
		f.warn("audio.no_end", nil)
	}
	if i.BadCRC > 0 {
		f.warn("audio.bad_crc", nil, "frames", i.BadCRC)
	}
}

// leftOver is how many bytes of a frame that was cut may stand before the first: no frame
// is longer.
const leftOver = 1441

// apart takes from the frames that could not be decoded those that follow a gap: there is
// nothing wrong with them but that a part of each stands in frames before the gap.
func apart(frames []int64, i mpeg.Info) (damaged, apart []int64) {
	for _, n := range frames {
		after := slices.ContainsFunc(i.Gaps, func(g mpeg.Gap) bool { return g.Frame == n && n > 0 })
		if after || len(apart) > 0 && apart[len(apart)-1] == n-1 {
			apart = append(apart, n)
		} else {
			damaged = append(damaged, n)
		}
	}
	return damaged, apart
}

// witnessDiffers warns that our decoder and the witness heard something else: one
// of the two is wrong, and we want to know.
const witnessDiffers = "audio.witness_differs"

// maxPlaces is how many places one warning names.
const maxPlaces = 32

// places joins neighbouring frames to stretches of time; seconds is the
// length of a frame.
func places(frames []int64, seconds float64) []Place {
	var out []Place
	for i, n := range frames {
		if i > 0 && n == frames[i-1]+1 {
			out[len(out)-1].To = float64(n+1) * seconds
			continue
		}
		if len(out) == maxPlaces {
			break
		}
		out = append(out, Place{From: float64(n) * seconds, To: float64(n+1) * seconds})
	}
	return out
}

// clock writes a place in a recording as minutes and seconds, "3:07".
func clock(seconds float64) string {
	s := int(seconds)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
