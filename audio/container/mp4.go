package container

import (
	"encoding/binary"
	"math"
)

// maxTables is how long the index of an MP4 may be in bytes: a day of the
// shortest frames.
const maxTables = 32 << 20

// mp4 reads the boxes of an MPEG-4, QuickTime or 3GPP file. The index of one
// that is whole names every frame's place, before or behind the sound; one that
// was written in fragments has an index for each.
func mp4(s *source) (t Told) {
	var index []byte
	var name string
	var size, lacking int64 // of the last box
	sound, fragments := false, false
	for lacking == 0 {
		head := s.take(8)
		if len(head) < 8 {
			break
		}
		size, name = be32(head, 0)-8, string(head[4:])
		switch size {
		case 1 - 8:
			size = be64(s.take(8), 0) - 16
		case 0 - 8: // until the end
			size = 1 << 62
		}
		sound, fragments = sound || name == "mdat", fragments || name == "moof"
		if name == "moov" && size <= maxTables {
			index = s.take(size)
			lacking = size - int64(len(index))
		} else if there := s.skip(size); size < 1<<62 {
			lacking = size - there
		}
	}
	switch partOfSound := lacking > 0 && (name == "mdat" || name == "moof"); {
	case index == nil || name == "moov" && lacking > 0:
		t.NoIndex = sound || lacking > 0
	case !fragments:
		track := soundTrack(index)
		return track.lacks(s.at)
	case partOfSound && lacking*fragmentShare > size: // how many fragments should follow is not said
		t.Cut = true
	case partOfSound:
		t.NoEnd = true
	}
	return t
}

// fragmentShare is which part of a fragment may be missing, a frame or so of the
// seconds it has mostly.
const fragmentShare = 50

// track is the index of the first track of sound.
type track struct {
	scale                 float64 // units of time a second
	times, sizes          []byte  // the bodies of stts and stsz
	runs, places, places8 []byte  // of stsc, stco and co64
}

// soundTrack finds the index of the first track of sound in a moov box.
func soundTrack(moov []byte) (out track) {
	boxes(moov, func(name string, trak []byte) {
		if name != "trak" || out.scale > 0 {
			return
		}
		var t track
		sound := false
		boxes(trak, func(name string, mdia []byte) {
			if name != "mdia" {
				return
			}
			boxes(mdia, func(name string, b []byte) {
				switch name {
				case "mdhd":
					t.scale = float64(be32(b, 12+8*version(b)))
				case "hdlr":
					sound = sound || text(b, 8, 4) == "soun"
				case "minf":
					t.tables(b)
				}
			})
		})
		if sound {
			out = t
		}
	})
	return out
}

// version is the first byte of a box that has versions, 0 or 1.
func version(b []byte) int {
	if len(b) > 0 && b[0] == 1 {
		return 1
	}
	return 0
}

// tables finds the sample tables in a minf box.
func (t *track) tables(minf []byte) {
	boxes(minf, func(name string, stbl []byte) {
		if name != "stbl" {
			return
		}
		boxes(stbl, func(name string, b []byte) {
			switch name {
			case "stts":
				t.times = b
			case "stsz":
				t.sizes = b
			case "stsc":
				t.runs = b
			case "stco":
				t.places = b
			case "co64":
				t.places8 = b
			}
		})
	})
}

// boxes calls do with the name and body of each box in b.
func boxes(b []byte, do func(name string, body []byte)) {
	for len(b) >= 8 {
		size, head := be32(b, 0), int64(8)
		if size == 1 {
			size, head = be64(b, 8), 16
		}
		if size < head || size > int64(len(b)) {
			return
		}
		do(string(b[4:8]), b[head:size])
		b = b[size:]
	}
}

// lacks counts the frames that lie behind the end of the file.
func (t *track) lacks(end int64) (out Told) {
	if t.scale <= 0 {
		return out
	}
	var lost, all float64 // in units of time
	clock := t.clock()
	t.walk(func(at, size, frames int64) {
		length := clock(frames)
		all += length
		out.Bytes += size
		out.Frame = max(out.Frame, length/float64(frames)/t.scale)
		if over := min(size, at+size-end); over > 0 {
			out.Lacking += over
			whole := float64(size-over) / float64(size) * float64(frames) // frames that are there
			lost += length * (1 - math.Floor(whole)/float64(frames))
		}
	})
	out.Seconds, out.Lost = all/t.scale, lost/t.scale
	return out
}

// clock gives the length of the next frames, in units of time.
func (t *track) clock() func(frames int64) float64 {
	at, left, length := 8, int64(0), int64(0)
	return func(frames int64) (units float64) {
		for frames > 0 {
			for left == 0 && at+8 <= len(t.times) {
				left, length = be32(t.times, at), be32(t.times, at+4)
				at += 8
			}
			if left == 0 {
				return units
			}
			n := min(left, frames)
			units += float64(n) * float64(length)
			left, frames = left-n, frames-n
		}
		return units
	}
}

// walk calls do with the place and size of each frame; where all have one size,
// with those of each chunk of frames.
func (t *track) walk(do func(at, size, frames int64)) {
	same, left := be32(t.sizes, 4), be32(t.sizes, 8)
	if same == 0 {
		left = min(left, int64(len(t.sizes)-12)/4)
	}
	width, places := 4, t.places
	if places == nil {
		width, places = 8, t.places8
	}
	run, perChunk, frame := 8, int64(0), 0
	for chunk := int64(1); 8+int(chunk)*width <= len(places) && left > 0; chunk++ {
		for run+12 <= len(t.runs) && be32(t.runs, run) <= chunk {
			perChunk = be32(t.runs, run+4)
			run += 12
		}
		at := number(binary.BigEndian, places, 8+int(chunk-1)*width, width)
		if at < 0 || at > 1<<50 {
			return
		}
		n := min(perChunk, left)
		if left -= n; same > 0 && n > 0 {
			do(at, same*n, n)
			continue
		}
		for range n {
			size := be32(t.sizes, 12+4*frame)
			do(at, size, 1)
			at += size
			frame++
		}
	}
}
