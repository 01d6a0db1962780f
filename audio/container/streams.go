package container

import (
	"bytes"
	"math"
)

// The elements of Matroska that matter.
const (
	mkvSegment    = 0x18538067
	mkvSeekHead   = 0x114d9b74
	mkvSeek       = 0x4dbb
	mkvSeekWhere  = 0x53ac
	mkvInfo       = 0x1549a966
	mkvScale      = 0x2ad7b1
	mkvDuration   = 0x4489
	unknownLength = -1
)

// matroska reads the size and the length that a Matroska or WebM file announces.
// What a browser records as it goes announces neither.
func matroska(s *source) (t Told) {
	var begin, end, last int64 // of the segment, 0 when not told, and the furthest place its index of parts names
	var lacking int64          // of the last element
	scale := 1e6               // nanoseconds a unit
	for lacking == 0 {
		id, size, ok := element(s)
		if !ok {
			break
		}
		switch {
		case id == mkvSegment:
			begin = s.at
			if size != unknownLength {
				end = s.at + size
			}
		case size == unknownLength: // its parts follow
		case (id == mkvInfo || id == mkvSeekHead) && size < 1<<20:
			body := s.take(size)
			lacking = size - int64(len(body))
			elements(body, func(id int64, b []byte) {
				switch id {
				case mkvScale:
					scale = float64(uintOf(b))
				case mkvDuration:
					t.Seconds = floatOf(b)
				case mkvSeek:
					elements(b, func(id int64, b []byte) {
						if id == mkvSeekWhere {
							last = max(last, uintOf(b))
						}
					})
				}
			})
		default:
			lacking = size - s.skip(size)
		}
	}
	t.Seconds *= scale / 1e9
	if !(t.Seconds > 0 && t.Seconds < 1e6) {
		t.Seconds = 0
	}
	switch {
	case end > s.at:
		t.Bytes, t.Lacking = end-begin, end-s.at
	case end == 0 && last > 0 && begin+last > s.at: // a part that its index names is not there
		t.Bytes, t.Lacking = last, begin+last-s.at
	case end == 0:
		t.NoEnd = lacking > 0
	}
	return t
}

// element reads the head of an element; size is -1 when it is not known.
func element(s *source) (id, size int64, ok bool) {
	id, n := vint(s.peek(8), false)
	if n == 0 {
		return 0, 0, false
	}
	s.skip(int64(n))
	b := s.peek(8)
	size, n = vint(b, true)
	if n == 0 {
		return 0, 0, false
	}
	if size == 1<<(7*n)-1 {
		size = unknownLength
	}
	s.skip(int64(n))
	return id, size, true
}

// elements calls do with each element in b.
func elements(b []byte, do func(id int64, body []byte)) {
	for len(b) > 0 {
		id, n := vint(b, false)
		if n == 0 {
			return
		}
		size, m := vint(b[n:], true)
		if m == 0 || size > int64(len(b)-n-m) {
			return
		}
		do(id, b[n+m:n+m+int(size)])
		b = b[n+m+int(size):]
	}
}

// vint reads a number of variable length at the start of b, and how many bytes it
// has; 0 when there is none. bare takes the mark of its length off.
func vint(b []byte, bare bool) (v int64, n int) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0
	}
	for n = 1; b[0]&(0x80>>(n-1)) == 0; n++ {
	}
	if len(b) < n {
		return 0, 0
	}
	v = int64(b[0])
	if bare {
		v &= 0xff >> n
	}
	for _, c := range b[1:n] {
		v = v<<8 | int64(c)
	}
	return v, n
}

func uintOf(b []byte) (v int64) {
	for _, c := range b[:min(len(b), 8)] {
		v = v<<8 | int64(c)
	}
	return v & math.MaxInt64
}

func floatOf(b []byte) float64 {
	if len(b) == 4 {
		return float64(math.Float32frombits(uint32(be32(b, 0))))
	}
	return math.Float64frombits(uint64(be64(b, 0)))
}

// oggPage is the fixed part of a page's head.
const oggPage = 27

// ogg reads the pages of an Ogg stream. The last page of each stream in it has
// a mark; each page says how much sound there is up to its end.
func ogg(s *source) (t Told) {
	const first, final = 2, 4 // flags
	var serial, granule int64 // of the stream of sound that was begun last
	var rate float64
	open := false // its end mark has not come
	for {
		head := s.peek(oggPage)
		if len(head) == 0 {
			break
		}
		if !bytes.HasPrefix(head, []byte("OggS")) {
			if i := bytes.Index(s.peek(16<<10), []byte("OggS")); i > 0 {
				s.skip(int64(i))
				continue
			}
			if b := s.peek(16 << 10); !openHead(b) && len(b) > 3 {
				s.skip(int64(len(b) - 3))
				continue
			}
		}
		if len(head) < oggPage {
			t.Cut = open
			return t
		}
		table := s.peek(oggPage + int(head[26]))
		size := int64(0)
		for _, n := range table[oggPage:] {
			size += int64(n)
		}
		whole := len(table) == oggPage+int(head[26])
		flags, now, of := head[5], le64(head, 6), le32(head, 14)
		s.skip(int64(len(table)))
		if flags&first != 0 {
			if r := oggRate(s.peek(64)); r > 0 {
				serial, rate, granule, open = of, r, 0, true
			}
		}
		there := s.skip(size)
		if rate == 0 || of != serial {
			continue
		}
		if !whole || there < size {
			t.Lacking = max(1, size-there)
			if now > granule && granule > 0 {
				t.Lost = float64(now-granule) / rate
			}
			t.Cut = flags&final == 0
			return t
		}
		if now >= 0 {
			granule = now
		}
		open = open && flags&final == 0
	}
	t.NoEnd = open
	return t
}

// openHead reports whether b is the beginning of a page's head that is cut.
func openHead(b []byte) bool {
	return len(b) < oggPage && bytes.HasPrefix([]byte("OggS"), b[:min(4, len(b))])
}

// oggRate is how many units of its page's positions a stream of sound has a
// second, by its first packet; 0 for what is no sound.
func oggRate(b []byte) float64 {
	switch {
	case bytes.HasPrefix(b, []byte("\x01vorbis")):
		return float64(le32(b, 12))
	case bytes.HasPrefix(b, []byte("OpusHead")):
		return 48000
	case bytes.HasPrefix(b, []byte("Speex   ")):
		return float64(le32(b, 36))
	case bytes.HasPrefix(b, []byte("\x7fFLAC")):
		return float64(be32(b, 27) >> 12)
	}
	return 0
}

// frames walks a stream of frames that has neither head nor end: only its last
// frame can tell that something is missing. size is the length of the frame
// that begins with the given bytes, 0 if none does.
func frames(s *source, head int, size func(b []byte) int) (t Told) {
	for {
		b := s.peek(head)
		if len(b) == 0 {
			return t
		}
		n := int64(size(b))
		if n == 0 { // a tag, or garbage
			b = s.peek(4096)
			i := bytes.IndexByte(b[1:], 0xff)
			if i < 0 {
				i = len(b) - 1
			}
			s.skip(int64(i) + 1)
			continue
		}
		if there := s.skip(n); there < n {
			t.NoEnd = true
			return t
		}
	}
}

// adtsSize is the size of the AAC frame that begins at b.
func adtsSize(b []byte) int {
	if len(b) < 7 || b[0] != 0xff || b[1]&0xf6 != 0xf0 {
		return 0
	}
	if n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5; n >= 7 {
		return n
	}
	return 0
}

// ADTSSize is the size in bytes of the AAC frame that begins at b, 0 if none
// does; it looks at 7 bytes.
func ADTSSize(b []byte) int { return adtsSize(b) }

// The bitrates of Layers I and II in kbit/s (ISO/IEC 11172-3 and 13818-3,
// 2.4.2.3), by index: MPEG-1 Layer I and II, and the lower rates of both.
var layerKbps = [4][15]int{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// LayerSize is the size in bytes of the frame of MPEG audio, Layer I or II, that
// begins at b, 0 if none does; it looks at 4 bytes. Broadcasters use Layer II.
func LayerSize(b []byte) int {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return 0
	}
	version, layer := b[1]>>3&3, b[1]>>1&3 // version 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5; layer 3 is I, 2 is II
	index, rate, padding := b[2]>>4, b[2]>>2&3, int(b[2]>>1&1)
	if version == 1 || layer < 2 || index == 0 || index == 15 || rate == 3 || b[3]&3 == 2 {
		return 0
	}
	hertz, table := [...]int{44100, 48000, 32000}[rate], 3-int(layer)
	if version != 3 {
		hertz, table = hertz/2, table+2
	}
	if version == 0 {
		hertz /= 2
	}
	if layer == 3 {
		return (12000*layerKbps[table][index]/hertz + padding) * 4
	}
	return 144000*layerKbps[table][index]/hertz + padding
}

// amr walks the frames of 20 ms of a bare AMR file.
func amr(s *source) (t Told) {
	sizes := [16]int64{12, 13, 15, 17, 19, 20, 26, 31, 5}
	magic := int64(len("#!AMR\n"))
	if bytes.HasPrefix(s.peek(9), []byte("#!AMR-WB\n")) {
		sizes, magic = [16]int64{17, 23, 32, 36, 40, 46, 50, 58, 60, 5}, int64(len("#!AMR-WB\n"))
	}
	s.skip(magic)
	for {
		head := s.peek(1)
		if len(head) == 0 {
			return t
		}
		n := 1 + sizes[head[0]>>3&15]
		if s.skip(n) < n {
			t.NoEnd = true
			return t
		}
	}
}
