package mpeg

import (
	"encoding/binary"
	"math"
)

// pairCodes are the Huffman codes of pairs of lines (ISO/IEC 11172-3, table
// B.7), each as its words in rising order: two hexadecimal digits for the two
// values and one digit, to base 36, for the length of the word in bits. Since a
// code is complete, the order and the lengths say what the words are.
var pairCodes = map[int]string{
	1: "113013102001",
	2: "226026125215205113013103001",
	3: "226026125215205103112012002",
	5: "338238327316137037307227126216026206113013103001",
	6: "337037236326306135315225025124214204013112103003",
	7: "55a45a54a53a359449259529158518059349508439339248428147417407048238328038137317307227126215026206114013103001",
	8: "55b54b45a53935a44a259529059158518349439509339248428148417048408238328138318038308226026206124214112013103002",
	9: "559459358538549059448258528158517347437508048247427337407146416236326135315036306225025124214204113013103003",
	10: "77b67b76b57b75b66b47a74a56a65a37a73a46a55b54b63a27972964a07a70962945a35a06953a44a17871836926925a52a15951934a43a168618608059509249429339049148418" +
		"408238328038137317307227126216026206114013103001",
	11: "77a67a76a75a66a47a74a57b55b56a65a37973946945a54a35a53a278728649079717178708368638608449259529059158627268068167617518348508439339248428148418048" +
		"408237327136316037307226215124025205113013103002",
	12: "77a67a769579759669479749659568378739559278728468648178718079709368638458548448069059267627617168608358538258528157517347437508048247427147336416" +
		"236326407037306135315225124214025205004113013103",
	13: "fejfcjfdiedhffgefgdfgeegcfgdegbfgfbgcegdcgafhe9hecfddffagcdgbefebf9fff9feafbdfdbf8fff8fccfaeg9eg8ef7fg7egf7edaeadfbcfcbff6f6fee8e5fe9ded9ef5ee7e" +
		"acebbe4fef4ecafe6ff3e3fd8ded8e2fdf2d6ee9ce0fdc9e5eeabd7ded7e4edc8ed6e3edb9d9beaae1fcf1cf0cbade5de4d8cd6dde3de2c2ed0ed1ece1ce0d5ddd5d7cdc7d4dd8bd" +
		"b8dd4d9ada9d6cdc6c3dcd3d7bd2dcd2c1dcb7c5cdc5d99d7adc3ca7d97d4bcd1b0dcd0c8aca8c4ccc4c6bcb6c3cb2cbc2b5bbb5c89c1cbc1b98c0ccc0bb4c6aca6c79c3bbb3b88c" +
		"5ac2bba5c69ca4b78c87c94b77c76cb2a1bab1a0bbb0b96b4ab3aba3b59b95b2aaa2a1aaa1a0ab68ba0a86b49b93a39b58b85b67b29a92a57b75b38a83a66b47b74b56b65b73b199" +
		"91909a90a48a84a72a46b64b28982918937a27a17971955a07a70a36a63a45a54a26a62a35a81808980916961906960953a44a259529059158518349439509249429339148417048" +
		"408238328137317037307227126216026206114014103001",
	15: "ffdefdfeddfdeecfddcfdfcddededdbfdfbccedecdddcafcfacbecebccdcdcc9fcf9ceacbdcdbc8fcf8cccc9ece9c7fcf7cadcdacbcc6fcaed0fdcbbf6b8ece8c5fc9dcf5b7ebe7b" +
		"acbcabbbbd9c8dc4fbf4b3fbf3bd8be6b2fbf2b6ecf0c1fbf1b9cbc9b5ebabbbabe5b7dbd7b4ebe4b8cbc8b3eb6dbd6be3b9bbb9b2ebaabe2b1ebe1b0ece0c5dbd5b7cbc7b4db8bb" +
		"d4ab8b9aba9b6cbc6b3dbd3ad2a2db0db1da7bab7ad1a5cbd0bc5a8aaa8a4cac4a6bab6a99b0cb3cac3a7aaa7aa6ac0b0bbc292ca5bab5a1ca89a98ac1a4bab4a6aa3ba79ab3997a" +
		"88a2ba5aab29a5a1bab19b0a69a96a4aaa4a78a87a3aaa395999592a9a291a9a190aaa0a68986949994939993977a09a589859299679769929918199909489849579759389839669" +
		"479288828188818749089809569659379739469278728648178558718079709368638458548268628168069609358617538448257527157517058508347437247427337416147047" +
		"236326407037136316306225125215025205113014104003",
	16: "efbfebdfbfdbcfbfcbbfbfbbafafab9fbf9bf8b8fa7faf7a6faf6aff85faf5a4f9f49f39f093facegechddhdefe9feagd9geeeedfebfbeecdedcfdbfaeecceadfdaf7efacfcaec9f" +
		"7df5eebddf282f90f91f8f189edbcecbe8eee8e9dee7ebbe8ded8e6eee6d9cdabebaee5ed7e4ede4e8cec8d3ed6ddd6e9beb9eaaee1dd4db8ea9e7bdb7ed0ee3c0ede0d5ddd5d7cd" +
		"c7d4dd8bd9ad6cdc6d3dd5cdc5d0dc8ada8d99d4cdb6d7ad3cc5bd89d1ccc0c98d79de2b2ec1ecd3c2dcd2cd1c3bc97d88d1dbc4c6bcc3ca7c2cbc2cb5cc1c0cc4bcb4c6aca6cb3b" +
		"5aca5c2bbb2b1bbb1b0bcb0c69c96c4aca4c78c87ca3b3ac59c2ab95c68ca1b86c77c94b49c57c67ba2a1aa0aba0b39b93b58b85b29a92a76b09b19a91a90b48b84b75b38b83b66b" +
		"28b82a47b74b18a81a80a08b56b37a73a65b46b27a72a64b55b07a17971970a36a63a45a54a26a62916961906a60a53935a44a259529518159059349439509249429339148418049" +
		"409238328137317038308227126216026206114014103001",
	24: "ef8fe8df8fd8cf8fc8bf8fb8fa7af89f8f97f878f87f8f776f7f675f7f574f7f473f7f372f7f27f171f8f080f9eebdebedbcebecbddbbebebbcdbdcbaebeabbdbdbbccb9ebe9badb" +
		"dabbcbcbb8ebe8b9dbd9b7ebe7bacbff4cabbbb8dbd8b0ece0c0dbe6a6eb9cbc9a5eabaae5aabb7dbd7ae4a8cac8a4eb2eb3ea6dad6ae3a9bab9aaaae2a1eae1a5dad5a7cac7a4da" +
		"8bab8ad4a9aaa9a6cac6a3dad3a2dad2a1da7bab7ad1a5cac5a8aaa8a99a4cac4a6bab6ad0b0cb3cac3a7aaa7a2cac2a5bab5a1ca89a98ac1a4bac0b0bb3bab0b0ab1aab496aaa6a" +
		"79a97aa0b09b90ab398892ba5aab29a5a1bab1a69a969a494aa78a8793a9a395999592a9a29a19689869779499949399939589859299679769929199919489849579759389839669" +
		"28982918947974981908a80a56965917907a70a738379279728468648558718368638458548268628168618069609358538448258528158059509517348438247427337147417048" +
		"408237327136316037307226125215026206114014104004",
}

// quadCodes are the same for four lines of 0 or 1 each: the second digit holds
// them, the first line highest.
var quadCodes = [2]string{
	"0b60f60d60e60760560950650350a50c5024014044084001",
	"0f40e40d40c40b40a4094084074064054044034024014004",
}

// linbits is how many bits follow a value of 15 in each table; tables from 16
// to 23, and from 24 on, differ by nothing else.
var linbits = [32]uint8{16: 1, 2, 3, 4, 6, 8, 10, 13, 4, 5, 6, 7, 8, 9, 11, 13}

// code is a Huffman code made for reading several bits at a time, as zlib does
// it: the first eight bits choose an entry of root, and where the word is
// longer, that entry names a part of more and how many further bits choose there.
//
// An entry is the word's length in this step (bits 8-11) and its values (bits
// 0-7), or, with bit 15, the number of further bits (11-14) and the place (0-10).
type code struct {
	root    [1 << rootBits]uint16
	more    []uint16
	linbits uint8
}

const (
	rootBits = 8
	stepBits = 6 // most further bits in one step
	onward   = 1 << 15
)

// word is one word of a code: its bits from the highest of 32 down.
type word struct {
	bits   uint32
	length int
	values uint16
}

// newCode makes a code of its words.
func newCode(written string) *code {
	c := &code{}
	var words []word
	next := uint64(0)
	for ; written != ""; written = written[3:] {
		w := word{bits: uint32(next), length: digit(written[2]), values: uint16(digit(written[0])<<4 | digit(written[1]))}
		words = append(words, w)
		next += 1 << (32 - w.length)
	}
	c.fill(func(i int, e uint16) { c.root[i] = e }, rootBits, 0, words)
	return c
}

// digit reads one digit to base 36.
func digit(b byte) int {
	if b >= 'a' {
		return int(b-'a') + 10
	}
	return int(b - '0')
}

// fill writes the entries that bits bits choose, skip bits of each word having
// been read.
func (c *code) fill(set func(int, uint16), bits, skip int, words []word) {
	for len(words) > 0 {
		first := words[0]
		at := int(first.bits << skip >> (32 - bits))
		if left := first.length - skip; left <= bits {
			for i := range 1 << (bits - left) {
				set(at+i, uint16(left)<<8|first.values)
			}
			words = words[1:]
			continue
		}
		n, longest := 0, 0
		for n < len(words) && int(words[n].bits<<skip>>(32-bits)) == at {
			longest = max(longest, words[n].length)
			n++
		}
		further := min(stepBits, longest-skip-bits)
		place := len(c.more)
		c.more = append(c.more, make([]uint16, 1<<further)...)
		set(at, onward|uint16(further)<<11|uint16(place))
		c.fill(func(i int, e uint16) { c.more[place+i] = e }, further, skip+bits, words[:n])
		words = words[n:]
	}
}

// codes are the codes by the table's number; tables 0, 4 and 14 have none.
// Quads are those of four lines.
var codes, quads = func() (pairs [32]*code, quads [2]*code) {
	for n, written := range pairCodes {
		pairs[n] = newCode(written)
	}
	for n := 16; n < 32; n++ {
		same := *pairs[16+n/24*8]
		same.linbits = linbits[n]
		pairs[n] = &same
	}
	for n, written := range quadCodes {
		quads[n] = newCode(written)
	}
	return pairs, quads
}()

// powers holds the 4/3rd power of every value a line can have.
var powers = func() (t [15 + 1<<13]float32) {
	for i := range t {
		t[i] = float32(math.Pow(float64(i), 4./3))
	}
	return t
}()

const (
	maxMain = (4*4095 + 7) / 8 // bytes of main data in a frame: two granules of two channels
	padding = 16               // zeros behind, so that a word may be looked for at the last bit
)

// mainBits is the main data of one frame.
type mainBits [maxMain + padding]byte

// at gives the bits from pos on, highest first; at least 57 of them count. Past the end there is something, but no panic.
func (m *mainBits) at(pos int) uint64 {
	i := pos >> 3 & (maxMain - 1)
	return binary.BigEndian.Uint64(m[i:i+8]) << (pos & 7)
}

// take reads n bits, at most 32.
func (m *mainBits) take(pos *int, n int) int {
	v := m.at(*pos) >> 1 >> (63 - n)
	*pos += n
	return int(v)
}

// spectrum decodes the lines of a granule that lie from bit pos to end and scales
// them by the gain of their band. It returns how many lines may be other than 0,
// and false when the big values need more bits than there are. What is left of
// the last four lines when the bits end is no line, as the standard has it.
func (m *mainBits) spectrum(g *granule, regions [3]int, ends []uint16, gains *[maxBands]float32, xr *[576]float32, pos, end int) (int, bool) {
	line, band := 0, 0
	bigEnd := min(2*int(g.values), 576)
	for r, until := range regions {
		until = min(until, bigEnd)
		c := codes[g.tables[r]]
		for line < until {
			stop := min(int(ends[band]), until)
			if c == nil {
				clear(xr[line:stop])
			} else {
				pos = m.pairs(c, gains[band], xr[line:stop], pos)
			}
			line = stop
			if pos > end {
				return 0, false
			}
			if line == int(ends[band]) {
				band++
			}
		}
	}
	c := quads[g.quads]
	for line+4 <= 576 && pos < end {
		w := m.at(pos)
		e := c.root[w>>(64-rootBits)]
		n := int(e >> 8)
		w <<= n
		four := (*[4]float32)(xr[line:])
		for i := range four {
			if line+i == int(ends[band]) {
				band++
			}
			one := e >> (3 - i) & 1
			v := math.Float32bits(float32(one) * gains[band])
			four[i] = math.Float32frombits(v ^ uint32(w>>63)<<31)
			w <<= one
			n += int(one)
		}
		if pos += n; pos > end {
			break
		}
		line += 4
	}
	clear(xr[line:])
	return line, true
}

// pairs decodes pairs of lines and returns the position behind them. The longest
// pair has 19 bits of its word and twice 13 and a sign: one look is enough.
func (m *mainBits) pairs(c *code, gain float32, lines []float32, pos int) int {
	for ; len(lines) >= 2; lines = lines[2:] {
		w := m.at(pos)
		e, step := c.root[w>>(64-rootBits)], rootBits
		for e >= onward {
			w <<= step
			pos += step
			step = int(e >> 11 & 15)
			e = c.more[int(e&(1<<11-1))+int(w>>(64-step))]
		}
		n := int(e >> 8)
		w <<= n
		for i, v := range [2]uint16{e >> 4 & 15, e & 15} {
			if v == 15 && c.linbits > 0 {
				v += uint16(w >> (64 - c.linbits))
				w <<= c.linbits
				n += int(c.linbits)
			}
			lines[i] = math.Float32frombits(math.Float32bits(powers[v]*gain) ^ uint32(w>>63)<<31)
			signed := (v + 1<<14 - 1) >> 14 // 1 but for 0
			w <<= signed
			n += int(signed)
		}
		pos += n
	}
	return pos
}
