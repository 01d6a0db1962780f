package audio

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"runtime"

	"loa/audio/fingerprint"
	"loa/audio/measure"
	"loa/audio/mpeg"
	"loa/internal/fault"
	"loa/internal/text"
)

// Options bound a pass over a file. The zero value is ready to use.
type Options struct {
	MaxBytes int64  // refuse longer files with audio.too_large; 0 means DefaultMaxBytes
	Workers  int    // decoders at once; 0 means one a core
	TempDir  string // where phone formats are kept while ffmpeg reads them; "" means the system's

	// Turn is asked before a file is converted by another program, and left when it is; nil means at
	// once. See the function Turn.
	Turn func(ctx context.Context) (leave func(), err error)
}

// DefaultMaxBytes is the size limit of one file: 300 MB, five hours of MP3 at
// 128 kbit/s or half an hour of WAV.
const DefaultMaxBytes = 300_000_000

func (o Options) filled() Options {
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// Sink takes the decoded sound: Begin once, then Write for each block.
type Sink interface {
	// Begin tells the sampling rate in Hz and the number of channels.
	Begin(rate, channels int)
	// Write takes interleaved samples, full scale ±1, whole sample frames only.
	// The block is the caller's again when Write returns.
	Write(block []float32)
}

// minRate and maxRate are the sampling rates in Hz that are decoded, and
// maxChannels the number of channels: outside, a header lies or the file is
// not for radio, and the meters' memory would not be bounded.
const (
	minRate, maxRate = 8000, 192000
	maxChannels      = 8
)

// maxSeconds is the longest recording in seconds. A FLAC of silence may hold
// years in a few bytes, and decoding them would keep others waiting for hours.
const maxSeconds = 12 * 3600

// Decode reads a recording once, as it arrives, and writes its sound to sink.
// It returns the facts known without measuring.
//
// The error is a fault: Unsupported when it is no sound or a kind of sound
// this machine cannot read (its sentence says what it is and what to do),
// TooLarge over opt.MaxBytes or 12 hours, Invalid when nothing in it could be decoded. The
// reader's own error and ctx's come back wrapped. A file that is cut or
// damaged is no error: Facts say so, and Check judges.
func Decode(ctx context.Context, r io.Reader, opt Options, sink Sink) (Facts, error) {
	opt = opt.filled()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	in := &intake{ctx: ctx, r: r, limit: opt.MaxBytes, sum: sha256.New()}
	file := bufio.NewReaderSize(in, huntBytes)
	facts := Facts{Warnings: []Warning{}}
	job := &decoding{ctx: ctx, opt: opt, facts: &facts, sink: &bounded{Sink: sink, stop: stop}}
	if err := job.open(file); err != nil {
		return Facts{}, in.cause(err)
	}
	if err := job.decode(struct{ io.Reader }{file}); err != nil {
		if err = in.cause(err); job.zeros && fault.Is(err, "audio.not_audio") {
			err = fault.New(fault.Unsupported, "audio.is_zeros")
		}
		return Facts{}, err
	}
	if _, err := io.Copy(io.Discard, file); err != nil {
		return Facts{}, in.cause(err)
	}
	facts.Bytes = in.n
	facts.SHA256 = hex.EncodeToString(in.sum.Sum(nil))
	if facts.SampleRate > 0 {
		facts.Seconds = float64(facts.Samples) / float64(facts.SampleRate)
	}
	if facts.Bitrate == 0 && facts.Seconds > 0 {
		facts.Bitrate = int(float64(facts.Bytes) * 8 / facts.Seconds)
	}
	return facts, nil
}

// Analyse reads a recording once, as it arrives, and returns all its facts:
// decoded, measured and fingerprinted in one pass. Errors are those of Decode.
func Analyse(ctx context.Context, r io.Reader, opt Options) (Facts, error) {
	m := &meters{}
	facts, err := Decode(ctx, r, opt, m)
	if err != nil || facts.Partial {
		return facts, err
	}
	report, print := m.loudness.Report(), m.printer.Print()
	facts.Measures, facts.Fingerprint = &report, &print
	return facts, nil
}

// meters is the Sink that measures.
type meters struct {
	loudness *measure.Meter
	printer  *fingerprint.Printer
}

func (m *meters) Begin(rate, channels int) {
	m.loudness, m.printer = measure.New(rate, channels), fingerprint.New(rate, channels)
}

// Write lets both listen at once: they cost about the same.
func (m *meters) Write(block []float32) {
	printed := make(chan struct{})
	go func() {
		defer close(printed)
		m.printer.Write(block)
	}()
	m.loudness.Write(block)
	<-printed
}

// decoding is one pass over one file.
type decoding struct {
	ctx   context.Context
	opt   Options
	facts *Facts
	sink  Sink

	tags   int64  // bytes of the tags in front, which were passed
	zeros  bool   // it begins with nothing but zeros
	coding string // of a WAV that only ffmpeg reads
}

// open passes the tags in front and finds out what stands behind them.
func (d *decoding) open(file *bufio.Reader) error {
	var err error
	if d.tags, err = mpeg.SkipTags(file); err != nil {
		return mp3Fault(err)
	}
	start, err := file.Peek(sniffBytes)
	if err != nil && err != io.EOF {
		return err
	}
	if len(start) == 0 && d.tags > 0 {
		return fault.New(fault.Unsupported, "audio.not_audio")
	}
	if d.facts.Format, err = Sniff(start); err != nil || d.facts.Format != MP3 {
		return err
	}
	d.zeros = len(bytes.Trim(start, "\x00")) == 0
	if start, err = file.Peek(huntBytes); err != nil && err != io.EOF {
		return err
	}
	if f, at := hunt(start); f == AAC || f == MP2 { // in front of an MP3, the walker judges
		d.facts.Format = f
		if _, err := file.Discard(at); err != nil {
			return err
		}
		if at >= strayBytes {
			d.facts.warn("audio.garbage_ends", nil, "bytes", at)
		}
	}
	return nil
}

// strayBytes is how much garbage in front of frames is worth a word: room for a
// second of sound. Stream recorders leave less.
const strayBytes = 8000

func (d *decoding) decode(r io.Reader) error {
	switch d.facts.Format {
	case MP3:
		return d.mp3(r)
	case WAV:
		return d.wav(r)
	case FLAC:
		return d.flac(r)
	}
	return d.convert(d.listen(r))
}

// begin checks and announces what the decoder found.
func (d *decoding) begin(rate, channels int) error {
	if rate < minRate || rate > maxRate {
		return fault.New(fault.Unsupported, "audio.rate", "rate", rate)
	}
	if channels < 1 || channels > maxChannels {
		return fault.New(fault.Unsupported, "audio.channels", "channels", channels)
	}
	d.facts.SampleRate, d.facts.Channels = rate, channels
	d.sink.Begin(rate, channels)
	return nil
}

// bounded is a Sink that stops the pass when the recording gets too long.
type bounded struct {
	Sink
	stop context.CancelCauseFunc
	left int // samples of all channels
}

func (b *bounded) Begin(rate, channels int) {
	b.left = maxSeconds * rate * channels
	b.Sink.Begin(rate, channels)
}

func (b *bounded) Write(block []float32) {
	if b.left -= len(block); b.left < 0 {
		b.stop(fault.New(fault.TooLarge, "audio.too_many_hours", "hours", maxSeconds/3600))
		return
	}
	b.Sink.Write(block)
}

// intake is the file as it arrives: hashed, counted, limited and cancellable.
type intake struct {
	ctx   context.Context
	r     io.Reader
	n     int64
	limit int64
	sum   interface {
		io.Writer
		Sum([]byte) []byte
	}
	err error // the first error that is not io.EOF
}

func (in *intake) Read(p []byte) (int, error) {
	if in.err == nil {
		in.err = context.Cause(in.ctx)
	}
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.r.Read(p)
	in.sum.Write(p[:n])
	in.n += int64(n)
	if in.n > in.limit {
		err = TooLarge(in.limit)
	}
	if err != nil && err != io.EOF {
		in.err = err
	}
	return n, err
}

// cause prefers the reason the file stopped arriving to what a decoder made
// of it.
func (in *intake) cause(err error) error {
	if in.err != nil {
		return in.err
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return err
}

// TooLarge is the fault of a file over the one size limit.
func TooLarge(limit int64) error {
	return fault.New(fault.TooLarge, "audio.too_large", "limit", text.Bytes(limit))
}
