package match

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"loa/audio/audiotest"
)

// spoken is a programme of one presenter's recorded sentences.
type spoken struct {
	voice   string
	samples []float32
}

// sentences makes programmes of so many seconds of the recorded sentences of
// Debian's asterisk-core-sounds-*-wav, no sentence twice.
func sentences(t *testing.T, seconds int) (out []spoken) {
	voices, _ := filepath.Glob("/usr/share/asterisk/sounds/*_*_*")
	for _, voice := range voices {
		files, _ := filepath.Glob(voice + "/*.wav")
		more, _ := filepath.Glob(voice + "/*/*.wav")
		files = slices.DeleteFunc(append(files, more...), func(file string) bool { // what all voices share: tones, monkeys, applause
			name := filepath.Base(file)
			return strings.HasPrefix(name, "tt-") || strings.HasPrefix(name, "beep") || strings.HasPrefix(name, "confbridge-") ||
				strings.HasSuffix(name, "-2tone.wav")
		})
		slices.Sort(files)
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		var samples []float32
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(b) < 24000 || len(b) > 400000 {
				continue // 1.5 to 25 s
			}
			samples = append(samples, stretch(spokenOf(floats(b[44:])), 0.5)...)
			if len(samples) >= seconds*rate {
				out = append(out, spoken{filepath.Base(voice), samples[:seconds*rate]})
				samples = nil
			}
		}
	}
	if len(voices) < 3 {
		if os.Getenv("CI") == "true" {
			t.Fatal("asterisk-core-sounds-*-wav are not installed")
		}
		t.Skip("asterisk-core-sounds-*-wav are not installed")
	}
	return out
}

// spokenOf leaves out what is fainter than -50 dB for more than half a second, at
// 8 kHz: some sentences are waiting times of ten seconds.
func spokenOf(x []float32) (out []float32) {
	faint := 0
	for _, v := range x {
		if faint++; max(v, -v) > 0.003 {
			faint = 0
		}
		if faint < 4000 {
			out = append(out, v)
		}
	}
	return out
}

func floats(b []byte) []float32 {
	out := make([]float32, len(b)/2)
	for i := range out {
		out[i] = float32(int16(binary.LittleEndian.Uint16(b[2*i:]))) / 32768
	}
	return out
}

// stretch plays samples faster, so many times.
func stretch(x []float32, speed float64) []float32 {
	out := make([]float32, int(float64(len(x))/speed))
	for i := range out {
		at := float64(i) * speed
		k := int(at)
		if f := float32(at - float64(k)); k+1 < len(x) {
			out[i] = x[k]*(1-f) + x[k+1]*f
		}
	}
	return out
}

// under and over let through what is lower or higher than hz, 6 dB an octave.
func under(x []float32, hz float64) []float32 {
	a := float32(math.Exp(-2 * math.Pi * hz / rate))
	out, low := make([]float32, len(x)), float32(0)
	for i, v := range x {
		low = a*low + (1-a)*v
		out[i] = low
	}
	return out
}

func over(x []float32, hz float64) []float32 {
	out := under(x, hz)
	for i, v := range x {
		out[i] = v - out[i]
	}
	return out
}

func rms(x []float32) float64 {
	sum := 1e-12
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(x)))
}

// with adds another sound at so many dB under the first.
func with(x, other []float32, db float64) []float32 {
	gain := float32(rms(x) / rms(other) * math.Pow(10, -db/20))
	out := make([]float32, len(x))
	for i := range x {
		out[i] = x[i] + gain*other[i%len(other)]
	}
	return out
}

// horn plays through a horn driven into saturation, and adds echoes of the street.
func horn(x []float32, r *rand.Rand) []float32 {
	x = under(over(over(x, 350), 350), 5500)
	gain := 0.7 / rms(x)
	for i, v := range x {
		x[i] = float32(math.Tanh(gain * float64(v)))
	}
	out := slices.Clone(x)
	for range 5 {
		late, loud := int((0.05+0.4*r.Float64())*rate), float32(0.15+0.35*r.Float64())
		for i := late; i < len(x); i++ {
			out[i] += loud * x[i-late]
		}
	}
	return out
}

// weather is wind that comes and goes, or rain.
func weather(n int, rain bool, r *rand.Rand) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	if rain {
		return over(x, 1500)
	}
	x = under(under(x, 150), 400)
	from := 6 * r.Float64()
	for i := range x {
		x[i] *= float32(0.6 + 0.5*math.Sin(from+1.7*float64(i)/rate))
	}
	return x
}

// cocks crow every few seconds: a tone with its harmonics that rises and falls.
func cocks(n int, r *rand.Rand) []float32 {
	out := make([]float32, n)
	for at := r.IntN(rate); at < n; at += int((1.5 + 2*r.Float64()) * rate) {
		long, pitch, phase := int((0.7+0.6*r.Float64())*rate), 450+250*r.Float64(), 0.0
		for i := 0; i < long && at+i < n; i++ {
			part := float64(i) / float64(long)
			phase += 2 * math.Pi * pitch * (1 + 0.8*math.Sin(math.Pi*part)) / rate
			for k := 1; k <= 6; k++ {
				out[at+i] += float32(math.Sin(math.Pi*part) * math.Sin(float64(k)*phase) / float64(k))
			}
		}
	}
	return out
}

// motorbikes pass one after the other: an engine's harmonics and noise, rising and fading.
func motorbikes(n int, r *rand.Rand) []float32 {
	out := make([]float32, n)
	for at := -r.IntN(3 * rate); at < n; at += int((2 + 3*r.Float64()) * rate) {
		long, turns, phase := int((3+3*r.Float64())*rate), 50+70*r.Float64(), 0.0
		for i := max(0, -at); i < long && at+i < n; i++ {
			part := float64(i) / float64(long)
			phase += 2 * math.Pi * turns * (1.15 - 0.3*part) / rate
			loud := math.Pow(math.Sin(math.Pi*part), 3)
			saw := math.Mod(phase/math.Pi, 2) - 1
			out[at+i] += float32(loud * (saw + 0.3*r.NormFloat64()))
		}
	}
	return out
}

// gain is a phone's automatic gain: quick down, slow up.
func gain(x []float32) []float32 {
	out, level := make([]float32, len(x)), float32(0.05)
	for i, v := range x {
		if a := max(v, -v); a > level {
			level += 0.01 * (a - level)
		} else {
			level += 0.00005 * (a - level)
		}
		out[i] = 0.3 * v / max(level, 0.001)
	}
	return out
}

// through sends samples through a codec of ffmpeg's, or AMR-NB in a mode of its own.
func through(t *testing.T, x []float32, rateOf int, codec ...string) []float32 {
	loud := 0.15 / rms(x)
	var b []byte
	for _, v := range stretch(x, rate/float64(rateOf)) {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(32767*max(-1, min(1, loud*float64(v))))))
	}
	run := func(in []byte, name string, args ...string) []byte {
		cmd := exec.Command(name, args...)
		var errs bytes.Buffer
		cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &errs
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s %v: %v\n%s", name, args, err, errs.Bytes())
		}
		return out
	}
	if codec[0] == "amr" {
		b = run(b, "python3", "testdata/amrnb.py", codec[1])
	} else {
		raw := []string{"-loglevel", "error", "-f", "s16le", "-ar", fmt.Sprint(rateOf), "-ac", "1", "-i", "-"}
		b = run(b, "ffmpeg", append(append(raw, codec[1:]...), "-f", codec[0], "-")...)
		b = run(b, "ffmpeg", "-loglevel", "error", "-f", codec[0], "-i", "-", "-f", "s16le", "-ar", fmt.Sprint(rateOf), "-ac", "1", "-")
	}
	return stretch(floats(b), float64(rateOf)/rate)
}

type change func(x, talk []float32, r *rand.Rand) []float32

// street plays through a horn beside talk so many dB under it, in wind or rain, before a phone.
func street(db float64, rain bool) change {
	return func(x, talk []float32, r *rand.Rand) []float32 {
		x = with(horn(x, r), talk, db)
		return gain(with(x, weather(len(x), rain, r), 10))
	}
}

// beside is street with something else than talk as loud as the programme.
func beside(noise func(n int, r *rand.Rand) []float32) change {
	return func(x, talk []float32, r *rand.Rand) []float32 {
		return street(5, false)(x, with(talk, noise(len(x), r), -5), r)
	}
}

// far plays from far away: high tones are lost, echoes are as loud as what comes straight, and wind is as loud as both.
func far(x, _ []float32, r *rand.Rand) []float32 {
	x = under(under(horn(x, r), 1500), 1500)
	out := slices.Clone(x)
	for range 8 {
		late, loud := int((0.05+0.4*r.Float64())*rate), float32(0.4+0.4*r.Float64())
		for i := late; i < len(x); i++ {
			out[i] += loud * x[i-late]
		}
	}
	return gain(with(out, weather(len(x), false, r), 0))
}

// several horns play the programme, each heard later than the one before by up to a second.
func several(x, talk []float32, r *rand.Rand) []float32 {
	out, late := horn(slices.Clone(x), r), 0
	for k := range 2 {
		late += int((0.1 + 0.9*r.Float64()) * rate / 2)
		other, loud := horn(slices.Clone(x), r), float32(0.8-0.2*float64(k))
		for i := late; i < len(out); i++ {
			out[i] += loud * other[i-late]
		}
	}
	return gain(with(with(out, talk, 5), weather(len(out), false, r), 10))
}

// coded is street through a codec.
func coded(t *testing.T, db float64, rateOf int, codec ...string) change {
	return func(x, talk []float32, r *rand.Rand) []float32 {
		return through(t, street(db, false)(x, talk, r), rateOf, codec...)
	}
}

// condition is a way in which clips are made.
type condition struct {
	name    string
	seconds float64
	percent int // of the clips that must be found
	change
}

// conditions are those that need no other program, and two codecs that ffmpeg has.
func conditions(t *testing.T) []condition {
	speed := func(speed float64) change {
		return func(x, talk []float32, r *rand.Rand) []float32 { return street(5, false)(stretch(x, speed), talk, r) }
	}
	return []condition{
		{"horn and echoes", 15, 100, func(x, _ []float32, r *rand.Rand) []float32 { return horn(x, r) }},
		{"wind 10 dB, talk +5 dB", 15, 100, street(5, false)},
		{"rain 10 dB, talk 0 dB", 15, 99, street(0, true)},
		{"wind 10 dB, talk 0 dB", 15, 99, street(0, false)},
		{"talk -5 dB", 15, 90, street(-5, false)},
		{"talk -8 dB", 15, 50, street(-8, false)},
		{"cocks 0 dB, talk +5 dB", 15, 95, beside(cocks)},
		{"motorbikes 0 dB, talk +5 dB", 15, 95, beside(motorbikes)},
		{"from far, wind 0 dB", 15, 90, far},
		{"three horns, talk +5 dB", 15, 95, several},
		{"10 s, talk 0 dB", 10, 90, street(0, false)},
		{"10 s, talk -5 dB", 10, 50, street(-5, false)},
		{"20 s, talk -5 dB", 20, 95, street(-5, false)},
		{"1 % slow, talk +5 dB", 15, 95, speed(0.99)},
		{"1 % fast, talk +5 dB", 15, 95, speed(1.01)},
		{"3 % fast, talk +5 dB", 15, 95, speed(1.03)},
		{"3 % slow, talk +5 dB", 15, 95, speed(0.97)},
		{"GSM 13, talk +5 dB", 15, 95, coded(t, 5, 8000, "gsm")},
		{"Opus 16, talk 0 dB", 15, 95, coded(t, 0, 16000, "ogg", "-c:a", "libopus", "-b:a", "16k")},
	}
}

// TestRecall: clips of real voices through simulated horns, streets, weather,
// talk, phones and codecs, each sought in its programme and in others. Nothing
// of something else may come under Certain; of the clips so many in a hundred must. LOA_LONG=1 makes more of
// each, and prints what doc/performance.md tells.
func TestRecall(t *testing.T) {
	audiotest.Need(t, "ffmpeg")
	programmes := sentences(t, 240)
	targets := make([]*Programme, len(programmes))
	for i, p := range programmes {
		targets[i] = Prepare(printOf(p.samples))
	}
	clips, impostors := 6, 4
	if audiotest.Long() {
		clips, impostors = 100, len(programmes)
	}
	conditions := conditions(t)
	if audiotest.Long() {
		for _, mode := range [][2]string{{"AMR-NB 4.75, talk +5 dB", "0"}, {"AMR-NB 12.2, talk +5 dB", "7"}} {
			conditions = append(conditions, condition{mode[0], 15, 95, coded(t, 5, 8000, "amr", mode[1])})
		}
	}
	var all []float64 // the scores of impostors
	for n, c := range conditions {
		found, least := 0, math.Inf(1)
		var mutex sync.Mutex
		var group sync.WaitGroup
		free := make(chan struct{}, runtime.GOMAXPROCS(0))
		for i := range clips {
			group.Add(1)
			free <- struct{}{}
			go func() {
				defer func() { <-free; group.Done() }()
				r := rand.New(rand.NewPCG(uint64(n), uint64(i)))
				of, talk := r.IntN(len(programmes)), r.IntN(len(programmes))
				for programmes[talk].voice == programmes[of].voice {
					talk = r.IntN(len(programmes))
				}
				long := int(1.1 * c.seconds * rate)
				from, talked := r.IntN(240*rate-long), r.IntN(240*rate-long)
				x := c.change(programmes[of].samples[from:from+long], programmes[talk].samples[talked:talked+long], r)
				clip := printOf(x[:int(c.seconds*rate)])
				f := targets[of].Find(clip)
				right := f.Chance <= Certain && math.Abs(f.Start-float64(from)/rate) < 0.6
				var others []float64
				for range impostors {
					other := r.IntN(len(programmes))
					if programmes[other].voice == programmes[of].voice || programmes[other].voice == programmes[talk].voice {
						continue // a presenter has some sentences in two recordings
					}
					g := targets[other].Find(clip)
					others = append(others, g.Score)
					if g.Chance <= Certain {
						t.Errorf("%s: a clip of %s at %.1f s is found in %s at %.1f s: score %.1f", c.name, programmes[of].voice, float64(from)/rate,
							programmes[other].voice, g.Start, g.Score)
					}
				}
				mutex.Lock()
				defer mutex.Unlock()
				all = append(all, others...)
				least = min(least, f.Score)
				if right {
					found++
				}
			}()
		}
		group.Wait()
		if 100*found < c.percent*clips-100 { // one clip more may be lost where there are few
			t.Errorf("%s: %d of %d found, want %d %%", c.name, found, clips, c.percent)
		}
		t.Logf("%-26s %d of %d found, least score %.1f", c.name, found, clips, least)
	}
	slices.Sort(all)
	of := func(share float64) float64 { return all[int(share*float64(len(all)-1))] }
	spread := (of(0.99) - of(0.5)) / (4.6001 - 0.3665)
	t.Logf("%d impostors: median %.2f, 99 %% under %.2f, largest %.2f; spread %.3f, of one minute %.2f", len(all), of(0.5), of(0.99), of(1), spread,
		of(0.5)-0.3665*spread-spread*math.Log(4))
}

// TestNoPlaceIsOverlooked: of clips with talk so loud that many are lost, each that is found where every place
// of a programme of most of an hour is looked at closely is found by Find at the same place, and equally well.
func TestNoPlaceIsOverlooked(t *testing.T) {
	programmes := sentences(t, 240)
	clips := 8
	if audiotest.Long() {
		clips = 1000
	}
	without := map[string]func() (*Programme, []float32){} // all that others than this voice say, as one
	for _, p := range programmes {
		if without[p.voice] == nil {
			without[p.voice] = sync.OnceValues(func() (*Programme, []float32) {
				var all []float32
				for _, other := range programmes {
					if other.voice != p.voice {
						all = append(all, other.samples...)
					}
				}
				return Prepare(printOf(all)), all
			})
		}
	}
	found, overlooked, moved := 0, 0, 0
	for i := range clips {
		r := rand.New(rand.NewPCG(5, uint64(i)))
		talk := programmes[r.IntN(len(programmes))]
		g, all := without[talk.voice]()
		length := (10 + 5*(i%2)) * rate
		from, talked := r.IntN(len(all)-2*length), r.IntN(len(talk.samples)-2*length)
		x := stretch(all[from:from+2*length], 1+0.03*float64(r.IntN(3)-1))
		x = street(float64(-6-r.IntN(7)), false)(x[:length], talk.samples[talked:talked+length], r)
		clip := printOf(x)
		f := g.Find(clip)
		s := newSearch(clip.frames)
		s.usual(g)
		for at := -s.length / 2; at < g.frames-s.length/2; at += 1000 {
			s.look(g, at, min(at+1000, g.frames-s.length/2), s.lines)
		}
		best := s.fit(g.frames)
		if best.Chance > Certain {
			continue
		}
		found++
		if f.Chance > Certain {
			overlooked++
			t.Errorf("clip %d is found at %.2f s by a score of %.2f, and by Find at %.2f s by one of %.2f", i, best.Start, best.Score, f.Start, f.Score)
		} else if f.Score < best.Score-0.01 {
			moved++
		}
	}
	t.Logf("%d clips, %d found, %d of these overlooked, %d found less well", clips, found, overlooked, moved)
	if found < clips/3 || moved > found/50 {
		t.Errorf("%d of %d found, %d less well", found, clips, moved)
	}
}

// TestNothingWrongIsProved judges clips among many programmes: of the one that was reported, of none of them, in
// turn, each made in any of the ways of TestRecall without a codec. No programme may be found that is not in the clip, and no
// report contradicted. LOA_LONG=1 makes 12,000 clips, each a trial with nine programmes or so of other presenters.
func TestNothingWrongIsProved(t *testing.T) {
	programmes := sentences(t, 240)
	targets := make([]*Programme, len(programmes))
	for i, p := range programmes {
		targets[i] = Prepare(printOf(p.samples))
	}
	ways := slices.DeleteFunc(conditions(t), func(c condition) bool { return strings.HasPrefix(c.name, "GSM") || strings.HasPrefix(c.name, "Opus") })
	clips := 40
	if audiotest.Long() {
		clips = 12000
	}
	began := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	trials, found, of, largest := 0, 0, 0, 0.0
	var mutex sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range clips {
		group.Add(1)
		free <- struct{}{}
		go func() {
			defer func() { <-free; group.Done() }()
			r := rand.New(rand.NewPCG(77, uint64(i)))
			way := ways[r.IntN(len(ways))]
			in, talk := r.IntN(len(programmes)), r.IntN(len(programmes))
			for programmes[talk].voice == programmes[in].voice {
				talk = r.IntN(len(programmes))
			}
			long := int(1.1 * way.seconds * rate)
			from, talked := 60*rate+r.IntN(120*rate), r.IntN(240*rate-long)
			x := way.change(programmes[in].samples[from:from+long], programmes[talk].samples[talked:talked+long], r)
			clip, there := printOf(x[:int(way.seconds*rate)]), i%2 == 0
			var candidates []Candidate
			for k, p := range programmes {
				if mine := k == in && there; mine || p.voice != programmes[in].voice && p.voice != programmes[talk].voice {
					candidates = append(candidates, Candidate{Name: strconv.Itoa(k), Programme: targets[k], Expected: mine})
				}
			}
			if !there { // one of the others is what was reported
				candidates[r.IntN(len(candidates))].Expected = true
			}
			for k := range candidates {
				candidates[k].Began = began
			}
			recorded := began.Add(seconds(float64(from) / rate))
			fits := findAll(clip, recorded, time.Minute, candidates)
			v := decide(clip, recorded, time.Minute, candidates, fits)
			mutex.Lock()
			defer mutex.Unlock()
			for k, f := range fits {
				if c := candidates[k]; c.Name != strconv.Itoa(in) {
					trials++
					largest = max(largest, f.Score)
					if f.Chance <= Certain {
						t.Errorf("clip %d, %s: programme %s is found by a score of %.1f and is not in it", i, way.name, c.Name, f.Score)
					}
				}
			}
			if v.Word == Contradicted || v.Word == Verified && !there {
				t.Errorf("clip %d, %s: %s because %s, by programme %s", i, way.name, v.Word, v.Reason, v.Name)
			}
			if there {
				if of++; v.Word == Verified {
					found++
				}
			}
			if trials%1000 < len(candidates) {
				t.Logf("%d clips, %d trials with another programme, largest score %.2f; %d of %d verified", i+1, trials, largest, found, of)
			}
		}()
	}
	group.Wait()
	t.Logf("%d clips, %d trials with another programme, largest score %.2f; %d of %d verified", clips, trials, largest, found, of)
	if 100*found < 85*of {
		t.Errorf("%d of %d clips of the programme are verified", found, of)
	}
}
