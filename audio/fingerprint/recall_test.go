package fingerprint_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"loa/audio/audiotest"
	"loa/audio/fingerprint"
)

// run runs a program with something on its standard input.
func run(t testing.TB, input []byte, name string, args ...string) []byte {
	t.Helper()
	command := audiotest.Command(name, args...)
	command.Stdin = bytes.NewReader(input)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Errorf("%s %v: %v\n%s", name, args, err, stderr.String())
	}
	return out
}

// sound is decoded sound of 16 bits.
type sound struct {
	rate, channels int
	samples        []int16
}

// unwrap reads a WAV file written to a pipe, whose lengths mean nothing.
func unwrap(t testing.TB, wav []byte) (s sound) {
	t.Helper()
	data := bytes.Index(wav, []byte("data"))
	if data < 36 {
		t.Errorf("no WAV: %q", wav[:min(len(wav), 60)])
		return sound{rate: 8000, channels: 1}
	}
	s.channels, s.rate = int(binary.LittleEndian.Uint16(wav[22:])), int(binary.LittleEndian.Uint32(wav[24:]))
	s.samples = make([]int16, (len(wav)-data-8)/2)
	for i := range s.samples {
		s.samples[i] = int16(binary.LittleEndian.Uint16(wav[data+8+2*i:]))
	}
	return s
}

// raw is the samples as bytes.
func (s sound) raw() []byte {
	out := make([]byte, 0, 2*len(s.samples))
	for _, v := range s.samples {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	return out
}

// cut takes so many seconds off the ends, and gain is in dB, clipping as it may.
func (s sound) cut(head, tail, gain float64) sound {
	from, to := int(head*float64(s.rate))*s.channels, len(s.samples)-int(tail*float64(s.rate))*s.channels
	out := sound{s.rate, s.channels, make([]int16, 0, to-from)}
	for _, v := range s.samples[from:to] {
		loud := float64(v) * math.Pow(10, gain/20)
		out.samples = append(out.samples, int16(min(max(loud, math.MinInt16), math.MaxInt16)))
	}
	return out
}

func (s sound) print() fingerprint.Print {
	p := fingerprint.New(s.rate, s.channels)
	block := make([]float32, 0, 1152*s.channels)
	for i, v := range s.samples {
		if block = append(block, float32(v)/32768); len(block) == cap(block) || i == len(s.samples)-1 {
			p.Write(block)
			block = block[:0]
		}
	}
	return p.Print()
}

const syllables = `xin chào bà con xã ta hôm nay đài truyền thanh phát chương trình nông thôn mới về giữ gìn vệ sinh môi trường
trồng cây ăn quả đất dốc làm đường bê tông lúa ngô chè quế thảo quả hợp tác sản phẩm du lịch cộng đồng văn hoá dân tộc Mông Dao Tày
Giáy nước sạch an toàn thực phẩm học sinh y tế bảo hiểm chuyển đổi số thông báo họp thôn tiêm phòng gia súc rét đậm mưa lũ sạt lở`

// speech makes half a minute of Vietnamese: a text of its own, one of six voices
// as a few presenters would have.
func speech(t testing.TB, i int) sound {
	random := rand.New(rand.NewPCG(uint64(i), 1))
	words := strings.Fields(syllables)
	var text strings.Builder
	for n := range 85 + random.IntN(25) {
		text.WriteString(words[random.IntN(len(words))])
		text.WriteString([]string{" ", " ", " ", ". ", ", "}[random.IntN(5)*min(n, 1)])
	}
	voice := []string{"vi", "vi-vn-x-south", "vi-vn-x-central"}[i%3]
	pitch := []string{"35", "60"}[i/3%2]
	return unwrap(t, run(t, nil, "espeak-ng", "-v", voice, "-p", pitch, "-s", "165", "--stdout", text.String()))
}

// music makes half a minute of notes, two at a time, a tune of its own on each
// of three instruments.
func music(t testing.TB, i int) sound {
	random := rand.New(rand.NewPCG(uint64(i), 2))
	wave := []string{"triangle", "sawtooth", "pluck"}[i%3]
	args := []string{"-D", "-n", "-r", "32000", "-c", "2", "-b", "16", "-t", "wav", "-"}
	for n := range 30 {
		if n > 0 {
			args = append(args, ":")
		}
		note := func(low int) string { return "%" + strconv.Itoa(low+random.IntN(24)) }
		length := strconv.FormatFloat(0.5+0.25*float64(random.IntN(5)), 'f', -1, 64)
		args = append(args, "synth", length, "pluck", note(-14), wave, note(-26), "fade", "0.01", length, "0.05", "gain", "-3")
	}
	return unwrap(t, run(t, nil, "sox", args...))
}

// change is what became of a copy.
type change struct {
	kbits, rate int
	head, tail  float64 // seconds cut off
	gain        float64 // dB
}

func (c change) String() string {
	return fmt.Sprintf("%d kbit/s at %d Hz, %.1f s and %.1f s cut, %+.0f dB", c.kbits, c.rate, c.head, c.tail, c.gain)
}

// changeOf goes through all bit rates of the brief, with some cut, gain and rate
// of their own for each recording.
func changeOf(i int) change {
	random := rand.New(rand.NewPCG(uint64(i), 3))
	c := change{kbits: []int{32, 48, 64, 96, 128, 192, 256, 320}[i%8], gain: float64(random.IntN(31) - 24)}
	c.rate = []int{16000, 22050, 24000, 32000, 44100, 48000}[random.IntN(6)]
	if c.kbits > 160 { // MPEG-2 goes no further
		c.rate = []int{32000, 44100, 48000}[random.IntN(3)]
	}
	c.head, c.tail = random.Float64()*6, random.Float64()*6
	return c
}

// encoded is a changed copy, through an MP3 and back.
func (c change) encoded(t testing.TB, s sound, mono bool) sound {
	s = s.cut(c.head, c.tail, c.gain)
	mode := "j"
	if mono {
		mode = "m"
	}
	args := []string{"--quiet", "-r", "-s", kilo(s.rate), "--bitwidth", "16", "--resample", kilo(c.rate), "-b", strconv.Itoa(c.kbits), "-m", mode}
	if s.channels == 1 {
		args = append(args[:len(args)-1], "m")
	} else if mono {
		args = append(args, "-a")
	}
	return unwrap(t, run(t, run(t, s.raw(), "lame", append(args, "-", "-")...), "mpg123", "-q", "-w", "-", "-"))
}

func kilo(rate int) string { return strconv.FormatFloat(float64(rate)/1000, 'f', -1, 64) }

// recording is one of the set: its print, that of its changed copy, and that of
// ten seconds from the middle of the copy.
type recording struct {
	id                      string
	change                  change
	original, copy, excerpt fingerprint.Print
	middle                  float64 // seconds into the copy where the excerpt starts
}

// set makes recordings, two thirds speech and one third music.
func set(t testing.TB, count int) []recording {
	out := make([]recording, count)
	var group sync.WaitGroup
	turns := make(chan int)
	for range 2 {
		group.Go(func() {
			for i := range turns {
				out[i] = recorded(t, i)
			}
		})
	}
	for i := range out {
		turns <- i
	}
	close(turns)
	group.Wait()
	return out
}

func recorded(t testing.TB, i int) recording {
	r := recording{change: changeOf(i), id: fmt.Sprintf("speech %d", i)}
	var s sound
	if i%3 == 2 {
		r.id, s = fmt.Sprintf("music %d", i), music(t, i)
	} else {
		s = speech(t, i)
	}
	copied := r.change.encoded(t, s, i%2 == 0)
	rest := float64(len(copied.samples)/copied.channels)/float64(copied.rate) - 10
	r.middle = rest / 2
	r.original, r.copy, r.excerpt = s.print(), copied.print(), copied.cut(r.middle, r.middle, 0).print()
	return r
}

// trial counts what was found.
type trial struct {
	asked, found, wrong int
	least, total        float64
}

// ask looks for one recording's copy, that was cut by so many seconds.
func (n *trial) ask(t *testing.T, index *shelf, r recording, p fingerprint.Print, head float64) {
	n.asked++
	hit := false
	for _, m := range index.Find(p) {
		if m.ID != r.id {
			n.wrong++
			t.Errorf("%s (%v) taken for %+v", r.id, r.change, m)
			continue
		}
		hit = m.Same() && math.Abs(m.Offset-head) < 0.15
		n.total += m.Score
		if n.found == 0 || m.Score < n.least {
			n.least = m.Score
		}
	}
	if hit {
		n.found++
	} else {
		t.Logf("%s (%v): %.1f s not found", r.id, r.change, p.Seconds())
	}
}

func (n trial) String() string {
	return fmt.Sprintf("%d of %d found, %d false; score %.2f on average, %.2f at least", n.found, n.asked, n.wrong, n.total/float64(max(n.found, 1)), n.least)
}

// TestRecall is the trial the figures come from: 210 recordings (LOA_LONG=1; 24
// otherwise, of all kinds and bit rates), each encoded anew at another rate, cut
// at both ends, at another level; whole, and ten seconds of it.
func TestRecall(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123", "espeak-ng", "sox")
	count := 24
	if audiotest.Long() {
		count = 210
	}
	recordings := set(t, count)
	var index shelf
	for _, r := range recordings {
		index.Add(r.id, r.original.Sketch())
		if s := r.original.Seconds(); s < 20 || s > 45 {
			t.Errorf("%s lasts %.1f s", r.id, s)
		}
	}
	var whole, excerpts trial
	byKbits := map[int]*trial{}
	for _, r := range recordings {
		whole.ask(t, &index, r, r.copy, r.change.head)
		excerpts.ask(t, &index, r, r.excerpt, r.change.head+r.middle)
		k := byKbits[r.change.kbits]
		if k == nil {
			k = &trial{}
			byKbits[r.change.kbits] = k
		}
		k.ask(t, &index, r, r.copy, r.change.head)
	}
	for _, kbits := range slices.Sorted(maps.Keys(byKbits)) {
		t.Logf("%3d kbit/s: %v", kbits, byKbits[kbits])
	}
	t.Logf("copies:   %v", whole)
	t.Logf("excerpts: %v", excerpts)
	if whole.found < whole.asked || excerpts.found < excerpts.asked*98/100 {
		t.Error("too few found")
	}
}

// TestProgrammesWithOneJingle: what a station sends opens and ends with the same
// music, and often has the same presenter. Copies are told from neighbours. That
// the neighbours share nine seconds may be noticed or not.
func TestProgrammesWithOneJingle(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123", "espeak-ng", "sox")
	jingle := music(t, 1000)
	jingle = unwrap(t, run(t, jingle.cut(0, float64(len(jingle.samples))/64000-9, 0).raw(), "sox", "-D", "-t", "raw", "-r", "32000", "-c", "2", "-b", "16",
		"-e", "signed", "-", "-t", "wav", "-", "remix", "-", "rate", "22050"))
	var index shelf
	var copies []fingerprint.Print
	for i := range 10 {
		s := speech(t, 1000+6*i)
		s.samples = slices.Concat(jingle.samples, s.samples, jingle.samples)
		index.Add(fmt.Sprint(i), s.print().Sketch())
		copies = append(copies, change{kbits: 64, rate: 44100, head: 1, tail: 1, gain: -3}.encoded(t, s, true).print())
	}
	neighbours := 0
	for i, c := range copies {
		found := index.Find(c)
		if len(found) == 0 || found[0].ID != fmt.Sprint(i) || !found[0].Same() {
			t.Fatalf("%d: %+v", i, found)
		}
		for _, m := range found[1:] {
			neighbours++
			if m.Same() || m.Overlap > 16 {
				t.Errorf("%d taken for %+v", i, m)
			}
		}
	}
	t.Logf("the jingle is noticed in %d of %d neighbours", neighbours, len(copies)*(len(copies)-1))
}

// faster is s played so many times as fast, as a tape or a careless editor does.
func (s sound) faster(t testing.TB, speed float64) sound {
	raw := []string{"-t", "raw", "-r", strconv.Itoa(s.rate), "-c", strconv.Itoa(s.channels), "-b", "16", "-e", "signed", "-"}
	return unwrap(t, run(t, s.raw(), "sox", append(append([]string{"-D"}, raw...), "-t", "wav", "-", "speed", strconv.FormatFloat(speed, 'f', -1, 64),
		"rate", strconv.Itoa(s.rate))...))
}

// TestAnotherSpeedIsFollowed: copies of speech and music that are played up to 3 %
// slower or faster are found, at the right place and with the right speed, and
// nothing else is.
func TestAnotherSpeedIsFollowed(t *testing.T) {
	audiotest.Need(t, "lame", "mpg123", "espeak-ng", "sox")
	count := 12
	if audiotest.Long() {
		count = 90
	}
	var index shelf
	originals := make([]sound, count)
	for i := range originals {
		if originals[i] = speech(t, 2000+i); i%3 == 2 {
			originals[i] = music(t, 2000+i)
		}
		index.Add(fmt.Sprint(i), originals[i].print().Sketch())
	}
	asked, found := map[float64]int{}, map[float64]int{}
	tunes, heard := 0, 0
	all := []float64{0.97, 0.9825, 0.9925, 0.995, 1.005, 1.0125, 1.018, 1.03}
	for i, s := range originals {
		for n, speed := range all {
			if !audiotest.Long() && (i/3+n)%3 != 0 {
				continue
			}
			tune := i%3 == 2
			if tune {
				tunes++
			} else {
				asked[speed]++
			}
			p := change{kbits: 64, rate: 44100, head: 3, tail: 2, gain: -4}.encoded(t, s.faster(t, speed), i%2 == 0).print()
			for _, m := range index.Find(p) {
				switch {
				case m.ID != fmt.Sprint(i):
					t.Errorf("%d at %v taken for %+v", i, speed, m)
				case !m.Same() || math.Abs(m.Speed-speed) > 0.006 || math.Abs(m.Offset-3*speed) > 0.3:
					t.Logf("%d at %v: %+v", i, speed, m)
				case tune:
					heard++
				default:
					found[speed]++
				}
			}
		}
	}
	t.Logf("music at any speed: %d of %d found", heard, tunes)
	if heard*4 < tunes*3 {
		t.Error("too little music found")
	}
	for _, speed := range all {
		t.Logf("at %v: %d of %d found", speed, found[speed], asked[speed])
		if found[speed]*10 < asked[speed]*9 {
			t.Errorf("too few found at %v", speed)
		}
	}
}
