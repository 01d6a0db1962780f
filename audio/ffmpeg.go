package audio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"loa/audio/mpeg"
	"loa/internal/fault"
)

// Bounds of one ffmpeg process. It reads strangers' bytes with a million lines
// of C, so it gets one named demuxer, no network, no file but its input, no
// room to write, and little of everything else.
const (
	maxConvertCPU    = 300     // seconds of processor time
	maxConvertMemory = 1 << 30 // bytes of address space, most of it its libraries
	convertWait      = 2 * time.Second
	maxComplaint     = 8 << 10 // bytes of its messages that are kept
)

// demuxers names ffmpeg's reader of each format, and whether it must be able
// to seek: phones write the index of an MP4 after the sound.
var demuxers = map[Format]struct {
	name string
	seek bool
}{
	M4A: {"mov", true}, ThGP: {"mov", true}, AMR: {"amr", false}, AAC: {"aac", false}, OGG: {"ogg", false},
	WebM: {"matroska", false}, WMA: {"asf", false}, AIFF: {"aiff", false}, CAF: {"caf", true}, MP2: {"mp3", false},
	MP3: {"mp3", false}, WAV: {"wav", false},
}

// ffmpegCodec finds the first sound stream in ffmpeg's messages.
var ffmpegCodec = regexp.MustCompile(`Stream #0.*: Audio: ([a-z0-9_]+)`)

// convert reads what only ffmpeg can, and takes its WAV output as it comes.
func (d *decoding) convert(r io.Reader) error {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		return fault.New(fault.Unsupported, "audio.needs_converter", "format", d.kind()).Because(err)
	}
	demuxer := demuxers[d.facts.Format]
	input, protocol := "pipe:0", "pipe"
	if demuxer.seek {
		name, err := d.spool(r)
		defer os.Remove(name)
		if err != nil {
			return err
		}
		input, protocol, r = "file:"+name, "file", nil
	}
	args := []string{"-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info", "-threads", "1",
		"-protocol_whitelist", protocol, "-f", demuxer.name, "-i", input,
		"-map", "0:a:0", "-vn", "-sn", "-dn", "-t", strconv.Itoa(maxSeconds + 1), // over it, so that the rest is missed
		"-c:a", "pcm_f32le", "-f", "wav", "pipe:1"}
	ctx, cancel := context.WithCancel(d.ctx)
	defer cancel()
	var complaint limitedBuffer
	out, wait, err := startLimited(ctx, path, args, r, &complaint)
	if err != nil {
		return fmt.Errorf("audio: start ffmpeg: %w", err)
	}
	err = d.wav(out)
	d.facts.Bitrate = 0 // of the converted sound: no fact about the file
	cancelIf(err, cancel)
	return d.converted(err, wait(), complaint.Bytes())
}

// kind is what a person calls the file.
func (d *decoding) kind() string {
	return strings.TrimSpace(strings.ToUpper(string(d.facts.Format)) + " " + d.coding)
}

// cancelIf stops a process whose output nobody reads any more.
func cancelIf(err error, cancel func()) {
	if err != nil {
		cancel()
	}
}

// converted judges what ffmpeg's output and its end say together.
func (d *decoding) converted(err, ended error, complaint []byte) error {
	if cause := context.Cause(d.ctx); cause != nil {
		return cause
	}
	if m := ffmpegCodec.FindSubmatch(complaint); m != nil {
		d.facts.Codec = string(m[1])
	}
	if err != nil {
		if fault.Is(err, "audio.wav_header") || fault.Is(err, "audio.no_sound") { // ffmpeg gave up before any sound
			return fault.New(fault.Invalid, "audio.unreadable", "format", d.kind()).Because(fmt.Errorf("%w: %s", errors.Join(err, ended), complaint))
		}
		return err
	}
	d.facts.Truncated = false
	if ended != nil || bytes.Contains(complaint, []byte("[error]")) {
		d.facts.warn("audio.converter_complained", nil)
	}
	return nil
}

// spool keeps the file on disk while ffmpeg reads it. The caller removes it.
func (d *decoding) spool(r io.Reader) (string, error) {
	f, err := os.CreateTemp(d.opt.TempDir, "loa-audio-*")
	if err != nil {
		return "", fmt.Errorf("audio: keep the file for ffmpeg: %w", err)
	}
	_, err = io.Copy(f, r)
	return f.Name(), errors.Join(err, f.Close())
}

// startLimited starts a program under the limits above with a bare
// environment. wait must be called after reading out to its end or cancelling.
func startLimited(ctx context.Context, path string, args []string, in io.Reader, complaint io.Writer) (out io.Reader, wait func() error, err error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"LC_ALL=C"}
	cmd.Stdin, cmd.Stderr, cmd.WaitDelay = in, complaint, convertWait
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	if err := limitProcess(cmd.Process.Pid, 0); err != nil {
		err = errors.Join(err, cmd.Process.Kill())
		_ = cmd.Wait()
		return nil, nil, err
	}
	return pipe, cmd.Wait, nil
}

// limitedBuffer keeps the first maxComplaint bytes written to it.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, maxComplaint-b.Len()))])
	return len(p), nil
}

// mp3ByConverter decodes what go-mp3 cannot (8 kHz): the walker's accepted
// frames go to ffmpeg, so that tags, gaps and gapless data are ours alike.
func (d *decoding) mp3ByConverter(scan *mpeg.Scanner, first mpeg.Frame) error {
	pr, pw := io.Pipe()
	info := scan.Info()
	e := &emitter{d: d}
	scanned := make(chan error, 1)
	go func() {
		var lost mpeg.Unpacker
		var err error
		for f := first; err == nil; f, err = scan.Next() {
			if !lost.Unpack(f).Whole() {
				e.damaged = append(e.damaged, f.Index)
			}
			if _, err = pw.Write(f.Data); err != nil {
				break
			}
		}
		if err != io.EOF {
			err = mp3Fault(err)
		}
		pw.CloseWithError(err)
		scanned <- err
	}()
	var scratch Facts
	inner := &decoding{ctx: d.ctx, opt: d.opt, facts: &scratch, sink: &trimmed{e: e, info: info}}
	scratch.Format = MP3
	err := inner.convert(pr)
	pr.CloseWithError(io.ErrClosedPipe)
	if walk := <-scanned; walk != io.EOF && !errors.Is(walk, io.ErrClosedPipe) {
		return walk
	}
	if fault.Is(err, "audio.needs_converter") {
		return fault.New(fault.Unsupported, "audio.mp3_8khz")
	} else if err != nil {
		return err
	}
	d.facts.Warnings = append(d.facts.Warnings, scratch.Warnings...)
	return e.finish(scan.Info())
}

// trimmed is the Sink between a converter and an emitter.
type trimmed struct {
	e    *emitter
	info mpeg.Info
}

func (t *trimmed) Begin(rate, channels int) { t.e.begin(t.info, rate, channels) }
func (t *trimmed) Write(block []float32)    { t.e.trim(block) }
