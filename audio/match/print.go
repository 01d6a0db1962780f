package match

import (
	"encoding/binary"
	"errors"
	"math"

	"loa/audio/internal/bands"
)

const (
	bandCount = 24
	// hop is the time from one frame to the next, in seconds.
	hop = 0.032
	// around is how many frames before and after one say what is usual there: half
	// a second each.
	around = 15
	// step is how many units of a value make one deviation.
	step = 40
	// most is how many deviations count; what is farther counts as so far.
	most = 3.0
	// least is the deviation in dB of a band that varies less: noise that hardly
	// varies is not made as large as speech.
	least = 3.0
	// common is the part of what all bands do at once that is taken away, so that
	// an automatic gain or a gust changes less.
	common = 0.5
	// faintest is the power, full scale squared, that is added to every band.
	faintest = 1e-12
)

// shape is what a telephone lets through and a horn still plays; windows of
// 64 ms hold a syllable's parts apart.
var shape = bands.Shape{Count: bandCount, LowestHz: 350, HighestHz: 3500, Window: 0.064, Hop: hop, SlowestHz: 8000}

// frame is how far each band is from what is usual about it, lowest band first,
// in units of 1/step deviations.
type frame [bandCount]int8

// Maker makes the Print of one recording, as it arrives. It is not safe for
// concurrent use.
type Maker struct {
	bands       *bands.Bands
	decibels    [2*around + 1]frame64 // of the last frames, by frame number modulo the length
	levels      [2*around + 1]float64
	sum, square frame64 // of all in decibels
	seen        int
	print       Print
}

type frame64 [bandCount]float64

// New makes a Maker for sound of the given sample rate in Hz, 8000 to 1000000,
// and number of channels. With anything else the Print stays empty.
func New(rate, channels int) *Maker {
	m := &Maker{}
	m.bands = bands.New(shape, rate, channels, []float64{1}, m.take)
	return m
}

// Write takes a block of interleaved samples of any length, full scale ±1. The
// block is not kept.
func (m *Maker) Write(block []float32) { m.bands.Write(block) }

// take takes the power of one frame and keeps the frame half a second before it.
func (m *Maker) take(e [][]float64) {
	n := m.seen % len(m.decibels)
	power := 0.0
	for i, v := range e[0] {
		power += v
		db, old := 10*math.Log10(v+faintest), m.decibels[n][i]
		if m.seen < len(m.decibels) {
			old = 0
		}
		m.sum[i] += db - old
		m.square[i] += db*db - old*old
		m.decibels[n][i] = db
	}
	m.levels[n] = 10 * math.Log10(power+faintest)
	m.seen++
	if m.seen > around {
		m.keep(m.seen - 1 - around)
	}
}

// keep appends a frame by what is usual in those about it: at the ends of a
// recording, in the second that is there.
func (m *Maker) keep(at int) {
	n, count := at%len(m.decibels), float64(min(m.seen, len(m.decibels)))
	var f frame64
	mean := 0.0
	for i := range f {
		usual := m.sum[i] / count
		deviation := math.Sqrt(max(0, m.square[i]/count-usual*usual))
		f[i] = clamp((m.decibels[n][i]-usual)/max(least, deviation), most)
		mean += f[i] / bandCount
	}
	var out frame
	for i := range f {
		out[i] = int8(math.Round(step * clamp(f[i]-common*mean, most)))
	}
	m.print.frames = append(m.print.frames, out)
	m.print.levels = append(m.print.levels, int8(math.Round(m.levels[n])))
}

func clamp(v, limit float64) float64 { return min(limit, max(-limit, v)) }

// Print returns the print of everything written. Nothing may be written
// afterwards.
func (m *Maker) Print() Print {
	m.bands.Flush()
	for at := max(0, m.seen-around); at < m.seen; at++ {
		m.keep(at)
	}
	return m.print
}

// Print is what a recording is found by, and what is heard in it: 31 frames of
// 25 bytes a second. The zero Print is that of a recording too short to have
// one, and is found nowhere.
type Print struct {
	frames []frame
	levels []int8 // dB of full scale, between 350 and 3500 Hz
}

// Seconds is the length of sound the Print covers.
func (p Print) Seconds() float64 { return float64(len(p.frames)) * hop }

// Level is how loud the loud parts are, in dB of full scale between 350 and 3500
// Hz: nine tenths of the frames are fainter. It is -120 of an empty Print.
func (p Print) Level() float64 { return float64(loud(p.levels)) }

// Form numbers the layout of a Print's bytes and how its values are made.
const Form = 1

var errPrint = errors.New("match: not the bytes of a print")

// MarshalBinary writes the Print: its form, the number of frames, and each
// frame's values and level. It gives no error.
func (p Print) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint([]byte{Form}, uint64(len(p.frames)))
	for i, f := range p.frames {
		for _, v := range f {
			b = append(b, byte(v))
		}
		b = append(b, byte(p.levels[i]))
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, of this form alone.
func (p *Print) UnmarshalBinary(b []byte) error {
	if len(b) == 0 || b[0] != Form {
		return errPrint
	}
	count, n := binary.Uvarint(b[1:])
	if n <= 0 || count > uint64(len(b)) || uint64(len(b)-1-n) != count*(bandCount+1) {
		return errPrint
	}
	b = b[1+n:]
	out := Print{frames: make([]frame, count), levels: make([]int8, count)}
	for i := range out.frames {
		for k := range out.frames[i] {
			out.frames[i][k] = int8(b[k])
		}
		out.levels[i] = int8(b[bandCount])
		b = b[bandCount+1:]
	}
	*p = out
	return nil
}

// SameSound is from where on two recordings are one, encoded anew.
const SameSound = 0.85

// Same is how like two recordings are, frame by frame, where the other begins so many seconds after this one began, to
// a tenth of a second: 1 is the same sound. It is 0 where they have less than LeastSeconds in common.
func (p Print) Same(other Print, later float64) (most float64) {
	const near = 3
	lag := int(math.Round(later / hop))
	for at := lag - near; at <= lag+near; at++ {
		from, to := max(0, at), min(len(p.frames), len(other.frames)+at)
		if float64(to-from)*hop < LeastSeconds {
			continue
		}
		product, mine, others := 0, 1, 1
		for i := from; i < to; i++ {
			a, b := p.frames[i][:], other.frames[i-at][:]
			product, mine, others = product+dot(a, b), mine+dot(a, a), others+dot(b, b)
		}
		most = max(most, float64(product)/math.Sqrt(float64(mine)*float64(others)))
	}
	return most
}
