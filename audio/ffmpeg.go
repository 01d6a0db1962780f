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
	"sync"
	"time"

	"loa/audio/container"
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

// convert reads what only ffmpeg can, and takes its WAV output as it comes. told
// is called once: it is to read r to its end and says what the container
// announced.
func (d *decoding) convert(r io.Reader, told func() (container.Told, error)) error {
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		_, _ = told() // its reader ends; that nothing reads it is the answer
		return fault.New(fault.Unsupported, "audio.needs_converter", "format", d.kind()).Because(err)
	}
	if d.opt.Turn != nil {
		leave, err := d.opt.Turn(d.ctx)
		if err != nil {
			_, _ = told() // its reader ends too, with the same cause
			return err
		}
		defer leave()
	}
	demuxer := demuxers[d.facts.Format]
	input, protocol := "pipe:0", "pipe"
	if demuxer.seek {
		name, err := d.spool(r)
		defer os.Remove(name)
		if err != nil {
			_, _ = told() // its reader ends too, with the same cause
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
		_, _ = told() // its reader ends; that nothing starts is the answer
		return fmt.Errorf("audio: start ffmpeg: %w", err)
	}
	err = d.wav(out)
	d.facts.Bitrate = 0 // of the converted sound: no fact about the file
	cancelIf(err, cancel)
	return d.converted(err, wait(), complaint.Bytes(), told)
}

// containers are the formats that say how long they are, and how.
var containers = map[Format]container.Kind{
	M4A: container.MP4, ThGP: container.MP4, AMR: container.AMR, AAC: container.ADTS, OGG: container.Ogg,
	WebM: container.Matroska, WMA: container.ASF, AIFF: container.AIFF, CAF: container.CAF, MP2: container.MPEG,
}

// listen has the container read what is read from r, and gives what to read
// instead, and told for convert.
func (d *decoding) listen(r io.Reader) (file io.Reader, told func() (container.Told, error)) {
	out, in := io.Pipe()
	file = &serial{r: io.TeeReader(r, in)}
	type answer struct {
		container.Told
		error
	}
	done := make(chan answer, 1)
	go func() {
		t, err := container.Read(containers[d.facts.Format], out)
		done <- answer{t, err}
	}()
	return file, func() (container.Told, error) {
		_, err := io.Copy(io.Discard, file)
		in.CloseWithError(err)
		a := <-done
		return a.Told, errors.Join(err, a.error)
	}
}

// serial is read by one at a time: a process that has ended may leave a read
// behind that still waits for bytes.
type serial struct {
	mu sync.Mutex
	r  io.Reader
	n  int64 // bytes read
}

func (s *serial) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.r.Read(p)
	s.n += int64(n)
	return n, err
}

// lacks judges what a container announced and does not hold.
func (d *decoding) lacks(t container.Told) {
	if seconds, cut := t.Missing(float64(d.facts.Samples) / float64(max(1, d.facts.SampleRate))); cut {
		d.facts.Truncated, d.facts.Missing = true, seconds
	} else if t.NoEnd {
		d.facts.warn("audio.no_end", nil)
	}
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

// converted judges what ffmpeg's output, its end and the container say together.
func (d *decoding) converted(err, ended error, complaint []byte, told func() (container.Told, error)) error {
	if cause := context.Cause(d.ctx); cause != nil {
		_, _ = told() // its reader ends too, with the same cause
		return cause
	}
	t, broken := told()
	if m := ffmpegCodec.FindSubmatch(complaint); m != nil {
		d.facts.Codec = string(m[1])
	}
	switch unread := fault.Is(err, "audio.wav_header") || fault.Is(err, "audio.no_sound"); {
	case broken != nil:
		return broken
	case unread && t.NoIndex: // ffmpeg gave up before any sound
		return fault.New(fault.Invalid, "audio.no_index", "format", d.kind()).Because(fmt.Errorf("%w: %s", errors.Join(err, ended), complaint))
	case unread:
		return fault.New(fault.Invalid, "audio.unreadable", "format", d.kind()).Because(fmt.Errorf("%w: %s", errors.Join(err, ended), complaint))
	case err != nil:
		return err
	}
	d.lacks(t)
	if !t.Short() && (ended != nil || bytes.Contains(complaint, []byte("[error]"))) {
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
		_ = cmd.Wait() // it was killed
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
