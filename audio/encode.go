package audio

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"loa/internal/fault"
)

// MaxEncoded bounds the MP3 an encoder may write: a day at 128 kbit/s.
const MaxEncoded = 1 << 30

// ToMP3 decodes the recording in r, whatever its format, and writes it to w as
// MP3 at a constant bitrate: 64 kbit/s for each channel at 32 kHz and above,
// 48 below. More than two channels become one. It needs lame or ffmpeg; without
// either, the fault audio.needs_encoder says what to do. Other faults are
// Decode's. The facts are those of the original.
func ToMP3(ctx context.Context, w io.Writer, r io.Reader, opt Options) (Facts, error) {
	return toMP3(ctx, w, r, opt, false)
}

func toMP3(ctx context.Context, w io.Writer, r io.Reader, opt Options, small bool) (Facts, error) {
	name, path, err := findEncoder()
	if err != nil {
		return Facts{}, err
	}
	out, err := os.CreateTemp(opt.TempDir, "loa-mp3-*") // a file, so that the encoder can complete its first frame
	if err != nil {
		return Facts{}, fmt.Errorf("audio: room for the MP3: %w", err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := &encoder{ctx: ctx, name: name, path: path, out: out.Name(), small: small}
	facts, err := Decode(ctx, r, opt, e)
	if err != nil {
		cancel()
		return Facts{}, errors.Join(err, e.end())
	}
	if err := e.end(); err != nil {
		return Facts{}, fmt.Errorf("audio: encode: %w", err)
	}
	if _, err := io.Copy(w, &contextReader{ctx, out}); err != nil {
		return Facts{}, fmt.Errorf("audio: copy the MP3: %w", err)
	}
	return facts, nil
}

// SmallRate is the bitrate of a small copy, in bit/s: speech stays clear, and a quarter of an hour is 2.7 MB.
const SmallRate = 24_000

// ToSmall writes the recording in r to w as ToMP3 does, but in one channel and at SmallRate:
// what is listened to where every megabyte is paid for.
func ToSmall(ctx context.Context, w io.Writer, r io.Reader, opt Options) error {
	_, err := toMP3(ctx, w, r, opt, true)
	return err
}

// Encodes reports whether this machine can write an MP3: whether it has lame or ffmpeg.
func Encodes() bool {
	_, _, err := findEncoder()
	return err == nil
}

// findEncoder says which encoder this machine has, or the fault
// audio.needs_encoder.
func findEncoder() (name, path string, err error) {
	for _, name = range []string{"lame", "ffmpeg"} {
		if path, err = exec.LookPath(name); err == nil {
			return name, path, nil
		}
	}
	return "", "", fault.New(fault.Unavailable, "audio.needs_encoder").Because(err)
}

// encoder is a Sink that feeds an encoder's standard input.
type encoder struct {
	ctx             context.Context
	name, path, out string
	small           bool // a small copy
	mix             int  // channels to add up to one; 1 for none
	in              io.WriteCloser
	wait            func() error
	complaint       limitedBuffer
	raw             []byte
	err             error
}

// Begin starts the encoder, now that rate and channels are known.
func (e *encoder) Begin(rate, channels int) {
	e.mix = 1
	if channels > 2 || e.small {
		e.mix, channels = channels, 1
	}
	target := encodedRate(rate)
	kbps := 64 * channels
	if target < 32000 {
		kbps = 48 * channels
	}
	if e.small {
		target, kbps = 16000, SmallRate/1000
	}
	khz := func(hz int) string { return strconv.FormatFloat(float64(hz)/1000, 'f', -1, 64) }
	args := []string{"--quiet", "-r", "-s", khz(rate), "--bitwidth", "32", "--signed", "--little-endian",
		"-m", [...]string{1: "m", 2: "j"}[channels], "--cbr", "-b", strconv.Itoa(kbps), "--resample", khz(target), "-", e.out}
	if e.name == "ffmpeg" {
		args = []string{"-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "s32le",
			"-ar", strconv.Itoa(rate), "-ac", strconv.Itoa(channels), "-i", "pipe:0", "-ar", strconv.Itoa(target),
			"-c:a", "libmp3lame", "-b:a", strconv.Itoa(kbps) + "k", "-f", "mp3", "file:" + e.out}
	}
	cmd := exec.CommandContext(e.ctx, e.path, args...)
	cmd.Env, cmd.Stderr, cmd.WaitDelay = []string{"LC_ALL=C"}, &e.complaint, convertWait
	if e.in, e.err = cmd.StdinPipe(); e.err != nil {
		return
	}
	if e.err = cmd.Start(); e.err == nil {
		e.wait = cmd.Wait
		e.err = limitProcess(cmd.Process.Pid, MaxEncoded)
	}
}

// encodedRate is the rate in Hz of MP3 nearest to what radio needs, without
// the rates of MPEG-2.5, which many players refuse.
func encodedRate(rate int) int {
	switch {
	case rate == 32000 || rate == 48000 || rate == 22050 || rate == 24000 || rate == 16000:
		return rate
	case rate < 22050:
		return 22050
	}
	return 44100
}

// Write hands a block to the encoder as 32-bit integers.
func (e *encoder) Write(block []float32) {
	if e.err != nil {
		return
	}
	e.raw = e.raw[:0]
	for i := 0; i+e.mix <= len(block); i += e.mix {
		var v float64
		for _, s := range block[i : i+e.mix] {
			v += float64(s)
		}
		v = max(-1, min(1, v/float64(e.mix)))
		e.raw = binary.LittleEndian.AppendUint32(e.raw, uint32(int32(v*(1<<31-1))))
	}
	_, e.err = e.in.Write(e.raw)
}

// end closes the encoder's input and waits for it.
func (e *encoder) end() error {
	if e.wait == nil {
		return e.err
	}
	err := errors.Join(e.err, e.in.Close(), e.wait())
	if err != nil && e.complaint.Len() > 0 {
		err = fmt.Errorf("%w: %s", err, e.complaint.Bytes())
	}
	return err
}
