package audio

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
)

// findPlayer is the program that copies are tried on, "" where there is none.
func findPlayer() string {
	path, _ := exec.LookPath("ffmpeg") // an error says that there is none
	return path
}

// ReadsPhones reports whether this machine reads what phones record: AAC, Opus and the like.
func ReadsPhones() bool { return findPlayer() != "" }

// playsCleanly plays an MP3 from its start to its end and reports whether the
// player had nothing to complain about. Without a player nothing is known against
// it. It is a file, not a pipe, since players compare what its head says with its
// size. The error is the disk's or ctx's.
func playsCleanly(ctx context.Context, f *os.File) (bool, error) {
	path := findPlayer()
	if path == "" {
		return true, nil
	}
	var complaint limitedBuffer
	out, wait, err := startLimited(ctx, path, []string{"-nostdin", "-hide_banner", "-nostats", "-loglevel", "warning", "-threads", "1",
		"-protocol_whitelist", "file", "-f", "mp3", "-i", "file:" + f.Name(), "-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "null", "-"}, nil, &complaint)
	if err != nil {
		return false, err
	}
	_, err = io.Copy(io.Discard, out)
	ended := wait()
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	return err == nil && ended == nil && !complains(complaint.Bytes()), nil
}

// complains reports whether a player said anything but that a stream does not
// tell its length.
func complains(said []byte) bool {
	for line := range bytes.Lines(said) {
		if len(bytes.TrimSpace(line)) > 0 && !bytes.Contains(line, []byte("Estimating duration from bitrate")) {
			return true
		}
	}
	return false
}
