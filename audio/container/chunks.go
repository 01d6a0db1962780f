package container

import "math"

// aiff reads the chunks of an AIFF: COMM says how long the sound is, SSND holds
// it.
func aiff(s *source) (t Told) {
	s.skip(12)
	for {
		head := s.take(8)
		if len(head) < 8 {
			return t
		}
		size := be32(head, 4)
		switch string(head[:4]) {
		case "COMM":
			body := s.take(min(size, 64))
			t.Seconds = ratio(float64(be32(body, 2)), extended(body, 8))
			size -= int64(len(body))
		case "SSND":
			t.Bytes = size
			t.Lacking = size - s.skip(size)
			t.Lost = t.Seconds * ratio(float64(t.Lacking), float64(size))
			s.skip(size & 1)
			continue
		}
		s.skip(size + size&1)
	}
}

// extended reads the 80-bit float in which AIFF writes its sampling rate.
func extended(b []byte, at int) float64 {
	exponent := int(be16(b, at)&0x7fff) - 16383 - 63
	if exponent < -63 || exponent > 0 {
		return 0 // no rate of sound
	}
	return math.Ldexp(float64(uint64(be64(b, at+2))), exponent)
}

// caf reads the chunks of a Core Audio file. A recorder that writes as it goes
// leaves -1 as the size of the sound.
func caf(s *source) (t Told) {
	s.skip(8)
	var rate, perSecond float64 // samples, and bytes of a constant coding
	indexed := false
	for {
		head := s.take(12)
		if len(head) < 12 {
			break
		}
		size := be64(head, 4)
		switch string(head[:4]) {
		case "desc":
			body := s.take(min(size, 64))
			rate = math.Float64frombits(uint64(be64(body, 0)))
			perSecond = ratio(float64(be32(body, 16))*rate, float64(be32(body, 20)))
			t.Frame = ratio(float64(be32(body, 20)), rate)
			size -= int64(len(body))
		case "pakt":
			body := s.take(min(size, 24))
			t.Seconds = ratio(float64(be64(body, 8)), rate)
			size -= int64(len(body))
			indexed = s.skip(size) == size
			size = 0
		case "data":
			if size < 0 {
				return t
			}
			t.Bytes = size
			t.Lacking = size - s.skip(size)
			size = 0
		}
		if size < 0 {
			return t
		}
		s.skip(size)
	}
	if perSecond > 0 {
		t.Lost = float64(t.Lacking) / perSecond
	} else {
		t.NoIndex = !indexed
		t.Lost = t.Seconds * ratio(float64(t.Lacking), float64(t.Bytes))
	}
	return t
}

// The objects of a Windows Media file that matter, by their GUIDs as they are
// written.
const (
	asfProperties = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
	asfData       = "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
)

// asf reads the header and counts the packets behind it. A file that was written
// as a broadcast announces nothing.
func asf(s *source) (t Told) {
	header := s.take(30)
	body := s.take(min(le64(header, 16)-30, 8<<20))
	var packet int64 // bytes of one
	for at := 0; at+24 <= len(body); {
		size := le64(body, at+16)
		if size < 24 || size > int64(len(body)-at) {
			break
		}
		if text(body, at, 16) == asfProperties {
			p := body[at+24 : at+int(size)]
			const broadcast = 1
			if le32(p, 64)&broadcast != 0 {
				return t
			}
			t.Seconds = max(0, float64(le64(p, 40))/1e7-float64(le64(p, 56))/1e3)
			packet = le32(p, 72)
		}
		at += int(size)
	}
	if s.skip(le64(header, 16) - 30 - int64(len(body))); packet == 0 {
		return t
	}
	for {
		head := s.take(24)
		if len(head) < 24 {
			return t
		}
		size := le64(head, 16) - 24
		if text(head, 0, 16) == asfData {
			size -= 26
			packets := le64(s.take(26), 16)
			if packets < 0 || packets > 1<<40 {
				return t
			}
			t.Bytes = packets * packet
			t.Lacking = t.Bytes - s.skip(t.Bytes)
			t.Lost = t.Seconds * ratio(float64(t.Lacking), float64(t.Bytes))
			t.Frame = ratio(t.Seconds, float64(packets))
			size -= t.Bytes
		}
		if size < 0 {
			return t
		}
		s.skip(size)
	}
}
