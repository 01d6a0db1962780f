package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// bbolt's own check follows whatever numbers it finds through its memory map, in
// a goroutine of its own: one flipped bit can send it past the end of the map, and
// that ends the process. This one reads the file's pages and believes nothing.
//
// The form of a page (bbolt, file format 2, native byte order): a head of 16 bytes
// (own number, kind, how many elements, how many pages more), then the elements.

const (
	pageHead = 16
	element  = 16

	branchPage   = 1
	leafPage     = 2
	metaPage     = 4
	freelistPage = 16

	metaMagic, metaVersion = 0xED0CDAED, 2
	noFreelist             = 1<<64 - 1
	bucketElement          = 1 // flag of a leaf's element whose value is a bucket
)

// metaInfo is what one of the two first pages says.
type metaInfo struct {
	pageSize, root, freelist, pages, tx uint64
}

// readMeta reads one of the two first pages, 0 or 1. pageSize is 0 before it is known.
func readMeta(f io.ReaderAt, at int64) (m metaInfo, err error) {
	b := make([]byte, 80)
	if _, err := f.ReadAt(b, at); err != nil {
		return m, err
	}
	u32 := func(i int) uint32 { return binary.NativeEndian.Uint32(b[pageHead+i:]) }
	u64 := func(i int) uint64 { return binary.NativeEndian.Uint64(b[pageHead+i:]) }
	h := fnv.New64a()
	h.Write(b[pageHead : pageHead+56])
	switch {
	case binary.NativeEndian.Uint16(b[8:]) != metaPage || u32(0) != metaMagic || u32(4) != metaVersion:
		return m, fmt.Errorf("is no first page")
	case h.Sum64() != u64(56):
		return m, fmt.Errorf("checksum does not match")
	}
	m = metaInfo{uint64(u32(8)), u64(16), u64(32), u64(40), u64(48)}
	if m.pageSize < 1024 || m.pageSize > 1<<20 || m.pageSize&(m.pageSize-1) != 0 {
		return m, fmt.Errorf("pages of %d bytes", m.pageSize)
	}
	return m, nil
}

// readMetas reads both first pages. bad is what is wrong with them, nil for nothing.
func readMetas(f io.ReaderAt) (metas [2]metaInfo, bad [2]error) {
	if metas[0], bad[0] = readMeta(f, 0); bad[0] == nil {
		metas[1], bad[1] = readMeta(f, int64(metas[0].pageSize))
		return metas, bad
	}
	for size := int64(1024); size <= 1<<20; size <<= 1 { // the first does not say where the second is
		if metas[1], bad[1] = readMeta(f, size); bad[1] == nil && int64(metas[1].pageSize) == size {
			return metas, bad
		}
	}
	return metas, [2]error{bad[0], fmt.Errorf("is no first page")}
}

// pages walks everything a first page leads to.
type pages struct {
	f      io.ReaderAt
	size   uint64
	meta   metaInfo
	seen   []uint8 // by page: reached, free
	report func(what string)
	err    error // the file could not be read
}

const (
	reached = 1 << iota
	free
)

// checkPages reports what is wrong with the pages of a file of that size as the
// given first page sees them. The error is the disk's.
func checkPages(f io.ReaderAt, size int64, m metaInfo, report func(what string)) error {
	if m.pages > uint64(size)/m.pageSize {
		report(fmt.Sprintf("the file was cut: it says %d pages and has %d", m.pages, uint64(size)/m.pageSize))
		return nil
	}
	p := &pages{f: f, size: uint64(size), meta: m, seen: make([]uint8, m.pages), report: report}
	for i := range min(2, m.pages) {
		p.seen[i] = reached
	}
	p.tree(m.root, nil, nil)
	if m.freelist != noFreelist {
		p.freelist(m.freelist)
		for id, s := range p.seen {
			switch s {
			case 0:
				p.say("page %d is neither used nor free", id)
			case reached | free:
				p.say("page %d is used and free", id)
			}
		}
	}
	return p.err
}

func (p *pages) say(format string, args ...any) {
	if p.err == nil {
		p.report(fmt.Sprintf(format, args...))
	}
}

// load reads a page and those that belong to it, and notes that they were reached.
func (p *pages) load(id uint64, kinds uint16) (kind uint16, count int, b []byte) {
	if p.err != nil {
		return 0, 0, nil
	}
	if id < 2 || id >= p.meta.pages {
		p.say("page %d is outside the file's %d", id, p.meta.pages)
		return 0, 0, nil
	}
	b = make([]byte, p.meta.pageSize)
	if _, p.err = p.f.ReadAt(b, int64(id*p.meta.pageSize)); p.err != nil {
		return 0, 0, nil
	}
	kind, count = binary.NativeEndian.Uint16(b[8:]), int(binary.NativeEndian.Uint16(b[10:]))
	more := uint64(binary.NativeEndian.Uint32(b[12:]))
	switch own := binary.NativeEndian.Uint64(b); {
	case own != id:
		p.say("page %d says it is page %d", id, own)
		return 0, 0, nil
	case kind&kinds == 0 || kind&(kind-1) != 0:
		p.say("page %d is of kind %#x", id, kind)
		return 0, 0, nil
	case more >= p.meta.pages-id:
		p.say("page %d runs over the end of the file", id)
		return 0, 0, nil
	}
	for i := id; i <= id+more; i++ {
		if p.seen[i]&reached != 0 {
			p.say("page %d is used twice", i)
			return 0, 0, nil
		}
		p.seen[i] |= reached
	}
	if more > 0 {
		b = make([]byte, (more+1)*p.meta.pageSize)
		if _, p.err = p.f.ReadAt(b, int64(id*p.meta.pageSize)); p.err != nil {
			return 0, 0, nil
		}
	}
	return kind, count, b
}

// tree walks the pages of one bucket whose keys are from <= key < until, nil
// being no bound.
func (p *pages) tree(id uint64, from, until []byte) {
	kind, count, b := p.load(id, branchPage|leafPage)
	if b == nil {
		return
	}
	if kind == leafPage {
		p.leaf(id, count, b, from, until)
		return
	}
	keys, children := make([][]byte, count), make([]uint64, count)
	for i := range count {
		at := pageHead + i*element
		if at+element > len(b) {
			p.say("page %d has more elements than it holds", id)
			return
		}
		pos, size := uint64(binary.NativeEndian.Uint32(b[at:])), uint64(binary.NativeEndian.Uint32(b[at+4:]))
		if uint64(at)+pos+size > uint64(len(b)) || pos < element {
			p.say("page %d: a key lies outside", id)
			return
		}
		keys[i], children[i] = b[uint64(at)+pos:][:size], binary.NativeEndian.Uint64(b[at+8:])
	}
	if !p.ordered(id, keys, from, until) {
		return
	}
	if count == 0 {
		p.say("page %d leads nowhere", id)
	}
	for i, child := range children {
		next := until
		if i+1 < count {
			next = keys[i+1]
		}
		p.tree(child, keys[i], next)
	}
}

// leaf reads the rows of a page, or of a bucket that is small enough to lie in
// the row of another.
func (p *pages) leaf(id uint64, count int, b []byte, from, until []byte) {
	keys := make([][]byte, count)
	for i := range count {
		at := pageHead + i*element
		if at+element > len(b) {
			p.say("page %d has more elements than it holds", id)
			return
		}
		flags := binary.NativeEndian.Uint32(b[at:])
		pos, key, value := uint64(binary.NativeEndian.Uint32(b[at+4:])), uint64(binary.NativeEndian.Uint32(b[at+8:])),
			uint64(binary.NativeEndian.Uint32(b[at+12:]))
		if uint64(at)+pos+key+value > uint64(len(b)) || pos < element {
			p.say("page %d: a row lies outside", id)
			return
		}
		row := b[uint64(at)+pos:][:key+value]
		keys[i] = row[:key]
		switch flags {
		case 0:
		case bucketElement:
			p.bucket(id, row[key:])
		default:
			p.say("page %d: a row of kind %#x", id, flags)
		}
	}
	p.ordered(id, keys, from, until)
}

// bucket follows the value of a row that is a bucket: the number of its first
// page and its sequence, or number 0 and the only page itself.
func (p *pages) bucket(id uint64, v []byte) {
	if len(v) < 16 {
		p.say("page %d: a bucket of %d bytes", id, len(v))
		return
	}
	if root := binary.NativeEndian.Uint64(v); root != 0 {
		p.tree(root, nil, nil)
		return
	}
	b := v[16:]
	if len(b) < pageHead || binary.NativeEndian.Uint16(b[8:]) != leafPage {
		p.say("page %d: a bucket that is no leaf", id)
		return
	}
	p.leaf(id, int(binary.NativeEndian.Uint16(b[10:])), b, nil, nil)
}

func (p *pages) ordered(id uint64, keys [][]byte, from, until []byte) bool {
	for i, k := range keys {
		switch {
		case i > 0 && bytes.Compare(keys[i-1], k) >= 0, i == 0 && from != nil && bytes.Compare(k, from) < 0, until != nil && bytes.Compare(k, until) >= 0:
			p.say("page %d: its keys are not in order", id)
			return false
		}
	}
	return true
}

func (p *pages) freelist(id uint64) {
	_, count, b := p.load(id, freelistPage)
	if b == nil {
		return
	}
	at, n := pageHead, uint64(count)
	if count == 0xFFFF {
		n, at = binary.NativeEndian.Uint64(b[at:]), at+8
	}
	if n > uint64(len(b)-at)/8 {
		p.say("the list of free pages (page %d) is longer than its page", id)
		return
	}
	for i := range n {
		f := binary.NativeEndian.Uint64(b[at+8*int(i):])
		switch {
		case f < 2 || f >= p.meta.pages:
			p.say("the list of free pages names page %d of %d", f, p.meta.pages)
		case p.seen[f]&free != 0:
			p.say("page %d is free twice", f)
		default:
			p.seen[f] |= free
		}
	}
}

// checkFile reports what is wrong with a database file nobody writes. The error
// is the disk's. An empty file is none yet.
func checkFile(path string, report func(what string)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	metas, bad := readMetas(f)
	newest := metaInfo{}
	for i, m := range metas {
		if bad[i] != nil {
			report(fmt.Sprintf("first page %d %v: the last change may be lost", i, bad[i]))
		} else if m.tx >= newest.tx {
			newest = m
		}
	}
	if newest.pageSize == 0 {
		return nil
	}
	return checkPages(f, info.Size(), newest, report)
}
